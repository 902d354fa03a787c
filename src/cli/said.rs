//! What the person says on its way from another terminal to the run that goes on.
//!
//! **Invariant**: each word is a whole file of its own in the run's folder, written aside and renamed; they count in order of writing.

use std::{collections::BTreeMap, fmt::Display, path::Path, time::Duration};

use jiff::Timestamp;
use tokio::sync::watch;

use super::{
    failure::{Code, Failure},
    flags::Global,
    screen,
};
use crate::{
    model::{said::Said, timeline::Timeline},
    store::{
        self, StoreError, journal,
        runs::{self, RunDir},
    },
};

const PREFIX: &str = "said-";
/// How long a run may take to write down what it has heard.
const PATIENCE: Duration = Duration::from_secs(4);

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

/// What was said to a run so far, whether the run has heard it or not.
pub(super) fn so_far(folder: &Path) -> Vec<Said> {
    read(folder).into_values().collect()
}

/// Leave a word in the folder of a run that goes on.
pub(super) fn write(folder: &Path, said: &Said) -> Result<(), StoreError> {
    let name = format!("{PREFIX}{:024}.json", Timestamp::now().as_nanosecond());
    store::write_whole(&folder.join(name), &serde_json::to_string(said).unwrap_or_default())
}

/// Hand a word over to a run that goes on ([`live`]), and wait until it has written it down.
pub(super) async fn hand_over((run, timeline): (RunDir, Timeline), said: &Said) -> Result<RunDir, Failure> {
    if timeline.survey(false).is_some() {
        let over = Failure::new(Code::Usage, format!("{} is over: it is being healed and counted", run.id));
        let next = format!("droplab report {}   when it has ended; droplab heal, if it was killed", run.id);
        return Err(over.next(next));
    }
    let before = times(&timeline, said);
    write(&run.path, said)?;
    if heard(&run, |timeline| times(timeline, said) > before).await {
        return Ok(run);
    }
    Err(Failure::new(Code::Usage, format!("{} has not heard it: it is over, or was killed", run.id))
        .next("droplab status; droplab heal, if it was killed"))
}

fn times(timeline: &Timeline, said: &Said) -> usize {
    timeline.said().filter(|(_, _, one)| *one == said).count()
}

/// Wait until a run has written something down.
pub(super) async fn heard(run: &RunDir, written: impl Fn(&Timeline) -> bool) -> bool {
    let until = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < until {
        if journal::read_what_is_whole(&run.journal()).is_ok_and(|(timeline, _)| written(&timeline)) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

/// The run that goes on in this lab, and what it has written so far.
pub(super) fn live(global: &Global) -> Result<(RunDir, Timeline), Failure> {
    runs::all(&store::home())?.into_iter().rev().find_map(|run| open(&global.lab, run)).ok_or_else(|| {
        Failure::new(Code::Usage, format!("no run on lab `{}` is under way", global.lab))
            .next("droplab run NAME   (droplab list names the incidents)")
    })
}

/// The run, if it is this lab's and goes on. A journal that cannot be read as a whole is named, and used as far as it goes.
fn open(lab: &str, run: RunDir) -> Option<(RunDir, Timeline)> {
    let read = journal::read_what_is_whole(&run.journal());
    let (timeline, broken) = read.inspect_err(|why| screen::note(&format!("warning: {why}"))).ok()?;
    let ours = timeline.began().is_some_and(|(_, plan, _)| plan.injection.before.lab == lab);
    let goes_on = ours && timeline.lab_errors().is_none();
    if let Some(why) = broken.filter(|_| goes_on) {
        screen::note(&format!("warning: a journal cannot be read as a whole: {why}"));
    }
    goes_on.then_some((run, timeline))
}

/// A word came before the page that it is about.
pub(super) fn no_page(why: impl Display) -> Failure {
    Failure::new(Code::Usage, why).next("droplab ack --wait 2m   acknowledges it as soon as it is out")
}

/// Wait until a run is under way whose page has gone out.
pub(super) async fn paged(global: &Global, patience: Duration) -> Result<RunDir, Failure> {
    let until = tokio::time::Instant::now() + patience;
    loop {
        let found = live(global);
        let late = tokio::time::Instant::now() >= until;
        match found {
            Ok((run, timeline)) if timeline.paged_s().is_some() => return Ok(run),
            Ok((run, _)) if late => {
                return Err(no_page(format!("no page of {} went out within {patience:?}", run.id)));
            }
            Err(failure) if late => return Err(failure),
            _ => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::{
        cli::args::Cli,
        model::event::{Event, EventKind},
    };

    /// Whether what is to be typed next can be.
    fn can_be_typed(failure: &Failure) -> bool {
        let next = failure.next.as_deref().unwrap_or_default();
        let command = next.split("   ").next().unwrap_or_default();
        Cli::try_parse_from(command.split(' ')).is_ok()
    }

    /// Both said what was wrong, and nothing else.
    #[tokio::test]
    async fn whoever_comes_too_early_or_too_late_is_told_what_to_type() {
        let early = no_page("there is no page yet");
        assert!(can_be_typed(&early) && early.next.as_deref().unwrap().starts_with("droplab ack"), "{early}");
        let home = tempfile::tempdir().unwrap();
        let run = RunDir::create(home.path(), "x", Timestamp::now(), None).unwrap();
        let kind = EventKind::Surveyed { healed: false, facts: Box::default() };
        let over = Timeline { events: vec![Event { seq: 0, at_s: 0.0, wall: String::new(), kind }] };
        let late = hand_over((run, over), &Said::Finished).await.unwrap_err();
        assert!(can_be_typed(&late) && late.next.as_deref().unwrap().contains("droplab heal"), "{late}");
    }
}
