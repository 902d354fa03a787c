//! States that end by themselves: what a fault holds in place while somebody renews it.
//!
//! **Invariant**: each names its expiry: what ends it in the target when nobody renews it any more.

mod packets;
mod words;

use std::collections::BTreeMap;

pub use packets::{Direction, Distribution, Fate, Http, Packets, Port, Shape};
use serde::{Deserialize, Serialize};

use super::{
    customers::Customers,
    target::Target,
    units::{Offset, Span},
};

/// A target, and the seed that decides which pods of a share are meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Whom.
    pub target: Target,
    /// For shares.
    pub seed: u64,
}

/// A state that ends by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// A rule for packets in the network of each pod. Expiry: the timeout of the nftables set that it matches.
    Packets(Packets),
    /// A helper stands before the pods' service. Expiry: the timeout of the nftables set that leads to it, and a deadline held
    /// by a process in the node.
    Http(Http),
    /// No packet in or out of a data centre's node but its own. Expiry: the same, in the node's network.
    CutZone {
        /// Which.
        zone: String,
    },
    /// No process of the pods runs. Expiry: a deadline held by a process in the node.
    Frozen {
        /// Whom.
        at: Selection,
    },
    /// No process of a data centre runs, but the one that ends this. Expiry: that one.
    FrozenZone {
        /// Which.
        zone: String,
    },
    /// Processes of ours inside of the pods. Expiry: a deadline held by a process in the node.
    Work {
        /// Whom.
        at: Selection,
        /// Doing what.
        work: Work,
    },
    /// Sessions of ours in PostgreSQL. Expiry: `idle_in_transaction_session_timeout` or `idle_session_timeout`, and the
    /// connection's own end.
    Sessions(Sessions),
    /// Members of ours in a consumer group, which are given partitions and do no work. Expiry: Kafka's session timeout.
    Members(Members),
    /// More customers at the front door. Expiry: they are droplab's, and end with it.
    Surge(Surge),
    /// Commands wait in Redis. Expiry: the milliseconds of `CLIENT PAUSE`.
    RedisPause {
        /// Reads wait, too; then nobody can end it before its time.
        all: bool,
    },
}

/// Members of ours in a consumer group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Members {
    /// Which group.
    pub group: String,
    /// Which topic they subscribe to.
    pub topic: String,
    /// How many of them: each is given one partition.
    pub count: usize,
}

/// More customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surge {
    /// Each kind of them, by name.
    pub customers: BTreeMap<String, Customers>,
}

/// What processes of ours do inside of a pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// So many of them count as fast as they can.
    Burn(u32),
    /// One holds so many mebibytes of memory.
    Fill(u64),
    /// One keeps a file of so many mebibytes open that has no name any more.
    Disk {
        /// How large.
        mebibytes: u64,
        /// On the disk of this folder of the first container's.
        path: String,
    },
    /// None; but their disk lets so many bytes a second through, each way.
    Throttle(u64),
    /// None; but every process of theirs is told another time of day. Expiry: a second in the process itself, beside that deadline.
    Clock(Offset),
    /// One kills the main process of each container, again and again, so often.
    Crash(Span),
}

/// What sessions of ours do in PostgreSQL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sessions {
    /// So many are open and do nothing.
    Idle(u32),
    /// One holds the table in ACCESS EXCLUSIVE mode.
    Lock(String),
    /// One keeps a transaction open, with a snapshot.
    Transaction,
}

impl Hold {
    /// Whether it belongs to the process that holds it, and ends with it.
    pub fn belongs_to_process(&self) -> bool {
        matches!(self, Self::Sessions(_) | Self::Members(_) | Self::Surge(_))
    }

    /// Whether it is held inside of the nodes, by rules and processes there.
    pub fn is_in_nodes(&self) -> bool {
        !self.belongs_to_process() && !matches!(self, Self::RedisPause { .. })
    }
}
