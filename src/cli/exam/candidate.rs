//! Who is examined, and how they are started at a page.
//!
//! **Invariant**: a program and an agent get what a person on call gets, and no more: the page, the lab's tools, a shell.

use std::path::{Path, PathBuf};

use super::{
    args::Args,
    left::{self, MARK},
};
use crate::{
    cli::{
        failure::{Code, Failure},
        repairs::script_at,
        service::Service,
    },
    home::{self, Readers},
    model::{exam::STARTER, scenario::Scenario},
};

/// Who repairs.
pub(super) enum Candidate {
    /// A person, in another terminal.
    Person,
    /// Nobody, to try the exam itself.
    Nobody,
    /// Each scenario's own first repair, to try the exam itself.
    Reference,
    /// A program.
    Program(PathBuf),
    /// A command for a shell.
    Agent(String),
    /// An image in the place of a service.
    Service(Service),
}

impl Candidate {
    /// As it was typed. A rehearsal has no lab in which anybody but the reference could do anything.
    pub(super) fn of(args: &Args) -> Result<Self, Failure> {
        let program = args.agent.is_some() || !matches!(args.fix.as_deref(), None | Some("none" | "reference"));
        if args.rehearse && program {
            return Err(Failure::new(Code::Usage, "a rehearsal has no lab in which a program could do anything")
                .next("--fix reference, --fix none, or no --rehearse"));
        }
        if let Some(service) = &args.service {
            return Ok(Self::Service(service.clone()));
        }
        Ok(match (&args.agent, args.fix.as_deref()) {
            (Some(command), _) => Self::Agent(command.clone()),
            (None, Some("none")) => Self::Nobody,
            (None, Some("reference")) => Self::Reference,
            (None, Some(path)) => Self::Program(script_at(Path::new(path))?),
            (None, None) if args.rehearse => Self::Reference,
            (None, None) => Self::Person,
        })
    }

    /// As the result says it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Nobody => "nobody",
            Self::Reference => "reference",
            Self::Program(_) => "program",
            Self::Agent(_) => "agent",
            Self::Service(_) => "service",
        }
    }

    /// Whether something of the candidate's own is started, which may leave something running.
    pub(super) fn is_started(&self) -> bool {
        matches!(self, Self::Program(_) | Self::Agent(_))
    }

    /// What `droplab run --fix` is told; none for a person. What starts a program is written into the run's folder.
    pub(super) fn fix(&self, folder: &Path, scenario: &Scenario) -> Result<Option<String>, Failure> {
        let command = match self {
            Self::Person | Self::Service(_) => return Ok(None),
            Self::Nobody => return Ok(Some("none".to_owned())),
            Self::Reference => return Ok(Some("reference".to_owned())),
            Self::Program(path) => program(path)?,
            Self::Agent(line) => format!("sh -c {}", quoted(line)?),
        };
        let (at_page, starts) = (folder.join("page.txt"), folder.join(STARTER));
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |error| Failure::new(Code::File, format!("write {path}: {error}"))
        };
        home::write_whole(&at_page, &page(scenario), Readers::Owner).map_err(failed(&at_page))?;
        let text = starter(&command, &at_page, &left::mark(folder))?;
        home::write_whole(&starts, &text, Readers::OwnerRuns).map_err(failed(&starts))?;
        Ok(Some(starts.display().to_string()))
    }
}

/// What starts a program: its page on standard input and in a variable, droplab's own words (`ack`, `answer`, `done`) at hand. The mark
/// goes with whatever it starts.
fn starter(command: &str, page: &Path, mark: &str) -> Result<String, Failure> {
    let page = quoted(&page.display().to_string())?;
    let own = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.display().to_string()));
    let own = quoted(&own.unwrap_or_default())?;
    Ok(format!(
        "#!/bin/sh\n\
         DROPLAB_PAGE=$(cat {page})\n\
         {MARK}={mark}\n\
         PATH=\"$PATH\":{own}\n\
         export DROPLAB_PAGE {MARK} PATH\n\
         exec {command} <{page}\n"
    ))
}

/// A file that may be run as it is, or else is a shell's.
fn program(path: &Path) -> Result<String, Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    let runs = path.metadata().is_ok_and(|data| data.permissions().mode() & 0o111 != 0);
    let path = quoted(&path.display().to_string())?;
    Ok(if runs { path } else { format!("sh {path}") })
}

fn quoted(word: &str) -> Result<String, Failure> {
    let word = shlex::try_quote(word).map_err(|error| Failure::new(Code::Usage, format!("{word:?}: {error}")))?;
    Ok(word.into_owned())
}

/// What the person on call reads: never the cause.
fn page(scenario: &Scenario) -> String {
    let page = &scenario.page;
    format!(
        "{:?} {}\nalert: {}\n\n{}\n\nYou are on call, and the lab's kubectl, psql, redis-cli and Kafka's tools are on your PATH. Get it back, and \
         take nothing away.\n\
         droplab ack --impact TEXT             says that you have seen it, and whom it hurts\n\
         droplab answer --component … --mechanism … --trigger … --factor …\n\
         droplab done --words                  the words of an answer\n\
         Say it all before customers have been served again for three minutes: then the run goes on, and you are not waited for.\n",
        page.severity,
        scenario.title.en.trim(),
        page.when,
        scenario.story.en.trim(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_reads_its_page_twice_over() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = crate::store::scenarios::read(None, "payment-pool-exhaustion").unwrap().1;
        let words = "cat >it's; printf %s \"$DROPLAB_PAGE$DROPLAB_SITTING\"";
        let agent = Candidate::Agent(words.replace("it's", "/dev/stdout"));
        let starts = agent.fix(folder.path(), &scenario).unwrap().unwrap();
        let ran = std::process::Command::new(starts).output().unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        assert_eq!(said.matches("P1 Payments fail after a routine deploy").count(), 2, "{said}");
        assert!(said.ends_with(&left::mark(folder.path())), "what it leaves running cannot be told: {said}");
        assert!(!said.contains("pool") && !said.contains("rollout"), "the page gives the cause away: {said}");
    }
}
