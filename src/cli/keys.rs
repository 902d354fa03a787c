//! The keys of the live screen: the same words that another terminal would say, on the same way.
//!
//! **Invariant**: nothing is said here that `droplab ack`, `hint`, `answer` and `done` could not say.

use tokio_util::sync::CancellationToken;

use super::{cause, done, failure::Failure, flags::Lang, hint, interrupt, said};
use crate::{
    model::{diagnosis::Answer, said::Said},
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

impl AtTheScreen {
    fn say(&self, said: &Said) -> String {
        let Some(run) = &self.run else { return REHEARSAL.to_owned() };
        said::write(&run.path, said).map_or_else(|error| error.to_string(), |()| said.to_string())
    }
}

impl Keys for AtTheScreen {
    fn acknowledge(&mut self) -> String {
        self.say(&Said::Acknowledged { impact: None })
    }

    fn hint(&mut self) -> String {
        let Some(run) = &self.run else { return REHEARSAL.to_owned() };
        let taken = journal::read_what_is_whole(&run.journal())
            .map_err(Failure::from)
            .and_then(|(timeline, _)| hint::take(run, &timeline, self.lang));
        taken.map_or_else(|failure| failure.text(), |(said, _)| said)
    }

    fn answer(&mut self, answer: Answer) -> String {
        match cause::known(answer) {
            Ok(answer) => self.say(&Said::Diagnosed { answer }),
            Err(failure) => failure.text(),
        }
    }

    fn done(&mut self) -> String {
        let Some(run) = &self.run else { return REHEARSAL.to_owned() };
        match journal::read_what_is_whole(&run.journal()) {
            Ok((timeline, _)) if done::wants_an_answer(&timeline) => {
                "here the cause is what is wanted: droplab done --help, in another terminal".to_owned()
            }
            Ok(_) => self.say(&Said::Finished),
            Err(error) => error.to_string(),
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
