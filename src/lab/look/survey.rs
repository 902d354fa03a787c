//! Facts about the real lab.
//!
//! **Invariant**: looks and never touches; two surveys of an untouched lab are equal.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use futures::future;
use k8s_openapi::api::{apps::v1::Deployment as KubeDeployment, core::v1::ConfigMap};
use kube::{Api, api::ListParams};
use sha2::{Digest as _, Sha256};

use crate::lab::{
    Lab, actuate::sessions::NAMES, cluster::assets::short, cluster::handle::Handle, cluster::kube::within,
    engine::containers::deployment, engine::docker::Engine, engine::images, error::LabError, layout::NAMESPACE,
    node::traces,
};
use crate::{
    log::chain,
    model::facts::{Deployment, Facts, Part, Settings},
    run::ports::{PortError, Surveyor},
};

/// The settings that decide durability and capacity.
const SETTINGS: &str = "select name, setting from pg_settings where name in (
    'max_connections', 'superuser_reserved_connections', 'shared_buffers', 'work_mem', 'fsync', 'full_page_writes',
    'synchronous_commit', 'synchronous_standby_names', 'wal_level', 'archive_mode', 'archive_library', 'archive_command',
    'max_wal_senders', 'max_replication_slots', 'max_slot_wal_keep_size', 'hot_standby', 'statement_timeout',
    'idle_in_transaction_session_timeout', 'transaction_timeout', 'lock_timeout', 'deadlock_timeout', 'default_transaction_read_only',
    'max_prepared_transactions', 'autovacuum')";

/// Sessions that faults hold.
const SESSIONS: &str = "select distinct application_name from pg_stat_activity where application_name like $1";

/// What the primary tells of itself.
struct Postgres {
    settings: BTreeMap<String, String>,
    started: String,
    sessions: Vec<String>,
}

const STARTED: &str =
    "select to_char(pg_postmaster_start_time() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";

#[async_trait]
impl Surveyor for Lab {
    async fn survey(&self) -> Result<Facts, PortError> {
        let (
            deployments,
            configs,
            postgres,
            images,
            population,
            traces,
            redis,
            topics,
            stateful_sets,
            groups,
            settings,
            tables,
        ) = tokio::join!(
            in_time(self.handle.deployments()),
            in_time(self.configs()),
            in_time(self.settings()),
            in_time(self.images()),
            in_time(self.handle.population()),
            in_time(self.handle.traces()),
            in_time(self.redis_settings()),
            in_time(self.topics()),
            in_time(self.stateful_sets()),
            in_time(self.groups_with_members()),
            self.settings_of_all(),
            in_time(self.tables())
        );
        let (settings, mut unread) = settings;
        let population: Facts = read(&mut unread, Part::Population, population).unwrap_or_default();
        let postgres = read(&mut unread, Part::Postgres, postgres);
        let groups = read(&mut unread, Part::Groups, groups).unwrap_or_default();
        let sessions = postgres.iter().flat_map(|postgres| postgres.sessions.clone());
        let members = groups.iter().map(|group| format!("a member of Kafka's group {group}"));
        let traces = read(&mut unread, Part::Traces, traces).unwrap_or_default();
        let tables = read(&mut unread, Part::Tables, tables).unwrap_or_default();
        let kept = self.kept_traces().map_err(|error| PortError::new("survey the lab", error))?;
        let facts = Facts {
            deployments: read(&mut unread, Part::Deployments, deployments).unwrap_or_default(),
            postgres_started: postgres.as_ref().map(|postgres| postgres.started.clone()),
            traces: traces.into_iter().chain(sessions).chain(members).chain(kept).collect(),
            settings: Settings { tables, ..settings },
            postgres_settings: postgres.map(|postgres| postgres.settings).unwrap_or_default(),
            images: read(&mut unread, Part::Images, images).unwrap_or_default(),
            configs: read(&mut unread, Part::Configs, configs).unwrap_or_default(),
            redis: read(&mut unread, Part::Redis, redis).unwrap_or_default(),
            topics: read(&mut unread, Part::Topics, topics).unwrap_or_default(),
            stateful_sets: read(&mut unread, Part::StatefulSets, stateful_sets).unwrap_or_default(),
            ..population
        };
        if unread.len() < PARTS {
            return Ok(Facts { lab: self.layout.name.clone(), unread, ..facts });
        }
        let why = unread.into_values().next().unwrap_or_default();
        Err(PortError { tried: "survey the lab".to_owned(), why })
    }
}

/// How many parts there are.
const PARTS: usize = 15;

/// A part that is not there by then is not read: the others are not kept waiting.
const DEADLINE: Duration = Duration::from_secs(12);

pub(super) async fn in_time<T>(part: impl Future<Output = Result<T, LabError>>) -> Result<T, String> {
    match tokio::time::timeout(DEADLINE, part).await {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", DEADLINE.as_secs())),
    }
}

/// What was read; or a note of why it was not.
pub(super) fn read<T>(unread: &mut BTreeMap<Part, String>, part: Part, outcome: Result<T, String>) -> Option<T> {
    outcome.inspect_err(|why| tracing::warn!("survey: {part}: {why}")).map_err(|why| unread.insert(part, why)).ok()
}

impl Handle {
    /// Deployments by name.
    pub async fn deployments(&self) -> Result<BTreeMap<String, Deployment>, LabError> {
        let api = Api::<KubeDeployment>::namespaced(self.kube.clone(), &self.namespace);
        let list = within(10, "list deployments", api.list(&ListParams::default())).await?;
        Ok(list.items.into_iter().map(|one| (one.metadata.name.clone().unwrap_or_default(), deployment(one))).collect())
    }

    /// What faults may have left in any node that runs.
    pub(in crate::lab) async fn traces(&self) -> Result<Vec<String>, LabError> {
        let nodes = self.nodes.running().await?;
        let found = future::try_join_all(nodes.iter().map(|node| traces::look(&self.nodes, node))).await?;
        Ok(found.into_iter().flatten().collect())
    }
}

impl Lab {
    async fn configs(&self) -> Result<BTreeMap<String, String>, LabError> {
        let api = Api::<ConfigMap>::namespaced(self.kube.clone(), NAMESPACE);
        let list = within(10, "list configurations", api.list(&ListParams::default())).await?;
        // Kubernetes' own, which changes with the cluster's certificates.
        let ours = list.items.into_iter().filter(|map| map.metadata.name.as_deref() != Some("kube-root-ca.crt"));
        Ok(ours
            .map(|map| (format!("configmap/{}", map.metadata.name.clone().unwrap_or_default()), digest(&map)))
            .collect())
    }

    async fn settings(&self) -> Result<Postgres, LabError> {
        let failed = |why: String| LabError::Kube { tried: "read PostgreSQL's settings".to_owned(), why };
        let work = async {
            let (client, connection) = self.postgres().connect(tokio_postgres::NoTls).await?;
            // Ends when the client is dropped.
            tokio::spawn(connection);
            let settings = client.query(SETTINGS, &[]).await?;
            let started: String = client.query_one(STARTED, &[]).await?.get(0);
            let sessions = client.query(SESSIONS, &[&NAMES]).await?;
            let sessions =
                sessions.iter().map(|row| format!("PostgreSQL session {}", row.get::<_, String>(0))).collect();
            let settings = settings.iter().map(|row| (row.get(0), row.get(1))).collect();
            Ok::<_, tokio_postgres::Error>(Postgres { settings, started, sessions })
        };
        match tokio::time::timeout(Duration::from_secs(10), work).await {
            Ok(done) => done.map_err(|error| failed(chain(&error))),
            Err(_) => Err(failed("no answer within 10 s".to_owned())),
        }
    }

    /// Images of droplab's that every node holds.
    async fn images(&self) -> Result<Vec<String>, LabError> {
        let engine = Engine::connect().await?;
        let nodes = self.layout.nodes();
        let held = future::try_join_all(nodes.iter().map(|node| images::in_node(&engine, node))).await?;
        let mut common: Vec<String> = held.first().cloned().unwrap_or_default();
        common.retain(|name| name.starts_with("droplab/") && held.iter().all(|names| names.contains(name)));
        common.sort();
        common.dedup();
        Ok(common)
    }
}

fn digest(map: &ConfigMap) -> String {
    let mut hash = Sha256::new();
    for (key, text) in map.data.iter().flatten() {
        hash.update(format!("{key}\0{}\0{text}", text.len()));
    }
    short(&hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_changes_the_digest() {
        let map =
            |text: &str| ConfigMap { data: Some([("a".to_owned(), text.to_owned())].into()), ..ConfigMap::default() };
        assert_eq!(digest(&map("x")), digest(&map("x")));
        assert_ne!(digest(&map("x")), digest(&map("y")));
    }
}
