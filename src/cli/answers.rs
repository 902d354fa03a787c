//! What the person says in another terminal (`droplab done`, `droplab hint`), on its way to the run that goes on.
//!
//! **Invariant**: each saying is a whole file in the run's folder, written aside and renamed; the first answer counts, and only
//! the run writes its journal.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::watch;

use super::screen;
use crate::{
    model::timeline::Timeline,
    run::Said,
    store::{self, StoreError, journal, runs},
};

/// Where in a run's folder the answer is put.
pub(super) fn answer_file(folder: &Path) -> PathBuf {
    folder.join("answer.json")
}

/// Where it is put that a hint was told.
pub(super) fn hint_file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("hint-{number}.json"))
}

/// Look for what the person says, until there is an answer or nobody listens; of so many hints.
pub(super) fn listen(folder: &Path, hints: usize) -> watch::Receiver<Said> {
    let (tell, told) = watch::channel(Said::default());
    let folder = folder.to_owned();
    tokio::spawn(async move {
        while !tell.is_closed() {
            let text = std::fs::read_to_string(answer_file(&folder)).ok();
            let answer = text.and_then(|text| serde_json::from_str(&text).ok());
            let hints = (1..=hints).filter(|number| hint_file(&folder, *number).exists()).collect();
            let said = Said { answer, hints };
            tell.send_if_modified(|before| {
                let is_new = *before != said;
                before.clone_from(&said);
                is_new
            });
            if said.answer.is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    });
    told
}

/// The run on this lab whose journal has no end yet, and what it has written so far.
pub(super) fn live(lab: &str) -> Result<Option<(runs::RunDir, Timeline)>, StoreError> {
    Ok(runs::all(&store::home())?.into_iter().rev().find_map(|run| open(lab, run)))
}

/// The run, if it is this lab's and goes on. A journal that cannot be read as a whole is named, and used as far as it goes.
fn open(lab: &str, run: runs::RunDir) -> Option<(runs::RunDir, Timeline)> {
    let read = journal::read_what_is_whole(&run.journal());
    let (timeline, broken) = read.inspect_err(|why| screen::note(&format!("warning: {why}"))).ok()?;
    let ours = timeline.began().is_some_and(|(_, plan, _)| plan.injection.before.lab == lab);
    let goes_on = ours && timeline.lab_errors().is_none();
    if let Some(why) = broken.filter(|_| goes_on) {
        screen::note(&format!("warning: a journal cannot be read as a whole: {why}"));
    }
    goes_on.then_some((run, timeline))
}
