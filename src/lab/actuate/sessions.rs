//! Sessions of ours in PostgreSQL that do harm by being there.
//!
//! **Invariant**: each belongs to this process and ends with it; if only the way to the server is lost, the server's own
//! timeout ends it; both without anybody to heal. Their fence is here: arming and releasing take one lock, and under it nothing is
//! held that was released since it was armed. Of a heal by another process whoever holds the fault learns from its journal, and then
//! releases what it has as well.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::future;
use tokio::sync::Mutex;
use tokio_postgres::{Client, NoTls, error::SqlState};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    lab::{Lab, cluster::kube::late, error::LabError},
    log::chain,
    model::{hold::Sessions, units::Span},
};

/// Sessions that are opened side by side.
const AT_ONCE: usize = 8;

/// What every error here is about.
const TRIED: &str = "talk to PostgreSQL's primary";

/// One session, and the task that carries it.
struct Held {
    client: Client,
    _carrier: AbortOnDropHandle<()>,
}

/// The sessions that this process holds, by fault.
#[derive(Clone, Default)]
pub struct Holding(Arc<Mutex<HashMap<String, Vec<Held>>>>);

/// What such a session calls itself: nothing that would give the answer away.
fn name(id: &str) -> String {
    format!("report-{id}")
}

/// How sessions of faults are recognised in a survey.
pub const NAMES: &str = "report-x%";

impl Lab {
    pub(super) async fn hold_sessions(&self, id: &str, ttl: Span, sessions: &Sessions) -> Result<(), LabError> {
        let mut holding = self.holding.0.lock().await;
        self.handle.generation(id)?;
        let held = holding.entry(id.to_owned()).or_default();
        // A word from each is its renewal: an idle session's clock begins anew. Those that were ended are made anew.
        let mut alive = Vec::new();
        for session in held.drain(..) {
            if session.client.simple_query("").await.is_ok() {
                alive.push(session);
            }
        }
        *held = alive;
        let (count, begin) = match sessions {
            Sessions::Idle(count) => (*count as usize, None),
            Sessions::Lock(table) => (1, Some(format!("begin; lock table {table} in access exclusive mode"))),
            Sessions::Transaction => {
                (1, Some("begin isolation level repeatable read; select pg_current_xact_id(), now()".to_owned()))
            }
        };
        // Not as superuser: the places kept for superusers stay free, for the person and for droplab. The password may have been
        // rotated since the lab was made.
        let password = match sessions {
            Sessions::Idle(_) => Some(self.password("shop").await?.unwrap_or_else(|| self.secrets.shop.clone())),
            _ => None,
        };
        while held.len() < count {
            // A handful at a time: each costs the server a process and a password check.
            let some = (0..(count - held.len()).min(AT_ONCE)).map(|_| self.session(id, ttl, password.as_deref()));
            let opened = future::try_join_all(some).await?;
            let full = opened.iter().any(Option::is_none);
            for session in opened.into_iter().flatten() {
                if let Some(begin) = &begin {
                    session.client.batch_execute(begin).await.map_err(|error| failed(&error))?;
                }
                held.push(session);
            }
            // No more to be had is what was wanted.
            if full {
                break;
            }
        }
        Ok(())
    }

    /// A session; `None` when the server has no room for another one.
    async fn session(&self, id: &str, ttl: Span, password: Option<&str>) -> Result<Option<Held>, LabError> {
        let mut config = self.postgres();
        if let Some(password) = password {
            config.user("shop").password(password);
        }
        let timeout = ttl.0.as_millis();
        let options = format!("-c idle_in_transaction_session_timeout={timeout} -c idle_session_timeout={timeout}");
        config.application_name(name(id)).options(options);
        let (client, connection) = match config.connect(NoTls).await {
            Ok(connected) => connected,
            Err(error) if error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let carrier = tokio::spawn(async move { drop(connection.await) });
        Ok(Some(Held { client, _carrier: AbortOnDropHandle::new(carrier) }))
    }

    pub(super) async fn release_sessions(&self, id: &str) -> Result<(), LabError> {
        self.handle.generations.release(id);
        // Waits for whoever is arming it, and takes away what came of that.
        self.holding.0.lock().await.remove(id);
        // Those of another process, and our own if their end has not reached the server yet; each is waited for.
        let end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1";
        self.as_superuser(end, &name(id)).await
    }

    pub(super) async fn kill_backends(&self, role: &str) -> Result<(), LabError> {
        let end =
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and pid <> pg_backend_pid()";
        self.as_superuser(end, role).await
    }

    async fn as_superuser(&self, statement: &str, argument: &str) -> Result<(), LabError> {
        let work = async {
            let (client, connection) = self.postgres().connect(NoTls).await?;
            let _carrier = AbortOnDropHandle::new(tokio::spawn(async move { drop(connection.await) }));
            client.query(statement, &[&argument]).await.map(drop)
        };
        match tokio::time::timeout(Duration::from_secs(10), work).await {
            Ok(done) => done.map_err(|error| failed(&error)),
            Err(_) => Err(late(TRIED, 10)),
        }
    }
}

fn failed(error: &tokio_postgres::Error) -> LabError {
    LabError::Kube { tried: TRIED.to_owned(), why: chain(error) }
}
