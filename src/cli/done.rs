//! `droplab done`: the person names the cause of the run that goes on, and with that ends it.
//!
//! **Invariant**: only words of the vocabulary are taken; a word that is none ends nothing.

use super::{
    cause::{self, CauseArgs},
    exit::Exit,
    failure::Failure,
    flags::Global,
    said, screen,
};
use crate::model::{
    diagnosis::{COMPONENTS, FACTORS, MECHANISMS, TRIGGERS},
    said::Said,
};

/// Arguments of `droplab done`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab done --component alert --mechanism noisy-cause-alert
  droplab done --component payment --mechanism connection-pool-exhaustion --trigger deploy --factor no-canary
  droplab done --words        every word that may be used

Ends the run that waits for you, in another terminal; its verdict follows there.")]
pub struct Args {
    /// What is named
    #[command(flatten)]
    pub cause: CauseArgs,
    /// The vocabulary
    #[arg(long)]
    pub words: bool,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if args.words {
        let lists = [("component", COMPONENTS), ("mechanism", MECHANISMS), ("trigger", TRIGGERS), ("factor", FACTORS)];
        for (field, words) in lists {
            screen::result(&format!("--{field}\n  {}", words.join("\n  ")));
        }
        return Ok(Exit::Pass);
    }
    let answer = cause::known(args.cause.answer().ok_or_else(|| cause::names_nothing("done"))?)?;
    let run = said::hand_over(said::live(global)?, &Said::Done { answer }).await?;
    screen::result(&format!("answered: {}", run.id));
    Ok(Exit::Pass)
}
