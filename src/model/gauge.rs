//! Numbers that a scenario declares and its conditions name: Prometheus' recording rules, in a few kinds.
//!
//! **Invariant**: a value is in base units (seconds, bytes, shares from 0 to 1); a reading never changes anything.

mod doubts;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::holds::Server;

/// How a number is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Gauge {
    /// A Prometheus metric of a service, over all its running pods.
    Metric(MetricGauge),
    /// One number from a PostgreSQL server.
    Sql(SqlGauge),
    /// How many records a consumer group has still to read.
    KafkaLag(KafkaLagGauge),
    /// How many records a topic has taken in all.
    KafkaOffset(KafkaOffsetGauge),
    /// A number that Redis' primary tells.
    Redis(RedisGauge),
    /// A figure that the kernel keeps of a service's containers.
    Cgroup(CgroupGauge),
    /// Seconds that a lookup takes by the cluster's DNS.
    Dns(DnsGauge),
}

/// A Prometheus metric of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MetricGauge {
    /// The metric's name.
    pub name: String,
    /// Whose: a service of the shop.
    pub of: String,
    /// Only samples with these labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How samples and pods become one number.
    #[serde(default)]
    pub fold: Fold,
    /// Thresholds on it follow the customers' rate when that is overridden: it is a queue, not a limit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scales: bool,
}

/// How several samples become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fold {
    /// Added up.
    #[default]
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// How much the samples grow a second, added up; one that became smaller was reset, and began again at zero.
    Rate,
}

/// One number from a PostgreSQL server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SqlGauge {
    /// A `select` of one number.
    pub query: String,
    /// Which server is asked.
    #[serde(default, skip_serializing_if = "Server::is_primary")]
    pub at: Server,
    /// The number is a counter: what it grew by a second, over the last 5 s.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rate: bool,
}

/// How many records a consumer group has still to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KafkaLagGauge {
    /// The group.
    pub group: String,
    /// Of this topic; of all that it has committed something in when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Of this partition only; of all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
}

/// How many records a topic has taken in all: its end offset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KafkaOffsetGauge {
    /// The topic.
    pub topic: String,
    /// Of this partition only; of all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<i32>,
}

/// A number that Redis' primary tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RedisGauge {
    /// A command that reads: `DBSIZE`, `INFO stats`, `LLEN queue`.
    pub command: String,
    /// Of what `INFO` tells, this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A figure that the kernel keeps of a service's containers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CgroupGauge {
    /// Whose: a service of the shop.
    pub of: String,
    /// Which.
    pub figure: Figure,
}

/// What the kernel keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Share of scheduling periods in which the CPU limit stopped it, of the worst pod, since the last reading.
    CpuThrottled,
    /// Cores in use since the last reading, all pods.
    CpuUsage,
    /// Memory in use, bytes, all pods.
    Memory,
}

/// Seconds that a lookup takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DnsGauge {
    /// The name to be looked up.
    pub name: String,
}

impl Gauge {
    /// Whether thresholds on it follow the customers' rate.
    pub fn scales(&self) -> bool {
        matches!(self, Self::Metric(metric) if metric.scales)
    }
}
