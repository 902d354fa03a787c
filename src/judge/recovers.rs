//! `recovers`: customers are served as before, and stay so for the hold window, to the end of the run.
//!
//! **Invariant**: decided by what customers and gauges show; never by pods that say Ready, never by what was typed.

use super::case::{self, Case};
use crate::model::{
    evaluate::{self, Met},
    scenario::Recovers,
    silent,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, recovers: &Recovers) -> Finding {
    let (truth, sentence, evidence) = decide(case, recovers);
    case::finding(recovers.id(), truth, sentence, evidence)
}

fn decide(case: &Case, recovers: &Recovers) -> (Truth, String, Vec<u64>) {
    let Recovers { when, within, .. } = recovers;
    let (signal, hold) = (&when.signal, when.lasting);
    let Some(from_s) = case.recovery_from_s() else {
        return (Truth::Unknown, format!("{signal}: no page went out, so there was nothing to recover from"), vec![]);
    };
    // A healthy play has no page to count from: it counts from the end of its baseline.
    let from = if case.is_healthy_run() { "baseline" } else { "page" };
    let page: Vec<_> = case.paged.into_iter().map(|(seq, _)| seq).collect();
    if let Some(held) = case.recovery(recovers) {
        if let Some(since_s) = silent::since(when, case.timeline, held.until_s, case.end_s) {
            return (Truth::Unknown, format!("{signal} held, and was not read any more from {since_s:.0} s on"), page);
        }
        let precise = case.precise_s(recovers, held);
        let since_s = precise.map_or(held.since_s, |(_, good_s)| good_s);
        let took_s = (since_s - from_s).max(0.0);
        let evidence: Vec<_> = page.iter().copied().chain([held.seq]).collect();
        let interval = precise.map_or_else(String::new, |(bad_s, good_s)| {
            format!(" (last bad request {bad_s:.3} s, first good one {good_s:.3} s)")
        });
        let numbers = format!("{signal} back at {} {took_s:.1} s after the {from}{interval}", when.said(held.value));
        return if took_s <= within.0.as_secs_f64() {
            (Truth::Pass, format!("{numbers}, {within} allowed, held for {hold}"), evidence)
        } else {
            (Truth::Fail, format!("{numbers}, {within} were allowed"), evidence)
        };
    }
    let moments = evaluate::moments(when, case.timeline, from_s, case.end_s);
    let Some(last_s) = moments.last().copied() else {
        return (Truth::Unknown, format!("{signal}: nothing was seen after the {from}"), page);
    };
    let reading = match evaluate::at(when, case.timeline, from_s, last_s) {
        Met::Yes(reading) | Met::No(reading) => Ok(reading),
        // A hold that had only begun is no hold, but shows where it stood.
        Met::Unknown(why) => {
            evaluate::share_between(when, case.timeline, from_s, last_s).map(|(reading, _)| reading).ok_or(why)
        }
    };
    let (reached, evidence) = match reading {
        Ok(reading) => (when.said(reading.value), vec![reading.seq]),
        Err(why) => return (Truth::Unknown, why, page),
    };
    if case.timeline.interrupted() {
        return (Truth::Unknown, format!("interrupted while {signal} was at {reached}"), evidence);
    }
    if last_s < from_s + within.0.as_secs_f64() - 1.0 && !case.timeline.was_answered() {
        let ended_s = last_s - from_s;
        let sentence =
            format!("the run ended {ended_s:.0} s after the {from}, before the time was up; {signal} was at {reached}");
        return (Truth::Unknown, sentence, evidence);
    }
    let sentence = format!("{signal} was at {reached} at the end, `{when}` was expected within {within} of the {from}");
    (Truth::Fail, sentence, evidence)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, found, scenario, yaml};
    use crate::model::{
        event::{EventKind, Phase},
        timeline::Timeline,
        verdict::Truth,
    };

    #[test]
    fn served_again_and_held_is_recovered() {
        let (truth, sentence) = found(&Story::of(scenario()).paged().seconds(7, 100).end().judged(), "recovers");
        insta::assert_snapshot!(sentence);
        assert_eq!(truth, Truth::Pass);
    }

    #[test]
    fn without_a_page_it_is_counted_from_the_baseline() {
        let story = Story::of(scenario()).phase(Phase::Baseline).seconds(4, 100).phase(Phase::Fault).seconds(7, 100);
        let mut events = story.surveyed(false, facts("2.8.0")).say(EventKind::RunEnded { lab_errors: vec![] }).events();
        let EventKind::RunBegan { plan, .. } = &mut events[0].kind else { panic!("a story begins with its run") };
        plan.injection.steps.clear();
        let (_, sentence) = found(&crate::judge::judge(&scenario(), &Timeline { events }), "recovers");
        assert_eq!(sentence, "payment.success back at 100% 0.0 s after the baseline, 20s allowed, held for 6s");
    }

    #[test]
    fn served_too_late_is_not() {
        let verdict = Story::of(scenario()).paged().seconds(21, 9).seconds(7, 100).end().judged();
        let (truth, sentence) = found(&verdict, "recovers");
        assert!(sentence.contains("were allowed"), "{sentence}");
        assert_eq!(truth, Truth::Fail);
    }

    #[test]
    fn a_relapse_after_the_hold_is_not() {
        let verdict = Story::of(scenario()).paged().seconds(7, 100).seconds(20, 9).end().judged();
        assert_eq!(found(&verdict, "recovers").0, Truth::Fail);
    }

    #[test]
    fn nearly_is_not() {
        let verdict = Story::of(scenario()).paged().seconds(25, 99).end().judged();
        assert_eq!(found(&verdict, "recovers").0, Truth::Fail, "99 % of 99.8 %");
    }

    #[test]
    fn silence_after_the_page_is_unknown() {
        assert_eq!(found(&Story::of(scenario()).paged().end().judged(), "recovers").0, Truth::Unknown);
    }

    /// It recovered, and was not read any more while another goal still was to come.
    #[test]
    fn a_gauge_that_fell_silent_shows_nothing() {
        let mut scenario = scenario();
        let queue = "{ recovers: { id: queue, when: waiting <= 5 for 3s, within: 60s } }";
        scenario.expect.push(yaml(queue));
        let read = |story: Story, value| (0..5).fold(story, |story, _| story.gauge("waiting", value).seconds(1, 100));
        let queue = |story: Story| found(&story.end().judged(), "queue").0;
        let held = || read(Story::of(scenario.clone()).read_before().paged(), Some(0.0));
        assert_eq!(queue(held()), Truth::Pass);
        assert_eq!(queue(held().seconds(10, 100)), Truth::Unknown);
        assert_eq!(queue(read(read(held(), None), None)), Truth::Unknown);
    }

    #[test]
    fn an_interrupted_repair_is_unknown() {
        let story = Story::of(scenario()).paged().seconds(5, 9).say(EventKind::Interrupted);
        assert_eq!(found(&story.end().judged(), "recovers").0, Truth::Unknown);
    }

    #[test]
    fn a_repair_before_the_second_step_is_none() {
        let story = Story::of(scenario()).second_step(20.0).paged().seconds(7, 100);
        assert_eq!(found(&story.end().judged(), "symptom").0, Truth::Unknown, "step 2 was never put in");
    }
}
