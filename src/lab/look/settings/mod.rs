//! What a person can set in the lab, beside what other parts of a survey tell; and its jobs and tables.
//!
//! **Invariant**: looks and never touches; no password leaves this folder, only a mark that changes with it.

mod cluster;
mod postgres;
mod tables;

pub(in crate::lab) use cluster::{CHECKSUM, COREDNS};
pub(in crate::lab) use postgres::server_pods;

use std::collections::BTreeMap;

use crate::lab::{Lab, error::LabError};
use crate::model::facts::Settings;

impl Lab {
    /// All of it but the tables, or the first reason why not.
    pub(in crate::lab) async fn settings_of_all(&self) -> Result<Settings, LabError> {
        let (primary, old_passwords, servers, workloads, configs, jobs, redis) = tokio::try_join!(
            self.primary_facts(),
            self.old_passwords(),
            self.altered(),
            self.workload_settings(),
            self.config_texts(),
            self.jobs(),
            self.redis_parameters()
        )?;
        let (postgres, leader) = servers;
        Ok(Settings {
            postgres,
            primary: leader,
            redis,
            configs,
            jobs,
            contexts: primary.contexts,
            roles: primary.roles,
            passwords: primary.passwords,
            old_passwords,
            checksums: workloads.checksums,
            limits: workloads.limits,
            requests: workloads.requests,
            tables: BTreeMap::new(),
        })
    }

    /// What faults of ours keep in the lab's folder: copies, and passwords of before.
    pub(in crate::lab) fn kept_traces(&self) -> Result<Vec<String>, LabError> {
        Ok(self.state.kept()?.into_iter().map(|id| format!("what {id} keeps in the lab's folder")).collect())
    }
}
