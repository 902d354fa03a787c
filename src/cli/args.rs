//! What can be typed: the command line and its verbs.
//!
//! **Invariant**: arguments are what to work on, flags are how; each verb's own flags live in its file.

use clap::{Parser, Subcommand};

use super::{
    ack, answer, completion, conform, doctor, done, down, env, exam, fault, flags::Global, heal, hint, judge, lint,
    list, plan, postmortem, report, reset, run, shell, show, status, up,
};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "droplab",
    version,
    about = "Drops production on a laptop and lets a person get it back.",
    after_help = "First steps:\n  \
        droplab run payment-pool-exhaustion --rehearse   see an incident in seconds, without Docker\n  \
        droplab up                                       bring the real lab up\n  \
        droplab run payment-pool-exhaustion              break it, and get it back with kubectl and psql\n\n\
        Exit codes: 0 pass · 1 fail · 2 usage · 3 unknown or the lab's own error · 4 lab left unhealed ·\n            \
        5 this host cannot · 70 a bug · 130 interrupted and healed"
)]
pub struct Cli {
    /// Flags that every verb takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Say what this host can and cannot do, and what would help
    Doctor(doctor::Args),
    /// Bring the lab up; a lab that is up is left alone, one that was stopped is repaired
    Up(up::Args),
    /// Take the lab down and forget it
    Down(down::Args),
    /// Ask every component of the lab whether it does what it is there for
    Status(status::Args),
    /// Put back everything that was changed in the lab, and keep the data
    Reset(reset::Args),
    /// Print variables for kubectl, psql, redis-cli and Kafka's tools: eval "$(droplab env)"
    Env(env::Args),
    /// Open the real client inside of the lab, or a shell with the lab's variables
    Shell(shell::Args),
    /// List the incidents that can be played
    List(list::Args),
    /// Show what the person on call is told about an incident
    Show(show::Args),
    /// Compile an incident against the lab, and do nothing (a dry run)
    Plan(plan::Args),
    /// Break the lab, watch the customers, wait for the repair, judge
    Run(run::Args),
    /// Acknowledge the page of the run that goes on, and say whom it hurts
    Ack(ack::Args),
    /// Name the cause of the run that goes on; it goes on
    Answer(answer::Args),
    /// Say that the repair is finished; where there is nothing to repair, name the cause and end the run
    Done(done::Args),
    /// Tell the next hint that fits the run that goes on, and count it there
    Hint(hint::Args),
    /// Play a scenario in every way that it must pass or fail, and say whether it is honest
    Conform(conform::Args),
    /// Examine a candidate by several incidents, sign the result, check one that is signed
    Exam(exam::Args),
    /// Check scenario files; needs no lab
    Lint(lint::Args),
    /// Put one fault in by hand, list faults, take one out
    Fault(fault::Args),
    /// Take out whatever an earlier run left in the lab
    Heal(heal::Args),
    /// Judge an earlier run again, from its journal
    Judge(judge::Args),
    /// Print an earlier run's report
    Report(report::Args),
    /// Write down what was learned from a run, and have it reviewed
    Postmortem(postmortem::Args),
    /// Print completion for a shell
    Completion(completion::Args),
}

impl Verb {
    /// Whether the verb plays on the fake lab, whose time is not the machine's.
    pub fn rehearses(&self) -> bool {
        match self {
            Self::Run(args) => args.rehearse,
            Self::Plan(args) => args.rehearse,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// It said that it names the cause and ends the run, long after a repair was called done by it.
    #[test]
    fn the_list_of_verbs_says_what_done_does() {
        let line = Cli::command();
        let about = line.find_subcommand("done").and_then(clap::Command::get_about).unwrap().to_string();
        assert!(about.starts_with("Say that the repair is finished"), "{about}");
    }
}
