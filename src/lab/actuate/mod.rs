//! Performs ops on the real lab.
//!
//! **Invariant**: every op is inside of the lab by construction: Kubernetes through a client that is asked anew whose cluster
//! it reaches, nodes through shells that open only where droplab's mark is, servers through the lab's own ports.

mod addresses;
mod altered;
mod back;
mod configs;
pub mod counts;
mod data;
mod holders;
mod holds;
mod jobs;
pub(in crate::lab) mod kept;
mod lacks;
pub mod members;
mod passwords;
mod records;
pub mod redis;
pub mod scripts;
pub mod sessions;
mod settings;
mod steps;
#[cfg(test)]
pub(in crate::lab) mod testing;
mod versioned;
mod workload;

use async_trait::async_trait;

use crate::lab::{Lab, cluster::handle::Handle, cluster::kube::guard, error::LabError, node};
use crate::{
    model::{
        event::Acted,
        hold::{Fate, Hold, Packets},
        op::Op,
    },
    run::ports::{Actuator, PortError},
};

#[async_trait]
impl Actuator for Lab {
    async fn prepare(&self, op: &Op) -> Result<(), PortError> {
        let ready = match op {
            Op::Hold { id, ttl, hold } => self.handle.prepare_in_nodes(id, *ttl, hold).await,
            Op::ChangeData { id, tables, .. } => self.keep_tables(id, tables).await,
            _ => Ok(()),
        };
        ready.map_err(|error| PortError::new(op.to_string(), error))
    }

    async fn perform(&self, op: &Op) -> Result<(), PortError> {
        self.obey(op).await.map_err(|error| PortError::new(op.to_string(), error))
    }

    async fn put_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, PortError> {
        self.set_back(ours, before).await.map_err(|error| PortError::new(before.to_string(), error))
    }

    async fn lacks(&self, op: &Op) -> Result<Option<String>, PortError> {
        let lacks = match op {
            Op::Hold { hold, .. } => self.handle.missing(hold).await,
            Op::ChangeData { tables, .. } => self.cannot_keep(tables).await,
            _ => Ok(None),
        };
        lacks.map_err(|error| PortError::new(format!("try whether it can be done: {op}"), error))
    }

    async fn acted(&self, op: &Op) -> Result<Option<Acted>, PortError> {
        self.handle.acted(op).await.map_err(|error| PortError::new(format!("count: {op}"), error))
    }
}

impl Handle {
    /// Whether an op needs nothing but Kubernetes and nodes.
    pub(in crate::lab) fn reaches(op: &Op) -> bool {
        match op {
            Op::Hold { hold, .. } | Op::Release { hold, .. } => hold.is_in_nodes(),
            Op::SetImage { .. }
            | Op::SetReplicas { .. }
            | Op::SetEnv { .. }
            | Op::DeletePod { .. }
            | Op::DeletePods { .. } => true,
            Op::PutBack { before, .. } => Self::reaches(before),
            _ => false,
        }
    }

    /// What such an op says.
    pub(in crate::lab) async fn obey(&self, op: &Op) -> Result<(), LabError> {
        match op {
            Op::Hold { id, ttl, hold } => self.hold_in_nodes(id, *ttl, hold).await,
            Op::Release { id, hold } => match hold {
                Hold::Http(_) => self.release_in_nodes(id, &scripts::see_out(id)).await,
                Hold::Packets(Packets { fate: Fate::Shape(_), .. }) => {
                    self.release_in_nodes(id, &scripts::let_go(id)).await
                }
                Hold::Packets(_) | Hold::CutZone { .. } => {
                    self.release_in_nodes(id, &scripts::in_every_network(id)).await
                }
                _ => self.release_in_nodes(id, &node::keeper::release(id)).await,
            },
            Op::PutBack { ours, before } => self.put_back(ours, before).await.map(drop),
            _ => self.change_workload(op).await,
        }
    }

    /// How many packets met what it holds, and what did it.
    pub(in crate::lab) async fn acted(&self, op: &Op) -> Result<Option<Acted>, LabError> {
        let Op::Hold { id, hold, .. } = op else { return Ok(None) };
        let engine = match hold {
            Hold::Packets(Packets { fate: Fate::Shape(shape), .. }) => Some(self.shaper(shape).await?.to_string()),
            Hold::Packets(_) | Hold::CutZone { .. } | Hold::Http(_) => None,
            _ => return Ok(None),
        };
        Ok(Some(Acted { packets: self.count(id).await?, engine }))
    }
}

impl Lab {
    async fn obey(&self, op: &Op) -> Result<(), LabError> {
        match op {
            Op::Hold { id, ttl, hold: Hold::Sessions(sessions) } => self.hold_sessions(id, *ttl, sessions).await,
            Op::Hold { id, ttl, hold: Hold::Members(members) } => self.hold_members(id, *ttl, members).await,
            Op::Hold { id, ttl, hold: Hold::RedisPause { all } } => self.pause_redis(id, *ttl, *all).await,
            Op::Release { id, hold: Hold::Sessions(_) } => self.release_sessions(id).await,
            Op::Release { id, hold: Hold::Members(members) } => self.release_members(id, members).await,
            Op::Release { id, hold: Hold::RedisPause { .. } } => self.unpause_redis(id).await,
            // The customers are not the lab's: whoever composes the ports brings them.
            Op::Hold { hold: Hold::Surge(_), .. } | Op::Release { hold: Hold::Surge(_), .. } => Ok(()),
            Op::KillBackends { role } => self.kill_backends(role).await,
            Op::PutBack { ours, before } => self.set_back(ours, before).await.map(drop),
            Op::Set { setting, value } => self.set(setting, value.as_deref()).await,
            Op::StartJob(job) => self.start_job(job).await,
            Op::EndJob { name } => self.end_job(name).await,
            Op::ChangeData { id, role, sql, tables } => self.change_data(id, role, sql, tables).await,
            Op::RestoreTables { id, tables } => self.restore_tables(id, tables).await,
            Op::SendRecord(letter) => self.send_record(letter).await,
            Op::RemoveRecords { id } => self.remove_records(id).await,
            Op::Hold { .. } | Op::Release { .. } => self.handle.obey(op).await,
            Op::SetImage { .. }
            | Op::SetReplicas { .. }
            | Op::SetEnv { .. }
            | Op::DeletePod { .. }
            | Op::DeletePods { .. } => {
                // Asked anew for each op: a cluster may have been replaced behind the same port since `connect`.
                guard(&self.kube, &self.layout).await?;
                self.handle.obey(op).await
            }
        }
    }
}
