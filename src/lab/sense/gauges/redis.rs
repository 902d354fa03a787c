//! A number that Redis' primary tells, asked in its pod: the primary is where the sentinels say it is.
//!
//! **Invariant**: only commands that read come here (held by the scenario's check).

use super::Source;
use crate::{lab::sense::SenseTarget, model::gauge::RedisGauge};

/// A number from Redis.
pub(super) struct Redis {
    pub(super) gauge: RedisGauge,
    pub(super) target: SenseTarget,
}

impl Source for Redis {
    async fn read(&mut self) -> Result<f64, String> {
        let failed = |error: redis::RedisError| format!("redis: {error}");
        let client = self.target.redis.as_ref().map_err(Clone::clone)?;
        let mut connection = client.get_multiplexed_async_connection().await.map_err(failed)?;
        let mut words = self.gauge.command.split_whitespace();
        let mut command = redis::cmd(words.next().unwrap_or_default());
        for word in words {
            command.arg(word);
        }
        let Some(field) = &self.gauge.field else {
            return command.query_async::<f64>(&mut connection).await.map_err(failed);
        };
        let text: String = command.query_async(&mut connection).await.map_err(failed)?;
        value(&text, field).ok_or_else(|| format!("INFO has no number `{field}`"))
    }
}

/// A field of what `INFO` tells.
fn value(text: &str, field: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_told_apart_from_those_that_begin_alike() {
        let info = "# Stats\r\nevicted_keys_total:9\r\nevicted_keys:7\r\nmaxmemory_policy:noeviction\r\n";
        assert_eq!(value(info, "evicted_keys"), Some(7.0));
        assert_eq!(value(info, "maxmemory_policy"), None);
    }
}
