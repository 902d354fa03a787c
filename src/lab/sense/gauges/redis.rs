//! Numbers that Redis' primary tells, over the port that a person uses.
//!
//! **Invariant**: only commands that read come here (held by the scenario's check); an answer that is no number is an error.

use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use redis::{Value, aio::MultiplexedConnection};

use super::{Reading, Source};
use crate::{lab::sense::SenseTarget, model::gauge::RedisGauge};

/// A little less than a reading's deadline, so that the reason is heard.
const ANSWER: Duration = Duration::from_millis(2_500);

/// What Redis is asked, over one connection.
pub(super) struct Redis {
    gauges: Vec<RedisGauge>,
    client: Result<redis::Client, String>,
    connection: Option<MultiplexedConnection>,
}

impl Redis {
    pub(super) fn new(gauges: Vec<RedisGauge>, target: &SenseTarget) -> Self {
        Self { gauges, client: target.redis.clone(), connection: None }
    }

    async fn connect(&self) -> Result<MultiplexedConnection, String> {
        let client = self.client.as_ref().map_err(|why| format!("redis: {why}"))?;
        let connected = tokio::time::timeout(ANSWER, client.get_multiplexed_async_connection()).await;
        let connected = connected.map_err(|_| "redis: no connection in time".to_owned())?;
        let mut connection = connected.map_err(|error| format!("redis: {error}"))?;
        connection.set_response_timeout(ANSWER);
        Ok(connection)
    }
}

#[async_trait]
impl Source for Redis {
    async fn read(&mut self) -> Vec<Reading> {
        // Taken out: one on which something failed, or that was given up, is not used again.
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => match self.connect().await {
                Ok(connection) => connection,
                Err(why) => return vec![Err(why); self.gauges.len()],
            },
        };
        let answers = join_all(self.gauges.iter().map(|gauge| ask(connection.clone(), gauge))).await;
        if answers.iter().all(Result::is_ok) {
            self.connection = Some(connection);
        }
        answers
    }
}

async fn ask(mut connection: MultiplexedConnection, gauge: &RedisGauge) -> Reading {
    let said = &gauge.command;
    let words = shlex::split(said).ok_or_else(|| format!("redis: `{said}` has an open quote"))?;
    let mut words = words.iter();
    let mut command = redis::cmd(words.next().map_or("", String::as_str));
    for word in words {
        command.arg(word);
    }
    let answer: Value =
        command.query_async(&mut connection).await.map_err(|error| format!("redis: {said}: {error}"))?;
    let Some(field) = &gauge.field else {
        return number(&answer).ok_or_else(|| format!("redis: the answer to {said} is no number"));
    };
    text(&answer).and_then(|text| value(&text, field)).ok_or_else(|| format!("redis: {said} tells no number `{field}`"))
}

fn text(answer: &Value) -> Option<String> {
    match answer {
        Value::BulkString(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text.clone()),
        _ => None,
    }
}

/// A number, or a text that is one; a key that is not there is none.
fn number(answer: &Value) -> Option<f64> {
    match answer {
        #[expect(clippy::cast_precision_loss, reason = "counts of a lab stay far below 2^52")]
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        other => text(other)?.trim().parse().ok(),
    }
}

/// A field of what `INFO` tells: `evicted_keys`, or one within a field, `db0.keys`.
fn value(text: &str, field: &str) -> Option<f64> {
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    match (line(field), field.split_once('.')) {
        (Some(value), _) => value.trim().parse().ok(),
        (None, Some((name, inner))) => {
            let mut parts = line(name)?.trim().split(',');
            parts.find_map(|part| part.strip_prefix(inner)?.strip_prefix('='))?.parse().ok()
        }
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_told_apart_from_those_that_begin_alike() {
        let info = "# Stats\r\nevicted_keys_total:9\r\nevicted_keys:7\r\nmaxmemory_policy:noeviction\r\n\
                    mem_fragmentation_ratio:1.25\r\ndb0:keys=12,expires=3,avg_ttl=0\r\n";
        assert_eq!(value(info, "evicted_keys"), Some(7.0));
        assert_eq!(value(info, "mem_fragmentation_ratio"), Some(1.25));
        assert_eq!(value(info, "db0.expires"), Some(3.0));
        assert_eq!(value(info, "maxmemory_policy"), None);
        assert_eq!(value(info, "evicted"), None);
        assert_eq!(value(info, "db1.keys"), None, "no error becomes zero");
    }

    #[test]
    fn an_answer_that_is_no_number_is_none() {
        assert_eq!(number(&Value::Int(3)), Some(3.0));
        assert_eq!(number(&Value::BulkString(b"17\n".to_vec())), Some(17.0));
        assert_eq!(number(&Value::Nil), None, "a key that is not there is no zero");
        assert_eq!(number(&Value::Okay), None);
        assert_eq!(number(&Value::BulkString(b"noeviction".to_vec())), None);
    }
}
