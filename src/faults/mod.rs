//! Faults: what a scenario asks for and what the lab has, made into ops and their way back.
//!
//! One file per fault, with the same headings (*Story · Breaks · Heals · Dead-man · Needs · Seen in production*), which are
//! its manual: `docs/faults.md` is the same text, held together by `tests/it/tidy.rs`.
//!
//! **Invariant**: pure; key in YAML = file name = enum variant = heading. A recipe heals without an output of its inject.

mod break_http;
mod burn_cpu;
mod change_config;
mod change_data;
mod change_setting;
mod corrupt_packets;
mod crash_loop;
mod cut_link;
mod cut_zone;
mod deploy_version;
mod duplicate_packets;
mod exhaust_connections;
mod fail_dns;
mod fill_disk;
mod fill_memory;
mod flush_redis;
mod freeze_pod;
mod freeze_zone;
mod ground;
mod hold_lock;
mod kill_backends;
mod kill_pod;
mod limit_bandwidth;
mod long_transaction;
mod lose_packets;
pub mod manual;
mod move_leader;
mod pause_consumer;
mod pause_redis;
mod scale;
mod send_record;
mod shrink_memory;
mod shrink_retention;
mod skew_clock;
mod slow_disk;
mod slow_link;
mod start_job;
mod stop_broker;
mod stop_node;
mod surge_load;

pub use ground::Ground;
use ground::{TTL, both, link};

use crate::model::{fault::FaultSpec, op::Recipe};

/// How a fault is done and undone on this ground, or every reason why it cannot be.
pub fn recipe(fault: &FaultSpec, ground: &Ground) -> Result<Recipe, Vec<String>> {
    ground.check()?;
    match fault {
        FaultSpec::BreakHttp(fault) => break_http::recipe(fault, ground),
        FaultSpec::BurnCpu(fault) => burn_cpu::recipe(fault, ground),
        FaultSpec::ChangeConfig(fault) => change_config::recipe(fault, ground),
        FaultSpec::ChangeData(fault) => change_data::recipe(fault, ground),
        FaultSpec::ChangeSetting(fault) => change_setting::recipe(fault, ground),
        FaultSpec::CorruptPackets(fault) => corrupt_packets::recipe(fault, ground),
        FaultSpec::CrashLoop(fault) => crash_loop::recipe(fault, ground),
        FaultSpec::CutLink(fault) => cut_link::recipe(fault, ground),
        FaultSpec::CutZone(fault) => cut_zone::recipe(fault, ground),
        FaultSpec::DeployVersion(fault) => deploy_version::recipe(fault, ground),
        FaultSpec::DuplicatePackets(fault) => duplicate_packets::recipe(fault, ground),
        FaultSpec::ExhaustConnections(fault) => exhaust_connections::recipe(fault, ground),
        FaultSpec::FailDns(fault) => fail_dns::recipe(fault, ground),
        FaultSpec::FillDisk(fault) => fill_disk::recipe(fault, ground),
        FaultSpec::FillMemory(fault) => fill_memory::recipe(fault, ground),
        FaultSpec::FlushRedis(fault) => flush_redis::recipe(fault, ground),
        FaultSpec::FreezePod(fault) => freeze_pod::recipe(fault, ground),
        FaultSpec::FreezeZone(fault) => freeze_zone::recipe(fault, ground),
        FaultSpec::HoldLock(fault) => hold_lock::recipe(fault, ground),
        FaultSpec::KillBackends(fault) => kill_backends::recipe(fault, ground),
        FaultSpec::KillPod(fault) => kill_pod::recipe(fault, ground),
        FaultSpec::LimitBandwidth(fault) => limit_bandwidth::recipe(fault, ground),
        FaultSpec::LongTransaction(fault) => Ok(long_transaction::recipe(fault, ground)),
        FaultSpec::LosePackets(fault) => lose_packets::recipe(fault, ground),
        FaultSpec::MoveLeader(fault) => move_leader::recipe(fault, ground),
        FaultSpec::PauseConsumer(fault) => pause_consumer::recipe(fault, ground),
        FaultSpec::PauseRedis(fault) => Ok(pause_redis::recipe(fault, ground)),
        FaultSpec::Scale(fault) => scale::recipe(fault, ground),
        FaultSpec::SendRecord(fault) => send_record::recipe(fault, ground),
        FaultSpec::ShrinkMemory(fault) => shrink_memory::recipe(fault, ground),
        FaultSpec::ShrinkRetention(fault) => shrink_retention::recipe(fault, ground),
        FaultSpec::SkewClock(fault) => skew_clock::recipe(fault, ground),
        FaultSpec::SlowDisk(fault) => slow_disk::recipe(fault, ground),
        FaultSpec::SlowLink(fault) => slow_link::recipe(fault, ground),
        FaultSpec::StartJob(fault) => start_job::recipe(fault, ground),
        FaultSpec::StopBroker(fault) => stop_broker::recipe(fault, ground),
        FaultSpec::StopNode(fault) => stop_node::recipe(fault, ground),
        FaultSpec::SurgeLoad(fault) => surge_load::recipe(fault, ground),
    }
}
