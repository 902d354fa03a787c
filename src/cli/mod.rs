//! The command line: the only composer.
//!
//! **Invariant**: results go to stdout, everything else to stderr; a command ends in one [`exit::Exit`].

pub mod ack;
pub mod answer;
pub mod args;
pub mod cause;
mod child;
pub mod completion;
pub mod conform;
pub mod connect;
mod crowds;
pub mod doctor;
pub mod done;
pub mod down;
pub mod env;
pub mod exam;
pub mod exit;
pub mod failure;
pub mod fault;
mod flags;
pub mod heal;
mod health;
pub mod hint;
pub mod interrupt;
pub mod judge;
mod keys;
pub mod lab;
pub mod lint;
pub mod list;
pub mod overrides;
pub mod plan;
pub mod postmortem;
pub mod repairs;
pub mod report;
pub mod reset;
mod room;
pub mod run;
mod said;
pub mod screen;
mod service;
pub mod shell;
pub mod show;
pub mod status;
pub mod steps;
mod typed;
pub mod up;
mod watcher;

use std::{panic::AssertUnwindSafe, process::ExitCode};

use clap::CommandFactory as _;
use futures::FutureExt as _;

use args::{Cli, Verb};
use exit::Exit;
use failure::Failure;
use flags::Global;

use crate::log;

/// Run the command line.
pub fn main() -> ExitCode {
    let cli = typed::read();
    let global = cli.global.clone();
    screen::prepare(&global);
    log::begin(global.verbose);
    tracing::debug!(version = env!("CARGO_PKG_VERSION"), process = std::process::id(), "droplab {}", typed::line());
    let outcome = match runtime(&cli) {
        Ok(runtime) => runtime.block_on(AssertUnwindSafe(dispatch(cli)).catch_unwind()),
        Err(error) => Ok(Err(Failure::new(failure::Code::LabError, format!("starting threads: {error}")))),
    };
    finish(&global, outcome)
}

/// All the machine's threads for a real lab; for a rehearsal one thread and a clock that skips what nobody waits for.
fn runtime(cli: &Cli) -> std::io::Result<tokio::runtime::Runtime> {
    if cli.verb.rehearses() {
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()
    } else {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()
    }
}

/// One verb, one file.
async fn dispatch(cli: Cli) -> Result<Exit, Failure> {
    let global = &cli.global;
    match cli.verb {
        Verb::Doctor(args) => doctor::main(global, &args).await,
        Verb::Up(args) => up::main(global, &args).await,
        Verb::Down(args) => down::main(global, &args).await,
        Verb::Status(args) => status::main(global, &args).await,
        Verb::Reset(args) => reset::main(global, &args).await,
        Verb::Env(args) => env::main(global, &args).await,
        Verb::Shell(args) => shell::main(global, &args).await,
        Verb::Completion(args) => completion::main(Cli::command(), &args),
        Verb::List(args) => list::main(global, &args).await,
        Verb::Show(args) => show::main(global, &args),
        Verb::Plan(args) => plan::main(global, &args).await,
        Verb::Run(args) => run::main(global, &args).await,
        Verb::Fault(args) => fault::main(global, &args).await,
        Verb::Conform(args) => conform::main(global, &args).await,
        Verb::Exam(args) => exam::main(global, &args).await,
        Verb::Ack(args) => ack::main(global, &args).await,
        Verb::Answer(args) => answer::main(global, &args).await,
        Verb::Done(args) => done::main(global, &args).await,
        Verb::Hint(args) => hint::main(global, &args).await,
        Verb::Lint(args) => lint::main(global, &args),
        Verb::Heal(args) => heal::main(global, &args).await,
        Verb::Judge(args) => judge::main(global, &args),
        Verb::Report(args) => report::main(global, &args),
        Verb::Postmortem(args) => postmortem::main(global, &args).await,
    }
}

/// One failure, as whoever reads it wants it.
fn tell(global: &Global, failure: &Failure) {
    let text = if global.json() { failure.json().to_string() } else { failure.text() };
    screen::note(text.trim_end());
}

/// The one place where failures and bugs are shown.
fn finish(global: &Global, outcome: std::thread::Result<Result<Exit, Failure>>) -> ExitCode {
    match outcome {
        Ok(Ok(exit)) => {
            let Some(why) = screen::lost() else { return exit.into() };
            let failure = Failure::new(failure::Code::File, format!("write a result to standard output: {why}"));
            let failure = failure.next("make room where it goes to, then ask for it again");
            tell(global, &failure);
            // What the command itself came to counts for more, unless that was well.
            let exit = if exit == Exit::Pass { failure.exit() } else { exit };
            exit.into()
        }
        Ok(Err(failure)) => {
            tell(global, &failure);
            failure.exit().into()
        }
        Err(_) => {
            screen::note(
                "DL-BUG: this is a bug in droplab, and nothing you did\n  \
                 next: droplab heal   (takes out what the run may have left), then report the lines above",
            );
            Exit::Bug.into()
        }
    }
}
