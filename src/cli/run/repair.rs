//! Who repairs, as it was typed.
//!
//! **Invariant**: whatever is named is there before anything is broken.

use std::path::{Path, PathBuf};

use super::Args;
use crate::{
    cli::failure::{Code, Failure},
    model::scenario::Scenario,
    run::Repair,
};

/// In a rehearsal the scenario's own way, unless asked otherwise; on a real lab a person.
pub(super) fn of(args: &Args, scenario: &Scenario) -> Result<Repair, Failure> {
    if let Some(name) = &args.cheat {
        let known: Vec<_> = scenario.cheats.iter().map(|cheat| cheat.name.as_str()).collect();
        let found = scenario.cheats.iter().find(|cheat| cheat.name == *name);
        let unknown = || Failure::new(Code::Usage, format!("no cheat `{name}`; there are {}", known.join(", ")));
        return found.map(Repair::cheat).ok_or_else(unknown);
    }
    match args.fix.as_deref() {
        Some("none") => Ok(Repair::Wait),
        Some("reference") => reference(scenario),
        Some(name) if scenario.fixes.iter().any(|fix| fix.name == name) => {
            Ok(scenario.fixes.iter().find(|fix| fix.name == name).map_or(Repair::Wait, Repair::fix))
        }
        Some(_) if args.rehearse => {
            Err(Failure::new(Code::Usage, "a rehearsal has no lab in which a script could do anything")
                .next("--fix reference, --fix none, or no --rehearse"))
        }
        Some(script) => script_at(Path::new(script)).map(Repair::Script),
        None if args.rehearse && !args.healthy => reference(scenario),
        None => Ok(Repair::Wait),
    }
}

/// The first of the scenario's own repairs.
fn reference(scenario: &Scenario) -> Result<Repair, Failure> {
    let none =
        || Failure::new(Code::Usage, "there is nothing to repair in this scenario").next("droplab done --answer …");
    scenario.fixes.first().map(Repair::fix).ok_or_else(none)
}

/// A script must be there before anything is broken.
pub(in crate::cli) fn script_at(path: &Path) -> Result<PathBuf, Failure> {
    std::fs::canonicalize(path).ok().filter(|path| path.is_file()).ok_or_else(|| {
        Failure::new(Code::Usage, format!("--fix: there is no file `{}`", path.display()))
            .next("--fix reference, --fix none, or the path of a script")
    })
}
