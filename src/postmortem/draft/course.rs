//! The timeline of a draft: what customers saw, the page, and what the person said and did.
//!
//! **Invariant**: in order of time, the first row before anything was broken; each row names the line of the journal that shows it.

use std::fmt::Write as _;

use super::super::{facts::Facts, lang::Lang};
use crate::model::{
    condition::percent,
    event::{EventKind, Phase},
    said::Said,
};

const LONGEST: usize = 300;

pub(super) fn table(facts: &Facts, lang: Lang) -> String {
    let mut rows = rows(facts, lang);
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut text = lang.pick(
        "| time (UTC) | event | evidence |\n| --- | --- | --- |\n",
        "| время (UTC) | событие | доказательство |\n| --- | --- | --- |\n",
    );
    for (at_s, what, seq) in rows {
        let _ = writeln!(text, "| {} | {what} | `journal:{seq}` |", facts.wall(at_s));
    }
    text
}

fn rows(facts: &Facts, lang: Lang) -> Vec<(f64, String, u64)> {
    let mut rows: Vec<(f64, String, u64)> = Vec::new();
    let watched = facts.watched().and_then(|condition| condition.probe()).unwrap_or("traffic");
    for event in &facts.timeline.events {
        let what = match &event.kind {
            EventKind::PhaseBegan { phase: Phase::Baseline } => {
                let usual =
                    facts.verdict.probes.get(watched).and_then(|course| course.baseline).map_or(String::new(), percent);
                lang.pick(
                    format!("customers are served as usual: {watched} {usual}"),
                    format!("клиентов обслуживают как обычно: {watched} {usual}"),
                )
            }
            EventKind::Paged { sentence } => lang.pick(format!("page: {sentence}"), format!("пейдж: {sentence}")),
            EventKind::Said { said } => told(said, lang),
            _ => continue,
        };
        rows.push((event.at_s, cell(&what), event.seq));
    }
    if let Some((at_s, seq)) = facts.began_s.and_then(|at_s| Some((at_s, facts.traffic_at(at_s)?))) {
        let what = lang.pick(
            format!("the first customers of {watched} are served badly"),
            format!("первых клиентов {watched} обслуживают плохо"),
        );
        rows.push((at_s, what, seq));
    }
    if let Some((seq, at_s, share)) = facts.worst {
        let share = percent(share);
        let what = lang
            .pick(format!("{watched} in its worst second: {share}"), format!("{watched} в худшую секунду: {share}"));
        rows.push((at_s, what, seq));
    }
    for deed in &facts.deeds {
        let text = cell(&deed.text);
        let what = if deed.typed {
            lang.pick(format!("command: `{text}`"), format!("команда: `{text}`"))
        } else {
            lang.pick(format!("change: {text}"), format!("изменение: {text}"))
        };
        rows.push((deed.at_s, what, deed.seq));
    }
    if let Some((at_s, seq)) = facts.ended_s.and_then(|at_s| Some((at_s, facts.traffic_at(at_s)?))) {
        let what = lang.pick(format!("{watched} is served as before"), format!("{watched} обслуживают как прежде"));
        rows.push((at_s, what, seq));
    }
    rows
}

/// What the person said, in words.
fn told(said: &Said, lang: Lang) -> String {
    match said {
        Said::Acknowledged { impact } => {
            let impact = impact.as_deref().unwrap_or_default();
            lang.pick(format!("acknowledged {impact}"), format!("принято в работу {impact}"))
        }
        Said::Diagnosed { answer } | Said::Done { answer } => {
            lang.pick(format!("a cause was named:{answer}"), format!("названа причина:{answer}"))
        }
        Said::Finished => lang.pick("the repair was called finished", "ремонт объявлен законченным"),
        Said::Hinted { number } => lang.pick(format!("hint {number} was taken"), format!("взята подсказка {number}")),
    }
}

/// Text in a cell: on one line, cut, and no markup of its own.
fn cell(text: &str) -> String {
    let mut cut: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if cut.len() < text.trim().len() {
        cut.push('…');
    }
    cut.replace('`', "'").replace('|', "\\|").replace('<', "&lt;").replace("{{", "{ {").replace("{%", "{ %")
}
