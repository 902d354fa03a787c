//! Reads Prometheus' text format, as far as a gauge needs it.
//!
//! **Invariant**: a metric that is not there is `None`, never zero.

/// The sum of all samples of one metric, over all its labels.
pub(super) fn sum(text: &str, name: &str) -> Option<f64> {
    text.lines().filter_map(|line| sample(line, name)).fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

fn sample(line: &str, name: &str) -> Option<f64> {
    let rest = line.strip_prefix(name)?;
    // The name may go on: `db_pool_size_total` is another metric than `db_pool_size`.
    let value = match rest.chars().next()? {
        '{' => rest.rsplit_once('}')?.1,
        ' ' | '\t' => rest,
        _ => return None,
    };
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
    fn what_is_not_there_is_not_zero() {
        assert_eq!(sum(TEXT, "db_pool"), None);
        assert_eq!(sum("", "db_pool_size"), None);
    }
}
