//! Every signal that a condition names must be fed, and often enough for the condition to be told.
//!
//! **Invariant**: a name that is used and not declared is refused here, with what there is.

use super::Doubts;
use crate::model::{
    condition::{Condition, Signal},
    nearest::nearest,
    scenario::{Expectation, Scenario},
};

pub(super) fn check(scenario: &Scenario, doubts: &mut Doubts) {
    let probes = probes(scenario);
    for (field, condition) in scenario.conditions() {
        match (&condition.signal, condition.probe()) {
            (Signal::Gauge(gauge), _) if !scenario.gauges.contains_key(gauge) => {
                let known: Vec<&str> = scenario.gauges.keys().map(String::as_str).collect();
                doubts
                    .say(field, missing(&format!("the gauge `{gauge}` is not declared under `gauges`"), gauge, &known));
            }
            (_, Some(probe)) if !probes.iter().any(|(known, _)| known == probe) => {
                let known: Vec<&str> = probes.iter().map(|(known, _)| known.as_str()).collect();
                doubts.say(field, missing(&format!("`{probe}` is fed by no load"), probe, &known));
            }
            _ => {}
        }
    }
    for expected in &scenario.expect {
        if let Expectation::Recovers(recovers) = expected {
            enough(scenario, &format!("expect.{}.when", expected.id()), &recovers.when, doubts);
        }
    }
    for bystander in &scenario.bystanders {
        if bystander.probe().is_none() {
            doubts.say("bystanders", format!("`{bystander}`: expected customers, not a gauge"));
        }
    }
    let paged = scenario.page.when.iter().find_map(|condition| Some((condition.probe()?, condition)));
    for condition in scenario.symptom.iter().flat_map(|symptom| &symptom.when) {
        let (_, operator, value) = condition.measure();
        let Some((_, page)) =
            paged.filter(|(probe, page)| Some(*probe) == condition.probe() && page.bound() == condition.bound())
        else {
            continue;
        };
        let (_, page_operator, page_value) = page.measure();
        if operator.is_upper() && page_operator.is_upper() && value > page_value {
            doubts.say(
                "symptom.when",
                format!("`{condition}` is weaker than the page's `{page}`: it could be seen and nobody be paged"),
            );
        }
    }
}

/// Every probe that the load feeds, with its rate.
fn probes(scenario: &Scenario) -> Vec<(String, f64)> {
    let mut probes = Vec::new();
    for (name, customers) in &scenario.load.customers {
        probes.push((name.clone(), customers.rate.per_second));
        let promises = customers.promises.keys();
        probes.extend(promises.map(|promise| (format!("{name}.{promise}"), customers.rate.per_second)));
    }
    probes
}

fn missing(what: &str, word: &str, known: &[&str]) -> String {
    let meant =
        nearest(word, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("{what}; there are: {there}{meant}")
}

/// A goal near one needs many requests: so many must come while it is to be held.
fn enough(scenario: &Scenario, field: &str, condition: &Condition, doubts: &mut Doubts) {
    let rate = condition.probe().and_then(|probe| {
        probes(scenario).into_iter().find(|(known, _)| known == probe).map(|(_, per_second)| per_second)
    });
    let Some(rate) = rate else { return };
    #[expect(clippy::cast_precision_loss, reason = "at most ten thousand requests")]
    let needed_s = condition.fewest() as f64 / rate;
    let held_s = condition.lasting.0.as_secs_f64();
    if held_s + 0.5 < needed_s {
        doubts.say(
            field,
            format!(
                "`{condition}` is read over {} requests at least, which take {:.0} s at {rate}/s: hold that long",
                condition.fewest(),
                needed_s.ceil()
            ),
        );
    }
}
