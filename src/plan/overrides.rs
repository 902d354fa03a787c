//! What a person asks for that differs from the scenario's file.
//!
//! **Invariant**: every difference is put into words that end up in the verdict; nothing is changed in silence.

use super::trial;
use crate::model::{
    condition::{Condition, Signal, Value},
    conditions::Conditions,
    plan::UnderTest,
    scenario::{Expectation, Scenario},
    units::{Rate, Span},
};

/// What a person asks for that differs from the scenario's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Another rate of the traffic that decides (that of the page's first probe).
    pub rate: Option<Rate>,
    /// Another time to repair.
    pub within: Option<Span>,
    /// Another hold window.
    pub hold: Option<Span>,
    /// Break nothing: the proof that a healthy lab passes.
    pub healthy: bool,
    /// Examine somebody's own image of a service.
    pub under_test: Option<UnderTest>,
}

impl Overrides {
    /// The scenario as asked for, and each difference in words.
    pub(super) fn apply(&self, scenario: &Scenario, reasons: &mut Vec<String>) -> (Scenario, Vec<String>) {
        let mut adjusted = scenario.clone();
        let mut said = Vec::new();
        if let Some(rate) = self.rate {
            match main_customers(scenario) {
                Some(name) => set_rate(&mut adjusted, &name, rate, &mut said),
                None => reasons.push("--rate: the page watches no customers whose rate could be changed".to_owned()),
            }
        }
        for expectation in &mut adjusted.expect {
            if let (Expectation::Says(says), Some(within)) = (&mut *expectation, self.within)
                && scenario.hands_in()
                && within != says.within
            {
                said.push(format!("time to answer {within} instead of {}", says.within));
                says.within = within;
            }
            let Expectation::Recovers(recovers) = expectation else { continue };
            if let Some(within) = self.within.filter(|within| *within != recovers.within) {
                once(&mut said, format!("time to repair {within} instead of {}", recovers.within));
                recovers.within = within;
            }
            if let Some(hold) = self.hold.filter(|hold| *hold != recovers.when.lasting) {
                once(&mut said, format!("hold window {hold} instead of {}", recovers.when.lasting));
                recovers.when.lasting = hold;
            }
        }
        if self.healthy {
            adjusted.steps.clear();
            adjusted.then.clear();
            said.push("no fault is injected".to_owned());
        }
        if let Some(test) = &self.under_test {
            trial::arrange(&mut adjusted, test, &mut said, reasons);
        }
        (adjusted, said)
    }
}

/// What is asked for of several expectations alike is one difference.
fn once(said: &mut Vec<String>, what: String) {
    if !said.contains(&what) {
        said.push(what);
    }
}

/// The customers that the page watches first.
pub(super) fn main_customers(scenario: &Scenario) -> Option<String> {
    let probe = scenario.page.when.iter().find_map(Condition::probe)?;
    let name = probe.split('.').next().unwrap_or(probe);
    scenario.load.customers.contains_key(name).then(|| name.to_owned())
}

/// The rate of the traffic that decides: what [`Overrides::rate`] sets.
pub fn main_rate(scenario: &Scenario) -> Option<Rate> {
    scenario.load.customers.get(&main_customers(scenario)?).map(|customers| customers.rate)
}

/// Another rate; with less traffic queues are shorter in proportion, and so are the thresholds on gauges that say so.
fn set_rate(scenario: &mut Scenario, name: &str, rate: Rate, said: &mut Vec<String>) {
    let Some(customers) = scenario.load.customers.get_mut(name) else { return };
    let before = std::mem::replace(&mut customers.rate, rate);
    if before == rate {
        return;
    }
    said.push(format!("{name} at {rate} instead of {before}"));
    let ratio = rate.per_second / before.per_second;
    if ratio >= 1.0 {
        return;
    }
    let scaling: Vec<_> =
        scenario.gauges.iter().filter(|(_, gauge)| gauge.scales()).map(|(name, _)| name.clone()).collect();
    let symptom = scenario.symptom.iter_mut().map(|symptom| &mut symptom.when);
    for Conditions(conditions) in symptom.chain([&mut scenario.page.when]) {
        for condition in conditions {
            let (Signal::Gauge(gauge), Value::Number(number)) = (&condition.signal, condition.value) else { continue };
            if scaling.contains(gauge) {
                let scaled = (number * ratio).floor();
                said.push(format!("{gauge} {} {scaled} instead of {number}", condition.operator));
                condition.value = Value::Number(scaled);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of an incident that recovers twice, the same was told twice.
    #[test]
    fn what_is_asked_for_is_told_once() {
        let document = serde_yaml::Deserializer::from_str(include_str!("../../tests/it/minimal.yaml"));
        let mut scenario: Scenario = serde_yaml::with::singleton_map_recursive::deserialize(document).unwrap();
        scenario.expect.push(scenario.expect[0].clone());
        let (within, hold): (Span, Span) = ("15s".parse().unwrap(), "9s".parse().unwrap());
        let overrides = Overrides { within: Some(within), hold: Some(hold), ..Overrides::default() };
        let (adjusted, said) = overrides.apply(&scenario, &mut Vec::new());
        assert_eq!(said, ["time to repair 15s instead of 20s", "hold window 9s instead of 6s"]);
        let all: Vec<_> = adjusted.recoveries().map(|one| (one.within, one.when.lasting)).collect();
        assert_eq!(all, [(within, hold), (within, hold)]);
    }
}
