//! What a run is worth in an exam, and what an exam comes to.
//!
//! **Invariant**: pure; what was not examined counts neither for nor against anybody.

use crate::model::{
    event::{Event, EventKind},
    exam::{
        Hints, STARTER,
        result::{Examined, Grade, Outcome, Shown},
    },
    score::Score,
    timeline::Timeline,
    verdict::{Truth, Verdict},
};

/// How a verdict is graded: what cannot be told is nobody's failure.
pub fn grade(truth: Truth) -> Grade {
    match truth {
        Truth::Pass => Grade::Passed,
        Truth::Unknown => Grade::NotExamined,
        Truth::Fail => Grade::Failed,
    }
}

/// Who can have been the candidate of a run, by its journal. What a person types no journal tells from what nobody does.
pub fn candidates(timeline: &Timeline) -> &'static [&'static str] {
    if timeline.began().is_some_and(|(_, plan, _)| plan.under_test.is_some()) {
        return &["service"];
    }
    let typed = timeline.events.iter().filter_map(|event| match &event.kind {
        EventKind::Repair { command, .. } => Some(command.as_str()),
        _ => None,
    });
    let typed: Vec<_> = typed.collect();
    if !typed.is_empty() {
        let is_started = |command: &&str| command.rsplit('/').next() == Some(STARTER);
        if typed.iter().all(is_started) {
            return &["program", "agent"];
        }
        return &["reference"];
    }
    // A program is started at the page; the reference waits for the whole of the fault, which may not have come.
    if timeline.paged_s().is_some() {
        return &["person", "nobody", "reference"];
    }
    &["person", "nobody", "reference", "program", "agent"]
}

/// A score card's share of an incident's points. A service under test has no card: it survives for all of them, or for none.
pub fn earned(points: u32, truth: Truth, score: Option<&Score>, hints: Hints) -> f64 {
    let Some(score) = score else { return if truth == Truth::Pass { f64::from(points) } else { 0.0 } };
    let of_card = match hints {
        Hints::Free => score.lines.iter().map(|line| line.points).sum(),
        Hints::None | Hints::Cost => score.points,
    };
    f64::from(points) * f64::from(of_card) / f64::from(score.out_of.max(1))
}

/// All that was earned.
pub fn points(examined: &[Examined]) -> f64 {
    let sum: f64 = examined.iter().map(|one| one.earned).sum();
    // What adds up to the mark by hand must do so here.
    (sum * 100.0).round() / 100.0
}

/// Passed or failed as soon as nothing that was not examined could change it. Who stopped it has not finished it.
pub fn outcome(pass_mark: f64, examined: &[Examined], interrupted: bool) -> Outcome {
    let open = examined.iter().filter(|one| one.grade == Grade::NotExamined);
    let open: u32 = open.map(|one| one.points).sum();
    let (points, mark) = (points(examined), (pass_mark * 100.0).round() / 100.0);
    match () {
        () if interrupted => Outcome::Incomplete,
        () if points >= mark => Outcome::Passed,
        () if points + f64::from(open) < mark => Outcome::Failed,
        () => Outcome::Incomplete,
    }
}

/// What of a run goes into the result.
pub fn shown(timeline: &Timeline, verdict: &Verdict, folder: &str, journal_sha256: String) -> Shown {
    let before = timeline.began().map(|(_, plan, _)| plan.injection.before.clone()).unwrap_or_default();
    let images = before.deployments.iter().flat_map(|(name, deployment)| {
        deployment.images.iter().map(move |(container, image)| (format!("{name}/{container}"), image.clone()))
    });
    let nodes = before.nodes.iter().map(|(name, node)| (name.clone(), node.zone.clone().unwrap_or_default()));
    let wall = |event: Option<&Event>| event.map(|event| event.wall.clone()).unwrap_or_default();
    let version = timeline.first(|event| match &event.kind {
        EventKind::RunBegan { version, .. } => Some(version.clone()),
        _ => None,
    });
    Shown {
        run: verdict.run.clone(),
        folder: folder.to_owned(),
        journal_sha256,
        truth: verdict.truth,
        score: verdict.score.clone(),
        times: verdict.times.clone(),
        began: wall(timeline.events.first()),
        ended: wall(timeline.events.last()),
        droplab: version.unwrap_or_default(),
        adjusted: verdict.adjusted.clone(),
        images: images.collect(),
        digests: before.digests.clone(),
        nodes: nodes.collect(),
        postgres: before.postgres_settings.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, scenario};
    use super::*;
    use crate::model::score::{Dimension, Line};

    fn one(grade: Grade, earned: f64, points: u32) -> Examined {
        let (scenario, why) = (String::new(), String::new());
        Examined { scenario, sealed: false, grade, earned, points, why, tries: 1, shown: None }
    }

    #[test]
    fn what_was_not_examined_decides_only_where_it_could() {
        let of = |first, second, interrupted| outcome(50.0, &[first, second], interrupted);
        let open = || one(Grade::NotExamined, 0.0, 60);
        assert_eq!(of(one(Grade::Passed, 20.0, 40), one(Grade::Passed, 30.0, 60), false), Outcome::Passed);
        assert_eq!(of(one(Grade::Passed, 20.0, 40), one(Grade::Failed, 0.0, 60), false), Outcome::Failed);
        assert_eq!(of(one(Grade::Passed, 20.0, 40), open(), false), Outcome::Incomplete);
        assert_eq!(of(one(Grade::Failed, 0.0, 40), open(), false), Outcome::Incomplete);
        assert_eq!(outcome(70.0, &[one(Grade::Failed, 0.0, 40), open()], false), Outcome::Failed);
        assert_eq!(outcome(30.0, &[one(Grade::Passed, 30.0, 40), open()], false), Outcome::Passed);
        assert_eq!(outcome(30.0, &[one(Grade::Passed, 30.0, 40), open()], true), Outcome::Incomplete);
    }

    #[test]
    fn hints_cost_where_they_do() {
        let line =
            |dimension, points, out_of| Line { dimension, points, out_of, sentence: String::new(), evidence: vec![] };
        let score = Score::of(vec![line(Dimension::Fix, 50, 50), line(Dimension::Safe, 0, 50)], 2);
        let earned = |hints| earned(50, Truth::Pass, Some(&score), hints);
        assert_eq!((earned(Hints::Cost), earned(Hints::Free)), (22.0, 25.0));
    }

    /// `--fix reference` earns the pass mark, and its result could be renamed to a person's.
    #[test]
    fn a_journal_tells_who_can_have_repaired() {
        let of = |story: Story| candidates(&Timeline { events: story.events() });
        let typed = |story: Story, command: &str| {
            let begun = EventKind::Repair { command: command.into(), status: None, output: String::new() };
            let ended = EventKind::Repair { command: command.into(), status: Some(0), output: String::new() };
            story.say(begun).say(ended)
        };
        let paged = || Story::of(scenario()).paged();
        assert_eq!(of(paged()), ["person", "nobody", "reference"]);
        assert!(of(Story::of(scenario()).broken()).contains(&"program"), "it starts at the page, and there was none");
        assert_eq!(of(typed(paged(), "/tmp/out/1-test/candidate.sh")), ["program", "agent"]);
        assert_eq!(of(typed(paged(), "kubectl rollout undo deployment/payment")), ["reference"]);
        assert_eq!(of(typed(typed(paged(), "/tmp/candidate.sh"), "sh not-a-candidate.sh")), ["reference"]);
        assert_eq!(of(typed(Story::of(scenario()).on_trial().broken(), "/tmp/candidate.sh")), ["service"]);
    }

    #[test]
    fn what_cannot_be_told_is_graded_as_not_examined() {
        let all = [Truth::Pass, Truth::Unknown, Truth::Fail].map(grade);
        assert_eq!(all, [Grade::Passed, Grade::NotExamined, Grade::Failed]);
    }
}
