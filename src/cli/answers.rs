//! The person's answer on its way from `droplab done`, in another terminal, to the run that waits for it.
//!
//! **Invariant**: an answer is a whole file in the run's folder, written aside and renamed; the first one counts.

use std::{path::Path, time::Duration};

use tokio::sync::watch;

use crate::model::diagnosis::Answer;

/// The file's name in a run's folder.
pub(super) const FILE: &str = "answer.json";

/// Look for the answer until there is one, or nobody waits for it.
pub(super) fn listen(folder: &Path) -> watch::Receiver<Option<Answer>> {
    let (tell, told) = watch::channel(None);
    let path = folder.join(FILE);
    tokio::spawn(async move {
        while !tell.is_closed() {
            let answer = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
            if answer.is_some() {
                let _ = tell.send(answer);
                return;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    });
    told
}
