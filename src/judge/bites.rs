//! Did the fault take effect? If not, the run is the lab's error, never the person's.
//!
//! **Invariant**: symptom and gauges must have been *seen*; an unreadable gauge proves nothing.

use super::case::{self, Case};
use crate::model::{
    scenario::GaugeBite,
    steady::percent,
    timeline::GaugeReading,
    verdict::{Finding, Truth},
};

/// How far apart two readings of a gauge are: what is seen may be this much older than its reading.
const SAMPLING_S: f64 = 1.0;

pub(super) fn finding(case: &Case) -> Option<Finding> {
    if case.is_healthy_run() {
        return None;
    }
    let bites = &case.scenario.bites;
    let unknown = |sentence: String, evidence| Some(case::finding("bites", Truth::Unknown, sentence, evidence));
    let Some((injected_seq, injected_s)) = case.injected else {
        return unknown("no fault was put in".into(), vec![]);
    };
    let Some((seen_seq, seen_s)) = case.bit else {
        let worst = case.timeline.windows(&bites.probe).filter(|(_, window)| window.to_s >= injected_s);
        let worst = worst.filter_map(|(_, window)| window.success()).min_by(f64::total_cmp);
        let worst =
            worst.map_or_else(|| "nothing was seen".into(), |share| format!("it never fell under {}", percent(share)));
        return unknown(
            format!("the fault did not bite: {} was to fall below {}, {worst}", bites.probe, bites.below),
            vec![injected_seq],
        );
    };
    let took_s = seen_s - injected_s;
    if took_s > bites.within.0.as_secs_f64() + SAMPLING_S {
        let sentence = format!("the fault bit late: after {took_s:.0} s, {} were allowed", bites.within);
        return unknown(sentence, vec![injected_seq, seen_seq]);
    }
    let mut said = vec![format!("{} fell below {} {took_s:.0} s after the injection", bites.probe, bites.below)];
    let mut evidence = vec![injected_seq, seen_seq];
    for (name, gauge) in &bites.gauges {
        match moved(case, name, gauge, injected_s) {
            Ok((sentence, seq)) => {
                said.push(sentence);
                evidence.push(seq);
            }
            Err(doubt) => return unknown(doubt, evidence),
        }
    }
    Some(case::finding("bites", Truth::Pass, said.join("; "), evidence))
}

/// Whether a gauge moved far and fast enough.
fn moved(case: &Case, name: &str, gauge: &GaugeBite, injected_s: f64) -> Result<(String, u64), String> {
    let deadline_s = injected_s + case.scenario.bites.within.0.as_secs_f64() + SAMPLING_S;
    let readings: Vec<_> = case.timeline.gauge(name).filter(|reading| reading.at_s >= injected_s).collect();
    let known = |reading: &&GaugeReading| reading.value.is_ok();
    if !readings.iter().any(|reading| known(&reading)) {
        let why = readings.first().map_or("it was never read", |reading| reading.value.err().unwrap_or_default());
        return Err(format!("{name} could not be read while the fault was in: {why}"));
    }
    let peak = readings.iter().filter_map(|reading| reading.value.ok()).fold(0.0, f64::max);
    let reached = readings
        .iter()
        .find(|reading| reading.at_s <= deadline_s && reading.value.is_ok_and(|value| value >= gauge.reaches));
    let Some(reached) = reached else {
        return Err(format!("{name} was to reach {}, its peak was {peak}", gauge.reaches));
    };
    let Some(within) = gauge.within else {
        return Ok((format!("{name} reached {} (peak {peak})", gauge.reaches), reached.seq));
    };
    let met_s = first_sign(case, injected_s).unwrap_or(reached.at_s);
    let took_s = (reached.at_s - met_s).max(0.0);
    if took_s > within.0.as_secs_f64() + SAMPLING_S {
        return Err(format!(
            "{name} reached {} only {took_s:.1} s after the first sign, {within} were allowed",
            gauge.reaches
        ));
    }
    Ok((format!("{name} reached {} within {:.0} s of the first sign", gauge.reaches, took_s.ceil()), reached.seq))
}

/// The first sign that a request met the fault: a gauge above all it was before, or a second worse than may page.
fn first_sign(case: &Case, injected_s: f64) -> Option<f64> {
    let scenario = case.scenario;
    let gauges = scenario.bites.gauges.keys().filter_map(|name| {
        let before = case.timeline.gauge(name).filter(|reading| reading.at_s < injected_s);
        let highest = before.filter_map(|reading| reading.value.ok()).fold(0.0, f64::max);
        let mut after = case.timeline.gauge(name).filter(|reading| reading.at_s >= injected_s);
        after.find(|reading| reading.value.is_ok_and(|value| value > highest * 1.5 + 1.0)).map(|reading| reading.at_s)
    });
    let bad = case
        .timeline
        .windows(&scenario.bites.probe)
        .filter(|(_, window)| window.to_s >= injected_s)
        .find(|(_, window)| window.success().is_some_and(|success| success < scenario.page.when.below.0))
        .map(|(_, window)| window.from_s);
    gauges.chain(bad).min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;
    use crate::model::scenario::Scenario;

    fn with_gauge(reaches: f64, within: Option<&str>) -> Scenario {
        let mut scenario = scenario();
        let within = within.map(|span| span.parse().unwrap());
        scenario.bites.gauges = [("waiting".to_owned(), GaugeBite { reaches, within })].into();
        scenario
    }

    fn bite(story: Story) -> (Truth, String) {
        found(&story.end().judged(), "bites")
    }

    #[test]
    fn a_fault_without_a_symptom_is_the_labs_error() {
        let (truth, sentence) = bite(Story::of(scenario()).broken().seconds(12, 96));
        insta::assert_snapshot!(sentence, @"the fault did not bite: payment-success was to fall below 12%, it never fell under 96%");
        assert_eq!(truth, Truth::Unknown);
    }

    #[test]
    fn a_fault_that_bites_late_is_the_labs_error() {
        assert_eq!(bite(Story::of(scenario()).broken().seconds(14, 96).seconds(3, 5)).0, Truth::Unknown);
    }

    #[test]
    fn a_gauge_must_have_been_seen_to_move() {
        let story = |value| Story::of(with_gauge(380.0, None)).broken().gauge("waiting", value).seconds(3, 5);
        assert_eq!(bite(story(Some(400.0))).0, Truth::Pass);
        assert_eq!(bite(story(Some(379.0))).1, "waiting was to reach 380, its peak was 379");
        assert_eq!(bite(story(None)).1, "waiting could not be read while the fault was in: refused");
        assert_eq!(bite(Story::of(with_gauge(380.0, None)).paged()).0, Truth::Unknown, "never read");
    }

    #[test]
    fn a_gauge_must_move_in_time_where_the_scenario_says_so() {
        let story = |wait| {
            let story = Story::of(with_gauge(50.0, Some("3s"))).broken().gauge("waiting", Some(9.0));
            story.seconds(wait, 5).gauge("waiting", Some(50.0)).seconds(3, 5)
        };
        assert_eq!(bite(story(3)).0, Truth::Pass);
        assert_eq!(bite(story(6)).0, Truth::Unknown);
    }
}
