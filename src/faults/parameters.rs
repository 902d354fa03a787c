//! Of what a manual is made: parameters, and words that several faults share.
//!
//! **Invariant**: nothing here knows a fault, so that each fault can be written with it.

/// One parameter of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// As in YAML, and after `--`.
    pub name: &'static str,
    /// What to write, in capitals; or the words to choose from, with `|` between them.
    pub value: &'static str,
    /// What it means.
    pub help: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

impl Parameter {
    /// Whether it is written bare: a number without a unit, or yes and no.
    pub fn is_bare(&self) -> bool {
        matches!(self.value, "NUMBER" | "PORT" | "true|false")
    }
}

/// One fault.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// As in YAML.
    pub key: &'static str,
    /// One line.
    pub about: &'static str,
    /// What does it.
    pub engine: &'static str,
    /// What ends it when droplab dies.
    pub expiry: &'static str,
    /// In the order in which people think of them.
    pub parameters: &'static [Parameter],
    /// Arguments that a lab in good health accepts.
    pub example: &'static str,
}

pub(super) const fn must(name: &'static str, value: &'static str, help: &'static str) -> Parameter {
    Parameter { name, value, help, optional: false }
}

pub(super) const fn may(name: &'static str, value: &'static str, help: &'static str) -> Parameter {
    Parameter { name, value, help, optional: true }
}

pub(super) const TARGET: Parameter =
    must("target", "TARGET", "Which pods: payment, payment@dc-2, payment:50%, pod/NAME, zone/dc-2");
pub(super) const FROM: Parameter =
    must("from", "TARGET", "One end, in whose network it happens: payment, payment@dc-2, pod/NAME …");
pub(super) const TO: Parameter = may("to", "TARGET", "The other end; everybody when left out");
pub(super) const DIRECTION: Parameter =
    may("direction", "both|out|in", "Only what goes this way, seen from the first end");
pub(super) const SHARE: Parameter = must("share", "PERCENT", "How many of the packets, such as 5%");
pub(super) const CORRELATION: Parameter =
    may("correlation", "PERCENT", "How much a throw of the dice depends on the one before: bursts");
pub(super) const ZONE: Parameter = must("zone", "ZONE", "Which data centre: dc-1, dc-2 or dc-3");
pub(super) const SERVICE: Parameter = must("service", "SERVICE", "Which deployment");

pub(super) const TOPIC: Parameter = must("topic", "TOPIC", "Which topic");

pub(super) const KERNEL: &str = "kernel: nftables set timeout";
pub(super) const HELPER: &str = "kernel: nftables set timeout; process in the node: deadline";
pub(super) const KEEPER: &str = "process in the node: deadline";
pub(super) const CLOCK: &str = "the process itself: a second that stands in it";
pub(super) const SESSION: &str = "PostgreSQL: end of the session, idle timeout";
pub(super) const NONE: &str = "none: it lives in what the person owns";
pub(super) const COPY: &str = "none: the rows are the person's, a copy waits in the lab's folder";
pub(super) const STAYS: &str = "none: what is written stays";
pub(super) const ASIDE: &str = "none: the keys wait in the server";
pub(super) const BOTH: &str = "kernel, and process in the node: deadline";
pub(super) const MOMENT: &str = "none needed: over at once";
