//! What the person says in another terminal (`droplab done`, `droplab hint`), on its way to the run that goes on.
//!
//! **Invariant**: each saying is a whole file in the run's folder, written aside and renamed; the first answer counts, and only
//! the run writes its journal.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::watch;

use crate::{
    model::timeline::Timeline,
    run::Said,
    store::{self, journal, runs},
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
pub(super) fn live(lab: &str) -> Option<(runs::RunDir, Timeline)> {
    let open = |run: runs::RunDir| {
        let timeline = journal::read(&run.journal()).ok()?;
        let ours = timeline.began().is_some_and(|(_, plan, _)| plan.injection.before.lab == lab);
        (ours && timeline.lab_errors().is_none()).then_some((run, timeline))
    };
    runs::all(&store::home()).into_iter().rev().find_map(open)
}
