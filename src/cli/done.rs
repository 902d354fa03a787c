//! `droplab done`: the person names the cause of the run that goes on, and with that ends it.
//!
//! **Invariant**: only words of the vocabulary are taken; a word that is none ends nothing.

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    said, screen,
};
use crate::model::{
    diagnosis::{Answer, COMPONENTS, FACTORS, MECHANISMS, TRIGGERS},
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
    /// Which part is at fault
    #[arg(long, value_name = "WORD")]
    pub component: Option<String>,
    /// What happened in it
    #[arg(long, value_name = "WORD")]
    pub mechanism: Option<String>,
    /// What set it off
    #[arg(long, value_name = "WORD")]
    pub trigger: Option<String>,
    /// What made it possible or worse; as often as you like
    #[arg(long = "factor", value_name = "WORD")]
    pub factors: Vec<String>,
    /// The vocabulary
    #[arg(long)]
    pub words: bool,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if args.words {
        let lists = [("component", COMPONENTS), ("mechanism", MECHANISMS), ("trigger", TRIGGERS), ("factor", FACTORS)];
        for (field, words) in lists {
            screen::result(&format!("--{field}\n  {}", words.join("\n  ")));
        }
        return Ok(Exit::Pass);
    }
    let answer = Answer {
        component: args.component.clone(),
        mechanism: args.mechanism.clone(),
        trigger: args.trigger.clone(),
        factors: args.factors.clone(),
    };
    if answer == Answer::default() {
        return Err(Failure::new(Code::Usage, "an answer names something").next("droplab done --help"));
    }
    let doubts = answer.doubts();
    if !doubts.is_empty() {
        return Err(Failure::new(Code::Usage, doubts.join("\n")).next("droplab done --words"));
    }
    let run = said::hand_over(global, &Said::Done { answer })?;
    screen::result(&format!("answered: {}", run.id));
    Ok(Exit::Pass)
}
