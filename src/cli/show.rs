//! `droplab show` (under construction).

use super::{args::Global, exit::Exit, failure::Failure};

/// Arguments of `droplab show`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The verb.
pub fn main(_global: &Global, _args: &Args) -> Result<Exit, Failure> {
    Ok(Exit::Pass)
}
