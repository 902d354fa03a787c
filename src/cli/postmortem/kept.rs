//! `postmortem.json` and `tried.json`: the review, and what came of action items, kept in a run's folder.
//!
//! **Invariant**: of this run, with points that add up, or it is refused; the judge does not know it, its points are handed in from here.

use std::path::Path;

use super::super::failure::{Code, Failure};
use crate::{
    model::{event::EventKind, verdict::Verdict},
    postmortem::{Tried, review::Review},
    store::{self, journal, runs::JOURNAL},
};

const FILE: &str = "postmortem.json";
const TRIED: &str = "tried.json";
/// No review has more points.
const MOST: u64 = 100;

/// Refuse a folder whose journal is not that of this run: what is kept there would be taken for another run's, or written over one's.
pub(super) fn is_of(folder: &Path, run: &str) -> Result<(), Failure> {
    let journal = folder.join(JOURNAL);
    let first = journal::first(&journal).map(|event| event.kind);
    if matches!(first, Some(EventKind::RunBegan { run: own, .. }) if own == run) {
        return Ok(());
    }
    let why = format!("{} is not the journal of {run}, and what is learned is kept beside that", journal.display());
    Err(Failure::new(Code::Usage, why).next(format!("put the journal into a folder of its own, as {JOURNAL}")))
}

/// The journal beside a file, if it is this run's: so a run lies that was handed over, with its draft, to a machine that never played it.
pub(super) fn journal_beside(file: &Path, run: &str) -> Option<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    is_of(folder, run).ok()?;
    folder.join(JOURNAL).to_str().map(str::to_owned)
}

/// Keep a review beside the journal.
pub(super) fn keep(folder: &Path, review: &Review) -> Result<(), Failure> {
    is_of(folder, &review.run)?;
    let text = serde_json::to_string_pretty(review).unwrap_or_default();
    Ok(store::write_whole(&folder.join(FILE), &(text + "\n"))?)
}

/// Keep what came of action items; what was kept of the same items before goes.
pub(super) fn keep_tried(folder: &Path, new: &[Tried]) -> Result<(), Failure> {
    let mut all = tried(folder)?;
    all.retain(|old| new.iter().all(|new| new.id != old.id));
    all.extend_from_slice(new);
    let text = serde_json::to_string_pretty(&all).unwrap_or_default();
    Ok(store::write_whole(&folder.join(TRIED), &(text + "\n"))?)
}

/// What came of action items so far.
pub(super) fn tried(folder: &Path) -> Result<Vec<Tried>, Failure> {
    let path = folder.join(TRIED);
    let Some(text) = text(&path)? else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|error| {
        let why = format!("{}:{}:{}: {error}", path.display(), error.line(), error.column());
        Failure::new(Code::PostmortemInvalid, why).next("droplab postmortem try FILE")
    })
}

/// A file's text; none where there is no file.
fn text(path: &Path) -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).map_err(|error| Failure::new(Code::File, format!("read {}: {error}", path.display()))),
    }
}

/// The verdict, its score with the points of the postmortem that was reviewed; as it is, where none was.
pub(in super::super) fn learned(folder: &Path, mut verdict: Verdict) -> Result<Verdict, Failure> {
    let path = folder.join(FILE);
    let Some(text) = text(&path)? else { return Ok(verdict) };
    let invalid = |why: String| {
        Failure::new(Code::PostmortemInvalid, format!("{}:{why}", path.display()))
            .next("droplab postmortem review FILE")
    };
    let review: Review = serde_json::from_str(&text)
        .map_err(|error| invalid(format!("{}:{}: {error}", error.line(), error.column())))?;
    if review.run != verdict.run {
        return Err(invalid(format!("1:1: it is the review of run {}", review.run)));
    }
    if let Some(amiss) = amiss(&review) {
        return Err(invalid(format!("1:1: {amiss}; it has been changed since, so review the postmortem again")));
    }
    verdict.score = verdict.score.map(|score| score.learned(review.points));
    Ok(verdict)
}

/// Why the points of a review are not those of its lines; `None` where they add up, as those of every review do that is kept here.
fn amiss(review: &Review) -> Option<String> {
    if let Some(line) = review.lines.iter().find(|line| line.points > line.out_of) {
        return Some(format!("line {} has {} points of {}", line.id, line.points, line.out_of));
    }
    let sum = review.lines.iter().map(|line| u64::from(line.points)).sum::<u64>().min(MOST);
    (u64::from(review.points) != sum).then(|| format!("it says {} points, and its lines come to {sum}", review.points))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postmortem::{Lang, review::Line};

    /// A review whose lines have these points, each of ten.
    fn review(points: u32, lines: &[u32]) -> Review {
        let line = |points: &u32| Line { id: "P3".into(), points: *points, out_of: 10, reason: String::new(), line: 1 };
        Review {
            run: "run-1".into(),
            scenario: "payment-pool-exhaustion".into(),
            lang: Lang::En,
            sha256: String::new(),
            points,
            out_of: 100,
            lines: lines.iter().map(line).collect(),
            alerts: Vec::new(),
            tried: Vec::new(),
            remarks: Vec::new(),
            not_measured: String::new(),
        }
    }

    #[test]
    fn nothing_is_kept_in_a_folder_without_the_journal_of_that_run() {
        let folder = tempfile::tempdir().unwrap();
        let refused = keep(folder.path(), &review(10, &[10])).unwrap_err();
        assert!(refused.why.contains("is not the journal of run-1"), "{refused}");
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn points_are_those_of_the_lines_and_a_hundred_at_most() {
        assert_eq!(amiss(&review(15, &[10, 5])), None);
        assert_eq!(amiss(&review(100, &[10; 11])), None, "a bonus is never over a hundred");
        for (points, lines, said) in [
            (4000, &[10, 5][..], "it says 4000 points, and its lines come to 15"),
            (110, &[10; 11][..], "it says 110 points, and its lines come to 100"),
            (14, &[10, 5][..], "it says 14 points, and its lines come to 15"),
            (1, &[0][..], "it says 1 points, and its lines come to 0"),
            (40, &[40][..], "line P3 has 40 points of 10"),
        ] {
            assert_eq!(amiss(&review(points, lines)).as_deref(), Some(said));
        }
    }
}
