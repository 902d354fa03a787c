//! How a play came out, held against how it must.
//!
//! **Invariant**: a cheat counts only if it was really tried: all of its commands were typed and succeeded, all of its reasons failed.

use super::plays::Play;
use crate::{
    model::{
        event::{Event, EventKind},
        timeline::Timeline,
        verdict::{Finding, Truth, Verdict},
    },
    report::words,
};

/// The word for what shows nothing, and is played again.
pub(super) const LAB_ERRED: &str = "lab-erred";

/// How a play came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// As it must.
    Fine(String),
    /// Otherwise: the scenario is wrong.
    Wrong(String),
    /// The lab erred: nothing was shown.
    LabErred(String),
    /// Something of a fault is left.
    Residue(String),
}

impl Outcome {
    pub(super) fn is_fine(&self) -> bool {
        matches!(self, Self::Fine(_))
    }

    /// One word.
    pub(super) fn kind(&self) -> String {
        let word = match self {
            Self::Fine(_) => "fine",
            Self::Wrong(_) => "wrong",
            Self::LabErred(_) => LAB_ERRED,
            Self::Residue(_) => "residue",
        };
        word.to_owned()
    }

    /// In words.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Fine(said) | Self::Wrong(said) | Self::LabErred(said) | Self::Residue(said) => said.clone(),
        }
    }
}

/// Judge a play by its exit code, its journal and its verdict.
pub(super) fn judged(play: &Play<'_>, code: Option<i32>, timeline: &Timeline, verdict: &Verdict) -> Outcome {
    if !verdict.residue.is_empty() || code == Some(4) {
        return Outcome::Residue(format!("left in the lab: {}", verdict.residue.join("; ")));
    }
    if verdict.truth == Truth::Unknown {
        let mut doubts = verdict.findings.iter().filter(|finding| finding.truth == Truth::Unknown);
        // What is about the run itself explains the rest, and its grounds explain its end.
        let first = doubts.clone().find(|finding| words::is_of_the_run(finding)).or_else(|| doubts.next());
        let said = |finding: &Finding| format!("{}: {}", finding.expectation, finding.sentence);
        return Outcome::LabErred(first.map_or_else(|| "nothing was shown".to_owned(), said));
    }
    if let Some(failed) = failed_command(timeline) {
        return Outcome::Wrong(format!("a command did not succeed, so nothing was tried: {failed}"));
    }
    // What was never typed was caught by nothing, and repaired nothing.
    let (typed, wanted) = (succeeded(timeline), play.actions().len());
    if typed < wanted {
        return Outcome::LabErred(format!("it was never typed: of its {wanted} commands {typed} ended well"));
    }
    // A trap is something done: whoever did nothing has walked into none, and a repair is none.
    let trap = verdict.findings.iter().find(|found| found.names_a_trap());
    if let (Play::Healthy | Play::Nothing | Play::Fix(_), Some(named)) = (play, trap) {
        return Outcome::Wrong(format!("a trap is named that nobody walked into: {}", named.sentence));
    }
    let failed = |id: &str| verdict.findings.iter().any(|found| found.expectation == id && found.truth == Truth::Fail);
    match play {
        Play::Healthy | Play::Fix(_) => passes(verdict),
        Play::Nothing if timeline.began().is_some_and(|(_, plan, _)| plan.scenario.steps.is_empty()) => {
            match (timeline.paged_s(), verdict.truth) {
                (Some(_), Truth::Fail) => Outcome::Fine("the page went out, and nobody said what it was".to_owned()),
                (Some(_), _) => Outcome::Wrong("nobody did anything, and it passed".to_owned()),
                (None, _) => Outcome::LabErred("nobody was paged".to_owned()),
            }
        }
        Play::Nothing => {
            let symptom = verdict.findings.iter().find(|found| found.expectation == "symptom");
            match symptom.filter(|found| found.truth == Truth::Pass) {
                Some(found) if verdict.truth == Truth::Fail => Outcome::Fine(found.sentence.clone()),
                Some(_) => Outcome::Wrong("nobody did anything, and it passed".to_owned()),
                None => Outcome::LabErred("no symptom was seen".to_owned()),
            }
        }
        Play::Cheat(cheat) => {
            let missed: Vec<_> = cheat.caught_by.iter().filter(|id| !failed(id)).cloned().collect();
            let caught = cheat.caught_by.join(", ");
            if verdict.truth == Truth::Pass {
                return Outcome::Wrong("it passed".to_owned());
            }
            if !missed.is_empty() {
                return Outcome::Wrong(format!(
                    "it was to be caught by {caught}, and was not by {}",
                    missed.join(", ")
                ));
            }
            let named = verdict.findings.iter().any(|found| found.sentence.contains(&cheat.name));
            if cheat.trap && !named {
                return Outcome::Wrong(format!("caught by {caught}, and the verdict does not name the trap"));
            }
            Outcome::Fine(format!("caught by {caught}"))
        }
        Play::Killed => Outcome::Wrong("it ended before it could be killed".to_owned()),
    }
}

fn passes(verdict: &Verdict) -> Outcome {
    let failed: Vec<_> = verdict.findings.iter().filter(|found| found.truth == Truth::Fail).collect();
    match failed.first() {
        None => {
            let took = verdict.impact.page_to_repair_s.map(|took_s| format!("repaired {took_s:.1} s after the page"));
            Outcome::Fine(took.unwrap_or_else(|| "passed".to_owned()))
        }
        Some(found) => Outcome::Wrong(format!("{}: {}", found.expectation, found.sentence)),
    }
}

/// How many commands of a repair ended well; an answer is one of them.
fn succeeded(timeline: &Timeline) -> usize {
    let well = |event: &&Event| matches!(event.kind, EventKind::Repair { status: Some(0), .. });
    timeline.events.iter().filter(well).count()
}

/// The first command of a repair that ended otherwise than well, or did not end.
fn failed_command(timeline: &Timeline) -> Option<String> {
    let mut open: Option<&str> = None;
    for event in &timeline.events {
        match &event.kind {
            EventKind::Repair { command, status: None, .. } => open = Some(command),
            EventKind::Repair { command, status: Some(status), output } => {
                open = None;
                if *status != 0 {
                    let last = output.trim().lines().last().unwrap_or_default();
                    return Some(format!("{command}: status {status}: {last}"));
                }
            }
            _ => {}
        }
    }
    open.map(|command| format!("{command}: it never ended"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        diagnosis::Answer,
        scenario::{Action, Cheat, Fix, Text},
    };

    fn cheat() -> Cheat {
        let text = Text { en: "why".into(), ru: "why".into() };
        let actions = vec![Action::Kubectl("scale".into())];
        Cheat {
            name: "scale-to-zero".into(),
            trap: false,
            why: text,
            actions,
            caught_by: vec!["recovers".into(), "replicas".into()],
        }
    }

    fn verdict(findings: &[(&str, Truth)]) -> Verdict {
        let finding = |(id, truth): &(&str, Truth)| Finding {
            expectation: (*id).to_owned(),
            truth: *truth,
            sentence: "so".into(),
            evidence: vec![],
        };
        let findings: Vec<_> = findings.iter().map(finding).collect();
        let worst = findings.iter().map(|found| found.truth).max().unwrap();
        Verdict::of(worst, findings)
    }

    fn typed(status: i32) -> Timeline {
        let kind =
            EventKind::Repair { command: "kubectl scale".into(), status: Some(status), output: "no such".into() };
        Timeline { events: vec![Event { seq: 0, at_s: 0.0, wall: String::new(), kind }] }
    }

    /// The hand-written conformance never looked whether a cheat's commands had succeeded.
    #[test]
    fn a_cheat_whose_command_failed_was_never_tried() {
        let caught = verdict(&[("recovers", Truth::Fail), ("replicas", Truth::Fail)]);
        let outcome = |status| judged(&Play::Cheat(&cheat()), Some(1), &typed(status), &caught);
        assert!(outcome(0).is_fine());
        assert_eq!(outcome(1).kind(), "wrong");
        assert!(outcome(1).said().contains("status 1: no such"), "{}", outcome(1).said());
    }

    /// Customers who were served again by themselves, or a run that was over sooner, ended a play before anything was typed.
    #[test]
    fn what_was_never_typed_shows_nothing() {
        let caught = verdict(&[("recovers", Truth::Fail), ("replicas", Truth::Fail)]);
        let outcome = judged(&Play::Cheat(&cheat()), Some(1), &Timeline::default(), &caught);
        assert_eq!(outcome.kind(), LAB_ERRED);
        assert!(outcome.said().starts_with("it was never typed"), "{}", outcome.said());
        // Half of it is none of it; an answer is written down as a command is.
        let answer = Action::Done(Answer::default());
        let fix = Fix { name: "roll-back".into(), actions: vec![Action::Kubectl("rollout undo".into()), answer] };
        let passed = verdict(&[("recovers", Truth::Pass)]);
        let repaired = |timeline: &Timeline| judged(&Play::Fix(&fix), Some(0), timeline, &passed);
        let mut timeline = typed(0);
        assert_eq!(repaired(&timeline).kind(), LAB_ERRED);
        timeline.events.extend(typed(0).events);
        assert!(repaired(&timeline).is_fine());
    }

    #[test]
    fn a_cheat_must_be_caught_by_every_reason() {
        let half = verdict(&[("recovers", Truth::Fail), ("replicas", Truth::Pass)]);
        let outcome = judged(&Play::Cheat(&cheat()), Some(1), &typed(0), &half);
        assert_eq!(outcome.said(), "it was to be caught by recovers, replicas, and was not by replicas");
    }

    #[test]
    fn whoever_did_nothing_walked_into_no_trap() {
        let mut found = verdict(&[("symptom", Truth::Pass), ("recovers", Truth::Fail)]);
        let outcome = |verdict: &Verdict| judged(&Play::Nothing, Some(1), &typed(0), verdict);
        assert!(outcome(&found).is_fine());
        found.findings[1].sentence = "never (trap: restart: it comes back)".into();
        assert_eq!(outcome(&found).kind(), "wrong");
    }

    #[test]
    fn an_unknown_run_shows_nothing() {
        let unknown = verdict(&[("recovers", Truth::Pass), ("symptom", Truth::Unknown)]);
        assert_eq!(judged(&Play::Healthy, Some(3), &typed(0), &unknown).kind(), LAB_ERRED);
    }

    /// A late load was the reason, and `aftermath` was named.
    #[test]
    fn what_made_the_run_doubtful_is_named() {
        let doubts = ["recovers", "load", "aftermath"].map(|id| (id, Truth::Unknown));
        let outcome = judged(&Play::Healthy, Some(3), &typed(0), &verdict(&doubts));
        assert_eq!(outcome.said(), "load: so");
    }
}
