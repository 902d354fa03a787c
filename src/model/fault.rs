//! What can be broken: one variant per fault, one parameter struct each.
//!
//! **Invariant**: variant = key in YAML = file in `src/faults/` = heading in docs/faults.md.

mod data;
mod kafka;
mod load;
mod network;
mod packets;
mod pods;
mod servers;
mod settings;
mod workload;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use data::{ChangeData, Headers, SendRecord, StartJob, Tables, Tools};
pub use kafka::{MoveLeader, PauseConsumer, ShrinkRetention, StopBroker};
pub use load::SurgeLoad;
pub use network::{BreakHttp, CutLink, CutMode, FailDns, LimitBandwidth, Names};
pub use packets::{CorruptPackets, DuplicatePackets, LosePackets, SlowLink};
pub use pods::{
    BurnCpu, CrashLoop, CutZone, FillDisk, FillMemory, FreezePod, FreezeZone, KillPod, SkewClock, SlowDisk, StopNode,
};
pub use servers::{
    Eviction, ExhaustConnections, FlushRedis, HoldLock, KillBackends, LongTransaction, PauseMode, PauseRedis,
    ShrinkMemory,
};
pub use settings::ChangeSetting;
pub use workload::{ChangeConfig, DeployVersion, Scale};

/// A fault as a scenario or a person asks for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FaultSpec {
    /// A service that answers wrongly, or late.
    BreakHttp(BreakHttp),
    /// Processes that count as fast as they can, inside of pods.
    BurnCpu(BurnCpu),
    /// Another value of a deployment's variable, rolled out the ordinary way.
    ChangeConfig(ChangeConfig),
    /// Rows or tables that a statement has changed.
    ChangeData(ChangeData),
    /// A setting of a server, a role, a topic or a workload.
    ChangeSetting(ChangeSetting),
    /// A link that spoils what it carries.
    CorruptPackets(CorruptPackets),
    /// Pods whose containers die again and again.
    CrashLoop(CrashLoop),
    /// Two parts that cannot reach each other.
    CutLink(CutLink),
    /// A data centre that nobody reaches.
    CutZone(CutZone),
    /// A release of a service, bad on purpose, rolled out the ordinary way.
    DeployVersion(DeployVersion),
    /// A link that says everything twice.
    DuplicatePackets(DuplicatePackets),
    /// PostgreSQL without a free connection.
    ExhaustConnections(ExhaustConnections),
    /// Names that cannot be resolved.
    FailDns(FailDns),
    /// A disk with too little room.
    FillDisk(FillDisk),
    /// Memory that is taken inside of pods.
    FillMemory(FillMemory),
    /// A Redis that has forgotten everything.
    FlushRedis(FlushRedis),
    /// Pods in which no process runs.
    FreezePod(FreezePod),
    /// A data centre in which no process runs.
    FreezeZone(FreezeZone),
    /// A table that nobody can touch.
    HoldLock(HoldLock),
    /// Sessions that are ended by the server.
    KillBackends(KillBackends),
    /// Pods that are gone.
    KillPod(KillPod),
    /// A link with too little room.
    LimitBandwidth(LimitBandwidth),
    /// A transaction that does not end.
    LongTransaction(LongTransaction),
    /// A link that loses packets.
    LosePackets(LosePackets),
    /// A partition that another broker leads.
    MoveLeader(MoveLeader),
    /// A consumer group that stands still.
    PauseConsumer(PauseConsumer),
    /// A Redis that lets commands wait.
    PauseRedis(PauseRedis),
    /// Another number of pods.
    Scale(Scale),
    /// A record that no service has written.
    SendRecord(SendRecord),
    /// A Redis with too little memory.
    ShrinkMemory(ShrinkMemory),
    /// A topic that forgets.
    ShrinkRetention(ShrinkRetention),
    /// Clocks that are wrong.
    SkewClock(SkewClock),
    /// A disk that is slow.
    SlowDisk(SlowDisk),
    /// A link that is slow.
    SlowLink(SlowLink),
    /// A job that somebody started.
    StartJob(StartJob),
    /// A broker that is down.
    StopBroker(StopBroker),
    /// A data centre that is off.
    StopNode(StopNode),
    /// A crowd that nobody planned for.
    SurgeLoad(SurgeLoad),
}

impl FaultSpec {
    /// The fault's key, as in YAML.
    pub fn key(&self) -> &'static str {
        match self {
            Self::BreakHttp(_) => "break-http",
            Self::BurnCpu(_) => "burn-cpu",
            Self::ChangeConfig(_) => "change-config",
            Self::ChangeData(_) => "change-data",
            Self::ChangeSetting(_) => "change-setting",
            Self::CorruptPackets(_) => "corrupt-packets",
            Self::CrashLoop(_) => "crash-loop",
            Self::CutLink(_) => "cut-link",
            Self::CutZone(_) => "cut-zone",
            Self::DeployVersion(_) => "deploy-version",
            Self::DuplicatePackets(_) => "duplicate-packets",
            Self::ExhaustConnections(_) => "exhaust-connections",
            Self::FailDns(_) => "fail-dns",
            Self::FillDisk(_) => "fill-disk",
            Self::FillMemory(_) => "fill-memory",
            Self::FlushRedis(_) => "flush-redis",
            Self::FreezePod(_) => "freeze-pod",
            Self::FreezeZone(_) => "freeze-zone",
            Self::HoldLock(_) => "hold-lock",
            Self::KillBackends(_) => "kill-backends",
            Self::KillPod(_) => "kill-pod",
            Self::LimitBandwidth(_) => "limit-bandwidth",
            Self::LongTransaction(_) => "long-transaction",
            Self::LosePackets(_) => "lose-packets",
            Self::MoveLeader(_) => "move-leader",
            Self::PauseConsumer(_) => "pause-consumer",
            Self::PauseRedis(_) => "pause-redis",
            Self::Scale(_) => "scale",
            Self::SendRecord(_) => "send-record",
            Self::ShrinkMemory(_) => "shrink-memory",
            Self::ShrinkRetention(_) => "shrink-retention",
            Self::SkewClock(_) => "skew-clock",
            Self::SlowDisk(_) => "slow-disk",
            Self::SlowLink(_) => "slow-link",
            Self::StartJob(_) => "start-job",
            Self::StopBroker(_) => "stop-broker",
            Self::StopNode(_) => "stop-node",
            Self::SurgeLoad(_) => "surge-load",
        }
    }
}
