//! Which gauges are read together, and from where.
//!
//! **Invariant**: each declared gauge is in exactly one reader.

use std::collections::BTreeMap;

use super::{
    Reader, Source,
    cgroup::Cgroup,
    dns::Lookup,
    kafka::{Kafka, Question},
    metric::Metrics,
    redis::Redis,
    sql::Sql,
};
use crate::{
    lab::sense::SenseTarget,
    model::gauge::{CgroupGauge, Figure, Gauge, KafkaLagGauge, KafkaOffsetGauge, MetricGauge, RedisGauge},
};

/// Gauges of one place with their names.
type Named<T> = Vec<(String, T)>;

/// The gauges, sorted by where they come from.
#[derive(Default)]
struct Places {
    metrics: BTreeMap<String, Named<MetricGauge>>,
    /// By group; `None` for what is asked about topics alone.
    kafka: BTreeMap<Option<String>, Named<Question>>,
    redis: Named<RedisGauge>,
    cgroups: BTreeMap<String, Named<Figure>>,
}

/// A reader for each place that must be asked.
pub(super) fn readers(gauges: &BTreeMap<String, Gauge>, target: &SenseTarget) -> Vec<Reader> {
    let mut places = Places::default();
    let mut readers = Vec::new();
    for (name, gauge) in gauges {
        let name = name.clone();
        match gauge.clone() {
            Gauge::Metric(gauge) => places.metrics.entry(gauge.of.clone()).or_default().push((name, gauge)),
            Gauge::KafkaLag(KafkaLagGauge { group, topic, partition }) => {
                places.kafka.entry(Some(group)).or_default().push((name, Question { topic, partition }));
            }
            Gauge::KafkaOffset(KafkaOffsetGauge { topic, partition }) => {
                places.kafka.entry(None).or_default().push((name, Question { topic: Some(topic), partition }));
            }
            Gauge::Redis(gauge) => places.redis.push((name, gauge)),
            Gauge::Cgroup(CgroupGauge { of, figure }) => places.cgroups.entry(of).or_default().push((name, figure)),
            // Each by itself: a statement may take long, and a lookup is what is measured.
            Gauge::Sql(gauge) => readers.push(reader(vec![name], Sql::new(&gauge, target))),
            Gauge::Dns(gauge) => readers.push(reader(vec![name], Lookup::new(&gauge, target))),
        }
    }
    readers.extend(places.metrics.into_iter().map(|(of, named)| {
        let (names, gauges) = named.into_iter().unzip();
        reader(names, Metrics::new(&of, gauges, target))
    }));
    readers.extend(places.kafka.into_iter().map(|(group, named)| {
        let (names, questions) = named.into_iter().unzip();
        reader(names, Kafka::new(group, questions, target))
    }));
    readers.extend(places.cgroups.into_iter().map(|(of, named)| {
        let (names, figures) = named.into_iter().unzip();
        reader(names, Cgroup::new(&of, figures, target))
    }));
    if !places.redis.is_empty() {
        let (names, gauges) = places.redis.into_iter().unzip();
        readers.push(reader(names, Redis::new(gauges, target)));
    }
    readers
}

fn reader(names: Vec<String>, source: impl Source + 'static) -> Reader {
    Reader { names, source: Box::new(source) }
}
