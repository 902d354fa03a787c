//! Whether a condition is so, at a moment of a run: one evaluator for the run (as it goes) and the judge (afterwards).
//!
//! A share is read over a sliding window: it ends with the newest second of traffic, and reaches back over the condition's
//! `for`, and further until it holds enough requests. A gauge must satisfy its condition in every reading of that time.
//!
//! **Invariant**: no data is neither yes nor no; nothing from before `from_s` counts.

use super::{
    condition::{Condition, Measure},
    event::{Event, EventKind},
    timeline::Timeline,
    units::Span,
    window::Window,
};

/// Seconds of traffic further apart than this leave a gap in what is known.
const GAP_S: f64 = 0.5;
/// Readings of a gauge further apart than this leave a gap: they come once a second, and one may be late.
const GAUGE_GAP_S: f64 = 4.0;

/// Whether a condition is so.
#[derive(Clone, Debug, PartialEq)]
pub enum Met {
    /// It is.
    Yes(Reading),
    /// It is not.
    No(Reading),
    /// Nobody can tell, and why.
    Unknown(String),
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// The share, or the gauge's newest value.
    pub value: f64,
    /// Start of what was read.
    pub since_s: f64,
    /// End of it.
    pub until_s: f64,
    /// The newest event that shows it.
    pub seq: u64,
}

impl Met {
    /// Whether it is shown to be so.
    pub fn is_yes(&self) -> bool {
        matches!(self, Self::Yes(_))
    }

    /// What was read, if anything was.
    pub fn reading(&self) -> Option<Reading> {
        match self {
            Self::Yes(reading) | Self::No(reading) => Some(*reading),
            Self::Unknown(_) => None,
        }
    }
}

/// Whether it is so, by what is known up to `until_s`; nothing from before `from_s` counts.
pub fn at(condition: &Condition, timeline: &Timeline, from_s: f64, until_s: f64) -> Met {
    match condition.measure().0 {
        Measure::Share { probe, within } => share_at(condition, timeline, probe, within, from_s, until_s),
        Measure::Gauge(name) => gauge_at(condition, timeline, name, from_s, until_s),
    }
}

/// Every moment between two at which the condition's signal was seen anew: the end of each second of traffic, or the time of
/// each reading.
pub fn moments(condition: &Condition, timeline: &Timeline, from_s: f64, until_s: f64) -> Vec<f64> {
    let measure = condition.measure().0;
    let moment = |event: &Event| match (&measure, &event.kind) {
        (Measure::Share { probe: wanted, .. }, EventKind::Traffic { probe, window }) if probe == wanted => {
            Some(window.to_s)
        }
        (Measure::Gauge(wanted), EventKind::Gauge { probe, .. }) if probe == wanted => Some(event.at_s),
        _ => None,
    };
    timeline.events.iter().filter_map(moment).filter(|at_s| *at_s > from_s && *at_s <= until_s + 1e-6).collect()
}

/// The first moment at which it was so.
pub fn first(condition: &Condition, timeline: &Timeline, from_s: f64, until_s: f64) -> Option<Reading> {
    moments(condition, timeline, from_s, until_s).into_iter().find_map(|at_s| {
        match at(condition, timeline, from_s, at_s) {
            Met::Yes(reading) => Some(reading),
            Met::No(_) | Met::Unknown(_) => None,
        }
    })
}

/// The share over everything between two moments, however few requests that are; `None` without any.
pub fn share_between(condition: &Condition, timeline: &Timeline, from_s: f64, until_s: f64) -> Option<(Reading, u64)> {
    let Measure::Share { probe, within } = condition.measure().0 else { return None };
    let windows =
        timeline.windows(probe).filter(|(_, window)| window.from_s >= from_s - 1e-6 && window.to_s <= until_s + 1e-6);
    let mut sum = Sum::default();
    windows.for_each(|(seq, window)| sum.add(seq, window, within));
    Some((sum.reading()?, sum.intended))
}

#[derive(Default)]
struct Sum {
    intended: u64,
    good: u64,
    since_s: Option<f64>,
    until_s: f64,
    seq: u64,
}

impl Sum {
    fn add(&mut self, seq: u64, window: &Window, within: Option<Span>) {
        self.intended += window.intended;
        self.good += window.good(within);
        self.since_s = Some(self.since_s.map_or(window.from_s, |since_s| since_s.min(window.from_s)));
        self.until_s = self.until_s.max(window.to_s);
        self.seq = self.seq.max(seq);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
    fn reading(&self) -> Option<Reading> {
        let value = (self.intended > 0).then(|| self.good as f64 / self.intended as f64)?;
        Some(Reading { value, since_s: self.since_s?, until_s: self.until_s, seq: self.seq })
    }
}

fn share_at(
    condition: &Condition,
    timeline: &Timeline,
    probe: &str,
    within: Option<Span>,
    from_s: f64,
    until_s: f64,
) -> Met {
    let (lasting_s, fewest) = (condition.lasting.0.as_secs_f64(), condition.fewest());
    let mut sum = Sum::default();
    for event in timeline.events.iter().rev() {
        let EventKind::Traffic { probe: of, window } = &event.kind else { continue };
        // The cheap question first: of an hour's events most are too new.
        if window.to_s > until_s + 1e-6 || of != probe {
            continue;
        }
        if window.from_s < from_s - 1e-6 {
            break;
        }
        if sum.since_s.is_some_and(|since_s| since_s - window.to_s > GAP_S) {
            return Met::Unknown(format!("{probe}: nothing was seen from {:.0} s on", window.to_s));
        }
        sum.add(event.seq, window, within);
        let enough = sum.intended >= fewest && sum.until_s - window.from_s >= lasting_s - 1e-6;
        if let Some(reading) = sum.reading().filter(|_| enough) {
            let (_, operator, threshold) = condition.measure();
            return if operator.holds(reading.value, threshold) { Met::Yes(reading) } else { Met::No(reading) };
        }
    }
    let seconds = sum.since_s.map_or(0.0, |since_s| sum.until_s - since_s);
    Met::Unknown(format!("{probe}: only {} requests in {seconds:.0} s, {fewest} are needed", sum.intended))
}

fn gauge_at(condition: &Condition, timeline: &Timeline, name: &str, from_s: f64, until_s: f64) -> Met {
    let (_, operator, threshold) = condition.measure();
    let lasting_s = condition.lasting.0.as_secs_f64();
    let mut newest: Option<Reading> = None;
    let mut earliest_s = f64::MAX;
    for event in timeline.events.iter().rev().filter(|event| event.at_s <= until_s + 1e-6) {
        if event.at_s < from_s - 1e-6 {
            break;
        }
        let EventKind::Gauge { probe, value, error } = &event.kind else { continue };
        if probe != name {
            continue;
        }
        let Some(value) = *value else {
            let why = error.as_deref().unwrap_or("no value");
            return Met::Unknown(format!("{name} could not be read: {why}"));
        };
        let reading = Reading { value, since_s: event.at_s, until_s: event.at_s, seq: event.seq };
        let newest = newest.get_or_insert(reading);
        if until_s - newest.until_s > GAUGE_GAP_S || (earliest_s < f64::MAX && earliest_s - event.at_s > GAUGE_GAP_S) {
            return Met::Unknown(format!("{name} was not read for {GAUGE_GAP_S} s"));
        }
        earliest_s = event.at_s;
        if !operator.holds(value, threshold) {
            return Met::No(Reading { since_s: event.at_s, ..*newest });
        }
        if newest.until_s - event.at_s >= lasting_s - 1e-6 {
            return Met::Yes(Reading { since_s: event.at_s, ..*newest });
        }
    }
    Met::Unknown(match newest {
        None => format!("{name} was never read"),
        Some(_) => format!("{name} was not read for long enough"),
    })
}

/// A share of counts; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of a run stay far below 2^52")]
pub fn share(ok: u64, intended: u64) -> Option<f64> {
    (intended > 0).then(|| ok as f64 / intended as f64)
}
