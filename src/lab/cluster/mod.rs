//! The Kubernetes cluster in the engine: how it is made, reached, and furnished with charts.
//!
//! **Invariant**: droplab reaches one cluster only, its own; another one only by its context and when that is allowed aloud.

pub mod assets;
pub mod charts;
pub mod elsewhere;
pub mod handle;
pub mod kind_config;
pub mod kube;
pub mod kubeconfig;
pub mod nodes;
pub mod standing;
