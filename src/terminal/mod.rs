//! Screens: what happens, for a person who watches.
//!
//! **Invariant**: a screen reads events and nothing else; what cannot be shown is not an error.

pub mod live;
pub mod paced;
pub mod plain;
