//! Names the trap or cheat that a run's failed findings give away.
//!
//! **Invariant**: only words: no truth changes here. Whoever did nothing is told of none.

use std::collections::BTreeSet;

use super::case::Case;
use crate::model::{
    repair::Cheat,
    scenario::Expectation,
    verdict::{Finding, Truth},
};

/// Each cheat that a run shows is told in the sentence of one finding that it failed.
pub(super) fn name(case: &Case, findings: &mut [Finding]) {
    let shown = Shown::of(case, findings);
    let cheats = case.scenario.cheats.iter();
    let named: Vec<_> = cheats.filter_map(|cheat| Some((shown.mark(cheat)?.to_owned(), cheat))).collect();
    for (mark, cheat) in named {
        for found in findings.iter_mut().filter(|found| found.expectation == mark && found.truth == Truth::Fail) {
            if !found.sentence.contains(&cheat.name) {
                found.sentence =
                    format!("{} ({}: {}: {})", found.sentence, cheat.kind(), cheat.name, cheat.why.en.trim());
            }
        }
    }
}

/// What a run shows, as far as a name can be read in it.
struct Shown {
    /// Everything that failed.
    failed: BTreeSet<String>,
    /// Everything that is kept.
    kept: BTreeSet<String>,
    books: BTreeSet<String>,
    /// What fails as well where nobody does anything.
    idle: BTreeSet<String>,
    /// Customers were served as before: somebody did something, and it looked like a repair.
    served: bool,
}

impl Shown {
    fn of(case: &Case, findings: &[Finding]) -> Self {
        let came_out = |truth: Truth| -> BTreeSet<String> {
            findings.iter().filter(|found| found.truth == truth).map(|found| found.expectation.clone()).collect()
        };
        let of = |kind: fn(&Expectation) -> bool| -> BTreeSet<String> {
            case.scenario.expect.iter().filter(|expected| kind(expected)).map(Expectation::id).collect()
        };
        let (passed, goals) = (came_out(Truth::Pass), of(|expected| matches!(expected, Expectation::Recovers(_))));
        Self {
            failed: came_out(Truth::Fail),
            kept: of(|expected| matches!(expected, Expectation::Keeps(_))),
            books: of(|expected| matches!(expected, Expectation::Books(_))),
            idle: of(|expected| {
                matches!(expected, Expectation::Recovers(_) | Expectation::Books(_) | Expectation::Says(_))
            }),
            served: !goals.is_empty() && goals.is_subset(&passed),
        }
    }

    /// The finding that gives a cheat away. Where all the `keeps` that it is caught by have failed, it is the first of them. A trap that
    /// takes nothing away is known by what it fails, and by nothing failing beside it: only, what is missing in one book is often missing
    /// in another. And it is known only where doing nothing would have failed by something else: customers are served again, or
    /// it is caught by more than goals, books and an answer.
    fn mark<'c>(&self, cheat: &'c Cheat) -> Option<&'c str> {
        let caught = &cheat.caught_by;
        let taken: Vec<&String> = caught.iter().filter(|id| self.kept.contains(*id)).collect();
        if let Some(first) = taken.first() {
            return taken.iter().all(|id| self.failed.contains(*id)).then_some(first.as_str());
        }
        let all = caught.iter().all(|id| self.failed.contains(id));
        let beside = self.failed.iter().any(|id| !caught.contains(id) && !self.books.contains(id));
        let is_a_deed = self.served || caught.iter().any(|id| !self.idle.contains(id));
        if cheat.trap && all && !beside && is_a_deed { caught.first().map(String::as_str) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Story, facts, scenario};
    use super::*;
    use crate::model::{
        event::EventKind,
        holds::Holds,
        ledger::LedgerReading,
        scenario::{Action, Text},
        verdict::Verdict,
    };

    /// A run of a scenario with one cheat: so long after the page, so many of a hundred were served, so many counterexamples were found to
    /// `sold-since`, and so many payments were lost.
    fn played(cheat: (bool, &[&str]), (seconds, served): (u32, u64), gone: usize, lost: u64) -> Verdict {
        let mut scenario = scenario();
        let why = Text { en: "it comes back".into(), ru: "оно вернётся".into() };
        let actions = vec![Action::Kubectl("rollout restart deployment/payment".into())];
        let caught_by = cheat.1.iter().map(|id| (*id).to_owned()).collect();
        scenario.cheats = vec![Cheat { name: "restart".into(), trap: cheat.0, why, actions, caught_by }];
        scenario.expect.push(Expectation::Holds(Holds::at_primary("sold-since", "select 1")));
        let mut reading = LedgerReading { acknowledged: 9, recorded: 9, ..LedgerReading::default() };
        (0..lost).for_each(|number| reading.lost.note(format!("r-{number}")));
        let rows = vec!["{}".to_owned(); gone];
        let read = EventKind::Counterexamples { id: "sold-since".into(), rows, tells: None, error: None };
        let story = Story::of(scenario).paged().seconds(seconds, served).surveyed(false, facts("2.8.0"));
        story.reconciled(reading).say(read.clone()).say(read).healed().judged()
    }

    fn is_named(verdict: &Verdict) -> bool {
        verdict.findings.iter().any(|found| found.sentence.contains("(trap: restart: it comes back)"))
    }

    const NOT_REPAIRED: (u32, u64) = (40, 0);
    const REPAIRED: (u32, u64) = (7, 100);

    #[test]
    fn who_did_nothing_is_told_of_no_trap() {
        assert!(!is_named(&played((true, &["recovers"]), NOT_REPAIRED, 0, 0)));
        assert!(!is_named(&played((true, &["recovers", "payments"]), NOT_REPAIRED, 0, 5)));
    }

    #[test]
    fn a_trap_that_looks_like_a_repair_is_known_by_what_it_fails() {
        assert!(is_named(&played((true, &["payments"]), REPAIRED, 0, 5)));
        assert!(!is_named(&played((false, &["payments"]), REPAIRED, 0, 5)), "a cheat has taken nothing away");
        assert!(!is_named(&played((true, &["payments", "then/recovers"]), REPAIRED, 0, 5)), "half of it is not it");
        assert!(!is_named(&played((true, &["payments"]), REPAIRED, 3, 5)), "this was something else");
    }

    #[test]
    fn a_trap_that_repairs_nothing_is_known_by_what_nobody_else_fails() {
        let trap: (bool, &[&str]) = (true, &["sold-since", "recovers"]);
        assert!(is_named(&played(trap, NOT_REPAIRED, 3, 0)));
        assert!(is_named(&played(trap, NOT_REPAIRED, 3, 5)), "what is lost may be missing in a book, too");
        assert!(!is_named(&played(trap, NOT_REPAIRED, 0, 0)));
        assert!(!is_named(&played((true, &["sold-since"]), NOT_REPAIRED, 3, 0)), "it was to be served");
    }
}
