//! (under construction)

pub mod sense;
