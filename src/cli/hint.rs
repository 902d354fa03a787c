//! `droplab hint`: the next hint that fits what the run in the other terminal shows now.
//!
//! **Invariant**: a hint that was told is in the run's journal, written by the run itself; each is told once, and none before the page.

use super::{
    exit::Exit,
    failure::Failure,
    flags::{Global, Lang},
    said, screen,
};
use crate::{
    model::{hints, said::Said, timeline::Timeline},
    store::runs::RunDir,
};

/// Arguments of `droplab hint`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab hint             for the run that goes on in another terminal
  droplab hint --lang ru
  droplab show payment-pool-exhaustion --hint 1      without a run, or one that was told before

The report of the run says which hints were told.")]
pub struct Args {}

/// The verb.
pub async fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let (run, timeline) = said::live(global)
        .map_err(|failure| failure.next("droplab show SCENARIO --hint 1   tells its hints without a run"))?;
    let (text, number) = take(&run, &timeline, global.lang)?;
    screen::result(&text);
    let Some(number) = number else { return Ok(Exit::Pass) };
    if said::heard(&run, |timeline| timeline.hinted().contains(&number)).await {
        screen::note(&format!("it is counted: {}", run.id));
        return Ok(Exit::Pass);
    }
    screen::note(&format!("run {} has not counted it: it has ended, or was killed (droplab heal)", run.id));
    Ok(Exit::Pass)
}

/// Take the next hint of a run: its text and its number, or why there is none.
pub(super) fn take(run: &RunDir, timeline: &Timeline, lang: Lang) -> Result<(String, Option<usize>), Failure> {
    let Some((_, plan, _)) = timeline.began() else { return Ok(("the run has not begun".to_owned(), None)) };
    let (scenario, id) = (&plan.scenario, &plan.scenario_id);
    if scenario.hints.is_empty() {
        return Ok(("there are no hints in this run".to_owned(), None));
    }
    // Whoever is not called yet has nothing to find out, and nothing that a hint is about is there to be seen.
    if timeline.paged_s().is_none() {
        return Ok(("nobody has been paged yet: hints are told from the page on".to_owned(), None));
    }
    let mut given = timeline.hinted();
    // Given a moment ago, and not in the journal yet.
    given.extend(said::so_far(&run.path).iter().filter_map(Said::hint));
    let next = hints::next(scenario, timeline, &given);
    let Some((number, hint)) = next.and_then(|number| Some((number, scenario.hints.get(number.checked_sub(1)?)?)))
    else {
        let all = given.len() >= scenario.hints.len();
        let why = if all {
            format!("all {} hints were told; again: droplab show {id} --hint 1", given.len())
        } else {
            "none of the hints that are left fits what the customers see now".to_owned()
        };
        return Ok((why, None));
    };
    said::write(&run.path, &Said::Hinted { number })?;
    let text = hint.of(lang == Lang::Ru);
    Ok((format!("hint {number} of {}: {}", scenario.hints.len(), text.trim()), Some(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            event::{Event, EventKind},
            facts::Facts,
            plan::{Injection, Plan},
        },
        store::scenarios,
    };

    fn timeline(paged: bool) -> Timeline {
        let (scenario_id, mut scenario) = scenarios::read(None, "payment-pool-exhaustion").unwrap();
        // Of no state: nobody was measured yet.
        scenario.hints.iter_mut().for_each(|hint| hint.when = None);
        let injection = Injection { seed: 1, before: Facts::default(), steps: vec![] };
        let plan = Box::new(Plan { scenario_id, scenario, injection, adjusted: vec![], under_test: None });
        let began = EventKind::RunBegan { run: "r".into(), version: "0".into(), rehearsal: false, plan };
        let page = paged.then(|| EventKind::Paged { sentence: "P1".into() });
        let event = |(seq, kind)| Event { seq, at_s: 0.0, wall: String::new(), kind };
        Timeline { events: (0..).zip([began].into_iter().chain(page)).map(event).collect() }
    }

    /// The method could be had before anything was broken.
    #[test]
    fn no_hint_is_told_before_the_page_and_each_once_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let run = RunDir::create(folder.path(), "test", jiff::Timestamp::now(), None).unwrap();
        let taken = |paged| take(&run, &timeline(paged), Lang::En).map(|(_, number)| number).ok().flatten();
        assert_eq!(taken(false), None);
        assert_eq!(taken(true), Some(1));
        assert_eq!(taken(true), Some(2));
    }
}
