//! Performs ops on the real lab.
//!
//! **Invariant**: every op is inside of the lab by construction: Kubernetes through a client that is asked anew whose cluster
//! it reaches, nodes through shells that open only where droplab's mark is, servers through the lab's own ports.

mod holds;
pub mod members;
mod redis;
pub(super) mod scripts;
pub mod sessions;
mod settings;
mod workload;

use async_trait::async_trait;

use super::{Lab, error::LabError, kube::guard, node};
use crate::{
    model::{
        hold::{Fate, Hold},
        op::Op,
    },
    run::ports::{Actuator, PortError},
};

#[async_trait]
impl Actuator for Lab {
    async fn prepare(&self, op: &Op) -> Result<(), PortError> {
        let Op::Hold { id, ttl, hold } = op else { return Ok(()) };
        self.prepare_in_nodes(id, *ttl, hold).await.map_err(|error| PortError::new(op.to_string(), error))
    }

    async fn perform(&self, op: &Op) -> Result<(), PortError> {
        self.obey(op).await.map_err(|error| PortError::new(op.to_string(), error))
    }

    async fn lacks(&self, op: &Op) -> Result<Option<String>, PortError> {
        let Op::Hold { hold, .. } = op else { return Ok(None) };
        self.missing(hold).await.map_err(|error| PortError::new(format!("try what the kernel can: {op}"), error))
    }

    async fn acted(&self, op: &Op) -> Result<Option<u64>, PortError> {
        match op {
            Op::Hold { id, hold: Hold::Packets(_) | Hold::CutZone { .. } | Hold::Http(_), .. } => {
                self.count(id).await.map(Some).map_err(|error| PortError::new(format!("count: {op}"), error))
            }
            _ => Ok(None),
        }
    }
}

impl Lab {
    /// First nothing is led to the helper any more, then it goes.
    async fn release_helped(&self, id: &str) -> Result<(), LabError> {
        self.release_in_nodes(&format!("{}\n{}", scripts::in_every_network(id), node::keeper::release(id))).await
    }

    async fn obey(&self, op: &Op) -> Result<(), LabError> {
        match op {
            Op::Hold { id, ttl, hold } => match hold {
                Hold::Sessions(sessions) => self.hold_sessions(id, *ttl, sessions).await,
                Hold::Members(members) => self.hold_members(id, *ttl, members).await,
                // The customers are not the lab's: whoever composes the ports brings them.
                Hold::Surge(_) => Ok(()),
                Hold::RedisPause { all } => self.pause_redis(*ttl, *all).await,
                _ => self.hold_in_nodes(id, *ttl, hold).await,
            },
            Op::Release { id, hold } => match hold {
                Hold::Sessions(_) => self.release_sessions(id).await,
                Hold::Members(members) => self.release_members(id, members).await,
                Hold::Surge(_) => Ok(()),
                Hold::RedisPause { .. } => self.unpause_redis().await,
                Hold::Http(_) => self.release_helped(id).await,
                Hold::Packets(packets) if matches!(packets.fate, Fate::Shape(_)) => self.release_helped(id).await,
                Hold::Packets(_) | Hold::CutZone { .. } => self.release_in_nodes(&scripts::in_every_network(id)).await,
                Hold::Frozen { .. } | Hold::FrozenZone { .. } | Hold::Work { .. } => {
                    self.release_in_nodes(&node::keeper::release(id)).await
                }
            },
            Op::KillBackends { role } => self.kill_backends(role).await,
            Op::Set { setting, value } => self.set(setting, value.as_deref()).await,
            Op::SetImage { .. } | Op::SetReplicas { .. } | Op::SetEnv { .. } | Op::DeletePod { .. } => {
                // Asked anew for each op: a cluster may have been replaced behind the same port since `connect`.
                guard(&self.kube, &self.layout).await?;
                self.change_workload(op).await
            }
        }
    }
}
