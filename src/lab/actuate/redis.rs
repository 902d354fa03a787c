//! Redis' own pause.
//!
//! **Invariant**: every pause has a time; Redis ends it whoever is alive.

use crate::{
    lab::{Lab, error::LabError},
    model::units::Span,
};

impl Lab {
    /// Let commands wait: `CLIENT PAUSE` (redis.io). Done again, the longer time counts.
    pub(super) async fn pause_redis(&self, ttl: Span, all: bool) -> Result<(), LabError> {
        let mut command = redis::cmd("CLIENT");
        let milliseconds = u64::try_from(ttl.0.as_millis()).unwrap_or(u64::MAX);
        command.arg("PAUSE").arg(milliseconds).arg(if all { "ALL" } else { "WRITE" });
        self.tell_redis(&command).await
    }

    /// Let them go on.
    pub(super) async fn unpause_redis(&self) -> Result<(), LabError> {
        self.tell_redis(redis::cmd("CLIENT").arg("UNPAUSE")).await
    }

    /// A parameter as it is.
    pub(super) async fn redis_parameter(&self, name: &str) -> Result<Option<String>, LabError> {
        let failed = |why: String| LabError::Server { tried: "ask Redis' primary".to_owned(), why };
        let mut connection = self.redis_connection().await.map_err(failed)?;
        let mut get = redis::cmd("CONFIG");
        get.arg("GET").arg(name);
        let mut found: std::collections::BTreeMap<String, String> =
            get.query_async(&mut connection).await.map_err(|error| failed(error.to_string()))?;
        Ok(found.remove(name))
    }

    pub(super) async fn tell_redis(&self, command: &redis::Cmd) -> Result<(), LabError> {
        let failed = |why: String| LabError::Kube { tried: "tell Redis' primary".to_owned(), why };
        let mut connection = self.redis_connection().await.map_err(failed)?;
        command.query_async::<()>(&mut connection).await.map_err(|error| failed(error.to_string()))
    }
}
