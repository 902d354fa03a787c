//! Waiting until nothing of what the customers set off is still under way.
//!
//! **Invariant**: bounded; what did not come to rest is written down, and the books are read all the same.

use std::time::Duration;

use tokio::time::Instant;

use super::{limits, ports::Sensor, record::Record};
use crate::model::event::EventKind;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Wait until the lab was at rest for some seconds in a row, and write down how that went. Call it when no customer is left.
pub(super) async fn quiesce(sensor: &dyn Sensor, record: &mut Record<'_>) {
    let began = Instant::now();
    let mut rest_since: Option<Instant> = None;
    loop {
        let asked_at = Instant::now();
        let asked = limits::within(limits::REST, "ask what still moves", sensor.at_rest()).await;
        let moving = asked.unwrap_or_else(|error| vec![error.to_string()]);
        // The rest began when it was asked about, not when the answer was there.
        rest_since = if moving.is_empty() { rest_since.or(Some(asked_at)) } else { None };
        let rested = rest_since.is_some_and(|since| since.elapsed() >= limits::AT_REST);
        if rested || began.elapsed() >= limits::QUIESCE {
            let short = "it was at rest for a moment only".to_owned();
            let moving = if rested || !moving.is_empty() { moving } else { vec![short] };
            return record.try_write(EventKind::Quiesced { after_s: began.elapsed().as_secs_f64(), moving });
        }
        tokio::time::sleep(EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Looks, journalled};
    use super::*;

    async fn quiesced(looks: Looks) -> (f64, Vec<String>) {
        let events = journalled(async |record| quiesce(&looks, record).await).await;
        let [EventKind::Quiesced { after_s, moving }] = &events[..] else { panic!("{events:?}") };
        (*after_s, moving.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn three_seconds_in_a_row_are_rest() {
        assert_eq!(quiesced(Looks::moving(&[])).await, (3.0, vec![]));
        let (after_s, moving) = quiesced(Looks::moving(&["lag", "lag", "", "lag", ""])).await;
        assert!((after_s - 7.0).abs() < 0.1 && moving.is_empty(), "{after_s} {moving:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_rests_is_named_after_the_bound() {
        let mut looks = vec!["outbox"; 200];
        looks.push("");
        let (after_s, moving) = quiesced(Looks::moving(&looks)).await;
        assert!((90.0..92.0).contains(&after_s), "{after_s}");
        assert_eq!(moving, ["outbox"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lab_that_cannot_be_asked_is_not_at_rest() {
        let (after_s, moving) = quiesced(Looks::moving(&["error"; 200])).await;
        assert!(after_s >= 90.0 && moving[0].contains("no answer"), "{moving:?}");
    }
}
