//! Truth: what a run came to, from its events alone.
//!
//! One file per expectation, and one for each question about the run itself. Three-valued, the worst wins; what cannot be
//! read is Unknown, and nothing passes on no data.
//!
//! **Invariant**: pure; judging an old journal again gives the same verdict.

mod baseline;
mod bites;
mod case;
mod course;
mod keeps;
mod lab;
mod load;
mod loses_nothing;
mod recovers;
pub mod residue;
mod spares;

use case::Case;

use crate::model::{
    scenario::{Expectation, Scenario},
    timeline::Timeline,
    verdict::{Finding, Truth, Verdict},
};

/// Judge a run.
pub fn judge(scenario: &Scenario, timeline: &Timeline) -> Verdict {
    let case = Case::of(scenario, timeline);
    // Without these, nothing can be held against anybody.
    let grounds =
        [Some(baseline::finding(&case)), bites::finding(&case), spares::finding(&case), Some(load::finding(&case))];
    let sound = grounds.iter().flatten().all(|finding| finding.truth == Truth::Pass);
    let expectations = scenario.expect.iter().map(|expectation| match expectation {
        Expectation::Recovers(expected) => recovers::finding(&case, expected),
        Expectation::LosesNothing(expected) => loses_nothing::finding(&case, expected),
        Expectation::Keeps(expected) => keeps::finding(&case, expected),
    });
    let mut findings: Vec<Finding> =
        expectations.map(|finding| if sound { finding } else { doubted(finding) }).collect();
    findings.extend(grounds.into_iter().flatten());
    findings.extend(residue::findings(&case));
    findings.extend(lab::finding(&case));
    let (run, seed, id, rehearsal) = case.identity();
    Verdict {
        run,
        scenario: id,
        rehearsal,
        seed,
        // A run without a single finding has shown nothing.
        truth: findings.iter().map(|finding| finding.truth).max().unwrap_or(Truth::Unknown),
        findings,
        times: case.times(),
        probes: course::courses(&case),
        impact: course::impact(&case),
        effect: course::effect(&case),
        residue: residue::residue_of(&case),
        drift: residue::drift_of(&case),
        adjusted: case.plan.map(|plan| plan.adjusted.clone()).unwrap_or_default(),
        proposed_rate: baseline::proposed(&case),
    }
}

/// A failure that cannot be held against the repair, because the run itself was not sound.
fn doubted(mut finding: Finding) -> Finding {
    if finding.truth == Truth::Fail {
        finding.truth = Truth::Unknown;
        finding.sentence = format!("not held against the repair, the run itself is in doubt: {}", finding.sentence);
    }
    finding
}
