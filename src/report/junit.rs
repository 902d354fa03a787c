//! `junit.xml`: one test case for each finding, for CI servers.
//!
//! **Invariant**: a failure is the system's, an error is the lab's: Unknown is never shown as passed.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::model::{
    timeline::Timeline,
    verdict::{Truth, Verdict},
};

pub(super) fn render(timeline: &Timeline, verdict: &Verdict) -> String {
    let mut report = Report::new("droplab");
    let mut suite = TestSuite::new(verdict.scenario.clone());
    let took_s = timeline.events.last().map_or(0.0, |event| event.at_s.max(0.0));
    suite.set_time(std::time::Duration::try_from_secs_f64(took_s).unwrap_or_default());
    suite.add_property(("run", verdict.run.as_str()));
    suite.add_property(("rehearsal", if verdict.rehearsal { "true" } else { "false" }));
    for (index, finding) in verdict.findings.iter().enumerate() {
        let mut status = match finding.truth {
            Truth::Pass => TestCaseStatus::success(),
            Truth::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Truth::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
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
