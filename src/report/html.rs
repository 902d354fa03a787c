//! `report.html`: one file with everything in it, readable on a phone, on paper and in the dark.
//!
//! Plots are uPlot's (MIT; its files stand in `html/uplot` as they were published, a test holds their sums).
//!
//! **Invariant**: the page asks no network for anything, and its own policy forbids it; without scripts all words are there.

use std::fmt::Write as _;

use super::{
    course::Teller,
    notes::{Note, notes},
    series,
    words::{self, clock, count, plain},
};
use crate::model::{
    condition::{Condition, percent},
    timeline::Timeline,
    verdict::{Truth, Verdict},
};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");
const UPLOT: &str = include_str!("html/uplot/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("html/uplot/uPlot.min.css");
const UPLOT_LICENCE: &str = include_str!("html/uplot/LICENSE");

pub(super) fn render(timeline: &Timeline, verdict: &Verdict) -> String {
    let title = timeline.began().map_or(verdict.scenario.as_str(), |(_, plan, _)| plan.scenario.title.en.as_str());
    // Inside of a script element only `<` could end it.
    let data = series::of(timeline, verdict).to_string().replace('<', "\\u003c");
    fill(|name| match name {
        "title" => escape(title),
        "truth" => words::word(verdict.truth).to_lowercase(),
        "verdict" => escape(&format!("{} {}", words::mark(verdict.truth), words::word(verdict.truth))),
        "sentence" => escape(&words::sentence(verdict)),
        "rehearsal" if verdict.rehearsal => format!("<p class=rehearsal>{}</p>", words::REHEARSAL),
        "notes" => beside(verdict),
        "impact" => impact(timeline, verdict),
        "score" => score(verdict),
        "findings" => findings(verdict),
        "timeline" => course(timeline),
        "foot" => escape(&format!("Run {}, scenario {}, seed {}", verdict.run, verdict.scenario, verdict.seed)),
        "data" => data.clone(),
        "style" => format!("{UPLOT_STYLE}{STYLE}"),
        "script" => format!("/*!\n{UPLOT_LICENCE}*/\n{UPLOT}\n{SCRIPT}"),
        _ => String::new(),
    })
}

/// The page with each `{{name}}` filled, in one pass: what is filled in is not looked at again.
fn fill(value: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for (index, part) in PAGE.split("{{").enumerate() {
        match part.split_once("}}") {
            Some((name, rest)) if index > 0 => text += &(value(name) + rest),
            _ => text += part,
        }
    }
    text
}

/// What a reader must know beside the verdict; nothing where there is nothing.
fn beside(verdict: &Verdict) -> String {
    let row = |note: &Note| {
        let lines: Vec<_> = note.lines.iter().map(|line| escape(line)).collect();
        format!("<tr><th>{}</th><td>{}</td></tr>", escape(note.title), lines.join("<br>"))
    };
    let rows: String = notes(verdict).iter().map(row).collect();
    if rows.is_empty() { rows } else { format!("<table class=notes>{rows}</table>") }
}

/// The worst second of those customers whom the page watches first, as the other numbers of the impact are theirs.
fn worst(timeline: &Timeline, verdict: &Verdict) -> String {
    let page = timeline.began().map(|(_, plan, _)| &plan.scenario.page);
    let probe = page.and_then(|page| page.when.iter().find_map(Condition::probe));
    let share = probe.and_then(|probe| verdict.probes.get(probe)?.worst);
    share.map_or_else(|| "-".to_owned(), percent)
}

fn impact(timeline: &Timeline, verdict: &Verdict) -> String {
    let impact = &verdict.impact;
    let tiles = [
        (count(impact.failed), format!("of {} requests failed", count(impact.requests))),
        (clock(impact.out_of_slo_s), "out of the objective".to_owned()),
        (words::repair(verdict), "from the page to the repair".to_owned()),
        (worst(timeline, verdict), "success in the worst second".to_owned()),
    ];
    let tile = |(value, what): &(String, String)| format!("<li><b>{}</b> {}</li>", escape(value), escape(what));
    tiles.iter().map(tile).collect()
}

fn score(verdict: &Verdict) -> String {
    let Some(score) = &verdict.score else { return String::new() };
    let mut text = format!("<h2>Score: {} of {}</h2><table class=score>", score.points, score.out_of);
    for line in &score.lines {
        let (points, out_of) = (line.points, line.out_of);
        let why = format!("{} {}", escape(&line.sentence), sources(&line.evidence));
        let _ = write!(
            text,
            "<tr><th>{}</th><td><meter max={out_of} value={points}></meter></td><td>{points}/{out_of}</td><td>{why}</td></tr>",
            line.dimension
        );
    }
    if score.hint_cost > 0 {
        let (cost, hints) = (score.hint_cost, score.hints);
        let _ = write!(text, "<tr><th>hints</th><td></td><td>-{cost}</td><td>{hints} were told</td></tr>");
    }
    text + "</table>"
}

fn findings(verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        let class = match finding.truth {
            Truth::Pass => "pass",
            Truth::Unknown => "unknown",
            Truth::Fail => "fail",
        };
        let _ = write!(
            text,
            "<tr class={class}><td>{}</td><th>{}</th><td>{} {}</td></tr>",
            words::mark(finding.truth),
            escape(&finding.expectation),
            escape(&finding.sentence),
            sources(&finding.evidence)
        );
    }
    text
}

/// The lines of the journal that show something.
fn sources(evidence: &[u64]) -> String {
    let seqs: Vec<_> = evidence.iter().map(|seq| format!("[{seq}]")).collect();
    format!("<small>{}</small>", seqs.join(" "))
}

fn course(timeline: &Timeline) -> String {
    let (mut text, mut teller) = (String::new(), Teller::default());
    for event in &timeline.events {
        if let Some(what) = teller.line(event) {
            let (at, wall) = (clock(event.at_s), event.wall.get(11..19).unwrap_or_default());
            let what = escape(&plain(&what));
            let _ = write!(
                text,
                "<tr><td>{at}</td><td>{}</td><td>{what} <small>[{}]</small></td></tr>",
                escape(wall),
                event.seq
            );
        }
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 59.6 s were `0:60`.
    #[test]
    fn the_clock_of_the_plots_rounds_before_it_splits() {
        let (_, clock) = SCRIPT.split_once("const clock = ").unwrap();
        let (rounds, splits) = (clock.find("Math.round(s)").unwrap(), clock.find("% 60").unwrap());
        assert!(rounds < splits && !SCRIPT.contains("Math.round(s %"));
    }
}
