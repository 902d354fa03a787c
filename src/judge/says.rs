//! `says`: the person names the cause, in the words of the vocabulary.
//!
//! **Invariant**: every word that is expected must be there; another word in its place is wrong, no word is wrong as well.

use super::case::{self, Case};
use crate::model::{
    expectation::Says,
    said::Said,
    verdict::{Finding, Truth},
};

pub(super) fn finding(case: &Case, says: &Says) -> Finding {
    let done = case.timeline.said().filter_map(|(seq, at_s, said)| match said {
        Said::Done { answer } => Some((seq, at_s, answer)),
        _ => None,
    });
    let Some((seq, at_s, answer)) = done.last() else {
        let (truth, why) = if case.timeline.interrupted() {
            (Truth::Unknown, "interrupted before an answer was given")
        } else {
            (Truth::Fail, "no answer was given in time")
        };
        return case::finding("says", truth, why, vec![]);
    };
    let from_s = case.paged.map(|(_, paged_s)| paged_s).or(case.fault_s).unwrap_or_default();
    let mut wrong = Vec::new();
    let pairs = [
        ("component", &says.answer.component, &answer.component),
        ("mechanism", &says.answer.mechanism, &answer.mechanism),
        ("trigger", &says.answer.trigger, &answer.trigger),
    ];
    for (field, wanted, given) in pairs {
        if wanted.is_some() && wanted != given {
            // What it would have been is told by `droplab show --spoil`, not by the verdict of a failed try.
            wrong.push(format!("{field} {}", given.as_deref().unwrap_or("(none)")));
        }
    }
    let missing = says.answer.factors.iter().filter(|factor| !answer.factors.contains(factor)).count();
    if missing > 0 {
        wrong.push(format!("{missing} factors are missing"));
    }
    let took_s = at_s - from_s;
    if took_s > says.within.0.as_secs_f64() {
        wrong.push(format!("it came after {took_s:.0} s, {} were allowed", says.within));
    }
    if wrong.is_empty() {
        return case::finding(
            "says",
            Truth::Pass,
            format!("the cause was named {took_s:.0} s after the page"),
            vec![seq],
        );
    }
    case::finding("says", Truth::Fail, format!("the answer is not right: {}", wrong.join(", ")), vec![seq])
}
