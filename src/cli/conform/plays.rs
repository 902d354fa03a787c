//! The plays of a scenario, from its file alone.
//!
//! **Invariant**: whatever the file lists is played: no fix, cheat or trap is left out.

use crate::model::scenario::{Cheat, Fix, Scenario};

/// One way to play a scenario, with one way in which it must come out.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Play<'a> {
    /// Nothing is broken: it passes.
    Healthy,
    /// Nobody repairs: it shows its symptom in time, and fails.
    Nothing,
    /// A repair that must pass.
    Fix(&'a Fix),
    /// A repair that must fail, for its reasons.
    Cheat(&'a Cheat),
    /// droplab is killed in the middle: nothing is left.
    Killed,
}

impl Play<'_> {
    /// As on the command line.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Healthy => "healthy".to_owned(),
            Self::Nothing => "nothing".to_owned(),
            Self::Fix(fix) => format!("fix:{}", fix.name),
            Self::Cheat(cheat) => format!("{}:{}", cheat.kind(), cheat.name),
            Self::Killed => "killed".to_owned(),
        }
    }

    /// Whether nobody but the customers loads the lab: what it cannot bear here, it bears in no play. A candidate's own deed may
    /// load it too, and says nothing about the plays after it.
    pub(super) fn is_of_customers_alone(&self) -> bool {
        matches!(self, Self::Healthy | Self::Nothing)
    }
}

/// All of them, the cheapest proof first. Where nothing is ever broken, there is no other healthy lab and nothing to be left.
pub(super) fn of(scenario: &Scenario) -> Vec<Play<'_>> {
    let fixes = scenario.fixes.iter().map(Play::Fix);
    let cheats = scenario.cheats.iter().map(Play::Cheat);
    let healthy = (!scenario.steps.is_empty()).then_some(Play::Healthy);
    let breaks = !scenario.steps.is_empty() || !scenario.given.is_empty();
    let killed = breaks.then_some(Play::Killed);
    healthy.into_iter().chain([Play::Nothing]).chain(fixes).chain(cheats).chain(killed).collect()
}
