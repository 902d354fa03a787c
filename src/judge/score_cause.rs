//! Diagnosis, graded by comparing words.
//!
//! **Invariant**: the reason never tells the right word; a wrong extra costs more than silence.

use super::case::Case;
use crate::model::{diagnosis::Answer, said::Said, scenario::Diagnosis};

/// Hundredths, why, and the events that show it.
pub(super) type Graded = (u32, String, Vec<u64>);

/// The last answer counts.
pub(super) fn grade(case: &Case) -> Graded {
    let told = case.timeline.said().filter_map(|(seq, _, said)| match said {
        Said::Diagnosed { answer } | Said::Done { answer } => Some((seq, answer)),
        _ => None,
    });
    let Some((seq, answer)) = told.last() else {
        return (0, "nobody named the cause: droplab answer".into(), vec![]);
    };
    let (hundredths, sentence) = compare(&case.scenario.diagnosis, answer);
    (hundredths, sentence, vec![seq])
}

/// Hundredths, and why.
pub fn compare(truth: &Diagnosis, answer: &Answer) -> (u32, String) {
    let fields = [
        ("component", &truth.component, &answer.component, 30),
        ("mechanism", &truth.mechanism, &answer.mechanism, 35),
        ("trigger", &truth.trigger, &answer.trigger, 15),
    ];
    let (mut points, mut words) = (0_u32, Vec::new());
    for (field, wanted, given, worth) in fields {
        let how = match given {
            Some(given) if given == wanted => {
                points += worth;
                "right"
            }
            Some(given) if field == "mechanism" && truth.decoys.contains(given) => "only what it looks like",
            Some(_) => "wrong",
            None => "missing",
        };
        words.push(format!("{field} {how}"));
    }
    let mut given = answer.factors.clone();
    given.sort();
    given.dedup();
    let (right, all) = (given.iter().filter(|one| truth.factors.contains(one)).count(), truth.factors.len());
    let extras = given.len() - right;
    points += u32::try_from((20 * right).checked_div(all).unwrap_or(20)).unwrap_or(0);
    points = points.saturating_sub(u32::try_from(10 * extras).unwrap_or(u32::MAX));
    words.push(format!("{right} of {all} factors"));
    if extras > 0 {
        words.push(format!("{extras} that are none"));
    }
    (points, words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truth() -> Diagnosis {
        Diagnosis {
            component: "payment".into(),
            mechanism: "connection-pool-exhaustion".into(),
            trigger: "deploy".into(),
            factors: vec!["n-plus-one".into(), "no-canary".into()],
            decoys: vec!["slow-query".into()],
        }
    }

    fn answer(mechanism: &str, factors: &[&str]) -> Answer {
        let factors = factors.iter().map(|factor| (*factor).to_owned()).collect();
        let one = |word: &str| Some(word.to_owned());
        Answer { component: one("payment"), mechanism: one(mechanism), trigger: one("deploy"), factors }
    }

    #[test]
    fn all_right_is_all_and_a_decoy_is_called_one() {
        assert_eq!(compare(&truth(), &answer("connection-pool-exhaustion", &["n-plus-one", "no-canary"])).0, 100);
        let (points, why) = compare(&truth(), &answer("slow-query", &["n-plus-one"]));
        assert_eq!(points, 55);
        assert!(why.contains("only what it looks like") && !why.contains("pool"), "{why}");
    }

    #[test]
    fn naming_every_factor_is_worth_less_than_naming_none() {
        let all = crate::model::diagnosis::FACTORS;
        let (everything, _) = compare(&truth(), &answer("connection-pool-exhaustion", all));
        let (none, _) = compare(&truth(), &answer("connection-pool-exhaustion", &[]));
        assert!(everything < none, "{everything} {none}");
    }
}
