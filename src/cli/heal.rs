//! `droplab heal` (under construction).

use super::{args::Global, exit::Exit, failure::Failure};

/// Arguments of `droplab heal`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The verb.
#[expect(clippy::unused_async, reason = "under construction")]
pub async fn main(_global: &Global, _args: &Args) -> Result<Exit, Failure> {
    Ok(Exit::Pass)
}
