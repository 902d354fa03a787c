//! Steps with their repetitions and choices, made into planned steps with a way back each.
//!
//! **Invariant**: whatever is drawn is drawn here, by the seed; a run only decides when.

use crate::{
    faults::{self, Context},
    model::{
        facts::Facts,
        fault::FaultSpec,
        plan::{Begin, Part, PlannedStep},
        scenario::{Scenario, Step, What},
        step::Until,
        target,
    },
};

/// Every step of a scenario, latent defects first; `healthy` leaves all but these out.
pub(super) fn steps(
    scenario: &Scenario,
    facts: &Facts,
    seed: u64,
    id: &str,
    healthy: bool,
    reasons: &mut Vec<String>,
) -> Vec<PlannedStep> {
    let mut planner = Planner { facts, seed, id, planned: Vec::new(), reasons };
    for (index, fault) in scenario.given.iter().enumerate() {
        let name = format!("given {}", index + 1);
        planner.plan(&name, Part::Given, index, fault, Begin::AtS(0.0), None, None);
    }
    if !healthy {
        for (part, steps) in [(Part::Incident, &scenario.steps), (Part::Replay, &scenario.then)] {
            let first = planner.planned.len();
            for (index, step) in steps.iter().enumerate() {
                planner.step(part, index, step);
            }
            // In order of time; what waits for a condition comes last.
            planner.planned[first..].sort_by(|a, b| begin_s(a).total_cmp(&begin_s(b)));
        }
    }
    planner.planned
}

fn begin_s(step: &PlannedStep) -> f64 {
    match step.begin {
        Begin::AtS(at_s) => at_s,
        Begin::When(_) => f64::MAX,
    }
}

struct Planner<'a> {
    facts: &'a Facts,
    seed: u64,
    id: &'a str,
    planned: Vec<PlannedStep>,
    reasons: &'a mut Vec<String>,
}

impl Planner<'_> {
    fn step(&mut self, part: Part, index: usize, step: &Step) {
        let word = if part == Part::Replay { "then" } else { "step" };
        let name = format!("{word} {}", index + 1);
        let (times, every_s) =
            step.repeat.as_ref().map_or((1, 0.0), |repeat| (repeat.times, repeat.every.0.as_secs_f64()));
        let until = step.repeat.as_ref().and_then(|repeat| repeat.until.clone());
        for time in 0..times {
            let begin = match (&step.when, step.at) {
                (Some(conditions), _) => Begin::When(conditions.clone()),
                (None, at) => Begin::AtS(at.unwrap_or_default().0.as_secs_f64() + every_s * f64::from(time)),
            };
            let fault = match step.what() {
                Some(What::Fault(fault)) => fault,
                Some(What::Random(choices)) => draw(choices, self.seed, &format!("{}/{name}/{time}", self.id)),
                None => return,
            };
            self.plan(&name, part, index, fault, begin, Some(step), until.clone());
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one planned step")]
    fn plan(
        &mut self,
        name: &str,
        part: Part,
        from_step: usize,
        fault: &FaultSpec,
        begin: Begin,
        step: Option<&Step>,
        until: Option<Until>,
    ) {
        let lasting = step.and_then(|step| step.lasting);
        let context = Context::new(self.facts, self.seed, self.id, self.planned.len());
        match faults::recipe(fault, &context) {
            Ok(recipe) if lasting.is_some() && recipe.restores_data() => {
                let why = "for: data is brought back after the last reading of the books, at the end of the run";
                self.reasons.push(format!("{name} ({}): {why}", fault.key()));
            }
            Ok(recipe) => {
                let lasts_s = lasting.map(|lasting| lasting.0.as_secs_f64());
                let ends_when = step.and_then(|step| step.until.clone());
                let fault = fault.clone();
                self.planned.push(PlannedStep { part, begin, lasts_s, ends_when, until, from_step, fault, recipe });
            }
            Err(refused) => {
                let sentences = refused.into_iter().map(|reason| format!("{name} ({}): {reason}", fault.key()));
                // Each repetition is refused for the same reasons.
                let new: Vec<_> = sentences.filter(|sentence| !self.reasons.contains(sentence)).collect();
                self.reasons.extend(new);
            }
        }
    }
}

/// One of several, by the seed.
fn draw<'a>(choices: &'a [FaultSpec], seed: u64, name: &str) -> &'a FaultSpec {
    let drawn = target::mixed(name, seed) % choices.len().max(1) as u64;
    &choices[usize::try_from(drawn).unwrap_or_default()]
}
