//! Truth: what a run came to, from its events alone.
//!
//! One file per expectation, and one for each question about the run itself. Three-valued, the worst wins; what cannot be
//! read is Unknown, and nothing passes on no data.
//!
//! **Invariant**: pure; judging an old journal again gives the same verdict.

mod aftermath;
mod baseline;
mod books;
mod bystanders;
mod case;
mod course;
mod drift;
pub mod exam;
mod holds;
mod keeps;
mod lab;
mod lease;
mod load;
mod recovers;
mod replay;
pub mod residue;
mod says;
mod score;
mod score_cause;
mod score_impact;
mod stays;
mod symptom;
#[cfg(test)]
mod testing;
mod times;
mod traps;
mod trial;
mod untouched;

pub use score_cause::compare;

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
    let mut grounds = vec![baseline::finding(&case), load];
    grounds.extend(symptom::finding(&case));
    grounds.extend(bystanders::findings(&case));
    grounds.extend(lease::findings(&case));
    grounds.extend(page(&case));
    grounds.extend(lab::broke_off(&case));
    let sound = grounds.iter().all(|finding| finding.truth == Truth::Pass);
    // A service under test has nothing to recover from before its trial.
    let expected =
        scenario.expect.iter().filter(|one| case.under_test().is_none() || !matches!(one, Expectation::Recovers(_)));
    let expectations = expected.map(|expectation| match expectation {
        Expectation::Recovers(expected) => recovers::finding(&case, expected),
        Expectation::Stays(expected) => stays::finding(&case, expected),
        Expectation::Holds(expected) => holds::finding(timeline, expected),
        Expectation::Books(ledger) => books::finding(timeline, &ledger.to_string(), *ledger),
        Expectation::Keeps(expected) => keeps::finding(&case, expected),
        Expectation::Untouched(expected) => untouched::finding(&case, expected),
        Expectation::Says(expected) if !case.is_healthy_run() || scenario.steps.is_empty() => {
            says::finding(&case, expected)
        }
        Expectation::Says(_) => {
            case::finding("says", Truth::Pass, "nothing was broken, so there was nothing to say", vec![])
        }
    });
    let mut findings: Vec<Finding> = expectations.chain(replay::findings(&case)).chain(trial::finding(&case)).collect();
    if !sound {
        findings = findings.into_iter().map(doubted).collect();
    }
    if case.under_test().is_none() {
        traps::name(&case, &mut findings);
    }
    findings.extend(grounds);
    findings.extend(aftermath::findings(&case));
    findings.extend(residue::findings(&case));
    findings.extend(lab::finding(&case));
    // A run without a single finding has shown nothing.
    let truth = findings.iter().map(|finding| finding.truth).max().unwrap_or(Truth::Unknown);
    let (run, seed, id, rehearsal) = case.identity();
    Verdict {
        run,
        scenario: id,
        rehearsal,
        seed,
        truth,
        score: score::of(&case, &findings, truth),
        findings,
        times: times::of(&case),
        probes: course::courses(&case),
        impact: course::impact(&case),
        effect: course::effect(&case),
        residue: residue::residue_of(&case),
        drift: drift::drift_of(&case),
        kept: timeline.kept(),
        adjusted: case.plan.map(|plan| plan.adjusted.clone()).unwrap_or_default(),
        proposed_rate: baseline::proposed(&case).or(slower),
    }
}

/// A page that went out before anything was broken says that something else was; nobody can repair, or answer, who is not paged.
fn page(case: &Case) -> Option<Finding> {
    let unknown = |sentence: &str, seq| Some(case::finding("page", Truth::Unknown, sentence, seq));
    let Some((seq, paged_s)) = case.paged else {
        let was_broken = case.first_injected().is_some() || case.scenario.hands_in() && case.fault_s.is_some();
        let is_due = was_broken && case.under_test().is_none() && !case.timeline.was_answered();
        return if is_due { unknown("nobody was paged", vec![]) } else { None };
    };
    let (_, injected_s) = case.first_injected()?;
    let early = "the page went out before the first injection: something else was wrong";
    if paged_s < injected_s { unknown(early, vec![seq]) } else { None }
}

/// What a run that is not sound shows: neither a failure that could be held against the repair, nor a pass.
fn doubted(mut finding: Finding) -> Finding {
    if finding.truth == Truth::Fail {
        finding.sentence = format!("not held against the repair, the run itself is in doubt: {}", finding.sentence);
    }
    finding.truth = Truth::Unknown;
    finding
}

#[cfg(test)]
mod tests {
    use super::testing::{Story, scenario};
    use super::*;
    use crate::model::event::EventKind;

    #[test]
    fn a_whole_story_passes() {
        let verdict = Story::of(scenario()).paged().seconds(2, 60).seconds(7, 100).end().judged();
        assert_eq!(verdict.truth, Truth::Pass, "{:#?}", verdict.findings);
        assert_eq!((verdict.impact.failed, verdict.impact.requests), (3 * 95 + 2 * 40, 600));
    }

    #[test]
    fn no_events_are_no_pass() {
        assert_eq!(judge(&scenario(), &Timeline::default()).truth, Truth::Unknown);
    }

    #[test]
    fn a_run_in_doubt_holds_nothing_against_the_repair_and_passes_nothing() {
        let verdict = Story::of(scenario()).broken().seconds(30, 90).end().judged();
        assert_eq!(verdict.truth, Truth::Unknown, "{:#?}", verdict.findings);
        let ids = ["recovers", "payments"];
        let passed = verdict
            .findings
            .iter()
            .find(|found| ids.contains(&found.expectation.as_str()) && found.truth == Truth::Pass);
        assert_eq!(passed, None);
    }

    /// The symptom was there and the page never went out: whoever repairs, or answers, is called by it.
    #[test]
    fn nobody_fails_who_was_not_paged() {
        let mut asked = scenario();
        asked.expect.push(testing::yaml("says: { within: 15m, answer: { component: payment } }"));
        let verdict = Story::of(asked).broken().seconds(30, 5).end().judged();
        assert_eq!(testing::found(&verdict, "page").0, Truth::Unknown);
        assert_eq!((testing::found(&verdict, "says").0, verdict.truth), (Truth::Unknown, Truth::Unknown));
    }

    #[test]
    fn a_page_before_the_injection_is_no_page() {
        let story = Story::of(scenario()).baseline().say(EventKind::Paged { sentence: "P1".into() });
        let verdict = story.seconds(1, 100).inject().seconds(4, 5).seconds(7, 100).end().judged();
        assert_eq!(testing::found(&verdict, "page").0, Truth::Unknown);
    }
}
