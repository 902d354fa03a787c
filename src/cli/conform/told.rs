//! What was shown, told: to a person, to a machine, to a CI server, and as a page beside the evidence.
//!
//! **Invariant**: a play that was shown otherwise than it must is in each of them.

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{
    history::{History, Shown},
    judged::LAB_ERRED,
};

impl History {
    /// For machines.
    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(&self.shown).unwrap_or_default()
    }

    /// A line for each play: how often it came out as it must, its median seconds, and what was wrong at last.
    pub(super) fn table(&self, plays: &[String]) -> String {
        let mut text = format!("{}\n", self.id());
        for play in plays {
            let of_play = self.of_play(play);
            let (fine, median) = summary(&of_play);
            let wrong = of_play.iter().find(|one| !one.fine).map_or("", |one| one.said.as_str());
            let mark = if fine == of_play.len() && fine > 0 { '✓' } else { '✗' };
            let _ = writeln!(text, "  {mark} {play:<28} {fine:>3} of {:<3} {median:>4} s  {wrong}", of_play.len());
        }
        text.trim_end().to_owned()
    }

    /// The rounds of a play, the shortest first.
    fn of_play(&self, play: &str) -> Vec<&Shown> {
        let mut of_play: Vec<_> = self.shown.iter().filter(|one| one.play == play).collect();
        of_play.sort_by_key(|one| one.seconds);
        of_play
    }

    /// One case for each play of each round.
    pub(super) fn junit(&self) -> String {
        let mut report = Report::new("droplab conform");
        let mut suite = TestSuite::new(self.id());
        for one in &self.shown {
            let mut status = match one.kind.as_str() {
                "fine" => TestCaseStatus::success(),
                LAB_ERRED => TestCaseStatus::non_success(NonSuccessKind::Error),
                _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
            };
            status.set_message(one.said.clone());
            let mut case = TestCase::new(format!("round {} {}", one.round, one.play), status);
            case.set_time(Duration::from_secs(one.seconds));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
        report.to_string().unwrap_or_default()
    }

    /// A page of Markdown: one row for each play, all its rounds in it.
    pub(super) fn page(&self, plays: &[String]) -> String {
        let mut text = format!(
            "# {}\n\n| play | as it must | seconds: median (least to most) | came out, the latest |\n| --- | --- | --- | --- |\n",
            self.id()
        );
        for play in plays {
            let of_play = self.of_play(play);
            if of_play.is_empty() {
                let _ = writeln!(text, "| {play} | not played yet | | |");
                continue;
            }
            let (fine, median) = summary(&of_play);
            let (least, most) =
                (of_play.first().map_or(0, |one| one.seconds), of_play.last().map_or(0, |one| one.seconds));
            let wrong = of_play.iter().find(|one| !one.fine);
            let said = wrong.or_else(|| of_play.iter().max_by_key(|one| one.round)).map_or("", |one| one.said.as_str());
            let rounds = of_play.len();
            let _ = writeln!(
                text,
                "| {play} | {fine} of {rounds} | {median} ({least} to {most}) | {} |",
                said.replace('|', "\\|")
            );
        }
        let labs: BTreeSet<_> = self.shown.iter().map(|one| one.lab.as_str()).filter(|lab| !lab.is_empty()).collect();
        let days = |day: Option<&Shown>| day.map_or_else(String::new, |one| one.when.clone());
        let _ = writeln!(text, "\nPlayed {} to {} (UTC).", days(self.shown.first()), days(self.shown.last()));
        for lab in labs {
            let of_lab = self.shown.iter().filter(|one| one.lab == lab).count();
            let _ = writeln!(text, "{of_lab} plays on nodes of {lab}.");
        }
        let again = self.shown.iter().filter(|one| one.tries > 1).count();
        if again > 0 {
            let _ = writeln!(text, "Plays that were played again, because the lab had erred: {again}.");
        }
        let mut rates: Vec<_> = self.shown.iter().filter_map(|one| one.rate).map(|rate| rate.to_string()).collect();
        rates.dedup();
        if !rates.is_empty() {
            let _ =
                writeln!(text, "Where the machine could not bear the scenario's own rate, at {}.", rates.join(", "));
        }
        text
    }
}

/// How many came out as they must, and the median of their seconds.
fn summary(of_play: &[&Shown]) -> (usize, u64) {
    let fine = of_play.iter().filter(|one| one.fine).count();
    (fine, of_play.get(of_play.len() / 2).map_or(0, |one| one.seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{scenario::Scenario, units::Rate};

    fn shown(round: u32, seconds: u64, wrong: Option<&str>, rate: Option<Rate>) -> Shown {
        Shown {
            round,
            play: "healthy".into(),
            fine: wrong.is_none(),
            kind: if wrong.is_none() { "fine" } else { "wrong" }.into(),
            seconds,
            said: wrong.unwrap_or("passed").into(),
            rate,
            tries: round,
            when: format!("2026-01-0{round} 12:00"),
            lab: "droplab/node:1".into(),
            droplab: "0.1.0".into(),
        }
    }

    /// Ten rounds are hours: another machine must be able to go on with them, at the rate that the last one was proposed.
    #[test]
    fn evidence_that_is_checked_in_is_gone_on_with_and_its_page_hides_no_wrong_play() {
        let folder = tempfile::tempdir().unwrap();
        let scenario: Scenario = crate::store::scenarios::read(None, "payment-pool-exhaustion").unwrap().1;
        let open = || History::open(Some(folder.path()), "x", &scenario, false).unwrap();
        let mut history = open();
        let slower = Some(Rate { per_second: 900.0 });
        let wrong = shown(2, 60, Some("recovers: 12% | of them"), None);
        for one in [shown(1, 90, None, None), wrong, shown(3, 70, None, slower)] {
            history.keep(one).unwrap();
        }
        assert_eq!(
            (open().rate(&["healthy".to_owned()]), open().has(2, "healthy"), open().has(4, "healthy")),
            (slower, true, false)
        );
        let page = std::fs::read_to_string(folder.path().join("x.md")).unwrap();
        let page = page.lines().filter(|line| !line.contains("not played yet")).collect::<Vec<_>>().join("\n");
        insta::assert_snapshot!(page, @r"
        # x

        | play | as it must | seconds: median (least to most) | came out, the latest |
        | --- | --- | --- | --- |
        | healthy | 2 of 3 | 70 (60 to 90) | recovers: 12% \| of them |

        Played 2026-01-01 12:00 to 2026-01-03 12:00 (UTC).
        3 plays on nodes of droplab/node:1.
        Plays that were played again, because the lab had erred: 2.
        Where the machine could not bear the scenario's own rate, at 900/s.
        ");
    }
    /// A sitting that was interrupted while the lab erred again and again left nothing of it.
    #[test]
    fn a_try_in_which_the_lab_erred_is_told_and_played_again() {
        let folder = tempfile::tempdir().unwrap();
        let scenario: Scenario = crate::store::scenarios::read(None, "payment-pool-exhaustion").unwrap().1;
        let open = || History::open(Some(folder.path()), "x", &scenario, false).unwrap();
        let erred = Shown { kind: LAB_ERRED.into(), tries: 2, ..shown(1, 60, Some("load: late"), None) };
        open().keep(erred).unwrap();
        assert_eq!((open().has(1, "healthy"), open().tries(1, "healthy")), (false, 2));
        let page = std::fs::read_to_string(folder.path().join("x.md")).unwrap();
        assert!(page.contains("| healthy | 0 of 1 | 60 (60 to 60) | load: late |"), "{page}");
    }
}
