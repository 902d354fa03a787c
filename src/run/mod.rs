//! The interpreter: performs a plan on a lab and writes what happens.
//!
//! In reading order: [`execute`](mod@execute) is the whole run, `play` its loop with the `baseline` in it, `watch` what the loop knows, `hands` what it does,
//! `windup` what always comes last, with `quiesce` and `books` in it, [`heal`] the way back; [`by_hand`](mod@by_hand) is a fault without a run around it.
//!
//! **Invariant**: the world is touched through [`ports`] only; every exit path heals.

mod baseline;
mod books;
pub mod by_hand;
mod driver;
pub mod execute;
mod given;
mod hands;
pub mod heal;
mod hold;
mod jobs;
mod limits;
mod look;
mod options;
mod play;
pub mod ports;
mod quiesce;
mod record;
mod settle;
#[cfg(test)]
mod testing;
mod undo;
mod wake;
mod watch;
mod windup;
mod words;

pub use by_hand::{ByHand, Turns, by_hand};
pub use execute::execute;
pub use options::{Options, Repair};
