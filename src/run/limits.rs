//! How long anything may take: every wait has an end, and names what it waited for.
//!
//! **Invariant**: no await on a port outside [`within`] but for the sensor's next event, which has a watchdog.

use std::{future::Future, time::Duration};

use super::ports::PortError;

/// How long is still looked after an answer, seconds: each gauge is read at least twice.
pub(super) const AFTER_ANSWER_S: f64 = 3.0;
/// Clocks tick in milliseconds: less would be slept no time at all, in a rehearsal for ever.
pub(super) const TICK: Duration = Duration::from_millis(1);
/// One op on the lab.
pub(super) const OP: Duration = Duration::from_secs(30);
/// Counting what a fault did.
pub(super) const COUNT: Duration = Duration::from_secs(5);
/// How often an op of a heal is tried before the fault counts as stuck.
pub(super) const HEAL_TRIES: u32 = 3;
/// The pause between these.
pub(super) const HEAL_PAUSE: Duration = Duration::from_secs(2);
/// Until a healed deployment is whole again.
pub(super) const SETTLE: Duration = Duration::from_secs(90);
/// A survey.
pub(super) const SURVEY: Duration = Duration::from_secs(30);
/// For how long it is tried again where a part could not be read: before the heal, when what broke it may still be in,
pub(super) const SURVEY_AGAIN_BROKEN: Duration = Duration::from_secs(15);
/// and after it.
pub(super) const SURVEY_AGAIN_HEALED: Duration = Duration::from_mins(1);
/// The pause between these.
pub(super) const SURVEY_PAUSE: Duration = Duration::from_secs(5);
/// Starting the customers.
pub(super) const START: Duration = Duration::from_secs(30);
/// Stopping them, on top of the load's own timeout.
pub(super) const STOP: Duration = Duration::from_secs(10);
/// Holding the books against the promises: a million rows on a busy machine.
pub(super) const RECONCILE: Duration = Duration::from_mins(2);
/// Asking once what still moves.
pub(super) const REST: Duration = Duration::from_secs(10);
/// At rest for so long in a row, a lab has come to rest.
pub(super) const AT_REST: Duration = Duration::from_secs(3);
/// Until a lab has come to rest after its customers have gone.
pub(super) const QUIESCE: Duration = Duration::from_secs(90);
/// Asking a database for counterexamples.
pub(super) const COUNTEREXAMPLES: Duration = Duration::from_secs(45);
/// One action of a repair.
pub(super) const ACTION: Duration = Duration::from_mins(3);
/// For how long the goals hold before a run goes on by itself: whoever repairs may have more to do, and has not said that it is done.
pub(super) const CALM: Duration = Duration::from_mins(3);
/// For how long it is waited, after that word, for goals that do not hold yet: a roll-out may have begun just before it.
pub(super) const FINISHED: Duration = SETTLE;
/// Without an event for this long, the customers are lost.
pub(super) const SILENCE: Duration = Duration::from_secs(20);
/// How long after its end a second may still be open, on top of the load's own timeout.
pub(super) const LATE_WINDOW: Duration = Duration::from_secs(3);

/// Wait for a port, but not for ever.
pub(super) async fn within<T>(
    limit: Duration,
    tried: impl Into<String>,
    work: impl Future<Output = Result<T, PortError>>,
) -> Result<T, PortError> {
    match tokio::time::timeout(limit, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(PortError::new(tried, format_args!("no answer in {} s", limit.as_secs()))),
    }
}
