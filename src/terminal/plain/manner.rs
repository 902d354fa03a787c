//! How lines are written.
//!
//! **Invariant**: wishes only; what happened is the same whatever is wished for.

/// How a screen is to show things.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub struct Manner {
    /// Refresh the last line.
    pub refresh: bool,
    /// Tell every few seconds how customers fare.
    pub states: bool,
    /// Show what droplab does as well: the fault, its own repair.
    pub candid: bool,
    /// Results and failures only.
    pub quiet: bool,
    /// Tell the story in Russian.
    pub russian: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self { refresh: false, states: true, candid: false, quiet: false, russian: false }
    }
}
