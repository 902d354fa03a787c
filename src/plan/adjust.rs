//! What a person asks for that differs from the scenario's file.
//!
//! **Invariant**: every difference is put into words that end up in the verdict; nothing is changed in silence.

use crate::model::{
    scenario::{Expectation, RequestKind, Scenario},
    units::{Rate, Span},
};

/// What a person asks for that differs from the scenario's file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// Another rate of the traffic that decides (the page's probe).
    pub rate: Option<Rate>,
    /// Another time to repair.
    pub within: Option<Span>,
    /// Another hold window.
    pub hold: Option<Span>,
    /// Break nothing: the proof that a healthy lab passes.
    pub healthy: bool,
}

/// The scenario as wished for, and each difference in words.
pub(super) fn adjust(scenario: &Scenario, wishes: &Wishes, reasons: &mut Vec<String>) -> (Scenario, Vec<String>) {
    let mut adjusted = scenario.clone();
    let mut said = Vec::new();
    if let Some(rate) = wishes.rate {
        match RequestKind::of_probe(&scenario.page.when.probe) {
            Some(kind) if scenario.load.steady.contains_key(&kind) => set_rate(&mut adjusted, kind, rate, &mut said),
            _ => reasons.push(format!("{} has no rate that could be changed", scenario.page.when.probe)),
        }
    }
    for expectation in &mut adjusted.expect {
        let Expectation::Recovers(recovers) = expectation else { continue };
        if let Some(within) = wishes.within.filter(|within| *within != recovers.within) {
            said.push(format!("time to repair {within} instead of {}", recovers.within));
            recovers.within = within;
        }
        if let Some(hold) = wishes.hold.filter(|hold| *hold != recovers.hold) {
            said.push(format!("hold window {hold} instead of {}", recovers.hold));
            recovers.hold = hold;
        }
    }
    if wishes.healthy {
        adjusted.steps.clear();
        said.push("no fault is injected".to_owned());
    }
    (adjusted, said)
}

/// Another rate; with less traffic, queues are shorter in proportion, and so are the gauges that prove the bite.
fn set_rate(scenario: &mut Scenario, kind: RequestKind, rate: Rate, said: &mut Vec<String>) {
    let Some(before) = scenario.load.steady.insert(kind, rate) else { return };
    if before == rate {
        return;
    }
    said.push(format!("{} at {rate} instead of {before}", kind.probe()));
    let ratio = rate.per_second / before.per_second;
    // What a gauge must reach *in time* is a limit of the service (a pool's size); what it must merely reach is a queue.
    for (name, gauge) in scenario.bites.gauges.iter_mut().filter(|(_, gauge)| gauge.within.is_none() && ratio < 1.0) {
        let reaches = (gauge.reaches * ratio).floor();
        said.push(format!("{name} must reach {reaches} instead of {}", gauge.reaches));
        gauge.reaches = reaches;
    }
}
