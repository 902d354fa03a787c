//! `droplab exam seal`: a scenario that nobody reads before it is played.
//!
//! **Invariant**: only a scenario that could be played is sealed; no file is written over.

use std::{io::Write as _, path::PathBuf};

use crate::{
    cli::{
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        screen,
    },
    plan,
    store::{scenarios, sealed},
};

/// Arguments of `droplab exam seal`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab exam seal night-shift.yaml --for seal.pub -o q1.sealed
  droplab exam seal night-shift.yaml --for age1… -o q1.sealed

The result calls it by the sealed file's name: one that gives nothing away. `age` opens it as well: age -d -i seal.key q1.sealed")]
pub struct Args {
    /// The scenario's file
    pub scenario: PathBuf,
    /// The examiner's key that seals: seal.pub, or what is in it
    #[arg(long = "for", value_name = "KEY")]
    pub public: String,
    /// The sealed file: NAME.sealed
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    pub out: PathBuf,
}

/// The verb.
pub(super) fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if args.out.extension().is_none_or(|extension| extension != sealed::EXTENSION) {
        let why = format!("{}: expected a name that ends in .{}", args.out.display(), sealed::EXTENSION);
        return Err(Failure::new(Code::Usage, why));
    }
    let (id, scenario, text) = scenarios::read_file(&args.scenario)?;
    let doubts = plan::lint(&scenario);
    if !doubts.is_empty() {
        let said: Vec<_> = doubts.iter().map(|doubt| format!("{id}: {doubt}")).collect();
        return Err(Failure::new(Code::ScenarioInvalid, said.join("\n")).next("droplab lint FILE"));
    }
    let refused = |why: String| Failure::new(Code::KeyInvalid, format!("--for: {why}"));
    let sealed = sealed::seal(&text, &sealed::public(&args.public)?)
        .map_err(|why| refused(why).next("--for seal.pub   (droplab exam keygen DIR makes it)"))?;
    let failed = |error: std::io::Error| Failure::io("write", &args.out, &error);
    let mut file = std::fs::File::create_new(&args.out).map_err(failed)?;
    file.write_all(sealed.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let file = args.out.display().to_string();
    let json = || serde_json::json!({ "file": &file, "scenario": id }).to_string();
    screen::result(&if global.json() { json() } else { file.clone() });
    Ok(Exit::Pass)
}
