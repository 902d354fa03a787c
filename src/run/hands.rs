//! What the loop does to the lab: putting faults in, taking them out at their time, typing a repair.
//!
//! **Invariant**: written down before it is begun; what follows an op begins only after that op's success is written down.

use super::{
    jobs::{self, Done},
    limits,
    options::Repair,
    play::Play,
    ports::PortError,
};
use crate::model::{
    event::{EventKind, FaultState},
    op::Recipe,
    said::Said,
    scenario::Action,
};

impl Play<'_, '_> {
    /// Begin whatever is due: a step's fault, its end, a renewal, the repair.
    pub(super) fn start_due(&mut self, now_s: f64) -> Result<(), PortError> {
        self.renew_due(now_s);
        self.call_off(now_s);
        self.end_due(now_s)?;
        for (index, step) in self.plan.injection.steps.iter().enumerate() {
            if !self.watch.is_due(index, step, &self.record.timeline, now_s) {
                continue;
            }
            self.fault(index, FaultState::Injecting, None)?;
            if let Some(op) = step.recipe.inject.first() {
                self.jobs.push(jobs::inject(self.actuator, index, 0, op.clone()));
            }
        }
        if self.repair_s().is_some_and(|at_s| now_s >= at_s) {
            self.repairing = true;
            match &self.options.repair {
                Repair::Script(path) => {
                    self.say_repair(path.display().to_string())?;
                    self.jobs.push(jobs::script(self.repairer, path, self.time_up.clone()));
                }
                Repair::Actions { actions, .. } => self.start_action(0, actions)?,
                Repair::Nobody | Repair::Person => {}
            }
        }
        Ok(())
    }

    fn fault(&mut self, step: usize, state: FaultState, reason: Option<String>) -> Result<(), PortError> {
        self.record.write(EventKind::Fault { step, state, reason })?;
        self.watch.note(step, state, self.record.now_s());
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
    pub(super) fn renew_due(&mut self, now_s: f64) {
        let due: Vec<usize> = self.renewals.iter().filter(|(_, at_s)| **at_s <= now_s).map(|(step, _)| *step).collect();
        for index in due {
            self.renewals.remove(&index);
            if let Some(step) = self.plan.injection.steps.get(index) {
                self.renewing.insert(index);
                self.jobs.push(jobs::renew(self.actuator, index, &step.recipe));
            }
        }
    }

    /// The time of a step is over as soon as its condition is met.
    fn call_off(&mut self, now_s: f64) {
        for (index, step) in self.plan.injection.steps.iter().enumerate() {
            let ends = self.ends.get(&index).is_some_and(|at_s| *at_s > now_s);
            if ends && self.watch.ends_now(step, &self.record.timeline, now_s) {
                self.ends.insert(index, now_s);
            }
        }
    }

    /// Take out the steps whose time is over; one that is being renewed waits for that, or it would be put in again.
    fn end_due(&mut self, now_s: f64) -> Result<(), PortError> {
        let due = self.ends.iter().filter(|(step, at_s)| **at_s <= now_s && !self.renewing.contains(step));
        let due: Vec<usize> = due.map(|(step, _)| *step).collect();
        for index in due {
            self.ends.remove(&index);
            self.renewals.remove(&index);
            let Some(step) = self.plan.injection.steps.get(index) else { continue };
            self.fault(index, FaultState::Healing, None)?;
            self.jobs.push(jobs::take_out(self.actuator, index, &step.recipe));
        }
        Ok(())
    }

    fn start_action(&mut self, index: usize, actions: &[Action]) -> Result<(), PortError> {
        let Some(action) = actions.get(index) else { return Ok(()) };
        self.say_repair(action.to_string())?;
        self.jobs.push(jobs::act(self.repairer, index, action.clone()));
        Ok(())
    }

    fn say_repair(&mut self, command: String) -> Result<(), PortError> {
        self.typing = true;
        self.record.write(EventKind::Repair { command, status: None, output: String::new() })
    }

    /// Whether whoever repairs has more to do when all else is over: a command that is still being typed, or a person who has not called it
    /// done. What goes on for too long is not waited for any more.
    pub(super) fn repairs_on(&mut self, now_s: f64) -> bool {
        let person = matches!(self.options.repair, Repair::Person) && self.watch.may_be_unfinished();
        if !self.typing && !person {
            return false;
        }
        let waits = now_s < *self.over_s.get_or_insert(now_s) + limits::CALM.as_secs_f64();
        waits || self.ends_script()
    }

    /// End a script that is still at work: its time is up. Whether there is one; that it has ended is then still to be written down.
    pub(super) fn ends_script(&self) -> bool {
        let is_at_work = self.typing && matches!(self.options.repair, Repair::Script(_));
        if is_at_work {
            self.time_up.cancel();
        }
        is_at_work
    }

    /// Take note of what ended, and begin what follows it.
    pub(super) fn done(&mut self, done: Done) -> Result<(), PortError> {
        match done {
            // Customers are served, or the answer is given: a command that hangs takes nothing back of that.
            Done::Action { command, outcome: Err(error), .. } if self.over_s.is_some() => {
                self.typing = false;
                self.record.write(EventKind::Repair { command, status: Some(124), output: error.to_string() })
            }
            Done::Op { outcome: Err(error), .. } | Done::Action { outcome: Err(error), .. } => Err(error),
            Done::Renewed { step, outcome } => {
                self.renewing.remove(&step);
                self.watch_over(step);
                jobs::renewal(step, outcome).into_iter().try_for_each(|kind| self.record.write(kind))
            }
            Done::TakenOut { step, performed, outcome } => {
                performed.into_iter().try_for_each(|kind| self.record.write(kind))?;
                outcome?;
                self.fault(step, FaultState::Healed, Some("its time is over".to_owned()))
            }
            Done::Op { step, index, op, took_ms, outcome: Ok(()) } => {
                self.record.write(EventKind::Performed { step, op: *op, took_ms })?;
                let planned = self.plan.injection.steps.get(step);
                if let Some(op) = planned.and_then(|step| step.recipe.inject.get(index + 1)) {
                    self.jobs.push(jobs::inject(self.actuator, step, index + 1, op.clone()));
                    return Ok(());
                }
                self.fault(step, FaultState::Injected, None)?;
                if let Some(lasts_s) = planned.and_then(|step| step.lasts_s) {
                    self.ends.insert(step, self.record.now_s() + lasts_s);
                }
                self.watch_over(step);
                Ok(())
            }
            Done::Action { index, command, outcome: Ok((status, output)) } => {
                self.record.write(EventKind::Repair { command, status: Some(status), output })?;
                self.typing = false;
                let answer = match &self.options.repair {
                    Repair::Actions { actions, .. } => match actions.get(index) {
                        Some(Action::Done(answer)) => Some(answer.clone()),
                        _ => None,
                    },
                    _ => None,
                };
                if let Some(answer) = answer {
                    self.record.write(EventKind::Said { said: Said::Done { answer } })?;
                    self.watch.answer(self.record.now_s());
                    return Ok(());
                }
                match &self.options.repair {
                    // A person looks at what a command answered; what follows a failed one proves nothing.
                    Repair::Actions { actions, .. } if status == 0 => self.start_action(index + 1, actions),
                    _ => Ok(()),
                }
            }
        }
    }
}
