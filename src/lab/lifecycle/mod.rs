//! A lab as a whole: bring it up, put it back, take it away, and tell when it is ready.
//!
//! **Invariant**: what stops half way is gone on with by the next call.

pub mod blockers;
pub mod carry;
pub mod down;
pub mod order;
mod outgoing;
pub mod progress;
pub mod ready;
pub mod reset;
pub mod up;
