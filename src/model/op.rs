//! The whole reach of droplab into the world, as data.
//!
//! **Invariant**: each op *sets a state*, so doing it twice is harmless, and heal never needs an output of inject.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that droplab can do to a lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Set a deployment's container to an image, and its change cause to a sentence.
    SetImage {
        /// The deployment's name.
        deployment: String,
        /// The container's name in it.
        container: String,
        /// The whole image reference.
        image: String,
        /// The annotation `kubernetes.io/change-cause`.
        change_cause: String,
    },
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetImage { deployment, container, image, change_cause } => {
                write!(f, "set deployment/{deployment} container {container} to image {image} ({change_cause})")
            }
        }
    }
}

/// How a fault is put in and taken out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// In order.
    pub inject: Vec<Op>,
    /// In order; harmless when nothing was injected.
    pub heal: Vec<Op>,
}
