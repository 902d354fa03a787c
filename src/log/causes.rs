//! Errors in words.
//!
//! **Invariant**: no cause is left out, and none is told twice.

/// An error with its causes: "client error (Connect)" alone tells nobody that the socket is not there.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
