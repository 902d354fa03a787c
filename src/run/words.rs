//! What the person says while a run goes on, one thing after the other.
//!
//! **Invariant**: each is heard once, in the order in which it was said; silence never ends.

use tokio::sync::watch;

use crate::model::said::Said;

/// The next thing that the person says, of which so many were heard.
pub(super) async fn said(words: &mut Option<watch::Receiver<Vec<Said>>>, heard: &mut usize) -> Said {
    if let Some(receiver) = words
        && let Ok(all) = receiver.wait_for(|all| all.len() > *heard).await
        && let Some(next) = all.get(*heard)
    {
        *heard += 1;
        return next.clone();
    }
    // Nobody will say anything any more.
    std::future::pending().await
}
