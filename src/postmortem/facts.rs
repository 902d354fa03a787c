//! What the journal knows of a run, against which a postmortem is held.
//!
//! **Invariant**: from events and verdict alone; what droplab broke is known here and told to nobody.

mod inventory;

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    condition::Condition,
    evaluate,
    event::{Event, EventKind},
    scenario::Scenario,
    timeline::Timeline,
    verdict::Verdict,
};

/// Something that the person did, as far as it left a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Deed {
    /// The event that shows it.
    pub seq: u64,
    /// When.
    pub at_s: f64,
    /// What was typed, or what changed.
    pub text: String,
    /// Whether it was typed; otherwise it was seen in the cluster.
    pub typed: bool,
}

/// A run, as its postmortem should tell it.
pub struct Facts<'a> {
    /// The run's id.
    pub run: &'a str,
    /// The scenario's id.
    pub scenario_id: &'a str,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The seed of everything that was drawn.
    pub seed: u64,
    /// Whether the lab was the fake one.
    pub rehearsal: bool,
    /// The lab's name.
    pub lab: &'a str,
    /// The events.
    pub timeline: &'a Timeline,
    /// What they came to.
    pub verdict: &'a Verdict,
    /// When customers began to be served badly.
    pub began_s: Option<f64>,
    /// When they were served as before; `None` when they never were.
    pub ended_s: Option<f64>,
    /// The last event.
    pub last_s: f64,
    /// The lowest share of a second, of what the page watches; `None` where nobody was served badly.
    pub worst: Option<(u64, f64, f64)>,
    /// What the person did.
    pub deeds: Vec<Deed>,
    /// How far a time may be off to be right.
    pub tolerance_s: f64,
    zero: Timestamp,
}

impl<'a> Facts<'a> {
    /// Of a run that was judged; `None` where the journal is that of no run.
    pub fn of(timeline: &'a Timeline, verdict: &'a Verdict) -> Option<Self> {
        let (run, plan, rehearsal) = timeline.began()?;
        let first = timeline.events.first()?;
        let since = SignedDuration::try_from_secs_f64(first.at_s).ok()?;
        let zero = first.wall.parse::<Timestamp>().ok()?.checked_sub(since).ok()?;
        let times = &verdict.times;
        let broken = times.injected_s.is_some();
        let last_s = timeline.events.last().map_or(0.0, |event| event.at_s);
        let began_s = times.onset_s.or(times.symptom_s).or(times.paged_s).filter(|_| broken);
        let mut facts = Self {
            run,
            scenario_id: &plan.scenario_id,
            scenario: &plan.scenario,
            seed: plan.injection.seed,
            rehearsal,
            lab: &plan.injection.before.lab,
            timeline,
            verdict,
            began_s,
            ended_s: times.repaired_s.filter(|_| broken),
            last_s,
            worst: None,
            deeds: Vec::new(),
            tolerance_s: (last_s / 20.0).clamp(5.0, 60.0),
            zero,
        };
        facts.worst = facts.lowest().filter(|_| began_s.is_some());
        facts.deeds = facts.deeds_of();
        Some(facts)
    }

    /// The wall clock of a moment.
    pub fn wall(&self, at_s: f64) -> String {
        let since = SignedDuration::try_from_secs_f64(at_s).unwrap_or_default();
        let at = self.zero.checked_add(since).unwrap_or(self.zero);
        at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// The moment of a wall clock, in seconds since the run began.
    pub fn at_s(&self, wall: Timestamp) -> f64 {
        wall.duration_since(self.zero).as_secs_f64()
    }

    /// The day on which the run began.
    pub fn day(&self) -> jiff::civil::Date {
        self.zero.to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// From the first bad request to the first good one, or to the end.
    pub fn duration_s(&self) -> Option<f64> {
        let until_s = self.ended_s.or_else(|| self.timeline.repaired_survey_s()).unwrap_or(self.last_s);
        self.began_s.map(|began_s| (until_s - began_s).max(0.0))
    }

    /// The page.
    pub fn paged(&self) -> Option<(u64, f64)> {
        self.timeline.paged_s()
    }

    /// What the page watches first of the customers.
    pub fn watched(&self) -> Option<&'a Condition> {
        self.scenario.page.when.iter().find(|condition| condition.probe().is_some())
    }

    /// An event by its number.
    pub fn event(&self, seq: u64) -> Option<&'a Event> {
        self.timeline.events.get(usize::try_from(seq).ok()?).filter(|event| event.seq == seq)
    }

    /// The newest event at or before a moment that shows the customers' traffic.
    pub fn traffic_at(&self, at_s: f64) -> Option<u64> {
        let probe = self.watched()?.probe()?;
        let mut windows = self.timeline.windows(probe);
        windows.find(|(_, window)| window.to_s > at_s).map(|(seq, _)| seq)
    }

    fn lowest(&self) -> Option<(u64, f64, f64)> {
        let condition = self.watched()?;
        let (injected_s, until_s) = (self.verdict.times.injected_s?, self.ended_s.unwrap_or(f64::MAX));
        let windows = self.timeline.windows(condition.probe()?);
        let within = windows.filter(|(_, window)| window.from_s >= injected_s && window.from_s < until_s);
        let shares = within.filter_map(|(seq, window)| {
            let good = window.good(condition.bound());
            Some((seq, window.from_s, evaluate::share(good, window.intended)?))
        });
        shares.min_by(|a, b| a.2.total_cmp(&b.2))
    }

    /// What was typed, and what changed in the cluster after the page without us.
    fn deeds_of(&self) -> Vec<Deed> {
        const SEEN_WITHIN_S: f64 = 3.0;
        let end_s = self.timeline.repaired_survey_s().unwrap_or(self.last_s);
        let ours: Vec<f64> = self
            .timeline
            .events
            .iter()
            .filter_map(|event| matches!(event.kind, EventKind::Performed { .. }).then_some(event.at_s))
            .collect();
        let is_ours = |at_s: f64| ours.iter().any(|done_s| at_s >= *done_s && at_s - done_s <= SEEN_WITHIN_S);
        let paged_s = self.paged().map(|(_, at_s)| at_s);
        let deed = |event: &Event| match &event.kind {
            EventKind::Repair { command, status: None, .. } => Some((command.clone(), true)),
            EventKind::Changed { what } if paged_s.is_some_and(|at_s| event.at_s >= at_s) && !is_ours(event.at_s) => {
                Some((what.clone(), false))
            }
            _ => None,
        };
        let events = self.timeline.events.iter().filter(|event| event.at_s <= end_s);
        events
            .filter_map(|event| deed(event).map(|(text, typed)| Deed { seq: event.seq, at_s: event.at_s, text, typed }))
            .collect()
    }
}
