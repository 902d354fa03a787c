//! Release 1.2.0: no record is left behind. Records that could not be read were kept aside, and nobody looked at them; now each
//! is tried again until it can be read, so that a producer that is mended is all that it takes.
//!
//! **Invariant:** a record's place in the log is given up only when its work is done.

use crate::failure::Failure;
use crate::kafka::{Handle, Trouble};

/// The same work; what could not be done ever is only not done yet.
pub(super) struct Patient<H>(pub(super) H);

impl<H: Handle> Handle for Patient<H> {
    async fn handle(&self, payload: &[u8]) -> Result<(), Trouble> {
        self.0.handle(payload).await.map_err(|trouble| match trouble {
            Trouble::Never(reason) => Trouble::Later(Failure::Invalid(reason)),
            later @ Trouble::Later(_) => later,
        })
    }

    async fn keep_aside(&self, place: &str, payload: &[u8], reason: &str) -> Result<(), Failure> {
        self.0.keep_aside(place, payload, reason).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Host;
    use crate::kafka::{Inbox as _, Received, Work};
    use std::sync::Arc;
    use std::time::Duration;

    struct Reader;

    impl Handle for Reader {
        async fn handle(&self, payload: &[u8]) -> Result<(), Trouble> {
            serde_json::from_slice::<u32>(payload).map(drop).map_err(|error| Trouble::Never(error.to_string()))
        }

        async fn keep_aside(&self, _: &str, _: &[u8], _: &str) -> Result<(), Failure> {
            Ok(())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_read_is_tried_for_ever() {
        let host = Arc::new(Host::from_env("fulfilment").unwrap());
        let hour = Duration::from_secs(3600);
        let patient = Work::new(&host, "orders.paid", Patient(Reader));
        assert!(tokio::time::timeout(hour, patient.take(Received::of("orders.paid-0-7", b"{"))).await.is_err());
        assert!(tokio::time::timeout(hour, patient.take(Received::of("orders.paid-0-8", b"8"))).await.is_ok());
        let base = Work::new(&host, "orders.paid", Reader);
        assert!(tokio::time::timeout(hour, base.take(Received::of("orders.paid-0-7", b"{"))).await.is_ok());
    }
}
