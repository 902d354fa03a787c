//! Holds as sentences.
//!
//! **Invariant**: what droplab says of a hold reads as a command that a person could have given.

use std::fmt;

use super::{Direction, Fate, Hold, Http, Members, Packets, Port, Selection, Sessions, Shape, Surge, Work};
use crate::model::units::Span;

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

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.delay > Span::default() || self.jitter > Span::default() {
            let jitter = if self.jitter > Span::default() { format!(" ± {}", self.jitter) } else { String::new() };
            parts.push(format!("delay by {}{jitter}", self.delay));
        }
        let shares = [("lose", self.lose), ("double", self.duplicate), ("spoil", self.corrupt)];
        parts
            .extend(shares.iter().filter(|(_, share)| share.0 > 0.0).map(|(verb, share)| format!("{verb} {share} of")));
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "answer {} of the requests", self.share)?;
        self.path.iter().try_for_each(|path| write!(f, " for {path}"))?;
        write!(f, " at port {} of {}", self.port, self.at)?;
        self.status.iter().try_for_each(|status| write!(f, " with {status}"))?;
        if self.delay > Span::default() {
            write!(f, " after {}", self.delay)?;
        }
        let late = self.answer_delay;
        if late > Span::default() { write!(f, ", the work done at once and told {late} later") } else { Ok(()) }
    }
}

impl fmt::Display for Packets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fate {
            Fate::Drop => f.write_str("drop"),
            Fate::Reset => f.write_str("reset"),
            Fate::Lose(share) => write!(f, "lose {share} of"),
            Fate::Limit(bytes) => write!(f, "limit to {bytes} bytes/s"),
            Fate::Shape(shape) => shape.fmt(f),
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
            Self::Http(http) => http.fmt(f),
            Self::CutZone { zone } => write!(f, "cut zone/{zone} off"),
            Self::Frozen { at } => write!(f, "freeze {at}"),
            Self::FrozenZone { zone } => write!(f, "freeze zone/{zone}"),
            Self::Work { at, work: Work::Burn(count) } => write!(f, "burn {count} CPUs inside of {at}"),
            Self::Work { at, work: Work::Fill(mebibytes) } => {
                write!(f, "fill {mebibytes} MiB of memory inside of {at}")
            }
            Self::Work { at, work: Work::Disk { mebibytes, path } } => {
                write!(f, "take {mebibytes} MiB of the disk under {path} of {at}")
            }
            Self::Work { at, work: Work::Throttle(bytes) } => write!(f, "let the disk of {at} give {bytes} bytes/s"),
            Self::Work { at, work: Work::Clock(offset) } => write!(f, "set the clocks of {at} to {offset}"),
            Self::Work { at, work: Work::Crash(every) } => write!(f, "kill the containers of {at} every {every}"),
            Self::Sessions(Sessions::Idle(count)) => write!(f, "hold {count} idle PostgreSQL sessions"),
            Self::Sessions(Sessions::Lock(table)) => write!(f, "hold {table} in ACCESS EXCLUSIVE mode"),
            Self::Sessions(Sessions::Transaction) => f.write_str("hold a transaction with a snapshot open"),
            Self::Members(Members { group, topic, count }) => {
                write!(f, "hold {count} partitions of {topic} in group {group}")
            }
            Self::Surge(Surge { customers }) => {
                let kinds: Vec<_> = customers.iter().map(|(name, one)| format!("{name} {}", one.rate)).collect();
                write!(f, "bring more customers: {}", kinds.join(", "))
            }
            Self::RedisPause { all: false } => f.write_str("let writes to Redis wait"),
            Self::RedisPause { all: true } => f.write_str("let every command to Redis wait"),
        }
    }
}
