//! Ctrl-C, and a polite kill: both mean "stop and heal".
//!
//! **Invariant**: the first one cancels, the others are answered; none of them ends the process while it heals.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::screen;

/// What the second one is answered.
pub(super) const STILL_HEALING: &str =
    "still healing; if this process must end now, `droplab heal` finishes what it began";

/// A token that is cancelled by the first SIGINT, SIGTERM or SIGHUP.
pub fn token() -> CancellationToken {
    let stop = CancellationToken::new();
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let stop = stop.clone();
        // Where a signal cannot be caught, the way back is still in the journal.
        let Ok(mut signals) = signal(kind) else { continue };
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                if stop.is_cancelled() {
                    screen::note(STILL_HEALING);
                }
                stop.cancel();
            }
        });
    }
    stop
}
