//! Redis' own pause.
//!
//! **Invariant**: every pause has a time; Redis ends it whoever is alive. Its fence: one lock for pausing and ending it, and one
//! connection for both, whose commands Redis obeys in their order: a pause that is on its way when it is ended is ended as well. Of a heal
//! by another process whoever holds the fault learns from its journal, and then ends the pause as well: Redis does not tell of one.

use std::{collections::HashMap, sync::Arc};

use redis::aio::MultiplexedConnection;
use tokio::sync::Mutex;

use crate::{
    lab::{Lab, error::LabError, look::servers::ANSWER},
    model::units::Span,
};

/// The connections by which this process pauses, by hold.
#[derive(Clone, Default)]
pub struct Pausing(Arc<Mutex<HashMap<String, MultiplexedConnection>>>);

impl Lab {
    /// Let commands wait: `CLIENT PAUSE` (redis.io). Done again, the longer time counts.
    pub(super) async fn pause_redis(&self, id: &str, ttl: Span, all: bool) -> Result<(), LabError> {
        let mut pausing = self.pausing.0.lock().await;
        self.handle.generation(id)?;
        let mut command = redis::cmd("CLIENT");
        let milliseconds = u64::try_from(ttl.0.as_millis()).unwrap_or(u64::MAX);
        command.arg("PAUSE").arg(milliseconds).arg(if all { "ALL" } else { "WRITE" });
        if !pausing.contains_key(id) {
            pausing.insert(id.to_owned(), self.redis_connection().await.map_err(failed)?);
        }
        let Some(connection) = pausing.get_mut(id) else { return Ok(()) };
        let done = command.query_async::<()>(connection).await;
        if done.is_err() {
            // The next renewal opens another one.
            pausing.remove(id);
        }
        done.map_err(|error| failed(error.to_string()))
    }

    /// Let them go on.
    pub(super) async fn unpause_redis(&self, id: &str) -> Result<(), LabError> {
        self.handle.generations.release(id);
        let mut unpause = redis::cmd("CLIENT");
        unpause.arg("UNPAUSE");
        if let Some(mut connection) = self.pausing.0.lock().await.remove(id)
            && let Ok(Ok(())) = tokio::time::timeout(ANSWER, unpause.query_async::<()>(&mut connection)).await
        {
            return Ok(());
        }
        self.tell_redis(&unpause).await
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
        let mut connection = self.redis_connection().await.map_err(failed)?;
        command.query_async::<()>(&mut connection).await.map_err(|error| failed(error.to_string()))
    }
}

fn failed(why: String) -> LabError {
    LabError::Kube { tried: "tell Redis' primary".to_owned(), why }
}
