//! `stays`: something is so all through, not just at the end.
//!
//! **Invariant**: one moment at which it was shown not to be so fails it; a time without a single reading passes nothing.

use super::case::{self, Case};
use crate::model::{
    evaluate::{self, Met},
    scenario::{Since, Stays},
    silent,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, stays: &Stays) -> Finding {
    let (truth, sentence, evidence) = decide(case, stays);
    case::finding(&stays.id, truth, sentence, evidence)
}

fn decide(case: &Case, stays: &Stays) -> (Truth, String, Vec<u64>) {
    let Stays { when, from, after, .. } = stays;
    let Some(from_s) = since_s(case, *from) else {
        return (Truth::Unknown, format!("`{when}` was to stay so from {from} on, which never came"), vec![]);
    };
    let from_s = from_s + after.0.as_secs_f64();
    let (mut told, mut doubt, mut last) = (0_u32, None, None);
    let lasting_s = when.lasting.0.as_secs_f64();
    // A gauge that has not been read for as long as the condition asks is no gap yet.
    let soon = |at_s: &f64| when.probe().is_none() && at_s - from_s < lasting_s;
    for at_s in evaluate::moments(when, case.timeline, from_s, case.end_s).into_iter().skip_while(soon) {
        match evaluate::at(when, case.timeline, from_s, at_s) {
            Met::No(reading) => {
                let since_s = at_s - from_s;
                let said = when.said(reading.value);
                let sentence =
                    format!("{} was at {said} {since_s:.0} s after {from}, `{when}` was to stay so", when.signal);
                return (Truth::Fail, sentence, vec![reading.seq]);
            }
            Met::Yes(reading) => {
                told += 1;
                last = Some(reading.seq);
            }
            Met::Unknown(why) => doubt = Some(why),
        }
    }
    if let Some(since_s) = silent::since(when, case.timeline, from_s, case.end_s) {
        doubt = doubt.or(Some(format!("{} was not read from {since_s:.0} s on", when.signal)));
    }
    match (told, doubt) {
        (0, doubt) => {
            let why = doubt.unwrap_or_else(|| "nothing was seen".to_owned());
            (Truth::Unknown, format!("nobody knows whether `{when}` stayed so: {why}"), vec![])
        }
        // The first moments have too few requests behind them, which is no gap; a gauge that fell silent is one.
        (_, Some(why)) if when.probe().is_none() => (
            Truth::Unknown,
            format!("nobody knows whether `{when}` stayed so all the time: {why}"),
            last.into_iter().collect(),
        ),
        _ => (Truth::Pass, format!("`{when}` stayed so from {from} on"), last.into_iter().collect()),
    }
}

fn since_s(case: &Case, from: Since) -> Option<f64> {
    let moment = match from {
        Since::Start => case.fault_s,
        Since::Injection => case.first_injected().map(|(_, at_s)| at_s),
        Since::Page => case.paged.map(|(_, at_s)| at_s),
        Since::Step(number) => case.step_in_s(number - 1),
        Since::Then => case.replay_s,
    };
    // A run without faults has no moments of faults, and a trial no incident and no page: then all of it counts.
    moment.or(case.fault_s.filter(|_| case.is_healthy_run() || case.under_test().is_some()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;
    use crate::model::scenario::{Expectation, Scenario};

    fn with_stays(when: &str) -> Scenario {
        let mut scenario = scenario();
        let stays = Stays {
            id: "no-outage".into(),
            when: when.parse().unwrap(),
            from: Since::Page,
            after: "2s".parse().unwrap(),
        };
        scenario.expect.push(Expectation::Stays(stays));
        scenario
    }

    #[test]
    fn a_dip_in_the_middle_fails_although_the_end_is_well() {
        let stays = |dip: u64| {
            let story = Story::of(with_stays("payment.success >= 50% for 2s")).paged().seconds(4, 80);
            found(&story.seconds(2, dip).seconds(7, 100).end().judged(), "no-outage").0
        };
        assert_eq!(stays(60), Truth::Pass);
        assert_eq!(stays(10), Truth::Fail);
    }

    #[test]
    fn a_gauge_that_fell_silent_is_a_gap() {
        let read = |story: Story, seconds: u32| {
            (0..seconds).fold(story, |story, _| story.gauge("waiting", Some(0.0)).seconds(1, 100))
        };
        let stays = |story: Story| found(&story.end().judged(), "no-outage").0;
        let paged = || Story::of(with_stays("waiting <= 5 for 2s")).read_before().paged();
        assert_eq!(stays(read(paged(), 20)), Truth::Pass);
        assert_eq!(stays(read(paged(), 8).seconds(12, 100)), Truth::Unknown);
    }

    #[test]
    fn what_was_never_seen_did_not_stay() {
        let verdict = Story::of(with_stays("checkout.success >= 50% for 2s")).paged().seconds(7, 100).end().judged();
        assert_eq!(found(&verdict, "no-outage").0, Truth::Unknown);
    }
}
