//! What there is: the survey that plans and verdicts stand on, and the status that a person reads.
//!
//! **Invariant**: it only reads.

pub(in crate::lab) mod population;
pub(in crate::lab) mod primary;
pub(in crate::lab) mod servers;
pub(in crate::lab) mod settings;
pub mod status;
pub mod survey;
