//! Release 1.1.1: one asks, and everybody else waits for that one's copy.
//!
//! **Invariant:** at most one at a time makes an answer; whoever waited looks for the copy first.

use std::future::Future;

use tokio::sync::Mutex;

/// Whose turn it is.
#[derive(Default)]
pub(super) struct Turn(Mutex<()>);

impl Turn {
    /// The copy, if there is one when the turn comes; else what is made, which puts it there.
    pub(super) async fn copy_or<T, E>(
        &self,
        copy: impl Future<Output = Option<T>>,
        make: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let _turn = self.0.lock().await;
        match copy.await {
            Some(copy) => Ok(copy),
            None => make.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex as Shared};
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_crowd_makes_one_answer() {
        let (turn, kept, made) = (Arc::new(Turn::default()), Arc::new(Shared::new(None)), Arc::new(AtomicU32::new(0)));
        let crowd = (0..50).map(|_| {
            let (turn, kept, made) = (Arc::clone(&turn), Arc::clone(&kept), Arc::clone(&made));
            tokio::spawn(async move {
                let answer = async {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    made.fetch_add(1, Ordering::Relaxed);
                    *kept.lock().unwrap() = Some(7);
                    Ok::<_, ()>(7)
                };
                turn.copy_or(async { *kept.lock().unwrap() }, answer).await
            })
        });
        for one in crowd.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap(), Ok(7));
        }
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_holds_nobody_back() {
        let turn = Turn::default();
        let never = turn.copy_or(async { None }, std::future::pending::<Result<u8, ()>>());
        assert!(tokio::time::timeout(Duration::from_secs(1), never).await.is_err());
        assert_eq!(turn.copy_or(async { None }, async { Ok::<_, ()>(1) }).await, Ok(1));
    }
}
