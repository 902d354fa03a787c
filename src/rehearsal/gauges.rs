//! The gauges that a fake lab has a model for: payment's pool.
//!
//! **Invariant**: what it has no model for cannot be read, and says so; nothing is made up.

use std::collections::BTreeMap;

use crate::model::gauge::{Fold, Gauge};

/// A gauge's value, given the metrics of the payment service that are known.
pub(super) fn read(gauge: &Gauge, payment: &BTreeMap<&'static str, f64>) -> Result<f64, String> {
    let lacks = |what: &str| Err(format!("the fake lab has no {what}"));
    match gauge {
        Gauge::Metric(metric) if metric.of == "payment" && metric.labels.is_empty() && metric.fold == Fold::Sum => {
            payment.get(metric.name.as_str()).copied().map_or_else(|| lacks(&metric.name), Ok)
        }
        Gauge::Metric(metric) => lacks(&format!("{} of {}", metric.name, metric.of)),
        Gauge::Sql(_) => lacks("database"),
        Gauge::KafkaLag(_) | Gauge::KafkaOffset(_) => lacks("Kafka"),
        Gauge::Redis(_) => lacks("Redis"),
        Gauge::Cgroup(_) => lacks("cgroups"),
        Gauge::Dns(_) => lacks("DNS"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_it_has_no_model_for_is_no_zero() {
        let read = |text: &str| {
            let document = serde_yaml::Deserializer::from_str(text);
            let gauge = serde_yaml::with::singleton_map_recursive::deserialize(document).unwrap();
            super::read(&gauge, &[("db_pool_in_use", 7.0)].into())
        };
        assert_eq!(read("metric: { name: db_pool_in_use, of: payment }"), Ok(7.0));
        assert_eq!(
            read("metric: { name: bank_queue_length, of: payment }").unwrap_err(),
            "the fake lab has no bank_queue_length"
        );
        assert!(read("metric: { name: db_pool_in_use, of: payment, fold: rate }").is_err());
        assert!(read("metric: { name: db_pool_in_use, of: orders }").is_err());
        assert_eq!(read("sql: { query: select 1 }").unwrap_err(), "the fake lab has no database");
    }
}
