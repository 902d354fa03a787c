//! The whole reach of droplab into the world, as data.
//!
//! **Invariant**: each op *sets a state*, so doing it twice is harmless, and heal never needs an output of inject.

mod back;
mod letter;
mod recipe;
mod words;

use serde::{Deserialize, Serialize};

pub use back::{Whose, whose};
pub use letter::Letter;
pub use recipe::Recipe;

use super::{
    hold::{Hold, Members, Selection, Work},
    job::Job,
    setting::Setting,
    units::Span,
};

/// One thing that droplab can do to a lab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// Set a deployment's container to an image, and its change cause to a sentence.
    SetImage {
        /// The deployment's name.
        deployment: String,
        /// The container's name in it.
        container: String,
        /// The whole image reference.
        image: String,
        /// The annotation `kubernetes.io/change-cause`.
        change_cause: String,
    },
    /// Set a deployment's number of pods.
    SetReplicas {
        /// The deployment's name.
        deployment: String,
        /// How many.
        replicas: u32,
    },
    /// Set a variable of a deployment's container of the same name.
    SetEnv {
        /// The deployment's name.
        deployment: String,
        /// The variable's name.
        name: String,
        /// Its value; `None` takes it away.
        value: Option<String>,
    },
    /// Let one pod be gone: the very one, not its replacement of the same name.
    DeletePod {
        /// Its name.
        pod: String,
        /// Its identity.
        uid: String,
        /// Seconds that it is given to stop.
        grace_s: u32,
    },
    /// Let the pods of a target be gone, whichever they are at that moment, once: a second time meets their replacements.
    DeletePods {
        /// Whose.
        at: Selection,
        /// Seconds that each is given to stop.
        grace_s: u32,
    },
    /// End what the shop's sessions in PostgreSQL were doing, once.
    KillBackends {
        /// Of this role.
        role: String,
    },
    /// Set a server's setting.
    Set {
        /// Which.
        setting: Setting,
        /// Its value; `None` takes it away, so that the server's own counts again.
        value: Option<String>,
    },
    /// Set back what a fault has set, unless somebody has changed it since: theirs is newer, and stays.
    PutBack {
        /// What the fault did.
        ours: Box<Op>,
        /// What brings back what was before.
        before: Box<Op>,
    },
    /// Start a job; there already is fine.
    StartJob(Job),
    /// Let a job be gone, and its pods and sessions with it.
    EndJob {
        /// Its name.
        name: String,
    },
    /// Copy tables into the lab's folder, then change them in one transaction; done already is done.
    ChangeData {
        /// By which the copy is found again.
        id: String,
        /// Who runs it.
        role: String,
        /// What.
        sql: String,
        /// What it may change.
        tables: Vec<String>,
    },
    /// Bring tables back as the copy has them; without a copy nothing was changed.
    RestoreTables {
        /// By which it is found.
        id: String,
        /// Which.
        tables: Vec<String>,
    },
    /// Put a record into a topic; done already is done, as long as where it lies is remembered.
    SendRecord(Letter),
    /// Delete the records that were sent, where nothing else lies before them.
    RemoveRecords {
        /// By which they are found.
        id: String,
    },
    /// Hold a state that ends by itself after its time to live; done again, its time begins anew.
    Hold {
        /// By which it is found again.
        id: String,
        /// Until it ends by itself.
        ttl: Span,
        /// What.
        hold: Hold,
    },
    /// End a state before its time; wherever it is, and if it is nowhere.
    Release {
        /// By which it is found.
        id: String,
        /// What.
        hold: Hold,
    },
}

impl Op {
    /// How long this lasts without renewal; `None` for what stays, and for what cannot be renewed.
    pub fn ttl(&self) -> Option<Span> {
        match self {
            // The command that would renew it waits as well.
            Self::Hold { hold: Hold::RedisPause { all: true }, .. } => None,
            Self::Hold { ttl, .. } => Some(*ttl),
            _ => None,
        }
    }

    /// What two faults cannot both own: the way back of one would be the other's fault.
    pub fn claims(&self) -> Option<String> {
        match self {
            Self::SetImage { deployment, .. } => Some(format!("the image of deployment/{deployment}")),
            Self::SetReplicas { deployment, .. } => Some(format!("the replicas of deployment/{deployment}")),
            Self::SetEnv { deployment, name, .. } => Some(format!("{name} of deployment/{deployment}")),
            Self::Set { setting, .. } => Some(setting.to_string()),
            Self::StartJob(job) => Some(format!("job/{}", job.name)),
            // One at a time: a copy that holds another fault's rows could not bring back what was before both.
            Self::ChangeData { .. } => Some("the rows of the shop".to_owned()),
            Self::Hold { hold, .. } => match hold {
                Hold::Frozen { at } => Some(format!("the freezer of {at}")),
                Hold::Work { at, work: Work::Clock(_) } => Some(format!("the clocks of {at}")),
                Hold::FrozenZone { zone } | Hold::CutZone { zone } => Some(format!("zone/{zone}")),
                Hold::RedisPause { .. } => Some("Redis' pause".to_owned()),
                Hold::Members(Members { group, .. }) => Some(format!("the members of group {group}")),
                _ => None,
            },
            _ => None,
        }
    }
}
