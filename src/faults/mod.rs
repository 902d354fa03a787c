//! Faults: what a scenario asks for and what the lab has, made into ops and their way back.
//!
//! One file per fault, with the same headings (*Story · Breaks · Heals · Expiry · Needs · Seen in production*), which are
//! its manual: `docs/faults.md` is the same text, held together by `tests/it/tidy.rs`.
//!
//! **Invariant**: pure; key in YAML = file name = enum variant = heading. A recipe heals without an output of its inject.

mod break_http;
mod burn_cpu;
mod change_config;
mod change_data;
mod change_setting;
mod context;
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
mod hold_lock;
mod kill_backends;
mod kill_pod;
mod limit_bandwidth;
mod long_transaction;
mod lose_packets;
pub mod manual;
mod move_leader;
pub mod parameters;
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

pub use context::Context;
use context::{TTL, both, link};

use crate::model::{fault::FaultSpec, op::Recipe};

/// How a fault is done and undone on this context, or every reason why it cannot be.
pub fn recipe(fault: &FaultSpec, context: &Context) -> Result<Recipe, Vec<String>> {
    context.check()?;
    match fault {
        FaultSpec::BreakHttp(fault) => break_http::recipe(fault, context),
        FaultSpec::BurnCpu(fault) => burn_cpu::recipe(fault, context),
        FaultSpec::ChangeConfig(fault) => change_config::recipe(fault, context),
        FaultSpec::ChangeData(fault) => change_data::recipe(fault, context),
        FaultSpec::ChangeSetting(fault) => change_setting::recipe(fault, context),
        FaultSpec::CorruptPackets(fault) => corrupt_packets::recipe(fault, context),
        FaultSpec::CrashLoop(fault) => crash_loop::recipe(fault, context),
        FaultSpec::CutLink(fault) => cut_link::recipe(fault, context),
        FaultSpec::CutZone(fault) => cut_zone::recipe(fault, context),
        FaultSpec::DeployVersion(fault) => deploy_version::recipe(fault, context),
        FaultSpec::DuplicatePackets(fault) => duplicate_packets::recipe(fault, context),
        FaultSpec::ExhaustConnections(fault) => exhaust_connections::recipe(fault, context),
        FaultSpec::FailDns(fault) => fail_dns::recipe(fault, context),
        FaultSpec::FillDisk(fault) => fill_disk::recipe(fault, context),
        FaultSpec::FillMemory(fault) => fill_memory::recipe(fault, context),
        FaultSpec::FlushRedis(fault) => flush_redis::recipe(fault, context),
        FaultSpec::FreezePod(fault) => freeze_pod::recipe(fault, context),
        FaultSpec::FreezeZone(fault) => freeze_zone::recipe(fault, context),
        FaultSpec::HoldLock(fault) => hold_lock::recipe(fault, context),
        FaultSpec::KillBackends(fault) => kill_backends::recipe(fault, context),
        FaultSpec::KillPod(fault) => kill_pod::recipe(fault, context),
        FaultSpec::LimitBandwidth(fault) => limit_bandwidth::recipe(fault, context),
        FaultSpec::LongTransaction(fault) => Ok(long_transaction::recipe(fault, context)),
        FaultSpec::LosePackets(fault) => lose_packets::recipe(fault, context),
        FaultSpec::MoveLeader(fault) => move_leader::recipe(fault, context),
        FaultSpec::PauseConsumer(fault) => pause_consumer::recipe(fault, context),
        FaultSpec::PauseRedis(fault) => Ok(pause_redis::recipe(fault, context)),
        FaultSpec::Scale(fault) => scale::recipe(fault, context),
        FaultSpec::SendRecord(fault) => send_record::recipe(fault, context),
        FaultSpec::ShrinkMemory(fault) => shrink_memory::recipe(fault, context),
        FaultSpec::ShrinkRetention(fault) => shrink_retention::recipe(fault, context),
        FaultSpec::SkewClock(fault) => skew_clock::recipe(fault, context),
        FaultSpec::SlowDisk(fault) => slow_disk::recipe(fault, context),
        FaultSpec::SlowLink(fault) => slow_link::recipe(fault, context),
        FaultSpec::StartJob(fault) => start_job::recipe(fault, context),
        FaultSpec::StopBroker(fault) => stop_broker::recipe(fault, context),
        FaultSpec::StopNode(fault) => stop_node::recipe(fault, context),
        FaultSpec::SurgeLoad(fault) => surge_load::recipe(fault, context),
    }
}
