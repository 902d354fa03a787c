//! Stories whose plan differs from the usual one.
//!
//! **Invariant**: the first line of the story, and what it is judged by, are one plan.

use super::Story;
use crate::model::{
    hold::Hold,
    op::Recipe,
    plan::{Begin, Part, UnderTest},
};

impl Story {
    /// The same, with a fault that lasts 30 s unless it is renewed.
    pub(in crate::judge) fn held(mut self) -> Self {
        let hold = Hold::FrozenZone { zone: "dc-1".into() };
        self.plan().injection.steps[0].recipe = Recipe::hold("x", "30s".parse().unwrap(), hold);
        self
    }

    /// The same, about payment as an image of somebody's: its one step is played on it.
    pub(in crate::judge) fn on_trial(mut self) -> Self {
        let (service, image, version) = ("payment".into(), "mine:1".into(), "under-test-1".into());
        let plan = self.plan();
        plan.under_test = Some(UnderTest { service, image, version });
        plan.injection.steps[0].part = Part::Replay;
        plan.scenario.then = std::mem::take(&mut plan.scenario.steps);
        self.scenario = self.plan().scenario.clone();
        self
    }

    /// The same, with a second step that is to come so long after the baseline.
    pub(in crate::judge) fn second_step(mut self, at_s: f64) -> Self {
        let plan = self.plan();
        let mut second = plan.injection.steps[0].clone();
        second.begin = Begin::AtS(at_s);
        second.from_step = 1;
        plan.injection.steps.push(second);
        self
    }
}
