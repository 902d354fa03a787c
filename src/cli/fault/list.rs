//! `droplab fault list`: the faults there are, and those that are in this lab.
//!
//! **Invariant**: from journals and the manual alone: it works whether the lab is up or not, and touches nothing.

use crate::{
    cli::{exit::Exit, flags::Global, screen},
    faults::manual::FAULTS,
    home::{
        self,
        lock::{self, Thing},
    },
    model::{event::FaultState, op::Op, timeline::Timeline},
    store::{
        self,
        runs::{self, RunDir},
    },
};

/// Arguments of `droplab fault list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only those that are in this lab
    #[arg(long)]
    pub active: bool,
}

/// The verb.
pub(super) fn main(global: &Global, args: &Args) -> Exit {
    let found = runs::unhealed(&store::home(), &global.lab);
    for why in &found.broken {
        screen::note(&format!("warning: a journal cannot be read as a whole, and may tell of more: {why}"));
    }
    let (open, owners) = (found.runs, lock::owners(&home::folder(), &global.lab, Thing::Fault).alive);
    let rows: Vec<Row> = open.iter().flat_map(|(run, timeline)| rows(run, timeline, &owners)).collect();
    if global.json() {
        let active: Vec<_> = rows.iter().map(Row::json).collect();
        let faults: Vec<_> = FAULTS
            .iter()
            .map(|fault| serde_json::json!({ "fault": fault.key, "about": fault.about, "engine": fault.engine, "expiry": fault.expiry, "example": fault.example }))
            .collect();
        screen::result(&serde_json::json!({ "active": active, "faults": faults }).to_string());
        return Exit::Pass;
    }
    if !args.active {
        let row = |key: &str, about: &str, expiry: &str| screen::result(&format!("{key:<20} {about:<70} {expiry}"));
        row("fault", "what it does", "what ends it when droplab dies");
        for fault in FAULTS {
            row(fault.key, fault.about, fault.expiry);
        }
        screen::result("");
    }
    if rows.is_empty() {
        screen::result(&format!("no fault is in lab {}", global.lab));
    }
    for row in rows {
        let by = row.held_by.as_ref().map_or_else(|| "nobody holds it".to_owned(), |owner| format!("held by {owner}"));
        screen::result(&format!("{}  {}  since {}  {}; {by}", row.id, row.state, row.since, row.what));
    }
    Exit::Pass
}

/// One fault that may be in.
struct Row {
    id: String,
    state: String,
    since: String,
    what: String,
    ttl_s: Option<u64>,
    held_by: Option<String>,
}

impl Row {
    fn json(&self) -> serde_json::Value {
        serde_json::json!({ "id": self.id, "state": self.state, "since": self.since, "what": self.what, "ttl_s": self.ttl_s, "held_by": self.held_by })
    }
}

fn rows(run: &RunDir, timeline: &Timeline, owners: &[(String, String)]) -> Vec<Row> {
    let Some((_, injection, _)) = timeline.injection() else { return Vec::new() };
    let states = timeline.fault_states();
    let since = timeline
        .fault_s(FaultState::Injecting)
        .and_then(|(seq, _)| timeline.events.iter().find(|event| event.seq == seq).map(|event| event.wall.clone()));
    let row = |step: usize| {
        let recipe = &injection.steps.get(step)?.recipe;
        let state = states.get(&step).map(|state| format!("{state:?}").to_lowercase()).unwrap_or_default();
        Some(Row {
            id: run.id.clone(),
            state,
            since: since.clone().unwrap_or_default(),
            what: recipe.inject.iter().map(Op::to_string).collect::<Vec<_>>().join("; "),
            ttl_s: recipe.ttl().map(|ttl| ttl.0.as_secs()),
            held_by: owners.iter().find(|(fault, _)| *fault == run.id).map(|(_, owner)| owner.clone()),
        })
    };
    timeline.unhealed().into_iter().filter_map(row).collect()
}
