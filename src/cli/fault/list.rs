//! `droplab fault list`: the faults there are, and those that are in this lab.
//!
//! **Invariant**: from journals and the manual alone: it works whether the lab is up or not, and touches nothing.

use crate::{
    cli::{args::Global, exit::Exit, screen},
    faults::manual::FAULTS,
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
    let open = runs::unhealed(&store::home(), &global.lab).runs;
    if global.json() {
        let active: Vec<_> =
            open.iter().flat_map(|(run, timeline)| rows(run, timeline)).map(|row| row.json()).collect();
        let faults: Vec<_> = FAULTS
            .iter()
            .map(|fault| serde_json::json!({ "fault": fault.key, "about": fault.about, "engine": fault.engine, "dead_man": fault.dead_man, "example": fault.example }))
            .collect();
        screen::result(&serde_json::json!({ "active": active, "faults": faults }).to_string());
        return Exit::Pass;
    }
    if !args.active {
        for fault in FAULTS {
            screen::result(&format!("{:<20} {:<70} {}", fault.key, fault.about, fault.dead_man));
        }
        screen::result("");
    }
    let rows: Vec<Row> = open.iter().flat_map(|(run, timeline)| rows(run, timeline)).collect();
    if rows.is_empty() {
        screen::result(&format!("no fault is in lab {}", global.lab));
    }
    for row in rows {
        screen::result(&format!("{}  {}  since {}  {}", row.id, row.state, row.since, row.what));
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
}

impl Row {
    fn json(&self) -> serde_json::Value {
        serde_json::json!({ "id": self.id, "state": self.state, "since": self.since, "what": self.what, "ttl_s": self.ttl_s })
    }
}

fn rows(run: &RunDir, timeline: &Timeline) -> Vec<Row> {
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
        })
    };
    timeline.unhealed().into_iter().filter_map(row).collect()
}
