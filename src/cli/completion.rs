//! `droplab completion`: completion for a shell.
//!
//! **Invariant**: made from the same definitions that parse the command line.

use clap_complete::Shell;

use super::{exit::Exit, failure::Failure, screen};

/// Arguments of `droplab completion`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which shell: bash, zsh, fish, powershell, elvish
    pub shell: Shell,
}

/// The verb, for this command line.
pub fn main(mut typed: clap::Command, args: &Args) -> Result<Exit, Failure> {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut typed, "droplab", &mut out);
    screen::result(String::from_utf8_lossy(&out).trim_end());
    Ok(Exit::Pass)
}
