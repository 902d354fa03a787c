//! What shows how an incident came out: its journal, judged here and now.
//!
//! **Invariant**: only the journal counts, and never what was printed or told of it.

use std::path::Path;

use crate::{
    cli::exit::Exit,
    judge,
    model::{event::EventKind, exam::result::Shown, timeline::Timeline, verdict::Verdict},
    store::{journal, runs::JOURNAL, signed::sha256},
};

/// A journal, judged.
pub(super) struct Evidence {
    pub(super) verdict: Verdict,
    pub(super) shown: Shown,
    /// What was judged.
    pub(super) timeline: Timeline,
}

/// Judge the journal in a folder.
pub(super) fn of(folder: &Path, name: &str) -> Result<Evidence, String> {
    let path = folder.join(JOURNAL);
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let timeline = journal::parse(&path, &String::from_utf8_lossy(&bytes)).map_err(|error| error.to_string())?;
    let (_, plan, _) = timeline.began().ok_or_else(|| format!("{}: holds no run", path.display()))?;
    let verdict = judge::judge(&plan.scenario, &timeline);
    let shown = judge::exam::shown(&timeline, &verdict, name, sha256(&bytes));
    Ok(Evidence { verdict, shown, timeline })
}

impl Evidence {
    /// The exit code with which the run itself has ended: what a later heal has added to its journal is not its own.
    pub(super) fn came_to(&self) -> Exit {
        let events = &self.timeline.events;
        let end = events.iter().position(|event| matches!(event.kind, EventKind::RunEnded { .. }));
        let count = end.map_or(events.len(), |end| end + 1);
        let own = Timeline { events: events.iter().take(count).cloned().collect() };
        own.began().map_or(Exit::Unknown, |(_, plan, _)| Exit::of(&judge::judge(&plan.scenario, &own), &own))
    }
}
