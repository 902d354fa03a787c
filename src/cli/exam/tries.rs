//! The tries of an incident: what their folders are called, and what lies in those that a result does not show.
//!
//! **Invariant**: a run that came to its end counts, whoever would rather have had another one.

use std::path::{Component, Path};

use super::evidence;
use crate::{cli::exit::Exit, model::exam::result::Examined, store::runs::JOURNAL};

/// How often an incident is played at most: a second time where the lab erred.
pub(super) const MOST: u32 = 2;

/// The folder of one try, seen from the result's; both numbers count from 1.
pub(super) fn folder_of(number: usize, scenario: &str, tried: u32) -> String {
    format!("{number}-{scenario}{}", if tried > 1 { "-again" } else { "" })
}

/// Whether a folder that a result names is one beneath the result's own.
pub(super) fn is_beneath(folder: &str) -> bool {
    Path::new(folder).components().all(|part| matches!(part, Component::Normal(_)))
}

/// What the tries tell that a result does not show.
#[derive(Default)]
pub(super) struct Beside {
    /// Runs that came to an end, of which the result says nothing.
    pub(super) hidden: Vec<String>,
    /// What no journal shows: it may be so.
    pub(super) unproven: Vec<String>,
    /// One of them was stopped.
    pub(super) stopped: bool,
}

/// Look at the tries of an incident, counted from 1, that the result does not show.
pub(super) fn beside(one: &Examined, number: usize, folder: &Path) -> Beside {
    let (mut found, mut journals) = (Beside::default(), 0);
    let shown = one.shown.as_ref().map(|shown| shown.folder.clone());
    let names = (1..=MOST).map(|tried| folder_of(number, &one.scenario, tried));
    for name in names.filter(|name| is_beneath(name) && shown.as_ref() != Some(name)) {
        let run = folder.join(&name);
        if !run.join(JOURNAL).is_file() {
            continue;
        }
        journals += 1;
        match evidence::of(&run, &name).map(|evidence| evidence.came_to()) {
            Ok(exit @ (Exit::Pass | Exit::Fail)) => {
                let word = if exit == Exit::Pass { "PASS" } else { "FAIL" };
                let why = format!("{name} holds a whole run that comes to {word}, and the result does not show it");
                found.hidden.push(why);
            }
            Ok(exit) => found.stopped |= exit == Exit::Interrupted,
            Err(why) => found.unproven.push(format!("the journal in {name} cannot be judged: {why}")),
        }
    }
    let told = one.tries.saturating_sub(u32::from(shown.is_some()));
    if journals < told {
        let tries = one.tries;
        let told = format!("{told} of {tries} tries came to nothing, it says, and there are journals of {journals}");
        found.unproven.push(told);
    }
    found
}
