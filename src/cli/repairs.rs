//! Who repairs in a run.
//!
//! **Invariant**: decided before anything is broken; a script that is not there is no reason to break a lab.

use std::path::{Path, PathBuf};

use super::failure::{Code, Failure};
use crate::{
    model::{nearest::nearest, scenario::Scenario},
    run::Repair,
};

/// Who repairs, as arguments.
#[derive(Clone, Debug, clap::Args)]
pub struct RepairArgs {
    /// Who repairs: `reference` (the scenario's first way), the name of another of its ways, `none`, or a script of yours; by
    /// default you do, by hand
    #[arg(long, value_name = "none|reference|NAME|FILE")]
    pub fix: Option<String>,
    /// Perform one of the scenario's cheats instead of a repair (for conformance: it must fail)
    #[arg(long, value_name = "NAME", hide = true, conflicts_with = "fix")]
    pub cheat: Option<String>,
}

impl RepairArgs {
    /// Whether droplab repairs, or somebody who was named: no person at this terminal has anything to find out.
    pub(super) fn is_named(&self) -> bool {
        self.fix.is_some() || self.cheat.is_some()
    }
}

/// Who repairs: in a rehearsal the scenario's own way, unless asked otherwise; on a real lab a person.
/// Nobody does in the proof that a healthy lab passes, and in a trial.
pub(super) fn of(args: &RepairArgs, rehearse: bool, nobody: bool, scenario: &Scenario) -> Result<Repair, Failure> {
    if let Some(name) = &args.cheat {
        let known: Vec<_> = scenario.cheats.iter().map(|cheat| cheat.name.as_str()).collect();
        let found = scenario.cheats.iter().find(|cheat| cheat.name == *name);
        let unknown = || Failure::new(Code::Usage, format!("no cheat `{name}`; there are {}", known.join(", ")));
        return found.map(Repair::cheat).ok_or_else(unknown);
    }
    match args.fix.as_deref() {
        Some("none") => Ok(Repair::Nobody),
        Some("reference") => reference(scenario),
        Some(name) if scenario.fixes.iter().any(|fix| fix.name == name) => {
            Ok(scenario.fixes.iter().find(|fix| fix.name == name).map_or(Repair::Nobody, Repair::fix))
        }
        Some(script) => {
            // Only who nearly knows a name is told it: the names give the repair away.
            let meant = nearest(script, scenario.fixes.iter().map(|fix| fix.name.as_str()));
            let path = script_at(Path::new(script)).map_err(|failure| match meant {
                Some(name) => failure.next(format!("did you mean --fix {name}?")),
                None => failure,
            })?;
            if rehearse {
                return Err(Failure::new(Code::Usage, "a rehearsal has no lab in which a script could do anything")
                    .next("--fix reference, --fix none, or no --rehearse"));
            }
            Ok(Repair::Script(path))
        }
        None if rehearse && !nobody => reference(scenario),
        None if nobody => Ok(Repair::Nobody),
        None => Ok(Repair::Person),
    }
}

/// The first of the scenario's own repairs.
fn reference(scenario: &Scenario) -> Result<Repair, Failure> {
    let none = || Failure::new(Code::Usage, "there is nothing to repair in this scenario").next("droplab done --help");
    scenario.fixes.first().map(Repair::fix).ok_or_else(none)
}

/// A script must be there before anything is broken.
pub(super) fn script_at(path: &Path) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(path).ok().filter(|path| path.is_file()).ok_or_else(|| {
        Failure::new(Code::Usage, format!("--fix: there is no file `{}`", path.display()))
            .next("--fix reference, --fix none, or the path of a script")
    })
}
