//! What the person says on its way from another terminal to the run that goes on.
//!
//! **Invariant**: each word is a whole file of its own in the run's folder, written aside and renamed; they count in order of writing.

use std::{collections::BTreeMap, path::Path, time::Duration};

use jiff::Timestamp;
use tokio::sync::watch;

use super::{
    args::Global,
    done::goes_on,
    failure::{Code, Failure},
};
use crate::{
    model::{said::Said, timeline::Timeline},
    store::{
        self, journal,
        runs::{self, RunDir},
    },
};

const PREFIX: &str = "said-";

/// Look for words as long as somebody listens: all of them so far, in order.
pub(super) fn listen(folder: &Path) -> watch::Receiver<Vec<Said>> {
    let (tell, told) = watch::channel(Vec::new());
    let folder = folder.to_owned();
    tokio::spawn(async move {
        let mut known: BTreeMap<String, Said> = BTreeMap::new();
        let mut order = Vec::new();
        while !tell.is_closed() {
            for (name, said) in read(&folder) {
                if known.insert(name, said.clone()).is_none() {
                    order.push(said);
                }
            }
            if order.len() > tell.borrow().len() {
                let _ = tell.send(order.clone());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    });
    told
}

fn read(folder: &Path) -> BTreeMap<String, Said> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let words = entries.filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_word = name.starts_with(PREFIX) && Path::new(&name).extension().is_some_and(|kind| kind == "json");
        let said = is_word.then(|| std::fs::read_to_string(entry.path()).ok())??;
        Some((name, serde_json::from_str(&said).ok()?))
    });
    words.collect()
}

/// Hand a word over to the run that goes on in this lab.
pub(super) fn hand_over(global: &Global, said: &Said) -> Result<RunDir, Failure> {
    let run = live(global)?;
    let name = format!("{PREFIX}{:024}.json", Timestamp::now().as_nanosecond());
    store::write_whole(&run.path.join(name), &serde_json::to_string(said).unwrap_or_default())?;
    Ok(run)
}

/// The run that goes on in this lab.
pub(super) fn live(global: &Global) -> Result<RunDir, Failure> {
    runs::all(&store::home()).into_iter().rev().find(|run| goes_on(global, run)).ok_or_else(|| {
        Failure::new(Code::Usage, format!("no run on lab `{}` is under way", global.lab)).next("droplab run")
    })
}

/// Wait until a run is under way whose page has gone out.
pub(super) async fn paged(global: &Global, patience: Duration) -> Result<RunDir, Failure> {
    let until = tokio::time::Instant::now() + patience;
    loop {
        let run = live(global);
        let is_paged =
            |run: &RunDir| journal::read(&run.journal()).is_ok_and(|timeline: Timeline| timeline.paged_s().is_some());
        match run {
            Ok(run) if is_paged(&run) => return Ok(run),
            Err(failure) if tokio::time::Instant::now() >= until => return Err(failure),
            Ok(run) if tokio::time::Instant::now() >= until => {
                return Err(Failure::new(Code::Usage, format!("no page of {} went out within {patience:?}", run.id)));
            }
            _ => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}
