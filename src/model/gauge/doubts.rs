//! What cannot be meant by a gauge, though each of its fields is well-formed.
//!
//! **Invariant**: what could change something is doubted, and so is what names nothing.

use super::{Gauge, RedisGauge};

/// Commands of Redis that only read, and answer with a number or, for `INFO`, with fields.
const READING: &[&str] = &[
    "DBSIZE", "EXISTS", "GET", "HGET", "HLEN", "HSTRLEN", "INFO", "LASTSAVE", "LLEN", "MEMORY", "PTTL", "SCARD",
    "STRLEN", "TTL", "XLEN", "ZCARD", "ZCOUNT", "ZSCORE",
];

impl Gauge {
    /// What cannot be meant.
    pub fn doubts(&self) -> Vec<String> {
        match self {
            Self::Metric(metric) => {
                let mut doubts = named("metric.name", &metric.name);
                doubts.extend(named("metric.of", &metric.of));
                doubts.extend(metric.labels.keys().flat_map(|label| named("metric.labels", label)));
                doubts
            }
            Self::Sql(sql) => {
                let word = sql.query.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
                let reads = ["select", "with"].contains(&word.as_str());
                doubt(!reads, || format!("sql.query: `{word}`: expected a `select` of one number"))
            }
            Self::KafkaLag(lag) => {
                let mut doubts = named("kafka-lag.group", &lag.group);
                doubts.extend(lag.topic.iter().flat_map(|topic| named("kafka-lag.topic", topic)));
                let alone = lag.partition.is_some() && lag.topic.is_none();
                doubts.extend(doubt(alone, || "kafka-lag.partition: expected a `topic` with it".to_owned()));
                doubts.extend(number("kafka-lag.partition", lag.partition));
                doubts
            }
            Self::KafkaOffset(end) => {
                let mut doubts = named("kafka-offset.topic", &end.topic);
                doubts.extend(number("kafka-offset.partition", end.partition));
                doubts
            }
            Self::Redis(redis) => reads(redis),
            Self::Cgroup(cgroup) => named("cgroup.of", &cgroup.of),
            Self::Dns(dns) => {
                let sound = |label: &str| {
                    (1..=63).contains(&label.len())
                        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
                };
                let name = dns.name.trim_end_matches('.');
                let wrong = name.len() > 253 || !name.split('.').all(sound);
                doubt(wrong, || {
                    format!("dns.name: `{}`: expected a name such as bank.shop.svc.cluster.local", dns.name)
                })
            }
        }
    }
}

/// A word of one line that is there.
fn named(field: &str, word: &str) -> Vec<String> {
    doubt(word.is_empty() || word.contains(char::is_whitespace), || format!("{field}: `{word}`: expected a name"))
}

fn number(field: &str, partition: Option<i32>) -> Vec<String> {
    doubt(partition.is_some_and(|id| id < 0), || format!("{field}: expected 0 or more"))
}

/// A command that changes something is no reading.
fn reads(redis: &RedisGauge) -> Vec<String> {
    let mut words = redis.command.split_whitespace().map(str::to_ascii_uppercase);
    let (word, next) = (words.next().unwrap_or_default(), words.next());
    let mut doubts = doubt(!READING.contains(&word.as_str()), || {
        format!("redis.command: `{word}` is none that only reads: {}", READING.join(", "))
    });
    // `MEMORY PURGE` gives memory back.
    doubts.extend(doubt(word == "MEMORY" && next.as_deref() != Some("USAGE"), || {
        "redis.command: of MEMORY, only `MEMORY USAGE key` reads a number".to_owned()
    }));
    let with_field = redis.field.is_some();
    doubts.extend(doubt((word == "INFO") != with_field, || {
        "redis.field: expected with INFO, and with nothing else".to_owned()
    }));
    doubts
}

fn doubt(wrong: bool, what: impl FnOnce() -> String) -> Vec<String> {
    if wrong { vec![what()] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(text: &str) -> Gauge {
        let document = serde_yaml::Deserializer::from_str(text);
        serde_yaml::with::singleton_map_recursive::deserialize(document).unwrap()
    }

    #[test]
    fn every_kind_reads_as_its_author_writes_it() {
        for text in [
            "metric: { name: db_pool_waiting_requests, of: payment, fold: sum, scales: true }",
            "metric: { name: http_requests_total, of: storefront, labels: { status: '503' }, fold: rate }",
            "sql: { query: \"select count(*) from orders.orders where state = 'paid'\", at: dc-2 }",
            "kafka-lag: { group: fulfilment, topic: orders.paid, partition: 2 }",
            "kafka-lag: { group: fulfilment }",
            "kafka-offset: { topic: orders.paid, partition: 0 }",
            "redis: { command: INFO stats, field: evicted_keys }",
            "cgroup: { of: orders, figure: cpu-throttled }",
            "cgroup: { of: orders, figure: cpu-usage }",
            "dns: { name: bank.shop.svc.cluster.local }",
        ] {
            assert_eq!(gauge(text).doubts(), Vec::<String>::new(), "{text}");
        }
        assert!(gauge("metric: { name: a, of: b, scales: true }").scales());
        assert!(!gauge("metric: { name: a, of: b }").scales());
    }

    #[test]
    fn a_gauge_only_reads() {
        for text in [
            "sql: { query: delete from orders.orders }",
            "redis: { command: FLUSHALL }",
            "redis: { command: MEMORY PURGE }",
            "redis: { command: INFO }",
            "redis: { command: DBSIZE, field: keys }",
        ] {
            assert_eq!(gauge(text).doubts().len(), 1, "{text}");
        }
    }

    #[test]
    fn what_names_nothing_is_doubted() {
        for text in [
            "metric: { name: '', of: payment }",
            "metric: { name: a, of: '' }",
            "kafka-lag: { group: '' }",
            "kafka-lag: { group: g, partition: 2 }",
            "kafka-offset: { topic: t, partition: -1 }",
            "cgroup: { of: '', figure: memory }",
            "dns: { name: 'bank..local' }",
            "dns: { name: \"a'; reboot\" }",
        ] {
            assert_eq!(gauge(text).doubts().len(), 1, "{text}");
        }
    }
}
