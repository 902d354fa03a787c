//! The plays of a scenario, from its file alone.
//!
//! **Invariant**: whatever the file lists is played: no fix, cheat or trap is left out.

use std::time::Duration;

use crate::model::scenario::{Action, Cheat, Expectation, Fix, Scenario, Since};

/// How long nobody repairs; the length of a hold is waited for after it.
const PATIENCE_WITH_NOBODY: Duration = Duration::from_secs(15);
/// How long a cheat is given to look like a repair.
const PATIENCE: Duration = Duration::from_secs(30);
/// A trap, and a cheat that only the replay of the trigger tells from a repair, must have the time to look like one.
const PATIENCE_TO_BE_TAKEN_IN: Duration = Duration::from_secs(90);

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

    /// What is typed in it, in order.
    pub(super) fn actions(&self) -> &[Action] {
        match self {
            Self::Fix(fix) => &fix.actions,
            Self::Cheat(cheat) => &cheat.actions,
            Self::Healthy | Self::Nothing | Self::Killed => &[],
        }
    }

    /// How long after the page the customers wait for a repair, where not as long as the scenario says.
    pub(super) fn patience(&self, scenario: &Scenario) -> Option<Duration> {
        match self {
            Self::Nothing => Some(PATIENCE_WITH_NOBODY),
            Self::Cheat(cheat) => {
                let replayed = cheat.caught_by.iter().any(|id| id.starts_with("then/") || from_then(scenario, id));
                let patience = if replayed || cheat.trap { PATIENCE_TO_BE_TAKEN_IN } else { PATIENCE };
                // A candidate is let in when the outage has outlived its trigger, not before.
                let outlives = scenario.symptom.as_ref().and_then(|symptom| symptom.outlives);
                Some(patience + outlives.map_or(Duration::ZERO, |span| span.0))
            }
            Self::Healthy | Self::Fix(_) | Self::Killed => None,
        }
    }
}

/// Whether something is expected only from the replay on.
fn from_then(scenario: &Scenario, id: &str) -> bool {
    scenario.expect.iter().any(|expected| match expected {
        Expectation::Stays(stays) => stays.id == id && stays.from == Since::Then,
        _ => false,
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(id: &str, play: &str) -> Option<u64> {
        let (_, scenario) = crate::store::scenarios::read(None, id).unwrap();
        let all = of(&scenario);
        let play = all.iter().find(|one| one.name() == play).unwrap();
        play.patience(&scenario).map(|patience| patience.as_secs())
    }

    /// retry-storm's trap was let in a minute after the page, and its 90 s were over before it could look like a repair.
    #[test]
    fn a_trap_has_the_time_to_look_like_a_repair() {
        assert_eq!(patience("retry-storm", "trap:stop-the-load"), Some(150));
        assert_eq!(patience("retry-storm", "cheat:restart-payment"), Some(90));
        assert_eq!(patience("payment-pool-exhaustion", "trap:raise-the-pool"), Some(90));
        assert_eq!(patience("payment-pool-exhaustion", "cheat:scale-to-zero"), Some(30));
        assert_eq!(patience("lock-convoy", "cheat:end-every-session"), Some(90));
        assert_eq!(patience("retry-storm", "fix:bound-both"), None);
    }
}
