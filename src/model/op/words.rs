//! Ops in words, for screens, reports and journals' readers.
//!
//! **Invariant**: no secret is in them: a password's value is never here to be told, a file is told by its length.

use std::fmt;

use super::Op;

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetImage { deployment, container, image, change_cause } => {
                write!(f, "set deployment/{deployment} container {container} to image {image} ({change_cause})")
            }
            Self::SetReplicas { deployment, replicas } => {
                write!(f, "set deployment/{deployment} to {replicas} replicas")
            }
            Self::SetEnv { deployment, name, value: Some(value) } => {
                write!(f, "set {name} of deployment/{deployment} to {value}")
            }
            Self::SetEnv { deployment, name, value: None } => write!(f, "take {name} from deployment/{deployment}"),
            Self::DeletePod { pod, grace_s, .. } => write!(f, "delete pod/{pod} with {grace_s} s of grace"),
            Self::DeletePods { at, grace_s } => write!(f, "delete the pods of {at} with {grace_s} s of grace"),
            Self::KillBackends { role } => write!(f, "end every PostgreSQL session of role {role}"),
            Self::Set { setting, value } => write!(f, "set {setting} to {}", setting.short(value.as_deref())),
            Self::PutBack { before, .. } => write!(f, "{before}, unless it was changed since"),
            Self::StartJob(job) => write!(f, "start {job}"),
            Self::EndJob { name } => write!(f, "delete job/{name} with its pods and sessions"),
            Self::ChangeData { role, sql, tables, .. } => {
                write!(f, "copy {}, then run as role {role}: {sql}", tables.join(", "))
            }
            Self::RestoreTables { tables, .. } => write!(f, "bring back {} from the copy", tables.join(", ")),
            Self::SendRecord(letter) => {
                write!(f, "send to topic {}, {} times: {}", letter.topic, letter.count, letter.value)
            }
            Self::RemoveRecords { .. } => {
                f.write_str("delete the records that were sent, if nothing else lies before them")
            }
            Self::Hold { ttl, hold, .. } => write!(f, "{hold}, for {ttl} unless renewed"),
            Self::Release { hold, .. } => write!(f, "no longer {hold}"),
        }
    }
}
