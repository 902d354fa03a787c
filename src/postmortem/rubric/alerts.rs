//! An action item's alert, played over the recorded run: `alert: payment.success < 99% for 2s`.
//!
//! **Invariant**: a replay of what was measured, by the run's own evaluator; nothing is simulated.

use super::{
    super::{facts::Facts, lang::Lang, review::Alert},
    items::Item,
};
use crate::model::{
    condition::{Condition, Measure},
    evaluate,
    event::Phase,
};

const KEY: &str = "alert:";

/// The alert of an item; `None` when its check is none.
pub(super) fn played(item: &Item, facts: &Facts, lang: Lang) -> Option<Alert> {
    let check = item.check.replace('`', "");
    let text = check.trim().strip_prefix(KEY)?.trim();
    let told = |sooner_s, noisy, en: String, ru: String| Alert {
        line: item.line,
        condition: text.to_owned(),
        sooner_s,
        noisy,
        sentence: lang.pick(en, ru),
    };
    let condition: Condition = match text.parse() {
        Ok(condition) => condition,
        Err(why) => return Some(told(None, false, why.clone(), format!("условие не читается: {why}"))),
    };
    if let Some(missing) = unmeasured(&condition, facts) {
        let (en, ru) =
            (format!("`{missing}` was not measured in this run"), format!("`{missing}` в этом прогоне не измеряли"));
        return Some(told(None, false, en, ru));
    }
    // As for the judge: the first third of the baseline, in which connections are made, counts for nothing.
    let from_s = facts.timeline.phase_s(Phase::Fault).map_or(0.0, |fault_s| fault_s / 3.0);
    let until_s = facts.ended_s.unwrap_or(facts.last_s);
    let Some(fired) = evaluate::first(&condition, facts.timeline, from_s, until_s) else {
        let (en, ru) =
            (format!("`{condition}` would never have gone off"), format!("`{condition}` так и не сработало бы"));
        return Some(told(None, false, en, ru));
    };
    let well_until_s = facts.verdict.times.injected_s.unwrap_or(f64::MAX);
    if fired.until_s <= well_until_s {
        let en = format!("`{condition}` goes off on a system that is well: nobody will believe it");
        return Some(told(
            None,
            true,
            en,
            format!("`{condition}` срабатывает на здоровой системе: ему перестанут верить"),
        ));
    }
    let Some((_, paged_s)) = facts.paged() else {
        let (en, ru) = (
            format!("`{condition}` would have gone off, and no page did"),
            format!("`{condition}` сработало бы, а пейджа не было"),
        );
        return Some(told(Some(0.0), false, en, ru));
    };
    let sooner_s = ((paged_s - fired.until_s) * 10.0).round() / 10.0;
    let (en, ru) = if sooner_s > 0.0 {
        (format!("{sooner_s:.1} s sooner than the page"), format!("на {sooner_s:.1} с раньше пейджа"))
    } else if sooner_s < 0.0 {
        (format!("{:.1} s later than the page", -sooner_s), format!("на {:.1} с позже пейджа", -sooner_s))
    } else {
        ("at the same moment as the page".to_owned(), "в один момент с пейджем".to_owned())
    };
    let en = format!("`{condition}` would have gone off {en}, and is silent over the baseline");
    let ru = format!("`{condition}` сработало бы {ru} и молчит, пока всё хорошо");
    Some(told(Some(sooner_s), false, en, ru))
}

/// What of a condition's signal the journal does not hold.
fn unmeasured(condition: &Condition, facts: &Facts) -> Option<String> {
    match condition.measure().0 {
        Measure::Gauge(name) => facts.timeline.gauge(name).next().is_none().then(|| name.to_owned()),
        Measure::Share { probe, within } => {
            let mut windows = facts.timeline.windows(probe).map(|(_, window)| window).peekable();
            if windows.peek().is_none() {
                return Some(probe.to_owned());
            }
            let bound = within?.to_string();
            (!windows.any(|window| window.within.contains_key(&bound))).then(|| format!("{probe}.within({bound})"))
        }
    }
}
