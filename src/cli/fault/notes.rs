//! What `droplab fault inject` tells: what it will do, what it did, what is left.
//!
//! **Invariant**: an exit code of 0 means that nothing is left, proven by a survey; a fault that was let go says so.

use crate::{
    cli::{exit::Exit, flags::Global, screen},
    judge::residue::{self, Proof},
    model::{facts::Facts, hold::Hold, op::Op, plan::Injection, timeline::Timeline, units::Span},
    store::{self, runs::RunDir},
};

/// A fault is about to be put in.
pub(super) fn began(id: &str, ttl: Span, lasting: Option<Span>, detach: bool) {
    let until = match (detach, lasting) {
        (true, _) => format!("ends by itself in {ttl}"),
        (false, Some(lasting)) => format!("for {lasting}; Ctrl-C ends it before"),
        (false, None) => "until Ctrl-C".to_owned(),
    };
    screen::note(&format!("fault {id}\n  {until}; or, from another terminal: droplab fault heal {id}"));
}

/// What would be done.
pub(super) fn plan(global: &Global, injection: &Injection) -> Exit {
    if global.json() {
        screen::result(&serde_json::to_string_pretty(&injection.steps).unwrap_or_default());
        return Exit::Pass;
    }
    let ops = |label: &'static str, ops: &[Op]| ops.iter().map(move |op| format!("{label}  {op}")).collect::<Vec<_>>();
    for step in &injection.steps {
        let lines = [ops("inject", &step.recipe.inject), ops("heal  ", &step.recipe.heal)].concat();
        screen::result(&lines.join("\n"));
    }
    screen::result(&format!("hits    {}", hit(injection)));
    Exit::Pass
}

/// Which pods are meant now.
fn hit(injection: &Injection) -> String {
    let facts: &Facts = &injection.before;
    let selections = injection.blows().filter_map(|op| match op {
        Op::Hold { hold: Hold::Packets(packets), .. } => Some(&packets.at),
        Op::Hold { hold: Hold::Http(http), .. } => Some(&http.at),
        Op::Hold { hold: Hold::Frozen { at } | Hold::Work { at, .. }, .. } => Some(at),
        _ => None,
    });
    let names: Vec<_> = selections.flat_map(|at| at.target.pods(facts, at.seed)).map(|pod| pod.name.as_str()).collect();
    if names.is_empty() { "what the lines above name".to_owned() } else { names.join(", ") }
}

/// What came of it: nothing left is a pass.
pub(super) fn ended(global: &Global, folder: &RunDir, timeline: &Timeline, detached: bool) -> Exit {
    let packets: u64 = timeline.acted().values().map(|acted| acted.packets).sum();
    let engine = timeline.acted().into_values().find_map(|acted| acted.engine.clone());
    // Written by another process, if that one healed it.
    let written = store::journal::read(&folder.journal()).unwrap_or_else(|error| {
        screen::note(&error.to_string());
        timeline.clone()
    });
    let stuck = !written.unhealed().is_empty() && !detached;
    // Whoever heals it from elsewhere goes on to look at the lab, and tells what is left.
    let elsewhere = !detached && !stuck && !timeline.unhealed().is_empty();
    // One that was let go is looked at by nobody.
    let Proof { left, doubts: errors } = if detached || elsewhere {
        let errors = timeline.lab_errors().map(|(_, errors)| errors.to_vec()).unwrap_or_default();
        Proof { left: Vec::new(), doubts: errors }
    } else {
        residue::proof(&written, 0)
    };
    let inject_ms: f64 = timeline.took_ms(false);
    let heal_ms: f64 = timeline.took_ms(true);
    if global.json() {
        let told = serde_json::json!({
            "id": folder.id, "inject_ms": inject_ms, "heal_ms": heal_ms, "packets": packets, "engine": engine, "residue": left,
            "healed": !stuck && !detached, "detached": detached, "errors": errors,
            "kept": written.kept(),
        });
        screen::result(&told.to_string());
    } else if detached {
        screen::result(&format!("in after {inject_ms:.1} ms, left to end by itself: {}", folder.id));
    } else if !errors.is_empty() {
        screen::note(&format!("the lab did not do all of it: {}", errors.join("; ")));
    } else if elsewhere {
        screen::result(&format!("{} was healed by another process, which tells what is left", folder.id));
    } else if !stuck && left.is_empty() {
        let by = engine.map(|engine| format!(" ({engine})")).unwrap_or_default();
        let met = if packets > 0 { format!(", {packets} packets met it{by}") } else { String::new() };
        screen::result(&format!("healed: in after {inject_ms:.1} ms, out after {heal_ms:.1} ms{met}; nothing is left"));
    }
    if stuck || !left.is_empty() {
        for line in &left {
            screen::note(&format!("left in the lab: {line}"));
        }
        // Where every op of the way back was done, healing again would do nothing.
        screen::note(if stuck { "next: droplab heal" } else { "next: droplab reset" });
        return Exit::Unhealed;
    }
    match (timeline.interrupted(), !errors.is_empty()) {
        (_, true) => Exit::Unknown,
        (true, false) => Exit::Interrupted,
        (false, false) => Exit::Pass,
    }
}
