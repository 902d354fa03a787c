//! Copies of answers in Redis, each with an end.
//!
//! **Invariant:** the cache can only make an answer faster: whatever goes wrong with it is a miss.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::backoff::Backoff;
use crate::config::{self, ConfigError};

/// A copy that takes longer than this to get is not worth waiting for.
const PATIENCE: Duration = Duration::from_millis(150);

/// The connection to Redis, once there is one.
pub(super) struct Cache {
    connection: Arc<OnceCell<ConnectionManager>>,
    ttl_s: u64,
}

impl Cache {
    /// A cache as the environment describes it; the connection is made in the background.
    pub(super) fn from_env() -> Result<Self, ConfigError> {
        let client = redis::Client::open(config::required("REDIS_URL")?).map_err(|_| ConfigError::Malformed {
            name: "REDIS_URL",
            // The value holds a password.
            value: "(hidden)".to_owned(),
            expected: "a Redis URL",
        })?;
        let connection = Arc::new(OnceCell::new());
        let filled = Arc::clone(&connection);
        tokio::spawn(async move {
            let mut backoff = Backoff::default();
            loop {
                let settings = ConnectionManagerConfig::new().set_response_timeout(Some(PATIENCE));
                match ConnectionManager::new_with_config(client.clone(), settings).await {
                    Ok(manager) => {
                        let _ = filled.set(manager);
                        return tracing::info!("redis connected");
                    }
                    Err(error) => tracing::warn!(%error, "redis will be tried again"),
                }
                backoff.wait().await;
            }
        });
        Ok(Self { connection, ttl_s: config::number("CACHE_TTL_S", 30)? })
    }

    /// The copies under the keys, in their order.
    pub(super) async fn get(&self, keys: &[String]) -> Vec<Option<Value>> {
        let none = vec![None; keys.len()];
        let Some(mut connection) = self.connection.get().cloned() else { return none };
        let command = redis::cmd("MGET").arg(keys).to_owned();
        let copies: Result<redis::RedisResult<Vec<Option<String>>>, _> =
            tokio::time::timeout(PATIENCE, command.query_async(&mut connection)).await;
        match copies {
            Ok(Ok(copies)) => copies.into_iter().map(|copy| serde_json::from_str(&copy?).ok()).collect(),
            Ok(Err(error)) => {
                tracing::debug!(%error, "cache not read");
                none
            }
            Err(_) => none,
        }
    }

    /// Keeps a copy.
    pub(super) async fn put(&self, key: &str, value: &Value) {
        let Some(mut connection) = self.connection.get().cloned() else { return };
        let command = redis::cmd("SET").arg(key).arg(value.to_string()).arg("EX").arg(self.ttl_s).to_owned();
        let kept: Result<redis::RedisResult<()>, _> =
            tokio::time::timeout(PATIENCE, command.query_async(&mut connection)).await;
        if let Ok(Err(error)) = kept {
            tracing::debug!(%error, "cache not written");
        }
    }
}
