//! The command line as it was typed, with what variables say.
//!
//! **Invariant**: a variable that is empty says nothing, as a CI server leaves an input that nobody set; no word can be typed that is a bug.

use std::ffi::OsStr;

use clap::{ColorChoice, Command, CommandFactory as _, FromArgMatches as _};

use super::args::Cli;

/// Read it. What cannot be read ends here: with a sentence, and exit code 2.
pub(super) fn read() -> Cli {
    let matches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut command()).exit())
}

/// All its words, for the log.
pub(super) fn line() -> String {
    let words: Vec<_> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// What can be typed. Help and complaints are printed before any flag is read, so that the words themselves must tell about colour.
fn command() -> Command {
    let command = without_empty_variables(Cli::command());
    let plain = std::env::args_os().any(|word| word == "--no-color");
    if plain { command.color(ColorChoice::Never) } else { command }
}

/// The same, where an empty variable is none.
fn without_empty_variables(command: Command) -> Command {
    let told = command.mut_args(|argument| {
        let is_empty = argument.get_env().is_some_and(is_empty);
        if is_empty { argument.env(None::<&'static str>) } else { argument }
    });
    told.mut_subcommands(without_empty_variables)
}

fn is_empty(variable: &OsStr) -> bool {
    std::env::var_os(variable).is_some_and(|value| value.is_empty())
}
