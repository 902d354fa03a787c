//! How far a group is behind, and how far a topic has come.
//!
//! **Invariant**: joins no group and commits nothing.

use super::Source;
use crate::{
    lab::sense::{SenseTarget, lag},
    model::gauge::{KafkaLagGauge, KafkaOffsetGauge},
};

/// How many records a group has still to read.
pub(super) struct Lag {
    pub(super) gauge: KafkaLagGauge,
    pub(super) target: SenseTarget,
}

impl Source for Lag {
    async fn read(&mut self) -> Result<f64, String> {
        let KafkaLagGauge { group, topic, partition } = &self.gauge;
        lag::of(&self.target.kafka, Some(group), topic, *partition).await
    }
}

/// A topic's end offset.
pub(super) struct End {
    pub(super) gauge: KafkaOffsetGauge,
    pub(super) target: SenseTarget,
}

impl Source for End {
    async fn read(&mut self) -> Result<f64, String> {
        lag::of(&self.target.kafka, None, &self.gauge.topic, self.gauge.partition).await
    }
}
