//! `droplab fault`: one fault by hand, without a scenario around it.
//!
//! **Invariant**: as in a run, the way back is on disk before the blow; a fault that nobody renews ends by itself.

mod arguments;
mod inject;
mod list;
mod notes;
pub(super) mod turns;

use super::{exit::Exit, failure::Failure, flags::Global, heal::healed_by_name};

/// Arguments of `droplab fault`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Put a fault in, hold it, and take it out at the end or at Ctrl-C
    Inject(inject::Args),
    /// List the faults there are, and those that are in this lab
    List(list::Args),
    /// Take a fault out before its time
    Heal(HealArgs),
}

/// Arguments of `droplab fault heal`.
#[derive(Debug, clap::Args)]
pub struct HealArgs {
    /// Its id, as `droplab fault list` shows it
    pub id: String,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::Inject(args) => inject::main(global, args).await,
        What::List(args) => Ok(list::main(global, args)),
        What::Heal(args) => healed_by_name(global, &args.id).await,
    }
}
