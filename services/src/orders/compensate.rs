//! Takes back what an order that was given up left behind: its payment, then its stock.
//!
//! **Invariant:** an order becomes `cancelled` only after both answered that nothing is left; until then it is tried again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use uuid::Uuid;

use super::state::{State, Step};
use super::store;
use crate::config::{self, ConfigError};
use crate::failure::Failure;
use crate::host::Host;
use crate::peer::Peer;
use crate::pool::Pool;

/// A checkout ends within its deadline of some seconds; an order that is only placed after so many seconds was left alone, unless
/// `ORDER_LEFT_ALONE_S` says otherwise.
const LEFT_ALONE_S: u32 = 60;
const EVERY: Duration = Duration::from_secs(2);
/// A bank that is late must not keep all others waiting; half of the pool's connections, for customers come first.
const AT_ONCE: usize = 2;

struct Compensation {
    pool: Pool,
    inventory: Peer,
    payment: Peer,
    left_alone_s: f64,
}

/// Looks for such orders until the process stops.
pub(super) fn start(host: &Arc<Host>, pool: &Pool, inventory: Peer, payment: Peer) -> Result<(), ConfigError> {
    let left_alone_s = f64::from(config::number("ORDER_LEFT_ALONE_S", LEFT_ALONE_S)?);
    let compensation = Compensation { pool: pool.clone(), inventory, payment, left_alone_s };
    let host = Arc::clone(host);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = host.stopped() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            if host.waits_for().is_empty() {
                compensation.round().await;
            }
        }
    });
    Ok(())
}

impl Compensation {
    async fn round(&self) {
        let orders = match store::unfinished(&self.pool, self.left_alone_s).await {
            Ok(orders) => orders,
            Err(failure) => {
                return tracing::warn!(error = %failure, detail = failure.detail(), "unfinished orders cannot be read");
            }
        };
        stream::iter(orders).for_each_concurrent(AT_ONCE, |(id, state)| self.try_to_take_back(id, state)).await;
    }

    async fn try_to_take_back(&self, id: Uuid, state: State) {
        match self.take_back(id, state).await {
            Ok(()) => tracing::info!(order = %id, "order cancelled, nothing left of it"),
            Err(failure) => {
                tracing::warn!(order = %id, error = %failure, detail = failure.detail(), "compensation will be tried again");
            }
        }
    }

    async fn take_back(&self, id: Uuid, state: State) -> Result<(), Failure> {
        if state == State::Placed {
            store::advance(&self.pool, id, Step::Cancel, Some("left alone")).await?;
        }
        // The key is the storefront's: whatever it sent or still sends under it is void from here on.
        self.payment
            .post("/payments/void", &json!({ "idempotency_key": format!("order-{id}") }), None)
            .await?
            .accepted()?;
        self.inventory.delete(&format!("/reservations/{id}")).await?.accepted()?;
        store::advance(&self.pool, id, Step::Forget, None).await.map(drop)
    }
}
