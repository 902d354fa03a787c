//! How reports and screens say numbers and truths.
//!
//! **Invariant**: readable without colour: a mark and a word stand beside every colour.

use crate::model::{
    event::EventKind,
    timeline::Timeline,
    verdict::{Finding, Times, Truth, Verdict},
};

/// Minutes and seconds: `01:09`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a run is shorter than its u64 of seconds")]
pub fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    format!("{:02}:{:02}", whole / 60, whole % 60)
}

/// A count with its thousands apart: `14,208`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// One sign.
pub fn mark(truth: Truth) -> char {
    match truth {
        Truth::Pass => '✓',
        Truth::Unknown => '?',
        Truth::Fail => '✗',
    }
}

/// One word.
pub fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::Pass => "PASS",
        Truth::Unknown => "UNKNOWN",
        Truth::Fail => "FAIL",
    }
}

/// The verdict in one sentence: the worst findings speak.
pub fn sentence(verdict: &Verdict) -> String {
    let worst = verdict.findings.iter().filter(|finding| finding.truth == verdict.truth);
    match verdict.truth {
        Truth::Pass if let Some(test) = verdict.findings.iter().find(|found| found.expectation == "under-test") => {
            format!("it survived: {}, and customers were served once the trigger was over", test.sentence)
        }
        Truth::Pass => match (verdict.impact.page_to_repair_s, verdict.times.paged_s) {
            (Some(took_s), Some(_)) => format!("customers are served as before, {} after the page", clock(took_s)),
            _ => "customers are served as before".to_owned(),
        },
        Truth::Fail => worst.map(|finding| finding.sentence.clone()).collect::<Vec<_>>().join("; "),
        // What is wrong with the run itself explains why nothing else can be told.
        Truth::Unknown => {
            let of_the_run = RUN.iter().find_map(|id| worst.clone().find(|finding| finding.expectation == *id));
            let first = of_the_run.or_else(|| worst.clone().next());
            first.map_or_else(|| "nothing was shown".to_owned(), |finding| finding.sentence.clone())
        }
    }
}

/// Whether a finding is about the run itself, and not about what was expected of the system.
pub fn is_of_the_run(finding: &Finding) -> bool {
    RUN.contains(&finding.expectation.as_str())
}

/// Findings about the run itself, as docs/verdict.md lists them; but a run that was stopped comes first, for all else that it did not
/// see follows from that.
const RUN: [&str; 10] =
    ["run", "baseline", "load", "symptom", "bystander", "lease", "page", "aftermath", "residue", "lab"];

/// From the page to the repair, as far as it came to that.
pub fn repair(verdict: &Verdict) -> String {
    match (verdict.impact.page_to_repair_s, verdict.times.paged_s) {
        (Some(took_s), _) => clock(took_s),
        (None, Some(_)) => "not repaired".to_owned(),
        (None, None) => "no page went out".to_owned(),
    }
}

/// Which droplab has written the journal of a run.
pub fn version(timeline: &Timeline) -> Option<&str> {
    timeline.first(|event| match &event.kind {
        EventKind::RunBegan { version, .. } => Some(version.as_str()),
        _ => None,
    })
}

/// A line of a report without its Markdown.
pub fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

/// What stands over everything that came out of a rehearsal.
pub const REHEARSAL: &str = "Rehearsal on a fake lab: this says nothing about any real system.";

/// The moments that were seen, in order, with what they are called.
pub fn moments(times: &Times) -> Vec<(&'static str, f64)> {
    [
        ("injected", times.injected_s),
        ("symptom", times.symptom_s),
        ("paged", times.paged_s),
        ("repaired", times.repaired_s),
        ("recovered", times.recovered_s),
    ]
    .into_iter()
    .filter_map(|(name, at_s)| Some((name, at_s?)))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(7), "7");
        assert_eq!(count(1_200), "1,200");
        assert_eq!(count(14_208_000), "14,208,000");
        assert_eq!(clock(69.4), "01:09");
        assert_eq!(clock(3_600.0), "60:00");
    }
}
