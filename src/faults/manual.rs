//! The manual of every fault: what a command line offers.
//!
//! **Invariant**: the same names as the fields in `model::fault`; a test reads a fault from each line of this table.

use super::{
    break_http, burn_cpu, change_config, change_data, change_setting, corrupt_packets, crash_loop, cut_link, cut_zone,
    deploy_version, duplicate_packets, exhaust_connections, fail_dns, fill_disk, fill_memory, flush_redis, freeze_pod,
    freeze_zone, hold_lock, kill_backends, kill_pod, limit_bandwidth, long_transaction, lose_packets, move_leader,
    parameters::Manual, pause_consumer, pause_redis, scale, send_record, shrink_memory, shrink_retention, skew_clock,
    slow_disk, slow_link, start_job, stop_broker, stop_node, surge_load,
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

/// The manual of one fault.
pub fn of(key: &str) -> Option<&'static Manual> {
    FAULTS.iter().find(|manual| manual.key == key)
}
