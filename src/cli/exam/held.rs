//! Holds a result against its journals, and against the exam that was set.
//!
//! **Invariant**: a hash that fits is not enough: the journal must give the same verdict and the same points again.

use std::{collections::BTreeSet, path::Path};

use jiff::{SignedDuration, Timestamp};

use super::{
    evidence::{self, Evidence},
    set, tries,
};
use crate::{
    judge,
    model::exam::result::{ExamResult, Examined, Grade, Shown},
    report::{exam::number, words},
    store::{
        exams::{Paper, Sheet},
        runs::JOURNAL,
    },
};

/// A result that fits.
pub(super) struct Held {
    /// How many of the journals that it shows were at hand.
    pub(super) there: usize,
    /// What no journal shows, each in a sentence.
    pub(super) unproven: Vec<String>,
}

/// Hold a result against the journals in a folder; or everything that does not fit. Where all must be there, one that is missing does
/// not fit, nor one that the result does not show; where the exam is at hand, neither does what is not of it.
pub(super) fn held_against(
    result: &ExamResult,
    sheet: Option<&Sheet>,
    folder: &Path,
    all: bool,
) -> Result<Held, Vec<String>> {
    let (mut wrong, mut held) = (sums(result), Held { there: 0, unproven: Vec::new() });
    wrong.extend(sheet.map(|sheet| set::other_than(result, sheet)).into_iter().flatten());
    let mut stopped = false;
    for (index, one) in result.scenarios.iter().enumerate() {
        let here = |what: String| format!("{} {}: {what}", index + 1, one.scenario);
        if all {
            let beside = tries::beside(one, index + 1, folder);
            wrong.extend(beside.hidden.into_iter().map(here));
            held.unproven.extend(beside.unproven.into_iter().map(here));
            stopped |= beside.stopped;
            if one.tries == 0 && !result.interrupted {
                let why = "it was not played, it says, and nothing shows what stopped the exam";
                held.unproven.push(here(why.to_owned()));
            }
        }
        let Some(shown) = &one.shown else { continue };
        let run = folder.join(&shown.folder);
        if !tries::is_beneath(&shown.folder) || !run.join(JOURNAL).is_file() {
            let missing = || here(format!("there is no journal in {}", run.display()));
            wrong.extend(all.then(missing));
            continue;
        }
        held.there += 1;
        let paper = sheet.and_then(|sheet| sheet.papers.get(index));
        wrong.extend(differs(result, one, shown, &run, paper).map(here));
    }
    if all && stopped != result.interrupted {
        let why = if stopped {
            "a run was stopped, and the exam was not, it says"
        } else {
            "the exam was stopped, it says, and no journal shows it"
        };
        held.unproven.push(why.to_owned());
    }
    if wrong.is_empty() { Ok(held) } else { Err(wrong) }
}

/// Why a journal does not show what the result says of it.
fn differs(result: &ExamResult, one: &Examined, shown: &Shown, folder: &Path, paper: Option<&Paper>) -> Option<String> {
    let Evidence { verdict, shown: again, timeline } = match evidence::of(folder, &shown.folder) {
        Ok(found) => found,
        Err(why) => return Some(format!("its journal cannot be judged: {why}")),
    };
    if again.journal_sha256 != shown.journal_sha256 {
        return Some("its journal is another one, or was changed: the hash does not fit".to_owned());
    }
    let of = (verdict.scenario.as_str(), verdict.seed, verdict.rehearsal);
    if of != (one.scenario.as_str(), result.seed, result.rehearsal) {
        return Some("its journal is that of another scenario, candidate or lab".to_owned());
    }
    let (candidates, told) = (judge::exam::candidates(&timeline), result.repairs.as_str());
    if !candidates.contains(&told) {
        return Some(format!("by its journal the candidate was {}, and not {told}", candidates.join(" or ")));
    }
    if !within(result, &again) {
        return Some("its journal is of another time than the exam's".to_owned());
    }
    let played = paper.zip(timeline.began());
    if let Some(why) = played.and_then(|(paper, (_, plan, _))| set::otherwise_played(plan, paper, result.hints)) {
        return Some(why);
    }
    let version = if again.droplab == env!("CARGO_PKG_VERSION") {
        String::new()
    } else {
        format!(" (it was played by droplab {}, and judged by {} now)", again.droplab, env!("CARGO_PKG_VERSION"))
    };
    let (is, was) = ((again.truth, judge::exam::grade(again.truth)), (shown.truth, one.grade));
    if is != was {
        return Some(format!("judged again its journal comes to {is:?}, and not to {was:?}{version}"));
    }
    if again.score != shown.score {
        let points = |shown: &Shown| shown.score.as_ref().map_or(0, |score| score.points);
        return Some(format!("judged again its journal scores {}, and not {}{version}", points(&again), points(shown)));
    }
    let earned = judge::exam::earned(one.points, again.truth, again.score.as_ref(), result.hints);
    if number(earned) != number(one.earned) {
        return Some(format!("it is worth {}, and not {}", number(earned), number(one.earned)));
    }
    (written(&again) != *shown || words::sentence(&verdict) != one.why)
        .then(|| format!("what is told of its run is not what its journal shows{version}"))
}

/// As a result's file holds it: the last digit of a number may be another one when it was written and read.
fn written(shown: &Shown) -> Shown {
    let read = serde_json::to_string(shown).ok().and_then(|text| serde_json::from_str(&text).ok());
    read.unwrap_or_else(|| shown.clone())
}

/// Whether a run went on while the exam did. The exam's clock is read before the run's and after it.
fn within(result: &ExamResult, run: &Shown) -> bool {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    // A rehearsal has a clock of its own, which runs ahead.
    let ended = if result.rehearsal { Some(Timestamp::MAX) } else { moment(&result.ended) };
    let (Some(began), Some(from), Some(to), Some(ended)) =
        (moment(&result.began), moment(&run.began), moment(&run.ended), ended)
    else {
        return false;
    };
    // The journal writes milliseconds.
    began <= from + SignedDuration::from_millis(1) && to <= ended
}

/// What does not add up.
fn sums(result: &ExamResult) -> Vec<String> {
    let mut wrong = Vec::new();
    let points = judge::exam::points(&result.scenarios);
    if number(points) != number(result.points) {
        wrong.push(format!("its incidents add up to {} points, and not to {}", number(points), number(result.points)));
    }
    let outcome = judge::exam::outcome(result.pass_mark, &result.scenarios, result.interrupted);
    if outcome != result.outcome {
        wrong.push(format!("its points come to {outcome}, and not to {}", result.outcome));
    }
    if result.interrupted && result.scenarios.iter().all(|one| one.grade != Grade::NotExamined) {
        wrong.push("it was stopped, it says, and every incident was examined".to_owned());
    }
    let mut journals = BTreeSet::new();
    let shown = result.scenarios.iter().filter_map(|one| one.shown.as_ref());
    if !shown.map(|shown| &shown.journal_sha256).all(|journal| journals.insert(journal)) {
        wrong.push("two of its incidents are shown by one run".to_owned());
    }
    let graded = |one: &&Examined| one.grade != Grade::NotExamined || one.earned > 0.0;
    let unshown = result.scenarios.iter().filter(|one| one.shown.is_none()).filter(graded);
    wrong.extend(unshown.map(|one| format!("{}: a grade, or points, without a run that shows them", one.scenario)));
    wrong
}
