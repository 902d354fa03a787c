//! Annotations on the page of a GitHub job: commands that its runner finds in what a step prints.
//!
//! **Invariant**: none of a pass, and never more than GitHub shows of one step; whatever a sentence holds, it stays one line.

use super::words;
use crate::model::verdict::{Truth, Verdict};

/// Of one step GitHub shows so many errors, and drops the others without a word.
const MOST: usize = 10;

/// The commands: an error for each finding that failed, or one warning of why nothing can be told.
pub fn render(verdict: &Verdict) -> Vec<String> {
    let (command, mut told) = match verdict.truth {
        Truth::Pass => return Vec::new(),
        Truth::Unknown => ("warning", vec![words::sentence(verdict)]),
        Truth::Fail => {
            let failed = verdict.findings.iter().filter(|finding| finding.truth == Truth::Fail);
            ("error", failed.map(|finding| finding.sentence.clone()).collect())
        }
    };
    if told.len() > MOST {
        let more = told.len() - (MOST - 1);
        told.truncate(MOST - 1);
        told.push(format!("{more} findings more, in verdict.json"));
    }
    let rehearsal = if verdict.rehearsal { " (rehearsal)" } else { "" };
    let title = escaped(&format!("droplab {}{rehearsal}", verdict.scenario)).replace(':', "%3A").replace(',', "%2C");
    told.iter().map(|sentence| format!("::{command} title={title}::{}", escaped(sentence))).collect()
}

/// Text that is read as it was meant, on one line.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::Finding;

    fn verdict(truth: Truth, sentences: &[&str]) -> Verdict {
        let finding = |sentence: &&str| Finding {
            expectation: "recovers".into(),
            truth,
            sentence: (*sentence).to_owned(),
            evidence: vec![],
        };
        let findings = sentences.iter().map(finding).collect();
        Verdict { scenario: "a,b".into(), rehearsal: true, ..Verdict::of(truth, findings) }
    }

    #[test]
    fn a_failure_is_an_error_a_doubt_a_warning_and_a_pass_is_nothing() {
        assert_eq!(render(&verdict(Truth::Pass, &["fine"])), Vec::<String>::new());
        let failed = render(&verdict(Truth::Fail, &["at 5%\nof 9: lost", "too late"]));
        let wanted = [
            "::error title=droplab a%2Cb (rehearsal)::at 5%25%0Aof 9: lost",
            "::error title=droplab a%2Cb (rehearsal)::too late",
        ];
        assert_eq!(failed, wanted);
        let doubted = render(&verdict(Truth::Unknown, &["no data", "nothing else"]));
        assert_eq!(doubted, ["::warning title=droplab a%2Cb (rehearsal)::no data"]);
    }

    #[test]
    fn no_more_are_told_than_are_shown() {
        let many = render(&verdict(Truth::Fail, &["lost"; 40]));
        assert_eq!(many.len(), MOST);
        assert!(many[MOST - 1].ends_with("::31 findings more, in verdict.json"), "{many:?}");
    }
}
