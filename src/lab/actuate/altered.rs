//! Settings of PostgreSQL: of a server, by `ALTER SYSTEM` beside it, and of a role.
//!
//! **Invariant**: a server is restarted only when a setting waits for it, so setting twice restarts once; a setting of a server
//! that is down is not called set.

use std::time::Duration;

use k8s_openapi::api::apps::v1::StatefulSet;
use kube::Api;

use crate::{
    lab::{
        Lab,
        cluster::kube::within,
        error::LabError,
        layout::NAMESPACE,
        look::primary::{quoted, setting, value as text},
        look::settings::server_pods,
        node::{sandbox, shell},
    },
    model::{facts::Pod, setting::Setting},
};

/// How long a server may take to come back.
const BACK: Duration = Duration::from_secs(25);
/// Statements for a server, beside it.
const SQL: &str = include_str!("server-sql.sh");
/// Tells it to stop.
const STOP: &str = include_str!("stop-server.sh");

impl Lab {
    /// Set a server's setting of this name, or take it away; with `restart`, restart the server if the setting waits for that.
    pub(super) async fn alter_server(
        &self,
        whole: &Setting,
        (server, name): (&str, &str),
        value: Option<&str>,
        restart: bool,
    ) -> Result<(), LabError> {
        let change = match value {
            Some(value) => format!("set {} = {}", setting(name), text(name, value)),
            None => format!("reset {}", setting(name)),
        };
        // Each by itself: ALTER SYSTEM refuses to run inside of a transaction. The postmaster reads its files a moment later.
        let waits = format!("select count(*) from pg_settings where pending_restart and name = {}", quoted(name, '\''));
        let change = format!("alter system {change};\n\\o /dev/null\nselect pg_reload_conf();\nselect pg_sleep(0.5)");
        let script = ask(&change) + &ask(&waits);
        let Some(told) = self.set_beside(whole, server, &script).await? else { return Ok(()) };
        if !restart || told.trim() == "0" {
            return Ok(());
        }
        // Fast shutdown; Kubernetes starts the container again. The shell in it may end before it can tell.
        let _ = self.set_beside(whole, server, &shell::program(STOP)).await;
        let began = tokio::time::Instant::now();
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            match self.beside(server, &ask(&waits)).await {
                Ok(Some(told)) if told.trim() == "0" => return Ok(()),
                Ok(None) => return Ok(()),
                _ if began.elapsed() > BACK => {
                    let why = format!("it was not back {} s after it was told to stop", BACK.as_secs());
                    return Err(LabError::Server { tried: format!("restart {server}"), why });
                }
                _ => {}
            }
        }
    }

    /// Run a script that asks something beside a PostgreSQL server, in its container; `None` when its StatefulSet is no more.
    pub(super) async fn beside(&self, server: &str, script: &str) -> Result<Option<String>, LabError> {
        let Some(pod) = self.server_pod(server).await? else { return Ok(None) };
        self.handle.nodes.run(&pod.node, &sandbox::inside(&pod.uid, "postgres", script)).await.map(Some)
    }

    /// The same with one that sets something: what comes of it after the setting was set back does nothing.
    async fn set_beside(&self, whole: &Setting, server: &str, script: &str) -> Result<Option<String>, LabError> {
        let Some(pod) = self.server_pod(server).await? else { return Ok(None) };
        self.handle.step(whole, &pod.node, &sandbox::inside(&pod.uid, "postgres", script)).await.map(Some)
    }

    /// A server's pod; `None` when its StatefulSet is no more.
    async fn server_pod(&self, server: &str) -> Result<Option<Pod>, LabError> {
        let facts = self.handle.population().await?;
        if let Some((_, pod)) = server_pods(&facts).find(|(name, _)| *name == server) {
            return Ok(Some(pod.clone()));
        }
        let api = Api::<StatefulSet>::namespaced(self.kube.clone(), NAMESPACE);
        if within(5, "read the stateful set", api.get_opt(server)).await?.is_none() {
            return Ok(None);
        }
        let why = "its pod does not run".to_owned();
        Err(LabError::Server { tried: format!("reach PostgreSQL server {server}"), why })
    }

    /// What ALTER SYSTEM has set on a server; `None` when its StatefulSet is no more.
    pub(super) async fn altered_on(&self, server: &str, name: &str) -> Result<Option<Option<String>>, LabError> {
        let file = "sourcefile like '%/postgresql.auto.conf'";
        let question = format!("select setting from pg_file_settings where {file} and name = {}", quoted(name, '\''));
        let told = self.beside(server, &ask(&question)).await?;
        Ok(told.map(|told| told.strip_suffix('\n').map(str::to_owned)))
    }

    /// What ALTER ROLE has set for a role; `None` when it is no more.
    pub(super) async fn altered_for(&self, role: &str, name: &str) -> Result<Option<Option<String>>, LabError> {
        let primary = self.primary().await?;
        let question = "select coalesce(s.setconfig, '{}') from pg_roles r
            left join pg_db_role_setting s on s.setrole = r.oid and s.setdatabase = 0 where r.rolname = $1";
        let rows = primary.rows(question, &[&role]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let all: Vec<String> = row.get(0);
        let pairs = all.iter().filter_map(|pair| pair.split_once('='));
        Ok(Some(pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next()))
    }

    /// Set a role's setting for its sessions to come, or take it away.
    pub(super) async fn alter_role(&self, role: &str, name: &str, value: Option<&str>) -> Result<(), LabError> {
        let primary = self.primary().await?;
        if primary.rows("select from pg_roles where rolname = $1", &[&role]).await?.is_empty() {
            return Ok(());
        }
        let change = match value {
            Some(value) => format!("set {} = {}", setting(name), text(name, value)),
            None => format!("reset {}", setting(name)),
        };
        primary.run(&format!("alter role {} {change}", quoted(role, '"'))).await
    }
}

/// Statements in a session of their own; each answer is a line.
fn ask(statements: &str) -> String {
    shell::script(SQL, &[("sql", &format!("{statements};"))])
}
