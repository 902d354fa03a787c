//! What the loop does to the lab: putting faults in, typing a repair.
//!
//! **Invariant**: written down before it is begun; what follows an op begins only after that op's success is written down.

use super::{
    execute::Repair,
    jobs::{self, Done},
    play::Play,
    ports::PortError,
};
use crate::model::{
    event::{EventKind, FaultState},
    op::Recipe,
    scenario::Action,
};

impl Play<'_, '_> {
    /// Begin whatever is due: a step's fault, the repair.
    pub(super) fn start_due(&mut self, now_s: f64) -> Result<(), PortError> {
        self.renew_due(now_s);
        let turbulence_s = self.watch.turbulence_s.unwrap_or(now_s);
        while let Some(step) =
            self.plan.injection.steps.get(self.next_step).filter(|step| now_s >= turbulence_s + step.at_s)
        {
            let index = self.next_step;
            self.record.write(EventKind::Fault { step: index, state: FaultState::Injecting, reason: None })?;
            if let Some(op) = step.recipe.inject.first() {
                self.jobs.push(jobs::inject(self.actuator, index, 0, op.clone()));
            }
            self.next_step += 1;
        }
        if self.repair_s().is_some_and(|at_s| now_s >= at_s) {
            self.repairing = true;
            match &self.options.repair {
                Repair::Script(path) => {
                    self.say_repair(path.display().to_string())?;
                    self.jobs.push(jobs::script(self.repairer, path));
                }
                Repair::Actions { actions, .. } => self.start_action(0, actions)?,
                Repair::Wait => {}
            }
        }
        Ok(())
    }

    /// What a step holds is to be renewed.
    fn watch_over(&mut self, step: usize) {
        let recipe = self.plan.injection.steps.get(step).map(|step| &step.recipe);
        if let Some(renewal) = recipe.and_then(Recipe::renewal) {
            self.renewals.insert(step, self.record.now_s() + renewal.as_secs_f64());
        }
    }

    /// Begin the renewals that are due.
    fn renew_due(&mut self, now_s: f64) {
        let due: Vec<usize> = self.renewals.iter().filter(|(_, at_s)| **at_s <= now_s).map(|(step, _)| *step).collect();
        for index in due {
            self.renewals.remove(&index);
            if let Some(step) = self.plan.injection.steps.get(index) {
                self.jobs.push(jobs::renew(self.actuator, index, &step.recipe));
            }
        }
    }

    fn start_action(&mut self, index: usize, actions: &[Action]) -> Result<(), PortError> {
        let Some(action) = actions.get(index) else { return Ok(()) };
        self.say_repair(action.to_string())?;
        self.jobs.push(jobs::act(self.repairer, index, action.clone()));
        Ok(())
    }

    fn say_repair(&mut self, command: String) -> Result<(), PortError> {
        self.record.write(EventKind::Repair { command, status: None, output: String::new() })
    }

    /// Take note of what ended, and begin what follows it.
    pub(super) fn done(&mut self, done: Done) -> Result<(), PortError> {
        match done {
            Done::Op { outcome: Err(error), .. } | Done::Action { outcome: Err(error), .. } => Err(error),
            Done::Renewed { step, outcome } => {
                self.watch_over(step);
                match outcome {
                    Ok(acted) => {
                        self.record.write(EventKind::Renewed { step })?;
                        acted.into_iter().try_for_each(|acted| self.record.write(EventKind::Acted { step, acted }))
                    }
                    Err(error) => self.record.write(EventKind::NotRenewed { step, reason: error.to_string() }),
                }
            }
            Done::Op { step, index, op, took_ms, outcome: Ok(()) } => {
                self.record.write(EventKind::Performed { step, op: *op, took_ms })?;
                let following = self.plan.injection.steps.get(step).and_then(|step| step.recipe.inject.get(index + 1));
                if let Some(op) = following {
                    self.jobs.push(jobs::inject(self.actuator, step, index + 1, op.clone()));
                    return Ok(());
                }
                self.record.write(EventKind::Fault { step, state: FaultState::Injected, reason: None })?;
                self.watch.injected_s.get_or_insert(self.record.now_s());
                self.watch_over(step);
                Ok(())
            }
            Done::Action { index, command, outcome: Ok((status, output)) } => {
                self.record.write(EventKind::Repair { command, status: Some(status), output })?;
                match &self.options.repair {
                    Repair::Actions { actions, .. } => self.start_action(index + 1, actions),
                    _ => Ok(()),
                }
            }
        }
    }
}
