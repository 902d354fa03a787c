//! Reads Prometheus' text format, as far as a gauge needs it.
//!
//! **Invariant**: a metric that is not there is nothing, never zero.

use std::collections::BTreeMap;

/// Labels of a sample.
pub(super) type Labels = BTreeMap<String, String>;

/// One line of a metric.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) labels: Labels,
    pub(super) value: f64,
}

impl Sample {
    /// Whether it has all of these labels.
    pub(super) fn has(&self, wanted: &Labels) -> bool {
        wanted.iter().all(|(label, value)| self.labels.get(label) == Some(value))
    }
}

/// The sum of all samples of one metric, over all its labels.
pub(in crate::lab::sense) fn sum(text: &str, name: &str) -> Option<f64> {
    samples(text, name).into_iter().map(|sample| sample.value).reduce(|sum, value| sum + value)
}

/// Every sample of one metric.
pub(super) fn samples(text: &str, name: &str) -> Vec<Sample> {
    text.lines().filter_map(|line| sample(line, name)).collect()
}

fn sample(line: &str, name: &str) -> Option<Sample> {
    let rest = line.strip_prefix(name)?;
    // The name may go on: `db_pool_size_total` is another metric than `db_pool_size`.
    let (labels, rest) = match rest.chars().next()? {
        '{' => labels(&rest[1..])?,
        ' ' | '\t' => (Labels::new(), rest),
        _ => return None,
    };
    // A timestamp may follow.
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Sample { labels, value })
}

/// `a="1",b="2"} 7`: the labels, and what follows the brace. A value may hold braces, commas and escaped quotes.
fn labels(text: &str) -> Option<(Labels, &str)> {
    let (mut found, mut rest) = (Labels::new(), text);
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(after) = rest.strip_prefix('}') {
            return Some((found, after));
        }
        let (label, quoted) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut letters = quoted.char_indices();
        loop {
            match letters.next()?.1 {
                '"' => break,
                '\\' => value.push(match letters.next()?.1 {
                    'n' => '\n',
                    other => other,
                }),
                letter => value.push(letter),
            }
        }
        rest = letters.as_str();
        found.insert(label.to_owned(), value);
    }
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
http_requests_total{route=\"/a }b, status=\\\"503\\\"\",last_status=\"503\",status=\"200\",} 30 1700000000
";

    #[test]
    fn samples_of_one_metric_add_up() {
        assert_eq!(sum(TEXT, "db_pool_size"), Some(50.0));
        assert_eq!(sum(TEXT, "http_requests_total"), Some(150.0));
    }

    #[test]
    fn a_label_is_not_mistaken_for_one_that_ends_like_it_or_stands_in_a_value() {
        let with = |label: &str, value: &str| {
            let wanted = [(label.to_owned(), value.to_owned())].into();
            samples(TEXT, "http_requests_total").into_iter().filter(|sample| sample.has(&wanted)).count()
        };
        assert_eq!(with("status", "201"), 1);
        assert_eq!(with("status", "503"), 0, "`last_status` is another label, and a quoted one is none");
        assert_eq!(with("last_status", "503"), 1);
        assert_eq!(with("route", "/a }b, status=\"503\""), 1);
    }

    #[test]
    fn what_is_not_there_is_not_zero() {
        assert_eq!(sum(TEXT, "db_pool"), None);
        assert_eq!(sum("", "db_pool_size"), None);
        assert_eq!(sum("db_pool_size{a=\"b\n", "db_pool_size"), None, "half a line is none");
    }
}
