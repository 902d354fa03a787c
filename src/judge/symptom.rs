//! Did the steps take effect? If not, the run is the lab's error, never the person's.
//!
//! **Invariant**: each part of the symptom must have been *seen* after the injection; an unreadable gauge proves nothing.

use super::case::{self, Case};
use crate::model::{
    condition::Condition,
    evaluate::{self, Met, Reading},
    plan::Part,
    verdict::{Finding, Truth},
};

/// Windows and readings come once a second: what is seen may be this much older.
const SAMPLING_S: f64 = 1.0;

pub(super) fn finding(case: &Case) -> Option<Finding> {
    if case.is_healthy_run() {
        return None;
    }
    let symptom = case.scenario.symptom.as_ref()?;
    let unknown = |sentence: String, evidence| Some(case::finding("symptom", Truth::Unknown, sentence, evidence));
    let Some((injected_seq, injected_s)) = case.first_injected() else {
        return unknown("no fault was put in".into(), vec![]);
    };
    let missing: Vec<_> = case.missing_steps().iter().map(ToString::to_string).collect();
    if !missing.is_empty() {
        return unknown(format!("step {} was never put in", missing.join(", ")), vec![injected_seq]);
    }
    let (mut said, mut evidence) = (Vec::new(), vec![injected_seq]);
    for condition in &symptom.when {
        let Some(reading) = seen(case, condition, injected_s) else {
            let worst = worst(case, condition, injected_s);
            return unknown(format!("the fault showed no symptom: `{condition}` was expected, {worst}"), evidence);
        };
        let took_s = reading.until_s - injected_s;
        evidence.push(reading.seq);
        if took_s > symptom.within.0.as_secs_f64() + SAMPLING_S {
            let sentence = format!("`{condition}` was seen only after {took_s:.0} s, {} were allowed", symptom.within);
            return unknown(sentence, evidence);
        }
        said.push(format!("{} at {} after {took_s:.0} s", condition.signal, condition.said(reading.value)));
    }
    if let Some(outlives) = symptom.outlives {
        match outlived(case, outlives.0.as_secs_f64()) {
            Ok(sentence) => said.push(sentence),
            Err(doubt) => return unknown(doubt, evidence),
        }
    }
    Some(case::finding("symptom", Truth::Pass, said.join("; "), evidence))
}

fn seen(case: &Case, condition: &Condition, injected_s: f64) -> Option<Reading> {
    evaluate::first(condition, case.timeline, injected_s, case.end_s)
}

/// When every part of the symptom had been seen.
pub(super) fn seen_s(case: &Case) -> Option<f64> {
    let (_, injected_s) = case.first_injected()?;
    let mut all = case.scenario.symptom.iter().flat_map(|symptom| &symptom.when).peekable();
    all.peek()?;
    all.try_fold(injected_s, |latest, condition| Some(seen(case, condition, injected_s)?.until_s.max(latest)))
}

/// How near a condition came to being so, in words.
fn worst(case: &Case, condition: &Condition, injected_s: f64) -> String {
    let (_, operator, _) = condition.measure();
    let mut nearest: Option<f64> = None;
    let mut why = "nothing was seen".to_owned();
    for at_s in evaluate::moments(condition, case.timeline, injected_s, case.end_s) {
        match evaluate::at(condition, case.timeline, injected_s, at_s) {
            Met::Yes(reading) | Met::No(reading) => {
                let value = reading.value;
                nearest = Some(
                    nearest.map_or(value, |old| if operator.is_upper() { old.min(value) } else { old.max(value) }),
                );
            }
            Met::Unknown(doubt) => why = doubt,
        }
    }
    nearest.map_or(why, |value| format!("the nearest was {}", condition.said(value)))
}

/// Whether the outage went on after its trigger had ended by itself.
fn outlived(case: &Case, outlives_s: f64) -> Result<String, String> {
    let steps = case.plan.into_iter().flat_map(|plan| plan.injection.of(Part::Incident));
    let taken_out = steps.filter(|(index, step)| step.lasts_s.is_some() && !case.was_called_off(*index, step));
    let mut ends = taken_out.map(|(index, _)| case.out_at.get(&index).copied()).peekable();
    if ends.peek().is_none() {
        return Err("no trigger that ends by itself was played".to_owned());
    }
    let Some(trigger_s) = ends.try_fold(0.0, |latest, end| Some(f64::max(latest, end?))) else {
        return Err("the trigger had not ended by itself".to_owned());
    };
    let until_s = trigger_s + outlives_s;
    for condition in case.scenario.symptom.iter().flat_map(|symptom| &symptom.when) {
        let last =
            evaluate::moments(condition, case.timeline, trigger_s, until_s.min(case.end_s)).into_iter().next_back();
        let met = last.map(|at_s| evaluate::at(condition, case.timeline, trigger_s, at_s));
        if !met.as_ref().is_some_and(Met::is_yes) {
            return Err(format!("`{condition}` did not outlive its trigger by {outlives_s:.0} s"));
        }
    }
    Ok(format!("it outlived its trigger by {outlives_s:.0} s"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use super::*;
    use crate::model::scenario::Scenario;

    fn with_gauge(reaches: &str) -> Scenario {
        let mut scenario = scenario();
        let gauge = "{ metric: { name: w, of: payment } }";
        scenario.gauges.insert("waiting".into(), super::super::testing::yaml(gauge));
        scenario.symptom.as_mut().unwrap().when.0.push(format!("waiting >= {reaches}").parse().unwrap());
        scenario
    }

    fn symptom(story: Story) -> (Truth, String) {
        found(&story.end().judged(), "symptom")
    }

    #[test]
    fn a_fault_without_a_symptom_is_the_labs_error() {
        let (truth, sentence) = symptom(Story::of(scenario()).broken().seconds(12, 96));
        insta::assert_snapshot!(sentence, @"the fault showed no symptom: `payment.success < 12%` was expected, the nearest was 96%");
        assert_eq!(truth, Truth::Unknown);
    }

    #[test]
    fn a_symptom_that_comes_late_is_the_labs_error() {
        assert_eq!(symptom(Story::of(scenario()).broken().seconds(14, 96).seconds(3, 5)).0, Truth::Unknown);
    }

    #[test]
    fn a_gauge_must_have_been_seen_to_move() {
        let story = |value: Option<f64>| {
            let story = Story::of(with_gauge("380")).read_before().broken();
            story.gauge("waiting", value).seconds(3, 5)
        };
        assert_eq!(symptom(story(Some(400.0))).0, Truth::Pass);
        let (truth, sentence) = symptom(story(Some(379.0)));
        assert_eq!((truth, sentence.ends_with("the nearest was 379")), (Truth::Unknown, true), "{sentence}");
        let (truth, sentence) = symptom(story(None));
        assert_eq!((truth, sentence.contains("could not be read: refused")), (Truth::Unknown, true), "{sentence}");
    }
}
