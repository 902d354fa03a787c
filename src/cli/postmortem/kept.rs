//! `postmortem.json` and `tried.json`: the review, and what came of action items, kept in a run's folder.
//!
//! **Invariant**: of this run, or it is refused; the judge does not know it, its points are handed in from here.

use std::path::Path;

use super::super::failure::{Code, Failure};
use crate::{
    model::verdict::Verdict,
    postmortem::{Tried, review::Review},
    store,
};

const FILE: &str = "postmortem.json";
const TRIED: &str = "tried.json";

/// Keep a review beside the journal.
pub(super) fn keep(folder: &Path, review: &Review) -> Result<(), Failure> {
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
    verdict.score = verdict.score.map(|score| score.learned(review.points));
    Ok(verdict)
}
