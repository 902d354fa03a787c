//! Truth: what a run came to, from its events alone.
//!
//! One file per expectation, and one for each question about the run itself. Three-valued, the worst wins; what cannot be
//! read is Unknown, and nothing passes on no data.
//!
//! **Invariant**: pure; judging an old journal again gives the same verdict.

mod baseline;
mod bites;
mod books;
mod case;
mod course;
pub mod holds;
mod keeps;
mod lab;
mod load;
mod recovers;
pub mod residue;
mod spares;
#[cfg(test)]
mod testing;

use case::Case;

use crate::model::{
    scenario::{Expectation, Scenario},
    timeline::Timeline,
    verdict::{Finding, Truth, Verdict},
};

/// Judge a run.
pub fn judge(scenario: &Scenario, timeline: &Timeline) -> Verdict {
    let case = Case::of(scenario, timeline);
    let load = load::finding(&case);
    let slower = if load.truth == Truth::Pass { None } else { load::proposed(&case) };
    // Without these, nothing can be held against anybody.
    let grounds = [Some(baseline::finding(&case)), bites::finding(&case), spares::finding(&case), Some(load)];
    let sound = grounds.iter().flatten().all(|finding| finding.truth == Truth::Pass);
    let expectations = scenario.expect.iter().map(|expectation| match expectation {
        Expectation::Recovers(expected) => recovers::finding(&case, expected),
        Expectation::LosesNothing(expected) => books::finding(case.timeline, expectation.key(), expected.ledger),
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
        proposed_rate: baseline::proposed(&case).or(slower),
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

#[cfg(test)]
mod tests {
    use super::testing::{Story, scenario};
    use super::*;

    #[test]
    fn a_whole_story_passes() {
        let verdict = Story::of(scenario()).paged().seconds(2, 60).seconds(4, 100).end().judged();
        assert_eq!(verdict.truth, Truth::Pass, "{:#?}", verdict.findings);
        assert_eq!(verdict.times.repaired_s, Some(10.0));
        assert_eq!((verdict.impact.failed, verdict.impact.requests), (3 * 95 + 2 * 40, 600));
    }

    #[test]
    fn no_events_are_no_pass() {
        assert_eq!(judge(&scenario(), &Timeline::default()).truth, Truth::Unknown);
    }

    #[test]
    fn a_run_in_doubt_holds_nothing_against_the_repair() {
        let verdict = Story::of(scenario()).broken().seconds(30, 90).end().judged();
        assert_eq!(verdict.truth, Truth::Unknown, "{:#?}", verdict.findings);
    }
}
