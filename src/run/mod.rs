//! The interpreter: performs a plan on a lab and writes what happens.
//!
//! **Invariant**: the world is touched through [`ports`] only; every exit path heals.

pub mod ports;
