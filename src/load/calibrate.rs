//! How many payments a second this machine can bear: tried, not guessed.
//!
//! **Invariant**: a rate is proposed only if it was held just now, with room to spare for nothing but itself.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use tokio::sync::mpsc;

use super::customers::Crowd;
use crate::{
    model::{
        customers::{Customers, Journey, Load},
        event::EventKind,
        units::{Rate, Span},
        window::Window,
    },
    run::ports::{Customers as _, PortError},
};

/// Shares of the wanted rate that are tried, from the top.
const STEPS: [f64; 6] = [1.0, 0.75, 0.5, 0.35, 0.2, 0.1];

/// How long a rate is tried; its first second warms up and does not count.
const TRY: Duration = Duration::from_secs(4);

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The highest rate that was held; `None` when not even the lowest was.
    pub held: Option<Rate>,
    /// Every rate that was tried, with its windows.
    pub tried: Vec<(Rate, Vec<Window>)>,
}

/// Try rates from the wanted one downwards until one is held. Sends a few seconds of real payments, under keys of its own.
pub async fn calibrate(shop: SocketAddr, run: &str, wanted: Rate, timeout: Duration) -> Result<Calibration, PortError> {
    let mut tried = Vec::new();
    for (step, share) in STEPS.iter().enumerate() {
        let rate = Rate { per_second: (wanted.per_second * share).max(1.0).round() };
        let windows = attempt(shop, &format!("{run}-calibrate-{step}"), rate, timeout).await?;
        let good = windows.len() > 1 && windows[1..].iter().all(held);
        tried.push((rate, windows));
        if good {
            return Ok(Calibration { held: Some(rate), tried });
        }
    }
    Ok(Calibration { held: None, tried })
}

/// A second that was served as a healthy shop serves it, by a generator that was on time.
fn held(window: &Window) -> bool {
    window.success().is_some_and(|success| success >= 0.998) && window.lag_p99_ms < 50.0 && window.p99_ms < 500.0
}

async fn attempt(shop: SocketAddr, run: &str, rate: Rate, timeout: Duration) -> Result<Vec<Window>, PortError> {
    let customers = BTreeMap::from([("payment".to_owned(), Customers::new(Journey::Payment, rate))]);
    let load = Load { customers, baseline: Span(TRY), timeout: Span(timeout) };
    let (seen, mut windows) = mpsc::unbounded_channel();
    let mut crowd = Crowd::new(shop);
    crowd.start(run, &load, &BTreeMap::new(), seen).await?;
    tokio::time::sleep(TRY).await;
    crowd.stop().await;
    let mut held = Vec::new();
    while let Ok(EventKind::Traffic { window, .. }) = windows.try_recv() {
        held.push(window);
    }
    // The last window is what was left of a second.
    held.retain(|window| window.to_s - window.from_s > 0.99);
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_answers_and_a_late_generator_are_not_held() {
        let good = Window { intended: 1_000, ok: 999, failed: 1, p99_ms: 40.0, lag_p99_ms: 5.0, ..Window::default() };
        assert!(held(&good));
        assert!(!held(&Window { ok: 990, failed: 10, ..good.clone() }));
        assert!(!held(&Window { p99_ms: 900.0, ..good.clone() }));
        assert!(!held(&Window { lag_p99_ms: 80.0, ..good }));
        assert!(!held(&Window::default()));
    }
}
