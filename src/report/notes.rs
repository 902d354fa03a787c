//! What stands beside a verdict: what is left in the lab, and where the play was not the scenario's own.
//!
//! **Invariant**: every report of a verdict tells all of it, so that a play that was made easier never looks like a whole one.

use crate::model::verdict::Verdict;

/// What of one kind a reader must know beside the verdict.
pub(super) struct Note<'a> {
    /// As docs/verdict.md calls it.
    pub(super) key: &'static str,
    /// For a narrow place.
    pub(super) label: &'static str,
    /// For a heading.
    pub(super) title: &'static str,
    /// Never none.
    pub(super) lines: &'a [String],
}

/// Those that there are.
pub(super) fn notes(verdict: &Verdict) -> Vec<Note<'_>> {
    let note = |key, label, title, lines| Note { key, label, title, lines };
    let all = [
        note("residue", "left in the lab", "Left in the lab by the fault", verdict.residue.as_slice()),
        note("kept", "kept", "Not set back, because it was changed since", verdict.kept.as_slice()),
        note("drift", "drift", "Left as the person changed it", verdict.drift.as_slice()),
        note("adjusted", "adjusted", "Not as the scenario's file says", verdict.adjusted.as_slice()),
    ];
    all.into_iter().filter(|note| !note.lines.is_empty()).collect()
}
