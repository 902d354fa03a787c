//! A fault's own arguments: one subcommand for each, made from the manual.
//!
//! **Invariant**: what is typed here and what stands in a scenario are read by the same code, so they mean the same.

use clap::{Arg, ArgMatches, Command};

use crate::{
    cli::failure::{Code, Failure},
    faults::{
        manual::FAULTS,
        parameters::{Manual, Parameter},
    },
    model::fault::FaultSpec,
    store::typed,
};

/// A fault as it was typed.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    key: &'static str,
    values: Vec<(&'static str, String, bool)>,
}

impl Typed {
    /// Read it as a scenario's file would be read.
    pub(super) fn read(&self) -> Result<FaultSpec, Failure> {
        typed::fault(self.key, &self.values)
            .map_err(|why| Failure::new(Code::Usage, why).next(format!("droplab fault inject {} --help", self.key)))
    }
}

/// One subcommand for each fault.
pub(super) fn subcommands(common: impl Fn(Command) -> Command) -> Vec<Command> {
    FAULTS.iter().map(|manual| common(subcommand(manual))).collect()
}

fn subcommand(manual: &'static Manual) -> Command {
    let example = format!(
        "Example:\n  droplab fault inject {}{}{} --for 30s\n\nIf droplab dies: {}\nManual: docs/faults.md#{}",
        manual.key,
        if manual.example.is_empty() { "" } else { " " },
        manual.example,
        without_droplab(manual.expiry),
        manual.key
    );
    Command::new(manual.key).about(manual.about).after_help(example).args(manual.parameters.iter().map(argument))
}

/// What becomes of a fault whose droplab has died, from what the manual says of its expiry.
fn without_droplab(expiry: &str) -> String {
    match expiry.split_once(": ") {
        Some(("none", why)) => format!("it stays until you take it back ({why})"),
        Some(("none needed", why)) => format!("there is nothing to take back ({why})"),
        _ => format!("it ends by itself ({expiry})"),
    }
}

fn argument(parameter: &'static Parameter) -> Arg {
    let arg = Arg::new(parameter.name)
        .long(parameter.name)
        .help(parameter.help)
        .required(!parameter.optional)
        .help_heading("This fault");
    if parameter.value.contains('|') {
        let words: Vec<&'static str> = parameter.value.split('|').collect();
        arg.value_parser(clap::builder::PossibleValuesParser::new(words))
    } else {
        // An offset may begin with a minus, and so may a value.
        arg.value_name(parameter.value).allow_hyphen_values(matches!(parameter.value, "OFFSET" | "VALUE"))
    }
}

/// What was typed for the chosen fault.
pub(super) fn chosen(key: &str, matches: &ArgMatches) -> Option<Typed> {
    let manual = crate::faults::manual::of(key)?;
    let value = |parameter: &Parameter| {
        let value = matches.get_one::<String>(parameter.name)?;
        Some((parameter.name, value.clone(), parameter.is_bare()))
    };
    Some(Typed { key: manual.key, values: manual.parameters.iter().filter_map(value).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_help_tells_what_becomes_of_the_fault() {
        let told = |key: &str| without_droplab(crate::faults::manual::of(key).unwrap().expiry);
        assert_eq!(told("deploy-version"), "it stays until you take it back (it lives in what the person owns)");
        assert_eq!(told("kill-pod"), "there is nothing to take back (over at once)");
        assert_eq!(told("cut-link"), "it ends by itself (kernel: nftables set timeout)");
        assert!(FAULTS.iter().all(|fault| !without_droplab(fault.expiry).contains("none")));
    }
}
