//! `report.md`: the run as an incident report.
//!
//! **Invariant**: verdict, impact, timeline, findings with their evidence, in this order; every row has a source in the journal.

use std::fmt::Write as _;

use super::words::{self, clock, count};
use crate::model::{
    condition::percent,
    event::{Event, EventKind, FaultState, Phase},
    timeline::Timeline,
    verdict::Verdict,
};

pub(super) fn render(timeline: &Timeline, verdict: &Verdict) -> String {
    let mut text = String::new();
    let title = timeline.began().map_or(verdict.scenario.as_str(), |(_, plan, _)| plan.scenario.title.en.as_str());
    let _ = writeln!(text, "# {title}\n");
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
    let version = timeline.first(|event| match &event.kind {
        EventKind::RunBegan { version, .. } => Some(version.as_str()),
        _ => None,
    });
    let _ = writeln!(
        text,
        "---\nRun `{}`, scenario `{}`, seed {}, droplab {}. Numbers in brackets are lines of `journal.jsonl`, from 0.",
        verdict.run,
        verdict.scenario,
        verdict.seed,
        version.unwrap_or("unknown")
    );
    text
}

fn impact(text: &mut String, verdict: &Verdict) {
    let impact = &verdict.impact;
    let _ = writeln!(text, "## Impact\n\n| | |\n| --- | --- |");
    let mut row = |what: &str, value: String| {
        let _ = writeln!(text, "| {what} | {value} |");
    };
    row("requests that failed", format!("{} of {}", count(impact.failed), count(impact.requests)));
    row("time out of the objective", clock(impact.out_of_slo_s));
    row("page to repair", impact.page_to_repair_s.map_or_else(|| "not repaired".into(), clock));
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
    for event in &timeline.events {
        if let Some(what) = line(event) {
            let clock_time = event.wall.get(11..19).unwrap_or_default();
            let _ = writeln!(text, "| {} | {clock_time} | {} | [{}] |", clock(event.at_s), cell(&what), event.seq);
        }
    }
    text.push('\n');
}

/// What of an event belongs into a report; seconds of traffic and gauges do not.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::RunBegan { .. } => "the run begins".into(),
        EventKind::PhaseBegan { phase: Phase::Baseline } => "customers arrive; the baseline is measured".into(),
        EventKind::PhaseBegan { phase: Phase::Fault } => "fault".into(),
        EventKind::PhaseBegan { phase: Phase::Replay } => "the trigger is played again".into(),
        EventKind::PhaseBegan { phase: Phase::Aftermath } => "healed; measured once more".into(),
        EventKind::Said { said } => said.to_string(),
        EventKind::SensorLost { what, why } => format!("**{what} lost**: {why}"),
        EventKind::PhaseBegan { phase: Phase::Recovery } => "customers are served again; the hold window begins".into(),
        EventKind::Fault { step, state: FaultState::Stuck, reason } => {
            format!("fault {}: **stuck**: {}", step + 1, reason.as_deref().unwrap_or_default())
        }
        EventKind::Fault { step, state, .. } if *state != FaultState::Planned => {
            format!("fault {}: {}", step + 1, format!("{state:?}").to_lowercase())
        }
        EventKind::Performed { op, .. } => op.to_string(),
        EventKind::Kept { what, .. } => format!("kept: {what}"),
        EventKind::Paged { sentence } => format!("**page**: {sentence}"),
        EventKind::Repair { command, status: None, .. } => format!("repair begins: `{command}`"),
        EventKind::Repair { command, status: Some(status), .. } => {
            format!("repair ended with status {status}: `{command}`")
        }
        EventKind::Changed { what } => what.clone(),
        EventKind::Quiesced { after_s, moving } if moving.is_empty() => format!("at rest after {after_s:.1} s"),
        EventKind::Quiesced { after_s, moving } => format!("not at rest after {after_s:.1} s: {}", moving.join("; ")),
        EventKind::Reconciled { ledger, reading: Some(reading), .. } => {
            let broken = reading.breaches().into_iter().filter(|(_, breach)| !breach.is_none());
            let broken: Vec<String> = broken.map(|(what, breach)| format!("{} {what}", breach.count)).collect();
            let broken = if broken.is_empty() { "nothing wrong".to_owned() } else { broken.join(", ") };
            format!("{ledger} in the books against {} promises: {broken}", count(reading.acknowledged))
        }
        EventKind::Reconciled { ledger, error, .. } => {
            format!("the books of {ledger} could not be read: {}", error.as_deref().unwrap_or_default())
        }
        EventKind::Counterexamples { id, rows, error: None } => format!("{id}: {} counterexamples", rows.len()),
        EventKind::Counterexamples { id, error: Some(why), .. } => format!("{id} could not be asked: {why}"),
        EventKind::Interrupted => "**interrupted**".into(),
        EventKind::BrokeOff { reason } => format!("**the run broke off**: {reason}"),
        EventKind::RunEnded { .. } => "the run ends".into(),
        _ => return None,
    })
}

fn findings(text: &mut String, verdict: &Verdict) {
    let _ = writeln!(text, "## Findings\n\n| | expectation | finding | evidence |\n| --- | --- | --- | --- |");
    for finding in &verdict.findings {
        let evidence: Vec<_> = finding.evidence.iter().map(|seq| format!("[{seq}]")).collect();
        let mark = words::mark(finding.truth);
        let _ = writeln!(
            text,
            "| {mark} | {} | {} | {} |",
            finding.expectation,
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
            "| {name} | {} | {} | {} |",
            share(course.baseline),
            share(course.worst),
            share(course.last)
        );
    }
    text.push('\n');
}

fn left(text: &mut String, verdict: &Verdict) {
    for (title, lines) in [
        ("Left in the lab by the fault", &verdict.residue),
        ("Not set back, because it was changed since", &verdict.kept),
        ("Left as the person changed it", &verdict.drift),
        ("Not as the scenario's file says", &verdict.adjusted),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(text, "## {title}\n");
            for line in lines {
                let _ = writeln!(text, "- {line}");
            }
            text.push('\n');
        }
    }
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
