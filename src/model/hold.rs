//! States that end by themselves: what a fault holds in place while somebody renews it.
//!
//! **Invariant**: each names its dead-man: what ends it in the target when nobody renews it any more.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    target::Target,
    units::{Share, Span},
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
    /// A rule for packets in the network of each pod. Dead-man: the timeout of the nftables set that it matches.
    Packets(Packets),
    /// No packet in or out of a data centre's node but its own. Dead-man: the same, in the node's network.
    CutZone {
        /// Which.
        zone: String,
    },
    /// No process of the pods runs. Dead-man: a deadline held by a process in the node.
    Frozen {
        /// Whom.
        at: Selection,
    },
    /// No process of a data centre runs, but the one that ends this. Dead-man: that one.
    FrozenZone {
        /// Which.
        zone: String,
    },
    /// Processes of ours inside of the pods. Dead-man: a deadline held by a process in the node.
    Work {
        /// Whom.
        at: Selection,
        /// Doing what.
        work: Work,
    },
    /// Sessions of ours in PostgreSQL. Dead-man: `idle_in_transaction_session_timeout` or `idle_session_timeout`, and the
    /// connection's own end.
    Sessions(Sessions),
    /// Commands wait in Redis. Dead-man: the milliseconds of `CLIENT PAUSE`.
    RedisPause {
        /// Reads wait, too; then nobody can end it before its time.
        all: bool,
    },
}

/// A rule for packets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packets {
    /// In whose network.
    pub at: Selection,
    /// Only what is exchanged with these.
    pub peer: Option<Selection>,
    /// Only this port, at either end's server side.
    pub port: Option<Port>,
    /// Only what goes this way.
    pub direction: Direction,
    /// What becomes of them.
    pub fate: Fate,
}

/// A port of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// `udp` and not `tcp`.
    #[serde(default)]
    pub udp: bool,
    /// Its number.
    pub number: u16,
}

/// Which way, as seen from the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// What it sends and what it is sent.
    #[default]
    Both,
    /// What it sends.
    Out,
    /// What it is sent.
    In,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is lost without a word.
    Drop,
    /// It is refused: a TCP reset, or an ICMP answer.
    Reset,
    /// So many of them are lost, at random.
    Lose(Share),
    /// What goes beyond so many bytes a second is lost.
    Limit(u64),
}

/// What processes of ours do inside of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// So many of them count as fast as they can.
    Burn(u32),
    /// One holds so many mebibytes of memory.
    Fill(u64),
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

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} port {}", if self.udp { "udp" } else { "tcp" }, self.number)
    }
}

impl fmt::Display for Packets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fate {
            Fate::Drop => f.write_str("drop"),
            Fate::Reset => f.write_str("reset"),
            Fate::Lose(share) => write!(f, "lose {share} of"),
            Fate::Limit(bytes) => write!(f, "limit to {bytes} bytes/s"),
        }?;
        let way = match self.direction {
            Direction::Both => "between",
            Direction::Out => "from",
            Direction::In => "to",
        };
        write!(f, " what goes {way} {}", self.at)?;
        match (&self.peer, self.direction) {
            (None, _) => Ok(()),
            (Some(peer), Direction::Both) => write!(f, " and {peer}"),
            (Some(peer), Direction::Out) => write!(f, " to {peer}"),
            (Some(peer), Direction::In) => write!(f, " from {peer}"),
        }?;
        self.port.iter().try_for_each(|port| write!(f, " at {port}"))
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packets(packets) => packets.fmt(f),
            Self::CutZone { zone } => write!(f, "cut zone/{zone} off"),
            Self::Frozen { at } => write!(f, "freeze {at}"),
            Self::FrozenZone { zone } => write!(f, "freeze zone/{zone}"),
            Self::Work { at, work: Work::Burn(count) } => write!(f, "burn {count} CPUs inside of {at}"),
            Self::Work { at, work: Work::Fill(mebibytes) } => {
                write!(f, "fill {mebibytes} MiB of memory inside of {at}")
            }
            Self::Work { at, work: Work::Crash(every) } => write!(f, "kill the containers of {at} every {every}"),
            Self::Sessions(Sessions::Idle(count)) => write!(f, "hold {count} idle PostgreSQL sessions"),
            Self::Sessions(Sessions::Lock(table)) => write!(f, "hold {table} in ACCESS EXCLUSIVE mode"),
            Self::Sessions(Sessions::Transaction) => f.write_str("hold a transaction with a snapshot open"),
            Self::RedisPause { all: false } => f.write_str("let writes to Redis wait"),
            Self::RedisPause { all: true } => f.write_str("let every command to Redis wait"),
        }
    }
}
