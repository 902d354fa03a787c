//! The keys of the live screen: the same words that another terminal would say, on the same way.
//!
//! **Invariant**: nothing is said here that `droplab ack`, `hint`, `answer` and `done` would not say at that moment.

use tokio_util::sync::CancellationToken;

use super::{cause, done, flags::Lang, hint, interrupt, said};
use crate::{
    model::{diagnosis::Answer, said::Said, timeline::Timeline},
    store::{journal, runs::RunDir},
    terminal::live::Keys,
};

/// A person at the screen of a run.
pub(super) struct AtTheScreen {
    /// The run; nobody listens to what is said in a rehearsal.
    pub(super) run: Option<RunDir>,
    /// The language of hints.
    pub(super) lang: Lang,
    /// Ends the run, which heals.
    pub(super) stop: CancellationToken,
}

const REHEARSAL: &str = "in a rehearsal nobody is examined: only q and ? do something";
const NO_PAGE: &str = "no page yet: there is nothing to acknowledge, and nothing to have finished";
/// Here nobody can type; and whom it hurts is worth points.
const WHOM: &str = "acknowledged; whom it hurts: droplab ack --impact \"…\"   (in another terminal)";

impl AtTheScreen {
    /// Say it; what is shown of that.
    fn say(&self, said: &Said, shown: &str) -> String {
        let Some(run) = &self.run else { return REHEARSAL.to_owned() };
        said::write(&run.path, said).map_or_else(|error| error.to_string(), |()| shown.to_owned())
    }

    /// The run, and what it has written so far; or why nothing can be said to it.
    fn so_far(&self) -> Result<(&RunDir, Timeline), String> {
        let run = self.run.as_ref().ok_or_else(|| REHEARSAL.to_owned())?;
        let read = journal::read_what_is_whole(&run.journal());
        read.map(|(timeline, _)| (run, timeline)).map_err(|error| error.to_string())
    }
}

/// Why a word that answers the page would count for nothing yet.
fn too_early(timeline: &Timeline) -> Option<String> {
    timeline.paged_s().is_none().then(|| NO_PAGE.to_owned())
}

impl Keys for AtTheScreen {
    fn acknowledge(&mut self) -> String {
        let acknowledged = Said::Acknowledged { impact: None };
        match self.so_far() {
            Ok((_, timeline)) => too_early(&timeline).unwrap_or_else(|| self.say(&acknowledged, WHOM)),
            Err(why) => why,
        }
    }

    fn hint(&mut self) -> String {
        match self.so_far() {
            Ok((run, timeline)) => {
                hint::take(run, &timeline, self.lang).map_or_else(|failure| failure.text(), |(said, _)| said)
            }
            Err(why) => why,
        }
    }

    fn answer(&mut self, answer: Answer) -> String {
        match cause::known(answer) {
            Ok(answer) => {
                let said = Said::Diagnosed { answer };
                self.say(&said, &said.to_string())
            }
            Err(failure) => failure.text(),
        }
    }

    fn done(&mut self) -> String {
        match self.so_far() {
            Ok((_, timeline)) if done::wants_an_answer(&timeline) => {
                "here the cause is what is wanted: droplab done --help, in another terminal".to_owned()
            }
            Ok((_, timeline)) => {
                too_early(&timeline).unwrap_or_else(|| self.say(&Said::Finished, &Said::Finished.to_string()))
            }
            Err(why) => why,
        }
    }

    fn quit(&mut self) -> String {
        let again = self.stop.is_cancelled();
        self.stop.cancel();
        if again {
            interrupt::STILL_HEALING.to_owned()
        } else {
            "giving up: what was broken is being healed".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            event::EventKind,
            facts::Facts,
            plan::{Injection, Plan},
        },
        run::ports::Journal as _,
        store::{
            journal::{JournalFile, Wall},
            scenarios,
        },
    };

    /// Both keys wrote a word that the score passes over, and said that it was heard.
    #[test]
    fn no_key_says_what_would_count_for_nothing() {
        let home = tempfile::tempdir().unwrap();
        let run = RunDir::create(home.path(), "test", jiff::Timestamp::now(), None).unwrap();
        let (scenario_id, scenario) = scenarios::read(None, "payment-pool-exhaustion").unwrap();
        let injection = Injection { seed: 1, before: Facts::default(), steps: vec![] };
        let plan = Box::new(Plan { scenario_id, scenario, injection, adjusted: vec![], under_test: None });
        let began = EventKind::RunBegan { run: "r".into(), version: "0".into(), rehearsal: false, plan };
        let mut file = JournalFile::create(&run.journal(), Wall::Real).unwrap();
        file.append(0.0, began).unwrap();
        let folder = run.path.clone();
        let mut keys = AtTheScreen { run: Some(run), lang: Lang::En, stop: CancellationToken::new() };
        assert_eq!((keys.acknowledge().as_str(), keys.done().as_str()), (NO_PAGE, NO_PAGE));
        assert!(said::so_far(&folder).is_empty());
        file.append(1.0, EventKind::Paged { sentence: "P1".into() }).unwrap();
        assert_eq!((keys.acknowledge().as_str(), keys.done().as_str()), (WHOM, "finished: the repair is called done"));
        assert_eq!(said::so_far(&folder), [Said::Acknowledged { impact: None }, Said::Finished]);
    }
}
