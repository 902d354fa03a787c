//! Did each fault last until somebody ended it? One that expired by itself looks like a repair.
//!
//! A hold has a time to live in its target, and droplab renews it. When renewals stop coming (a suspended laptop, an API that
//! hangs), the target heals itself: good for the lab, and the end of the proof.
//!
//! **Invariant**: a fault that ended without the person makes the run Unknown; what the kernel counts must go on being counted
//! until somebody acts.

use super::case::{self, Case};
use crate::model::{
    event::{EventKind, FaultState},
    plan::PlannedStep,
    verdict::{Finding, Truth},
};

pub(super) fn findings(case: &Case) -> Vec<Finding> {
    let Some(plan) = case.plan else { return Vec::new() };
    let held = plan.injection.steps.iter().enumerate().filter(|(index, _)| case.in_at.contains_key(index));
    held.filter_map(|(index, step)| expired(case, index, step).or_else(|| idle(case, index))).collect()
}

/// A gap between two renewals that is longer than the time to live.
fn expired(case: &Case, index: usize, step: &PlannedStep) -> Option<Finding> {
    let ttl_s = step.recipe.ttl()?.0.as_secs_f64();
    let mut alive_s: Option<f64> = None;
    for event in &case.timeline.events {
        let renewed = match &event.kind {
            EventKind::Fault { step, state: FaultState::Injected, .. } | EventKind::Renewed { step } => *step == index,
            EventKind::Fault { step, state: FaultState::Healing, .. } if *step == index => {
                return gap(index, alive_s?, event.at_s, ttl_s, event.seq);
            }
            _ => false,
        };
        if !renewed {
            continue;
        }
        if let Some(finding) = alive_s.and_then(|alive_s| gap(index, alive_s, event.at_s, ttl_s, event.seq)) {
            return Some(finding);
        }
        alive_s = Some(event.at_s);
    }
    None
}

fn gap(index: usize, alive_s: f64, at_s: f64, ttl_s: f64, seq: u64) -> Option<Finding> {
    let gap_s = at_s - alive_s;
    (gap_s > ttl_s).then(|| {
        let step = index + 1;
        let sentence = format!(
            "the fault of step {step} ended by itself: it was not renewed for {gap_s:.0} s, and lasts {ttl_s:.0} s; what got better got better without anybody"
        );
        case::finding("lease", Truth::Unknown, sentence, vec![seq])
    })
}

/// What the kernel counts stood still although nobody had done anything yet.
fn idle(case: &Case, index: usize) -> Option<Finding> {
    let acted_s = first_act_s(case)?;
    let counts: Vec<_> = case
        .timeline
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Acted { step, acted } if *step == index && event.at_s < acted_s => {
                Some((event.seq, event.at_s, acted.packets))
            }
            _ => None,
        })
        .collect();
    let still = counts.windows(2).find(|pair| pair[1].2 <= pair[0].2)?;
    let (seq, at_s, packets) = still[1];
    let sentence = format!(
        "the fault of step {} did not act from {:.0} s to {at_s:.0} s of the run: the kernel had counted {packets} packets before and after",
        index + 1,
        still[0].1
    );
    Some(case::finding("lease", Truth::Unknown, sentence, vec![still[0].0, seq]))
}

/// When somebody first did something after the page: from then on less traffic may meet the fault.
fn first_act_s(case: &Case) -> Option<f64> {
    let (_, paged_s) = case.paged?;
    let acts = case.timeline.events.iter().filter(|event| event.at_s >= paged_s);
    let act = acts.filter(|event| matches!(event.kind, EventKind::Repair { .. } | EventKind::Changed { .. }));
    Some(act.map(|event| event.at_s).next().unwrap_or(paged_s))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, found, scenario};
    use crate::model::{
        event::{Acted, EventKind},
        verdict::Truth,
    };

    /// A fault that is held for 30 s at a time, renewed after so many seconds.
    fn held(renewed_after: u32) -> Truth {
        let story = Story::of(scenario()).held().paged().seconds(renewed_after, 5).say(EventKind::Renewed { step: 0 });
        let verdict = story.seconds(5, 5).seconds(7, 100).end().judged();
        if verdict.findings.iter().any(|finding| finding.expectation == "lease") {
            found(&verdict, "lease").0
        } else {
            Truth::Pass
        }
    }

    #[test]
    fn an_expired_fault_is_no_repair() {
        assert_eq!(held(10), Truth::Pass);
        assert_eq!(held(40), Truth::Unknown);
    }

    #[test]
    fn a_fault_that_expired_at_last_is_no_repair() {
        let verdict = Story::of(scenario()).held().paged().seconds(33, 5).seconds(7, 100).end().judged();
        assert_eq!(found(&verdict, "lease").0, Truth::Unknown);
        assert_eq!(verdict.truth, Truth::Unknown, "and nothing passes with it: {:#?}", verdict.findings);
    }

    #[test]
    fn packets_must_go_on_being_counted_until_somebody_acts() {
        let acted = |packets| EventKind::Acted { step: 0, acted: Acted { packets, engine: None } };
        let story = |second| {
            let story = Story::of(scenario()).held().broken().say(acted(10)).seconds(2, 5).say(acted(second));
            story.seconds(1, 5).say(EventKind::Paged { sentence: "P1".into() }).seconds(7, 100).end().judged()
        };
        assert!(story(90).findings.iter().all(|finding| finding.expectation != "lease"));
        assert_eq!(found(&story(10), "lease").0, Truth::Unknown);
    }
}
