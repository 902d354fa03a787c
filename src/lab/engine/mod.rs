//! The container engine: nodes, images, networks.
//!
//! **Invariant**: nothing is done to a container that does not carry the label of this lab.

pub mod adopt;
pub(in crate::lab) mod containers;
pub mod docker;
pub mod images;
pub mod network;
