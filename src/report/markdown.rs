//! `report.md`: the run as an incident report.
//!
//! **Invariant**: verdict, impact, timeline, findings with their evidence, in this order; every row has a source in the journal.

use std::fmt::Write as _;

use super::{
    cell::cell,
    course::Teller,
    notes::notes,
    words::{self, clock, count},
};
use crate::model::{condition::percent, timeline::Timeline, verdict::Verdict};

pub(super) fn render(timeline: &Timeline, verdict: &Verdict) -> String {
    let mut text = String::new();
    let title = timeline.began().map_or(verdict.scenario.as_str(), |(_, plan, _)| plan.scenario.title.en.as_str());
    let _ = writeln!(text, "# {}\n", cell(title.trim()));
    if verdict.rehearsal {
        let _ = writeln!(text, "> {}\n", words::REHEARSAL);
    }
    let _ = writeln!(
        text,
        "**{} {}**: {}.\n",
        words::mark(verdict.truth),
        words::word(verdict.truth),
        words::sentence(verdict)
    );
    impact(&mut text, verdict);
    course(&mut text, timeline);
    findings(&mut text, verdict);
    text += &super::card::markdown(verdict);
    probes(&mut text, verdict);
    left(&mut text, verdict);
    let _ = writeln!(
        text,
        "---\nRun `{}`, scenario `{}`, seed {}, droplab {}. Numbers in brackets are lines of `journal.jsonl`, from 0.",
        verdict.run,
        verdict.scenario,
        verdict.seed,
        words::version(timeline).unwrap_or("unknown")
    );
    text
}

fn impact(text: &mut String, verdict: &Verdict) {
    let impact = &verdict.impact;
    let _ = writeln!(text, "## Impact\n\n| | |\n| --- | --- |");
    let mut row = |what: &str, value: String| {
        let _ = writeln!(text, "| {} | {} |", cell(what), cell(&value));
    };
    row("requests that failed", format!("{} of {}", count(impact.failed), count(impact.requests)));
    row("time out of the objective", clock(impact.out_of_slo_s));
    row("page to repair", words::repair(verdict));
    for (name, at_s) in words::moments(&verdict.times) {
        row(name, clock(at_s));
    }
    if let Some(symptom) = &verdict.effect.symptom {
        row("symptom", symptom.clone());
    }
    if let Some(bystander) = &verdict.effect.bystander {
        row("bystander", bystander.clone());
    }
    for (name, peak) in &verdict.effect.gauges {
        row(&format!("{name}, peak"), format!("{peak}"));
    }
    text.push('\n');
}

fn course(text: &mut String, timeline: &Timeline) {
    let _ = writeln!(text, "## Timeline\n\n| time | clock | what happened | source |\n| --- | --- | --- | --- |");
    let mut teller = Teller::default();
    for event in &timeline.events {
        if let Some(what) = teller.line(event) {
            let clock_time = event.wall.get(11..19).unwrap_or_default();
            let _ = writeln!(text, "| {} | {clock_time} | {} | [{}] |", clock(event.at_s), cell(&what), event.seq);
        }
    }
    text.push('\n');
}

fn findings(text: &mut String, verdict: &Verdict) {
    let _ = writeln!(text, "## Findings\n\n| | expectation | finding | evidence |\n| --- | --- | --- | --- |");
    for finding in &verdict.findings {
        let evidence: Vec<_> = finding.evidence.iter().map(|seq| format!("[{seq}]")).collect();
        let mark = words::mark(finding.truth);
        let _ = writeln!(
            text,
            "| {mark} | {} | {} | {} |",
            cell(&finding.expectation),
            cell(&finding.sentence),
            evidence.join(" ")
        );
    }
    text.push('\n');
}

fn probes(text: &mut String, verdict: &Verdict) {
    let _ = writeln!(text, "## Probes\n\n| probe | baseline | worst second | in the end |\n| --- | --- | --- | --- |");
    let share = |value: Option<f64>| value.map_or_else(|| "-".into(), percent);
    for (name, course) in &verdict.probes {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(name),
            share(course.baseline),
            share(course.worst),
            share(course.last)
        );
    }
    text.push('\n');
}

fn left(text: &mut String, verdict: &Verdict) {
    for note in notes(verdict) {
        let _ = writeln!(text, "## {}\n", note.title);
        for line in note.lines {
            let _ = writeln!(text, "- {line}");
        }
        text.push('\n');
    }
}
