//! Release 1.4.0: retries. Customers saw every short hiccup of a service behind the storefront; a call that was not answered
//! in time, or answered with "not now", is made again, up to three times and without delay.
//!
//! **Invariant:** what was answered is not asked again; everything asked again carries the same key or id as before.

use std::time::Duration;

use crate::config::ConfigError;
use crate::peer::{Miss, Retries};

/// So often a call is made again.
const MOST: u32 = 3;

/// The rule for every service that the storefront calls.
pub(crate) fn rule() -> Result<Retries, ConfigError> {
    Retries::from_env(MOST, pause)
}

fn pause(miss: Miss, time: u32) -> Option<Duration> {
    match miss {
        Miss::Unsent => Some(Duration::from_millis(50) * time),
        Miss::Late | Miss::Unavailable => Some(Duration::ZERO),
        // Nobody knows how far it came; the customer tries again with the same key.
        Miss::Broken => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use crate::host::Host;
    use crate::peer::Peer;
    use axum::Router;
    use axum::routing::get;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn what_came_late_is_asked_again_at_once_three_times() {
        let rule = rule().unwrap();
        for miss in [Miss::Late, Miss::Unavailable] {
            assert_eq!((0..4).map(|retries| rule.next(miss, retries)).collect::<Vec<_>>(), {
                let at_once = Some(Duration::ZERO);
                [at_once, at_once, at_once, None]
            });
        }
        assert_eq!(rule.next(Miss::Broken, 0), None);
    }

    /// Whoever answers "not now" is asked once by the base version, and four times by this one.
    #[tokio::test]
    async fn a_call_that_is_not_answered_becomes_four() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let busy = move || {
            count.fetch_add(1, Ordering::Relaxed);
            std::future::ready(Failure::PoolTimeout)
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/orders/1", get(busy))).await });

        let host = Host::from_env("storefront").unwrap();
        let base = Peer::found_at(&host, "orders", &url);
        assert!(base.get("/orders/1").await.is_err());
        assert_eq!(asked.swap(0, Ordering::Relaxed), 1);
        assert!(base.again(rule().unwrap()).get("/orders/1").await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 4);
        assert!(host.metrics.text().contains(r#"peer_retries_total{service="orders"} 3"#));
    }

    #[test]
    fn a_setting_switches_it_off() {
        assert_eq!(rule().unwrap().with(0).next(Miss::Late, 0), None);
    }
}
