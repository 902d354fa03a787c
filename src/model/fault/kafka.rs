//! Parameters of faults in Kafka.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::units::Span;

/// Stop a broker, in good order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StopBroker {
    /// The data centre of the broker: `dc-1`, `dc-2` or `dc-3`.
    pub zone: String,
}

/// Let another broker lead a partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MoveLeader {
    /// Which topic.
    pub topic: String,
    /// Which of its partitions.
    pub partition: usize,
    /// The broker that is to lead; the next of its replicas when left out.
    #[serde(default)]
    pub to: Option<i32>,
}

/// Let a topic forget sooner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ShrinkRetention {
    /// Which topic.
    pub topic: String,
    /// How long it remembers from now on.
    pub retention: Span,
}

/// Let partitions of a consumer group stand still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PauseConsumer {
    /// Which group: a service's name.
    pub group: String,
    /// Which topic it reads.
    pub topic: String,
    /// How many of its partitions; all but one when left out.
    #[serde(default)]
    pub partitions: Option<usize>,
}
