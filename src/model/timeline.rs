//! A run as it went: its events, and the few questions that everybody asks of them.
//!
//! **Invariant**: answers come from the events alone, so an old journal answers as the live run did.

use super::{
    event::{Acted, Event, EventKind, FaultState, Phase},
    facts::Facts,
    plan::{Injection, Plan},
    window::Window,
};

/// The events of one run, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// As journalled.
    pub events: Vec<Event>,
}

/// One reading of a gauge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaugeReading<'a> {
    /// The event that shows it.
    pub seq: u64,
    /// When.
    pub at_s: f64,
    /// The value, or why it could not be read.
    pub value: Result<f64, &'a str>,
}

impl Timeline {
    /// The first answer, in order of time.
    pub fn first<'a, T>(&'a self, question: impl FnMut(&'a Event) -> Option<T>) -> Option<T> {
        self.events.iter().find_map(question)
    }

    /// The run's id, its plan, and whether it was a rehearsal.
    pub fn began(&self) -> Option<(&str, &Plan, bool)> {
        self.first(|event| match &event.kind {
            EventKind::RunBegan { run, plan, rehearsal, .. } => Some((run.as_str(), plan.as_ref(), *rehearsal)),
            _ => None,
        })
    }

    /// What was done to the lab, by a run or by hand; the run's id, and whether it was a rehearsal.
    pub fn injection(&self) -> Option<(&str, &Injection, bool)> {
        self.first(|event| match &event.kind {
            EventKind::RunBegan { run, plan, rehearsal, .. } => Some((run.as_str(), &plan.injection, *rehearsal)),
            EventKind::InjectionBegan { run, injection, .. } => Some((run.as_str(), injection.as_ref(), false)),
            _ => None,
        })
    }

    /// The lab that it was done to.
    pub fn lab(&self) -> Option<&str> {
        self.injection().map(|(_, injection, _)| injection.before.lab.as_str())
    }

    /// Milliseconds that the ops of injecting, or of healing, took.
    pub fn took_ms(&self, healing: bool) -> f64 {
        let mut in_heal = false;
        let mut sum = 0.0;
        for event in &self.events {
            match &event.kind {
                EventKind::Fault { state, .. } => in_heal = *state == FaultState::Healing,
                EventKind::Performed { took_ms, .. } if in_heal == healing => sum += took_ms,
                _ => {}
            }
        }
        sum
    }

    /// How often what each step holds has acted, as last counted.
    pub fn acted(&self) -> std::collections::BTreeMap<usize, &Acted> {
        let counted = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Acted { step, acted } => Some((*step, acted)),
            _ => None,
        });
        counted.collect()
    }

    /// What was not set back, because somebody had changed it since: in words.
    pub fn kept(&self) -> Vec<String> {
        let mut kept: Vec<String> = Vec::new();
        for event in &self.events {
            if let EventKind::Kept { what, .. } = &event.kind
                && !kept.contains(what)
            {
                kept.push(what.clone());
            }
        }
        kept
    }

    /// When a phase began for the first time.
    pub fn phase_s(&self, wanted: Phase) -> Option<f64> {
        self.first(|event| match event.kind {
            EventKind::PhaseBegan { phase } if phase == wanted => Some(event.at_s),
            _ => None,
        })
    }

    /// When a fault first reached a state, and the event that shows it.
    pub fn fault_s(&self, wanted: FaultState) -> Option<(u64, f64)> {
        self.first(|event| match event.kind {
            EventKind::Fault { state, .. } if state == wanted => Some((event.seq, event.at_s)),
            _ => None,
        })
    }

    /// When the page went out, and the event that shows it.
    pub fn paged_s(&self) -> Option<(u64, f64)> {
        self.first(|event| matches!(event.kind, EventKind::Paged { .. }).then_some((event.seq, event.at_s)))
    }

    /// When it was begun to look at the repaired lab, before anything was healed: what is judged ends here, with the last event before.
    /// What customers suffer by the look itself, which takes the lab's processors for a second or two, is not the repair's doing.
    pub fn repaired_survey_s(&self) -> Option<f64> {
        let looked = |event: &Event| matches!(event.kind, EventKind::Surveyed { healed: false, .. });
        let found = self.events.iter().position(looked)?;
        // Faults that are held are renewed while it is looked.
        let beside = |event: &&Event| {
            matches!(event.kind, EventKind::Renewed { .. } | EventKind::NotRenewed { .. } | EventKind::Acted { .. })
        };
        self.events[..found].iter().filter(|event| !beside(event)).map(Event::until_s).reduce(f64::max)
    }

    /// Whether somebody pressed Ctrl-C.
    pub fn interrupted(&self) -> bool {
        self.events.iter().any(|event| event.kind == EventKind::Interrupted)
    }

    /// The traffic of one probe, with the `seq` of each window.
    pub fn windows<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (u64, &'a Window)> + 'a {
        self.events.iter().filter_map(move |event| match &event.kind {
            EventKind::Traffic { probe, window } if probe == name => Some((event.seq, window)),
            _ => None,
        })
    }

    /// The readings of one gauge.
    pub fn gauge<'a>(&'a self, name: &'a str) -> impl Iterator<Item = GaugeReading<'a>> + 'a {
        self.events.iter().filter_map(move |event| match &event.kind {
            EventKind::Gauge { probe, value, error } if probe == name => Some(GaugeReading {
                seq: event.seq,
                at_s: event.at_s,
                value: value.ok_or_else(|| error.as_deref().unwrap_or("no value")),
            }),
            _ => None,
        })
    }

    /// The last survey before healing (`false`) or after it (`true`).
    pub fn survey(&self, after: bool) -> Option<(u64, &Facts)> {
        self.events.iter().rev().find_map(|event| match &event.kind {
            EventKind::Surveyed { healed, facts } if *healed == after => Some((event.seq, facts.as_ref())),
            _ => None,
        })
    }

    /// Each step's last state.
    pub fn fault_states(&self) -> std::collections::BTreeMap<usize, FaultState> {
        self.events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Fault { step, state, .. } => Some((*step, *state)),
                _ => None,
            })
            .collect()
    }

    /// The steps of which something may still be in the lab: all that were begun, and all whose story cannot have happened, but those
    /// that were healed after that.
    pub fn unhealed(&self) -> Vec<usize> {
        let mut steps = std::collections::BTreeMap::new();
        for event in &self.events {
            let EventKind::Fault { step, state, .. } = event.kind else { continue };
            let (from, may_be_in) = steps.get(&step).copied().map_or((None, false), |(from, open)| (Some(from), open));
            let may_be_in = match state {
                FaultState::Healed if state.follows(from) => false,
                FaultState::Planned if state.follows(from) => may_be_in,
                _ => true,
            };
            steps.insert(step, (state, may_be_in));
        }
        steps.into_iter().filter(|(_, (_, may_be_in))| *may_be_in).map(|(step, _)| step).collect()
    }

    /// What the lab itself could not do.
    pub fn lab_errors(&self) -> Option<(u64, &[String])> {
        self.events.iter().rev().find_map(|event| match &event.kind {
            EventKind::RunEnded { lab_errors } => Some((event.seq, lab_errors.as_slice())),
            _ => None,
        })
    }
}
