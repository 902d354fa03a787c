//! What shows how an incident came out: its journal, judged here and now.
//!
//! **Invariant**: a hash that fits is not enough: the journal must give the same verdict and the same points again.

use std::{
    collections::BTreeSet,
    path::{Component, Path},
};

use jiff::{SignedDuration, Timestamp};

use super::set;
use crate::{
    judge,
    model::{
        exam::result::{ExamResult, Examined, Grade, Shown},
        plan::Plan,
        verdict::{Truth, Verdict},
    },
    report::{exam::number, words},
    store::{
        exams::{Paper, Sheet},
        journal,
        runs::JOURNAL,
        signed::sha256,
    },
};

/// A journal, judged.
pub(super) struct Evidence {
    pub(super) verdict: Verdict,
    pub(super) shown: Shown,
    /// What was played.
    plan: Plan,
}

/// Judge the journal in a folder.
pub(super) fn of(folder: &Path, name: &str) -> Result<Evidence, String> {
    let path = folder.join(JOURNAL);
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let timeline = journal::parse(&path, &String::from_utf8_lossy(&bytes)).map_err(|error| error.to_string())?;
    let (_, plan, _) = timeline.began().ok_or_else(|| format!("{}: holds no run", path.display()))?;
    let verdict = judge::judge(&plan.scenario, &timeline);
    let shown = judge::exam::shown(&timeline, &verdict, name, sha256(&bytes));
    Ok(Evidence { verdict, shown, plan: plan.clone() })
}

/// Hold a result against the journals in a folder: how many were there, or everything that does not fit. Where all must be there, one that
/// is missing does not fit; where the exam is at hand, neither does what is not of it.
pub(super) fn held_against(
    result: &ExamResult,
    sheet: Option<&Sheet>,
    folder: &Path,
    all: bool,
) -> Result<usize, Vec<String>> {
    let (mut wrong, mut there) = (sums(result), 0);
    wrong.extend(sheet.map(|sheet| set::other_than(result, sheet)).into_iter().flatten());
    for (index, one) in result.scenarios.iter().enumerate() {
        let Some(shown) = &one.shown else { continue };
        let wrong_here = |what: String| format!("{} {}: {what}", index + 1, one.scenario);
        let plain = Path::new(&shown.folder).components().all(|part| matches!(part, Component::Normal(_)));
        let runs = folder.join(&shown.folder);
        if !plain || !runs.join(JOURNAL).is_file() {
            let missing = || wrong_here(format!("there is no journal in {}", runs.display()));
            wrong.extend(all.then(missing));
            continue;
        }
        there += 1;
        let paper = sheet.and_then(|sheet| sheet.papers.get(index));
        wrong.extend(differs(result, one, shown, &runs, paper).map(wrong_here));
    }
    if wrong.is_empty() { Ok(there) } else { Err(wrong) }
}

/// Why a journal does not show what the result says of it.
fn differs(result: &ExamResult, one: &Examined, shown: &Shown, folder: &Path, paper: Option<&Paper>) -> Option<String> {
    let Evidence { verdict, shown: again, plan } = match of(folder, &shown.folder) {
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
    if !within(result, &again) {
        return Some("its journal is of another time than the exam's".to_owned());
    }
    if let Some(why) = paper.and_then(|paper| set::otherwise_played(&plan, paper, result.hints)) {
        return Some(why);
    }
    let version = if again.droplab == env!("CARGO_PKG_VERSION") {
        String::new()
    } else {
        format!(" (it was played by droplab {}, and judged by {} now)", again.droplab, env!("CARGO_PKG_VERSION"))
    };
    let grade = if again.truth == Truth::Pass { Grade::Passed } else { Grade::Failed };
    if again.truth != shown.truth || grade != one.grade {
        return Some(format!(
            "judged again its journal comes to {:?}, and not to {:?}{version}",
            again.truth, shown.truth
        ));
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
    let mut journals = BTreeSet::new();
    let shown = result.scenarios.iter().filter_map(|one| one.shown.as_ref());
    if !shown.map(|shown| &shown.journal_sha256).all(|journal| journals.insert(journal)) {
        wrong.push("two of its incidents are shown by one run".to_owned());
    }
    let unshown = result.scenarios.iter().filter(|one| one.shown.is_none() && one.earned > 0.0);
    wrong.extend(unshown.map(|one| format!("{}: points without a run", one.scenario)));
    wrong
}
