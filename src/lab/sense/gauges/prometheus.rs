//! Reads Prometheus' text format, as far as a gauge needs it.
//!
//! **Invariant**: a metric that is not there is `None`, never zero.

use std::collections::BTreeMap;

/// The sum of all samples of one metric, over all its labels.
pub(in crate::lab::sense) fn sum(text: &str, name: &str) -> Option<f64> {
    samples(text, name, &BTreeMap::new()).into_iter().reduce(|sum, value| sum + value)
}

/// Every sample of one metric that has these labels.
pub(super) fn samples(text: &str, name: &str, labels: &BTreeMap<String, String>) -> Vec<f64> {
    text.lines().filter_map(|line| sample(line, name, labels)).collect()
}

fn sample(line: &str, name: &str, labels: &BTreeMap<String, String>) -> Option<f64> {
    let rest = line.strip_prefix(name)?;
    // The name may go on: `db_pool_size_total` is another metric than `db_pool_size`.
    let (said, value) = match rest.chars().next()? {
        '{' => rest.rsplit_once('}')?,
        ' ' | '\t' => ("", rest),
        _ => return None,
    };
    let has = |(label, value): (&String, &String)| said.contains(&format!("{label}=\"{value}\""));
    if !labels.iter().all(has) {
        return None;
    }
    value.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# HELP db_pool_size most connections
# TYPE db_pool_size gauge
db_pool_size 50
db_pool_size_total 7
http_requests_total{route=\"/payments\",status=\"201\"} 120
http_requests_total{route=\"/a }b\",status=\"503\"} 30 1700000000
";

    #[test]
    fn samples_of_one_metric_add_up() {
        assert_eq!(sum(TEXT, "db_pool_size"), Some(50.0));
        assert_eq!(sum(TEXT, "http_requests_total"), Some(150.0));
    }

    #[test]
    fn labels_choose_samples() {
        let labels = |status: &str| [("status".to_owned(), status.to_owned())].into();
        assert_eq!(samples(TEXT, "http_requests_total", &labels("503")), [30.0]);
        assert_eq!(samples(TEXT, "http_requests_total", &labels("404")), [0.0; 0]);
    }

    #[test]
    fn what_is_not_there_is_not_zero() {
        assert_eq!(sum(TEXT, "db_pool"), None);
        assert_eq!(sum("", "db_pool_size"), None);
    }
}
