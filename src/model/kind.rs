//! What can happen in a run.
//!
//! **Invariant**: an event says what happened, never what it means.

use serde::{Deserialize, Serialize};

use super::{
    facts::Facts,
    ledger::{LedgerName, LedgerReading},
    op::Op,
    phase::{Acted, FaultState, Phase},
    plan::{Injection, Plan},
    said::Said,
    window::Window,
};

/// What can happen in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// First line: everything that a later process needs to heal and to judge.
    RunBegan {
        /// The run's id.
        run: String,
        /// droplab's version.
        version: String,
        /// Whether the lab is the fake one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        rehearsal: bool,
        /// The whole plan, with every way back.
        plan: Box<Plan>,
    },
    /// First line of a fault by hand: everything that a later process needs to heal.
    InjectionBegan {
        /// Its id.
        run: String,
        /// droplab's version.
        version: String,
        /// What is done, with the way back.
        injection: Box<Injection>,
    },
    /// A part of the run begins.
    PhaseBegan {
        /// Which.
        phase: Phase,
    },
    /// A fault moved on in its life.
    Fault {
        /// Index into the plan's steps.
        step: usize,
        /// Its state from now on.
        state: FaultState,
        /// Why, when it is stuck.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An op is done.
    Performed {
        /// Index into the plan's steps.
        step: usize,
        /// What.
        op: Op,
        /// How long it took.
        took_ms: f64,
    },
    /// What a fault had set was changed by somebody since: it was not set back.
    Kept {
        /// Index into the plan's steps.
        step: usize,
        /// What, in words.
        what: String,
    },
    /// What a fault holds was renewed: all of its time to live begins anew.
    Renewed {
        /// Index into the plan's steps.
        step: usize,
    },
    /// What a fault holds could not be renewed in time: it may have ended by itself.
    NotRenewed {
        /// Index into the plan's steps.
        step: usize,
        /// Why.
        reason: String,
    },
    /// A source of what is seen has ended before its time.
    SensorLost {
        /// Which: `customers`.
        what: String,
        /// Why.
        why: String,
    },
    /// The run could not go on: what it had shown by then says nothing about what would have come.
    BrokeOff {
        /// Why.
        reason: String,
    },
    /// How often what a fault holds has acted so far: counted at each renewal, and before it is healed.
    Acted {
        /// Index into the plan's steps.
        step: usize,
        /// How often, and by what.
        #[serde(flatten)]
        acted: Acted,
    },
    /// A second of traffic.
    Traffic {
        /// Name of the probe: `payment`, `checkout.parcel`.
        probe: String,
        /// What its customers saw.
        window: Window,
    },
    /// A gauge was read, or could not be.
    Gauge {
        /// Name of the gauge, as the scenario declares it: `pool-waiting`.
        probe: String,
        /// The value; `None` when it could not be read.
        value: Option<f64>,
        /// Why it could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The condition of the page was met.
    Paged {
        /// The page's text.
        sentence: String,
    },
    /// A repair of ours (`--fix`) began or ended.
    Repair {
        /// What was typed.
        command: String,
        /// `None` while it runs; then its exit status.
        status: Option<i32>,
        /// Its last output.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        output: String,
    },
    /// The workload changed under the person's hands: a deployment was patched, scaled or rolled back.
    Changed {
        /// What changed, in words: `deployment/payment image droplab/payment:2.8.1 → droplab/payment:2.8.0`.
        what: String,
    },
    /// The customers have gone, and it was waited until nothing of what they set off was still under way.
    Quiesced {
        /// Seconds of waiting.
        after_s: f64,
        /// What still moved when the time was up, in words; empty when everything came to rest.
        moving: Vec<String>,
    },
    /// A statement about a database was asked for its counterexamples.
    Counterexamples {
        /// Which statement.
        id: String,
        /// Its counterexamples, at most a hundred of them.
        rows: Vec<String>,
        /// What is told beside them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tells: Option<String>,
        /// Why it could not be asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The books were held against the promises.
    Reconciled {
        /// Which books.
        ledger: LedgerName,
        /// The outcome; `None` when they could not be read.
        reading: Option<LedgerReading>,
        /// Why they could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The lab was surveyed again.
    Surveyed {
        /// When: before healing (the repaired lab) or after (the residue proof).
        healed: bool,
        /// What was found.
        facts: Box<Facts>,
    },
    /// The person has said something.
    Said {
        /// What.
        said: Said,
    },
    /// Somebody pressed Ctrl-C.
    Interrupted,
    /// Last line.
    RunEnded {
        /// What the lab itself could not do; empty when all is well.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lab_errors: Vec<String>,
    },
}
