//! What an action item is worth: the same fault with it and without it, over the same seconds.
//!
//! **Invariant**: counted from single plays, and said so; both are read from journals by the same code.

use serde::{Deserialize, Serialize};

use super::{facts::Facts, lang::Lang, measures::Measure};

/// A play without the repair needs so many seconds at least to be compared.
const SHORTEST_S: f64 = 3.0;
/// And after so many the first bite has been told.
const LONGEST_S: f64 = 60.0;
/// One play differs from the next by less than this share of its failed requests.
const FEWER: f64 = 0.75;
/// And by less than this in its page.
const SOONER_S: f64 = 2.0;

/// What the customers that the page watches saw in the first seconds after the blow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Share of good requests in the worst second, 0 to 1.
    pub worst: f64,
    /// Requests that were not good.
    pub failed: u64,
    /// Of so many.
    pub intended: u64,
    /// Seconds from the blow to the page; none where no page went out.
    pub paged_after_s: Option<f64>,
}

/// An action item that was carried out, and the fault played again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The item's id.
    pub id: String,
    /// What was typed.
    pub commands: Vec<String>,
    /// Seconds after the blow that were compared.
    pub over_s: f64,
    /// In the recorded run.
    pub recorded: Seen,
    /// With the item.
    pub with_it: Seen,
    /// A quarter fewer failed requests, or a page two seconds sooner.
    pub helps: bool,
    /// All of it in a sentence.
    pub sentence: String,
}

/// Seconds after the blow in which nobody had done anything yet; `None` for a run that was never bitten, or repaired at once.
pub fn untouched_s(facts: &Facts) -> Option<f64> {
    let injected_s = facts.verdict.times.injected_s?;
    let touched = facts.deeds.iter().map(|deed| deed.at_s).filter(|at_s| *at_s > injected_s);
    let until_s = touched.chain(facts.ended_s).chain(facts.timeline.repaired_survey_s()).fold(f64::MAX, f64::min);
    let over_s = (until_s - injected_s).floor().min(LONGEST_S);
    (over_s >= SHORTEST_S).then_some(over_s)
}

impl Seen {
    /// What a run's journal tells of the first seconds after its blow; `None` where the page watches no customers.
    pub fn of(facts: &Facts, over_s: f64) -> Option<Self> {
        let condition = facts.watched()?;
        let injected_s = facts.verdict.times.injected_s?;
        let mut seen = Self { worst: 1.0, failed: 0, intended: 0, paged_after_s: None };
        for (_, window) in facts.timeline.windows(condition.probe()?) {
            if window.from_s < injected_s || window.to_s > injected_s + over_s || window.intended == 0 {
                continue;
            }
            let good = window.good(condition.bound()).min(window.intended);
            seen.intended += window.intended;
            seen.failed += window.intended - good;
            #[expect(clippy::cast_precision_loss, reason = "requests of one second")]
            let share = good as f64 / window.intended as f64;
            seen.worst = seen.worst.min(share);
        }
        seen.paged_after_s = facts.paged().map(|(_, at_s)| at_s - injected_s).filter(|after_s| *after_s >= 0.0);
        (seen.intended > 0).then_some(seen)
    }
}

impl Tried {
    /// Compare the two.
    pub fn new(measure: &Measure, over_s: f64, recorded: Seen, with_it: Seen, lang: Lang) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "requests of a minute")]
        let fewer = recorded.failed > 0 && with_it.failed as f64 <= recorded.failed as f64 * FEWER;
        let sooner = match (recorded.paged_after_s, with_it.paged_after_s) {
            (Some(before_s), Some(after_s)) => after_s + SOONER_S <= before_s,
            _ => false,
        };
        let helps = fewer || sooner;
        let sentence = sentence(&measure.id, over_s, &recorded, &with_it, helps, lang);
        let commands = measure.commands.iter().map(ToString::to_string).collect();
        Self { id: measure.id.clone(), commands, over_s, recorded, with_it, helps, sentence }
    }
}

fn sentence(id: &str, over_s: f64, recorded: &Seen, with_it: &Seen, helps: bool, lang: Lang) -> String {
    let page = |seen: &Seen| match seen.paged_after_s {
        Some(after_s) => lang.pick(format!("paged after {after_s:.1} s"), format!("пейдж через {after_s:.1} с")),
        None => lang.pick("no page".to_owned(), "без пейджа".to_owned()),
    };
    let (was, is) = (recorded.worst * 100.0, with_it.worst * 100.0);
    let (failed, of, before) = (with_it.failed, with_it.intended, recorded.failed);
    let page_before = match recorded.paged_after_s {
        Some(after_s) => lang.pick(format!("{after_s:.1} s"), format!("{after_s:.1} с")),
        None => lang.pick("no page", "никакого"),
    };
    let paged = page(with_it);
    let verdict = if helps {
        lang.pick("it helps", "помогает")
    } else {
        lang.pick("no help seen", "пользы не видно")
    };
    lang.pick(
        format!(
            "{id}: {verdict}. In the first {over_s:.0} s {failed} of {of} requests failed instead of {before}; the worst second \
             served {is:.1}% instead of {was:.1}%; {paged} instead of {page_before}. One play each."
        ),
        format!(
            "{id}: {verdict}. За первые {over_s:.0} с отказов {failed} из {of} вместо {before}; в худшую секунду обслужено \
             {is:.1}% вместо {was:.1}%; {paged} вместо {page_before}. По одному проигрыванию."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(failed: u64, paged_after_s: Option<f64>) -> Seen {
        Seen { worst: 0.5, failed, intended: 1000, paged_after_s }
    }

    fn helps(recorded: Seen, with_it: Seen) -> bool {
        let measure = Measure { line: 1, id: "A1".into(), action: "Limit".into(), commands: Vec::new() };
        Tried::new(&measure, 10.0, recorded, with_it, Lang::En).helps
    }

    #[test]
    fn a_quarter_fewer_or_a_page_two_seconds_sooner_helps() {
        assert!(helps(seen(800, Some(7.0)), seen(600, Some(7.0))));
        assert!(helps(seen(800, Some(7.0)), seen(900, Some(5.0))));
    }

    #[test]
    fn the_noise_between_two_plays_is_no_help() {
        assert!(!helps(seen(800, Some(7.0)), seen(700, Some(6.0))));
        assert!(!helps(seen(0, Some(7.0)), seen(0, Some(7.0))));
        assert!(!helps(seen(800, None), seen(800, Some(3.0))), "nothing to compare a page with");
    }
}
