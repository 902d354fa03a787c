//! How far the conformance of every scenario is, by the evidence in a folder.
//!
//! **Invariant**: counted is what was shown of the scenarios as they are now; of an earlier text nothing counts.

use std::path::Path;

use serde::Serialize;

use super::{
    history::History,
    judged::LAB_ERRED,
    plays::{self, Play},
};
use crate::{cli::failure::Failure, store::scenarios};

/// A scenario counts when so many rounds in a row have agreed.
const ROUNDS: u32 = 10;

/// How far one scenario is.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Standing {
    scenario: String,
    /// Rounds from the first on in which every play came out as it must.
    rounds: u32,
    /// Plays of the round after them that came out so.
    begun: usize,
    /// Plays of a round.
    plays: usize,
    /// Plays that came out otherwise.
    wrong: usize,
    /// Whether it counts.
    counts: bool,
}

/// Every scenario's, in the order of their names.
pub(super) fn of_all(into: Option<&Path>, own: Option<&Path>) -> Result<Vec<Standing>, Failure> {
    let folder = super::folder();
    let one = |id: String| {
        let (_, scenario) = scenarios::read(own, &id)?;
        let history = History::as_it_is(into.unwrap_or(&folder), &id, &scenario)?;
        let plays: Vec<String> = plays::of(&scenario).iter().map(Play::name).collect();
        Ok(standing(id, &plays, &history))
    };
    scenarios::ids(own)?.into_iter().map(one).collect()
}

fn standing(scenario: String, plays: &[String], history: &History) -> Standing {
    let is_fine =
        |round, play: &String| history.shown.iter().any(|one| one.round == round && one.play == *play && one.fine);
    let fine = |round| plays.iter().filter(|play| is_fine(round, play)).count();
    let rounds = (1..=ROUNDS).take_while(|round| fine(*round) == plays.len()).fold(0, |count, _| count + 1);
    let wrong = history.shown.iter().filter(|one| !one.fine && one.kind != LAB_ERRED).count();
    let begun = if rounds < ROUNDS { fine(rounds + 1) } else { 0 };
    Standing { scenario, rounds, begun, plays: plays.len(), wrong, counts: rounds == ROUNDS && wrong == 0 }
}

/// As a table in Markdown.
pub(super) fn table(all: &[Standing]) -> String {
    let row = |one: &Standing| {
        let Standing { scenario, rounds, begun, plays, wrong, counts } = one;
        let so_far = if *counts { format!("**{rounds} of {ROUNDS}**") } else { format!("{rounds} of {ROUNDS}") };
        let next = if *begun > 0 { format!("{begun} of {plays} plays") } else { String::new() };
        let wrong = if *wrong > 0 { wrong.to_string() } else { String::new() };
        format!("| {scenario} | {so_far} | {next} | {wrong} |\n")
    };
    let rows: String = all.iter().map(row).collect();
    format!(
        "| incident | whole rounds | of the next | not as they must |\n| --- | --- | --- | --- |\n{}",
        rows.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::conform::history::Shown;

    #[test]
    fn a_round_counts_when_it_is_whole_and_all_before_it_are() {
        let plays = ["healthy".to_owned(), "nothing".to_owned()];
        let (_, scenario) = scenarios::read(None, "nothing-is-wrong").unwrap();
        let mut history = History::as_it_is(tempfile::tempdir().unwrap().path(), "a", &scenario).unwrap();
        let shown = |round: u32, play: &str, kind: &str| {
            let text = format!(
                r#"{{"round":{round},"play":"{play}","fine":{},"kind":"{kind}","seconds":1,"said":""}}"#,
                kind == "fine"
            );
            serde_json::from_str::<Shown>(&text).unwrap()
        };
        let now = |history: &History| standing("a".into(), &plays, history);
        history.shown = vec![shown(1, "healthy", "fine"), shown(1, "nothing", "fine"), shown(3, "healthy", "fine")];
        assert_eq!((now(&history).rounds, now(&history).begun), (1, 0));
        history.shown.push(shown(2, "nothing", "lab-erred"));
        history.shown.push(shown(2, "healthy", "fine"));
        assert_eq!((now(&history).rounds, now(&history).begun, now(&history).wrong), (1, 1, 0));
        let rounds = (1..=ROUNDS).flat_map(|round| ["healthy", "nothing"].map(|play| shown(round, play, "fine")));
        history.shown = rounds.collect();
        assert!(now(&history).counts);
        insta::assert_snapshot!(table(&[now(&history)]), @r"
        | incident | whole rounds | of the next | not as they must |
        | --- | --- | --- | --- |
        | a | **10 of 10** |  |  |
        ");
        history.shown.push(shown(11, "nothing", "wrong"));
        assert!(!now(&history).counts, "a play that came out otherwise stays one");
    }
}
