//! What a person can set in the lab, beside what other parts of a survey tell; and its jobs and tables.
//!
//! **Invariant**: looks and never touches; no password leaves this folder, only a mark that changes with it.

mod cluster;
mod postgres;
mod tables;

pub(in crate::lab) use cluster::{CHECKSUM, COREDNS};
pub(in crate::lab) use postgres::server_pods;

use std::collections::BTreeMap;

use super::survey::{in_time, read};
use crate::lab::{Lab, error::LabError};
use crate::model::facts::{Part, Settings};

impl Lab {
    /// All of it but the tables, and why which part of it could not be read: what does not answer hides only what it would have told.
    pub(in crate::lab) async fn settings_of_all(&self) -> (Settings, BTreeMap<Part, String>) {
        let (settings, workloads, texts, parameters) = tokio::join!(
            in_time(self.settings_and_jobs()),
            in_time(self.workload_settings()),
            in_time(self.config_texts()),
            in_time(self.redis_parameters())
        );
        let mut unread = BTreeMap::new();
        let workloads = read(&mut unread, Part::Workloads, workloads).unwrap_or_default();
        let settings = Settings {
            redis: read(&mut unread, Part::Parameters, parameters).unwrap_or_default(),
            configs: read(&mut unread, Part::Texts, texts).unwrap_or_default(),
            checksums: workloads.checksums,
            limits: workloads.limits,
            requests: workloads.requests,
            ..read(&mut unread, Part::Settings, settings).unwrap_or_default()
        };
        (settings, unread)
    }

    /// PostgreSQL's servers, roles and passwords, and the jobs: all of it or nothing. Whoever is to start a job must know both, what
    /// it may be called and whose password it has.
    async fn settings_and_jobs(&self) -> Result<Settings, LabError> {
        let (primary, old_passwords, (postgres, leader), jobs) =
            tokio::try_join!(self.primary_facts(), self.old_passwords(), self.altered(), self.jobs())?;
        Ok(Settings {
            postgres,
            primary: leader,
            contexts: primary.contexts,
            roles: primary.roles,
            passwords: primary.passwords,
            old_passwords,
            jobs,
            ..Settings::default()
        })
    }

    /// What faults of ours keep in the lab's folder: copies, and passwords of before.
    pub(in crate::lab) fn kept_traces(&self) -> Result<Vec<String>, LabError> {
        Ok(self.state.kept()?.into_iter().map(|id| format!("what {id} keeps in the lab's folder")).collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lab::{
        access::secrets::Secrets,
        actuate::{
            redis::Pausing,
            sessions::Holding,
            testing::{NOBODYS, Server, handle},
        },
        layout::Layout,
        state::State,
    };

    /// One server that was silent, and nothing was known of any other.
    #[tokio::test]
    async fn servers_that_are_silent_hide_only_what_they_would_have_told() {
        let containers = json!([{ "name": "orders", "resources": { "limits": { "cpu": "1" } } }]);
        let spec = json!({ "selector": {}, "template": { "spec": { "containers": containers } } });
        let list = json!({ "apiVersion": "apps/v1", "kind": "DeploymentList", "metadata": {},
            "items": [{ "metadata": { "name": "orders" }, "spec": spec }] });
        let (_server, client) = Server::with("/apis/apps/v1/namespaces/shop/deployments", list).await;
        let lab = Lab {
            // Nobody listens there.
            layout: Layout::new(NOBODYS, 1_024).unwrap(),
            state: State::of(NOBODYS),
            secrets: Secrets::generate(),
            kube: client.clone(),
            handle: handle(client),
            holding: Holding::default(),
            members: crate::lab::actuate::members::Joined::default(),
            pausing: Pausing::default(),
        };
        let (settings, unread) = Box::pin(lab.settings_of_all()).await;
        assert_eq!(unread.keys().collect::<Vec<_>>(), [&Part::Settings, &Part::Parameters], "{unread:?}");
        assert_eq!(settings.limits["orders"]["cpu"], "1");
    }
}
