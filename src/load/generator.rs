//! The loop that sends what is due.
//!
//! **Invariant**: sending waits for nothing but the clock; everything here lives on one thread that does nothing else.

use std::{rc::Rc, time::Duration};

use tokio::{
    sync::{mpsc::UnboundedSender, oneshot},
    time::{Instant, sleep, sleep_until},
};

use super::{
    connections::{Connections, Dial},
    lane::{Lane, Orders},
};
use crate::model::event::EventKind;

/// The longest sleep between two looks at the clock: windows come out, and a stop is heard, this soon.
const NAP: Duration = Duration::from_millis(50);

/// Send what is due until `stop` is said, then wait for the last answers. A dropped `stop` ends it at once.
pub(super) async fn drive<D: Dial>(
    lanes: Vec<Lane>,
    dialler: D,
    zero: Instant,
    seen: UnboundedSender<EventKind>,
    mut stop: oneshot::Receiver<()>,
) {
    let connections = Rc::new(Connections::new(dialler));
    let lanes: Vec<Rc<Lane>> = lanes.into_iter().map(Rc::new).collect();
    let orders = Orders::default();
    loop {
        let now = zero.elapsed();
        for lane in &lanes {
            lane.send_due(now, zero, &connections, &orders);
        }
        emit(&lanes, now, &seen);
        connections.tidy();
        let next = lanes.iter().map(|lane| lane.next_due()).min().unwrap_or(now + NAP);
        tokio::select! {
            said = &mut stop => {
                if said.is_err() {
                    return;
                }
                break;
            }
            () = sleep_until(zero + next.min(now + NAP)) => {}
        }
    }
    let end = zero.elapsed();
    for lane in &lanes {
        lane.close(end);
    }
    // Every request settles by its own timeout; the loop therefore ends.
    while lanes.iter().any(|lane| lane.unsettled() > 0) {
        emit(&lanes, end, &seen);
        sleep(NAP).await;
    }
    emit(&lanes, end, &seen);
}

fn emit(lanes: &[Rc<Lane>], now: Duration, seen: &UnboundedSender<EventKind>) {
    for (probe, window) in lanes.iter().flat_map(|lane| lane.windows(now)) {
        // Nobody listens any more: the run is over, and so are these windows.
        let _ = seen.send(EventKind::Traffic { probe, window });
    }
}
