//! The journal of a play that did not come out as it must: whoever mends the scenario wants to see it, and the next play's takes its
//! place.
//!
//! **Invariant**: a copy; the run itself stays where `droplab heal` finds it for as long as anything of it may be left (`room`).

use std::{fs, io, path::PathBuf};

use super::{child, history::Shown};
use crate::{home, store::runs::JOURNAL};

/// Copy it; returns the copy, which `droplab report` and `droplab judge` read.
pub(super) fn journal(id: &str, shown: &Shown) -> io::Result<PathBuf> {
    let play = shown.play.replace(':', "-");
    let name = format!("{id}-{}-{play}-{}", shown.round, shown.tries);
    let folder = super::folder().join("kept").join(name);
    home::make_folder(&folder)?;
    let copy = folder.join(JOURNAL);
    fs::copy(child::folder().join(JOURNAL), &copy)?;
    Ok(copy)
}
