//! One second of a course, as customers and gauges show it.
//!
//! **Invariant**: every probe that the scenario's customers feed is fed, promises included, and every bound is counted.

use std::collections::BTreeMap;

use super::{
    behaviour::{Service, window},
    course::Course,
};
use crate::model::{
    customers::Journey,
    event::EventKind,
    gauge::Gauge,
    scenario::Load,
    units::{Rate, Span},
    window::Window,
};

/// What a second shows.
pub(super) struct Shown {
    pub(super) events: Vec<EventKind>,
    /// Payments and checkouts that were acknowledged.
    pub(super) acknowledged: u64,
}

impl Course {
    /// What is seen from one moment to another.
    pub(super) fn second(
        &self,
        is_broken: bool,
        load: &Load,
        bounds: &BTreeMap<String, Vec<Span>>,
        gauges: &BTreeMap<String, Gauge>,
        (from_s, to_s): (f64, f64),
    ) -> Shown {
        let mut shown = Shown { events: Vec::new(), acknowledged: 0 };
        for (name, customers) in &load.customers {
            let intended = due(customers.rate, from_s, to_s);
            let promised = customers.promises.keys().map(|promise| format!("{name}.{promise}"));
            for probe in [name.clone()].into_iter().chain(promised) {
                let window = self.window(&probe, bounds.get(&probe), intended, is_broken, (from_s, to_s));
                if probe == *name && matches!(customers.journey, Journey::Payment | Journey::Checkout) {
                    shown.acknowledged += window.ok;
                }
                shown.events.push(EventKind::Traffic { probe, window });
            }
        }
        let read = |name: &String| EventKind::Gauge {
            probe: name.clone(),
            value: Some(self.gauge(name, is_broken)),
            error: None,
        };
        shown.events.extend(gauges.keys().map(read));
        shown
    }

    #[expect(clippy::cast_precision_loss, reason = "requests of a second")]
    fn window(
        &self,
        probe: &str,
        bounds: Option<&Vec<Span>>,
        intended: u64,
        is_broken: bool,
        (from_s, to_s): (f64, f64),
    ) -> Window {
        let (p50_ms, p99_ms) = if is_broken { (300.0, 900.0) } else { (4.0, 30.0) };
        let service = Service { success: self.share(probe, None, is_broken), reason: "503", p50_ms, p99_ms };
        let mut window = window(from_s, to_s, intended, &service, 2.0);
        let within = |bound: &Span| count(intended as f64 * self.share(probe, Some(*bound), is_broken)).min(window.ok);
        let counted = bounds.into_iter().flatten().map(|bound| (bound.to_string(), within(bound)));
        window.within = counted.collect();
        window
    }
}

/// How many requests fall due in a window: in the long run as many as the rate says, also where that is no whole number.
pub(super) fn due(rate: Rate, from_s: f64, to_s: f64) -> u64 {
    count(rate.per_second * to_s).saturating_sub(count(rate.per_second * from_s))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "requests of a run")]
fn count(requests: f64) -> u64 {
    requests.round().max(0.0) as u64
}
