//! Parameters of every fault, as a command line offers them: name, what to write, what it means.
//!
//! **Invariant**: the same names as the fields in `model::fault`; a test reads a fault from each line of this table.

use super::{
    break_http, burn_cpu, change_config, change_data, change_setting, corrupt_packets, crash_loop, cut_link, cut_zone,
    deploy_version, duplicate_packets, exhaust_connections, fail_dns, fill_disk, fill_memory, flush_redis, freeze_pod,
    freeze_zone, hold_lock, kill_backends, kill_pod, limit_bandwidth, long_transaction, lose_packets, move_leader,
    pause_consumer, pause_redis, scale, send_record, shrink_memory, shrink_retention, skew_clock, slow_disk, slow_link,
    start_job, stop_broker, stop_node, surge_load,
};

/// Every fault, in the order of the alphabet. An example is accepted by a lab in good health; a test puts each of them in.
pub const FAULTS: &[Manual] = &[
    break_http::MANUAL,
    burn_cpu::MANUAL,
    change_config::MANUAL,
    change_data::MANUAL,
    change_setting::MANUAL,
    corrupt_packets::MANUAL,
    crash_loop::MANUAL,
    cut_link::MANUAL,
    cut_zone::MANUAL,
    deploy_version::MANUAL,
    duplicate_packets::MANUAL,
    exhaust_connections::MANUAL,
    fail_dns::MANUAL,
    fill_disk::MANUAL,
    fill_memory::MANUAL,
    flush_redis::MANUAL,
    freeze_pod::MANUAL,
    freeze_zone::MANUAL,
    hold_lock::MANUAL,
    kill_backends::MANUAL,
    kill_pod::MANUAL,
    limit_bandwidth::MANUAL,
    long_transaction::MANUAL,
    lose_packets::MANUAL,
    move_leader::MANUAL,
    pause_consumer::MANUAL,
    pause_redis::MANUAL,
    scale::MANUAL,
    send_record::MANUAL,
    shrink_memory::MANUAL,
    shrink_retention::MANUAL,
    skew_clock::MANUAL,
    slow_disk::MANUAL,
    slow_link::MANUAL,
    start_job::MANUAL,
    stop_broker::MANUAL,
    stop_node::MANUAL,
    surge_load::MANUAL,
];

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

/// The manual of one fault.
pub fn of(key: &str) -> Option<&'static Manual> {
    FAULTS.iter().find(|manual| manual.key == key)
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
