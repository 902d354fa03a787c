//! `junit.xml`: one test case for each finding, for CI servers.
//!
//! **Invariant**: a failure is the system's, an error is the lab's, what the run never reached is skipped; a run in doubt has an error.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{notes::notes, words};
use crate::model::{
    event::Phase,
    timeline::Timeline,
    verdict::{Finding, Truth, Verdict},
};

pub(super) fn render(timeline: &Timeline, verdict: &Verdict) -> String {
    let mut report = Report::new("droplab");
    let mut suite = TestSuite::new(verdict.scenario.clone());
    let took_s = timeline.events.last().map_or(0.0, |event| event.at_s.max(0.0));
    suite.set_time(std::time::Duration::try_from_secs_f64(took_s).unwrap_or_default());
    suite.add_property(("run", verdict.run.as_str()));
    suite.add_property(("rehearsal", if verdict.rehearsal { "true" } else { "false" }));
    if let Some(score) = &verdict.score {
        suite.add_property(("score", format!("{}/{}", score.points, score.out_of).as_str()));
    }
    suite.add_property(("seed", verdict.seed.to_string().as_str()));
    beside(&mut suite, verdict);
    // Of a run that could only be unknown something must say so in red.
    let said = |finding: &Finding| finding.truth != Truth::Pass && reached(timeline, finding);
    let some_are_said = verdict.findings.iter().any(said);
    for (index, finding) in verdict.findings.iter().enumerate() {
        let wrong = |kind| {
            let mut status = TestCaseStatus::non_success(kind);
            // Servers group what is wrong by its type.
            status.set_type(finding.expectation.clone());
            status
        };
        let mut status = match finding.truth {
            Truth::Unknown if some_are_said && !reached(timeline, finding) => TestCaseStatus::skipped(),
            Truth::Pass => TestCaseStatus::success(),
            Truth::Fail => wrong(NonSuccessKind::Failure),
            Truth::Unknown => wrong(NonSuccessKind::Error),
        };
        status.set_message(finding.sentence.clone());
        // Several findings share an expectation's key; a server wants names that differ.
        let mut case = TestCase::new(format!("{} {}", index + 1, finding.expectation), status);
        case.set_classname(verdict.scenario.clone());
        case.set_system_out(finding.sentence.clone());
        suite.add_test_case(case);
    }
    report.add_test_suite(suite);
    report.to_string().unwrap_or_default()
}

/// What stands beside the verdict: as properties for machines, and as the suite's output for those servers that show no properties.
fn beside(suite: &mut TestSuite, verdict: &Verdict) {
    let mut told: Vec<String> = verdict.rehearsal.then(|| words::REHEARSAL.to_owned()).into_iter().collect();
    for note in notes(verdict) {
        suite.add_property((note.key, note.lines.join("; ").as_str()));
        told.extend(note.lines.iter().map(|line| format!("{}: {line}", note.label)));
    }
    if !told.is_empty() {
        suite.set_system_out(told.join("\n"));
    }
}

/// Whether the run got as far as what a finding is about.
fn reached(timeline: &Timeline, finding: &Finding) -> bool {
    let of_the_run = words::is_of_the_run(finding);
    let phase = if finding.expectation.starts_with("then/") { Phase::Replay } else { Phase::Fault };
    of_the_run || timeline.phase_s(phase).is_some()
}
