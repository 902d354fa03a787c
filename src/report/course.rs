//! A run told event by event: what of it belongs into a report, in words.
//!
//! **Invariant**: every line has its event; a part of the run that begins a second time is told as one that does.

use std::collections::BTreeSet;

use super::words::count;
use crate::model::{
    event::{Event, EventKind, FaultState, Phase},
    ledger::LedgerName,
};

/// Tells a run's events, in their order.
#[derive(Default)]
pub(super) struct Teller {
    begun: BTreeSet<Phase>,
}

impl Teller {
    /// What of the next event belongs into a report; seconds of traffic and gauges do not.
    pub(super) fn line(&mut self, event: &Event) -> Option<String> {
        if let EventKind::PhaseBegan { phase: phase @ (Phase::Fault | Phase::Replay) } = event.kind
            && !self.begun.insert(phase)
        {
            return Some("it slipped again; the hold window starts over".to_owned());
        }
        line(event)
    }
}

/// The same of an event that stands by itself.
pub(super) fn line(event: &Event) -> Option<String> {
    Some(match &event.kind {
        EventKind::RunBegan { .. } => "the run begins".into(),
        EventKind::PhaseBegan { phase: Phase::Baseline } => "customers arrive; the baseline is measured".into(),
        EventKind::PhaseBegan { phase: Phase::Fault } => {
            "the baseline is steady; from now on something may break".into()
        }
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
            let (entries, acknowledged) = (ledger.entries(), count(reading.acknowledged));
            let against = if *ledger == LedgerName::Bank { "charges of the ledger" } else { "promises" };
            format!("{entries} in the books against {acknowledged} {against}: {broken}")
        }
        EventKind::Reconciled { ledger, error, .. } => {
            let (entries, why) = (ledger.entries(), error.as_deref().unwrap_or_default());
            format!("the books of {entries} could not be read: {why}")
        }
        EventKind::Counterexamples { id, rows, error: None, .. } => format!("{id}: {} counterexamples", rows.len()),
        EventKind::Counterexamples { id, error: Some(why), .. } => format!("{id} could not be asked: {why}"),
        EventKind::Interrupted => "**interrupted**".into(),
        EventKind::BrokeOff { reason } => format!("**the run broke off**: {reason}"),
        EventKind::RunEnded { .. } => "the run ends".into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A healthy play that slipped had a row that said only `fault`, three times.
    #[test]
    fn a_part_that_begins_again_is_told_as_one_that_does() {
        let mut teller = Teller::default();
        let mut told = |phase| {
            let kind = EventKind::PhaseBegan { phase };
            teller.line(&Event { seq: 0, at_s: 0.0, wall: String::new(), kind }).unwrap()
        };
        assert_eq!(told(Phase::Fault), "the baseline is steady; from now on something may break");
        let held = told(Phase::Recovery);
        assert_eq!(told(Phase::Fault), "it slipped again; the hold window starts over");
        assert_eq!(told(Phase::Recovery), held);
        assert_eq!(told(Phase::Replay), "the trigger is played again");
        assert_eq!(told(Phase::Replay), "it slipped again; the hold window starts over");
    }
}
