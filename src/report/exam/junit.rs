//! `exam-junit.xml`: one test case for each incident of an exam, for CI servers.
//!
//! **Invariant**: a failure is the candidate's, an error is the lab's, and what the exam did not get to, or was stopped in, is skipped.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{doubt, earned, number};
use crate::model::exam::result::{ExamResult, Grade, STOPPED};

pub(super) fn render(result: &ExamResult) -> String {
    let mut suite = TestSuite::new(result.exam.clone());
    let properties = [
        ("outcome", result.outcome.to_string().to_lowercase()),
        ("points", number(result.points)),
        ("out_of", result.out_of.to_string()),
        ("mark", number(result.pass_mark)),
        ("candidate", result.candidate.clone()),
        ("repairs", result.repairs.clone()),
        ("rehearsal", result.rehearsal.to_string()),
    ];
    for (name, value) in &properties {
        suite.add_property((*name, value.as_str()));
    }
    // For those servers that show no properties.
    if let Some(doubt) = doubt(result) {
        suite.set_system_out(doubt);
    }
    for (index, one) in result.scenarios.iter().enumerate() {
        let mut status = match one.grade {
            Grade::Passed => TestCaseStatus::success(),
            Grade::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Grade::NotExamined if one.tries > 0 && one.why != STOPPED => {
                TestCaseStatus::non_success(NonSuccessKind::Error)
            }
            Grade::NotExamined => TestCaseStatus::skipped(),
        };
        status.set_message(one.why.clone());
        let mut case = TestCase::new(format!("{} {}", index + 1, one.scenario), status);
        case.set_classname(result.exam.clone());
        case.set_system_out(format!("{} points: {}", earned(one), one.why));
        suite.add_test_case(case);
    }
    let mut report = Report::new("droplab exam");
    report.add_test_suite(suite);
    report.to_string().unwrap_or_default()
}
