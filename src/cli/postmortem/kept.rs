//! `postmortem.json`: the review that is kept in a run's folder.
//!
//! **Invariant**: of this run, or it is refused; the judge does not know it, its points are handed in from here.

use std::path::Path;

use super::super::failure::{Code, Failure};
use crate::{model::verdict::Verdict, postmortem::review::Review, store};

const FILE: &str = "postmortem.json";

/// Keep a review beside the journal.
pub(super) fn keep(folder: &Path, review: &Review) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(review).unwrap_or_default();
    Ok(store::write_whole(&folder.join(FILE), &(text + "\n"))?)
}

/// The verdict, its score with the points of the postmortem that was reviewed; as it is, where none was.
pub(in super::super) fn learned(folder: &Path, mut verdict: Verdict) -> Result<Verdict, Failure> {
    let path = folder.join(FILE);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(verdict),
        read => read.map_err(|error| Failure::new(Code::File, format!("read {}: {error}", path.display())))?,
    };
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
