//! Holds as sentences.
//!
//! **Invariant**: what droplab says of a hold reads as a command that a person could have given.

use std::fmt;

use super::{Direction, Fate, Hold, Members, Packets, Port, Selection, Sessions, Work};

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
        self.port.iter().try_for_each(|port| write!(f, " at {port}"))?;
        if self.names.is_empty() { Ok(()) } else { write!(f, ", about {}", self.names.join(", ")) }
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
            Self::Members(Members { group, topic, count }) => {
                write!(f, "hold {count} partitions of {topic} in group {group}")
            }
            Self::RedisPause { all: false } => f.write_str("let writes to Redis wait"),
            Self::RedisPause { all: true } => f.write_str("let every command to Redis wait"),
        }
    }
}
