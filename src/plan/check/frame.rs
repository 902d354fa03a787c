//! The frame of a scenario: level, load, steps, how it ends.
//!
//! **Invariant**: a scenario that passes this has an end, and something to measure against.

use super::Doubts;
use crate::model::{
    customers::Journey,
    ledger::LedgerName,
    scenario::{Expectation, Scenario, Since, Step},
};

pub(super) fn check(scenario: &Scenario, doubts: &mut Doubts) {
    doubts.refuse(!(1..=5).contains(&scenario.level), "level", "expected 1 to 5");
    doubts.refuse(scenario.load.baseline.0.as_secs() < 3, "load.baseline", "expected at least 3s to measure against");
    doubts.refuse(scenario.load.timeout.0.is_zero(), "load.timeout", "expected more than zero");
    doubts.refuse(scenario.load.customers.is_empty(), "load.customers", "expected at least one kind of customers");
    let says = scenario.expect.iter().any(|expected| matches!(expected, Expectation::Says(_)));
    doubts.refuse(
        scenario.hands_in() && !says,
        "expect",
        "expected at least one `recovers`, or `says` where there is nothing to repair: a run has no end otherwise",
    );
    doubts.refuse(
        !scenario.steps.is_empty() && scenario.symptom.is_none() && !scenario.hands_in(),
        "symptom",
        "expected what proves that the steps took effect",
    );
    doubts.refuse(
        scenario.steps.is_empty() && !scenario.then.is_empty(),
        "then",
        "there is no step of which this could be the replay",
    );
    if let Some(symptom) = &scenario.symptom {
        doubts.refuse(symptom.within.0.is_zero(), "symptom.within", "expected more than zero");
        let ends = !scenario.steps.is_empty() && scenario.steps.iter().any(|step| step.lasting.is_some());
        doubts.refuse(
            symptom.outlives.is_some() && !ends,
            "symptom.outlives",
            "no step ends by itself (`for`), so there is nothing to outlive",
        );
    }
    doubts.refuse(
        scenario
            .then
            .iter()
            .any(|step| step.until.is_some() || step.repeat.as_ref().is_some_and(|repeat| repeat.until.is_some())),
        "then",
        "a replay goes on for a time (`for`) and not `until` something is so",
    );
    for (field, steps) in [("steps", &scenario.steps), ("then", &scenario.then)] {
        for (index, step) in steps.iter().enumerate() {
            check_step(&format!("{field}[{}]", index + 1), step, doubts);
        }
    }
    ids(scenario, doubts);
    told(scenario, doubts);
    for doubt in scenario.diagnosis.doubts() {
        let (field, what) = doubt.split_once(": ").unwrap_or(("", &doubt));
        doubts.say(format!("diagnosis.{field}"), what);
    }
    for (name, gauge) in &scenario.gauges {
        gauge.doubts().into_iter().for_each(|doubt| doubts.say(format!("gauges.{name}"), doubt));
    }
}

fn check_step(field: &str, step: &Step, doubts: &mut Doubts) {
    if step.what().is_none() {
        doubts.say(field, "expected either `fault` or `pick`, which must not be empty");
    }
    if step.at.is_some() == step.when.is_some() {
        doubts.say(field, "expected either `at` (a time) or `when` (a condition)");
    }
    if step.lasting.is_some_and(|lasting| lasting.0.is_zero()) {
        doubts.say(format!("{field}.for"), "expected more than zero");
    }
    if step.until.is_some() && (step.lasting.is_none() || step.repeat.is_some()) {
        doubts.say(format!("{field}.until"), "expected `for` beside it, the longest time, and no `repeat`");
    }
    let Some(repeat) = &step.repeat else { return };
    if !(2..=60).contains(&repeat.times) {
        doubts.say(format!("{field}.repeat.times"), "expected 2 to 60");
    }
    if step.when.is_some() {
        doubts.say(
            format!("{field}.repeat"),
            "a step that waits for a condition cannot repeat: bind it to a time by `at`",
        );
    }
    let overlap = step.lasting.is_some_and(|lasting| lasting >= repeat.every);
    if repeat.every.0.is_zero() || overlap {
        doubts.say(format!("{field}.repeat.every"), "expected more than zero, and more than `for`");
    }
}

/// Ids tell findings apart; a `stays` must begin at something that the scenario has.
fn ids(scenario: &Scenario, doubts: &mut Doubts) {
    let mut seen = std::collections::BTreeSet::new();
    for expected in &scenario.expect {
        let id = expected.id();
        if !seen.insert(id.clone()) {
            doubts.say("expect", format!("two expectations are called `{id}`: give each an `id` of its own"));
        }
        match expected {
            Expectation::Stays(stays) => match stays.from {
                Since::Step(number) if number > scenario.steps.len() => {
                    doubts.say(format!("expect.{id}.from"), format!("there are {} steps", scenario.steps.len()));
                }
                Since::Then if scenario.then.is_empty() => {
                    doubts.say(format!("expect.{id}.from"), "nothing is played again: there is no `then`");
                }
                _ => {}
            },
            Expectation::Recovers(recovers) => {
                if recovers.within.0.is_zero() {
                    doubts.say(format!("expect.{id}.within"), "expected more than zero");
                }
                if recovers.when.lasting.0.as_secs() < 1 {
                    doubts.say(format!("expect.{id}.when"), "expected how long it must hold, such as `for 30s`");
                }
            }
            Expectation::Says(says) => {
                for doubt in says.answer.doubts() {
                    doubts.say("expect.says.answer", doubt);
                }
            }
            Expectation::Holds(_) | Expectation::Books(_) | Expectation::Keeps(_) | Expectation::Untouched(_) => {}
        }
    }
}

/// Books are held against what customers of one name were told, and only who checks out is told of an order to ask about later: with others
/// each of these could only be unknown.
fn told(scenario: &Scenario, doubts: &mut Doubts) {
    for expected in &scenario.expect {
        let Expectation::Books(ledger) = expected else { continue };
        let journey = match ledger {
            LedgerName::Payments => Journey::Payment,
            LedgerName::Orders | LedgerName::Parcels | LedgerName::Bank => Journey::Checkout,
        };
        let name = journey.word();
        if scenario.load.customers.get(name).is_none_or(|customers| customers.journey != journey) {
            doubts.say(
                format!("expect.{ledger}"),
                format!("the books of {ledger} are held against what the customers `{name}` of this journey were told: there are none"),
            );
        }
    }
    for (name, customers) in &scenario.load.customers {
        if !customers.promises.is_empty() && customers.journey != Journey::Checkout {
            doubts.say(
                format!("load.customers.{name}.promises"),
                "only who checks out is told of an order, and can ask about it later: expected `journey: checkout`",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubted(change: &[(&str, &str)]) -> Vec<String> {
        let minimal = include_str!("../../../tests/it/minimal.yaml").to_owned();
        let text = change.iter().fold(minimal, |text, (right, wrong)| text.replace(right, wrong));
        let document = serde_yaml::Deserializer::from_str(&text);
        let scenario: Scenario = serde_yaml::with::singleton_map_recursive::deserialize(document).unwrap();
        let mut doubts = Doubts::default();
        check(&scenario, &mut doubts);
        doubts.0.iter().map(ToString::to_string).collect()
    }

    /// Both passed, and every run of such a scenario was unknown.
    #[test]
    fn books_and_promises_of_customers_who_are_told_nothing_are_refused() {
        assert_eq!(doubted(&[]), [""; 0]);
        let no_books = "the books of orders are held against what the customers `checkout` of this journey were told: there are none";
        assert_eq!(doubted(&[("books: payments", "books: orders")]), [format!("expect.orders: {no_books}")]);
        let other = doubted(&[
            ("books: payments", "books: orders"),
            ("browse: 5/s", "checkout: { journey: browse, rate: 5/s }"),
        ]);
        assert_eq!(other, [format!("expect.orders: {no_books}")]);
        let promised = doubted(&[("browse: 5/s", "browse: { rate: 5/s, promises: { parcel: 8s } }")]);
        assert!(
            promised.len() == 1 && promised[0].starts_with("load.customers.browse.promises: only who"),
            "{promised:?}"
        );
        let fine = [
            ("browse: 5/s", "checkout: { rate: 5/s, promises: { parcel: 8s } }"),
            ("books: payments", "books: parcels"),
        ];
        assert_eq!(doubted(&fine), [""; 0]);
    }
}
