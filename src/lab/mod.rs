//! The lab: the edge to the real cluster, and the fake one of rehearsals and tests.
//!
//! **Invariant**: everything here is reached through the ports of `crate::run::ports`.

pub mod fake;
pub mod sense;
