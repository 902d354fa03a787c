//! How a fake lab serves its customers: one second at a time, with the published numbers of the incident.
//!
//! **Invariant**: deterministic: the same lab in the same second of a run serves the same.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::world::{Edge, World};
use crate::model::{
    customers::Journey,
    window::{BadRun, Window},
};

/// A new pod is not there before this.
const POD_START: Duration = Duration::from_secs(2);
/// From the first new pod to the last old one gone.
const ROLLOUT: Duration = Duration::from_secs(4);
/// How long requests wait for a connection before they are refused: 1,200 a second and this make the queue.
const POOL_WAIT_S: f64 = 0.35;

/// How one kind of request fares.
pub(super) struct Service {
    pub(super) success: f64,
    pub(super) reason: &'static str,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

impl World {
    /// Share of traffic that meets the present release of payment, the rest meeting the one before.
    fn progress(&self, now: Instant) -> f64 {
        let Some(rollout) = &self.rollout else { return 1.0 };
        let since = now.saturating_duration_since(rollout.began);
        let done = since.saturating_sub(POD_START).as_secs_f64() / ROLLOUT.as_secs_f64();
        // Pod by pod, not smoothly.
        (done * 3.0).ceil().clamp(0.0, 3.0) / 3.0
    }

    /// Share of traffic that meets a bad release.
    pub(super) fn badness(&self, now: Instant) -> f64 {
        let bad = |image: &str| f64::from(u8::from(image.ends_with(":2.8.1") && !self.quirks.harmless));
        let present = bad(self.image("payment").unwrap_or_default());
        let before = self.rollout.as_ref().map_or(present, |rollout| bad(&rollout.from));
        let progress = self.progress(now);
        present * progress + before * (1.0 - progress)
    }

    fn pool(&self) -> f64 {
        let payment = self.facts.deployments.get("payment");
        let size = payment.and_then(|found| found.env.get("payment/DB_POOL_SIZE"));
        size.and_then(|size| size.parse().ok()).unwrap_or(50.0)
    }

    /// How payments fare in the second that begins now.
    pub(super) fn payments(&self, now: Instant, rate: f64, jitter: f64) -> Service {
        let down = self.outage_until.is_some_and(|until| now < until);
        let nobody = self.facts.deployments.get("payment").is_none_or(|found| found.replicas == 0);
        let down_at = |reason, p50_ms| Service { success: 0.0, reason, p50_ms, p99_ms: p50_ms * 2.0 };
        match self.edge {
            Edge::Drops => return down_at("503", 1.0),
            Edge::Answers => return Service { success: 1.0, reason: "503", p50_ms: 0.8, p99_ms: 2.0 },
            Edge::Whole if nobody => return down_at("502", 1.0),
            Edge::Whole if down => return down_at("503", 40.0),
            Edge::Whole => {}
        }
        let badness = self.badness(now);
        // A larger pool only moves the queue into PostgreSQL, which then refuses everybody.
        let bad_success = if self.pool() > 100.0 { 0.02 } else { 0.075 + 0.03 * jitter };
        let good_success = 0.9988 + 0.0010 * jitter;
        let mut success = badness * bad_success + (1.0 - badness) * good_success;
        let mut p99_ms = if badness > 0.0 { 480.0 + 60.0 * jitter } else { 28.0 + 9.0 * jitter };
        if let Some(capacity) = self.quirks.capacity.filter(|capacity| *capacity < rate) {
            success *= capacity / rate;
            p99_ms += 900.0;
        }
        let reason = if self.quirks.capacity.is_some() && badness == 0.0 { "timeout" } else { "503" };
        Service { success, reason, p50_ms: 2.0 + jitter + badness * 340.0, p99_ms }
    }

    /// How the other kinds fare: browsing never meets payment, a checkout always does.
    pub(super) fn others(&self, journey: Journey, payments: &Service, jitter: f64) -> Service {
        let success = match journey {
            Journey::Browse | Journey::History if self.quirks.collateral => payments.success,
            Journey::Browse | Journey::History => 1.0,
            Journey::Payment | Journey::Checkout => payments.success,
        };
        Service { success, reason: payments.reason, p50_ms: 9.0 + jitter * 3.0, p99_ms: 40.0 + jitter * 12.0 }
    }

    /// Connections in use, and requests that wait for one.
    pub(super) fn pool_gauges(&self, now: Instant, rate: f64, jitter: f64) -> BTreeMap<&'static str, f64> {
        let badness = self.badness(now);
        let (size, idle) = (self.pool(), (rate * 0.008 + 2.0 * jitter).round());
        let in_use = if badness > 0.0 { size } else { idle.min(size) };
        let waiting = if badness > 0.0 { (rate * badness * POOL_WAIT_S * (0.96 + 0.08 * jitter)).round() } else { 0.0 };
        [("db_pool_in_use", in_use), ("db_pool_size", size), ("db_pool_waiting_requests", waiting)].into()
    }
}

/// A window of so many requests, so served.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of a second"
)]
pub(super) fn window(from_s: f64, to_s: f64, intended: u64, service: &Service, lag_ms: f64) -> Window {
    let ok = ((intended as f64 * service.success).round() as u64).min(intended);
    let failed = intended - ok;
    let reasons = if failed > 0 { [(service.reason.to_owned(), failed)].into() } else { BTreeMap::new() };
    Window {
        from_s,
        to_s,
        intended,
        ok,
        failed,
        reasons,
        within: BTreeMap::new(),
        bad: bad_runs(from_s, to_s, intended, failed),
        bad_cut: false,
        p50_ms: tenths(service.p50_ms),
        p99_ms: tenths(service.p99_ms),
        max_ms: tenths(service.p99_ms * 1.6),
        lag_p99_ms: tenths(lag_ms),
    }
}

/// The failed requests of a second: in one run at its end where nearly none is good, else one by one.
#[expect(clippy::cast_precision_loss, reason = "counts of a second")]
fn bad_runs(from_s: f64, to_s: f64, intended: u64, failed: u64) -> Vec<BadRun> {
    if failed == 0 || intended == 0 {
        return Vec::new();
    }
    let apart_s = (to_s - from_s) / intended as f64;
    let at_s = |number: u64| from_s + number as f64 * apart_s;
    if failed * 20 < intended {
        let spread = |index: u64| index * (intended / failed) + 1;
        let one = |index| BadRun {
            from_s: at_s(spread(index)),
            last_s: at_s(spread(index)),
            good_s: Some(at_s(spread(index) + 1)),
            count: 1,
        };
        return (0..failed).map(one).collect();
    }
    let good_s = (failed < intended).then(|| at_s(failed));
    vec![BadRun { from_s, last_s: at_s(failed - 1), good_s, count: failed }]
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// A number between 0 and 1 that looks drawn and is not.
#[expect(clippy::cast_precision_loss, reason = "24 bits")]
pub(super) fn jitter(second: u64, salt: u64) -> f64 {
    let mut mixed = second.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt.wrapping_mul(0xD1B5_4A32_D192_ED03);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 40) & 0xFF_FFFF) as f64 / f64::from(0xFF_FFFF_u32)
}
