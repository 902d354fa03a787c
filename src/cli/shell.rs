//! `droplab shell`: the real client inside of the lab, or a shell that has the lab's variables.
//!
//! **Invariant**: droplab's process becomes the client's, so that terminal, signals and exit code are the client's own.

use std::{io::IsTerminal as _, os::unix::process::CommandExt as _, path::Path, process::Command};

use clap::ValueEnum;

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
};
use crate::lab::{Lab, access::wrappers};

/// Arguments of `droplab shell`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Whose client; without it, a shell on this machine that has the lab's variables
    pub target: Option<Target>,
    /// What to hand to the client, as in `droplab shell postgres -- -c 'select 1'`
    #[arg(last = true)]
    pub arguments: Vec<String>,
}

/// What has a client in the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Target {
    /// psql on the primary
    Postgres,
    /// redis-cli on the primary
    Redis,
    /// A shell in a broker, with Kafka's tools
    Kafka,
    /// A shell in an edge server
    Nginx,
}

impl Target {
    /// The Service whose pod is entered, and the client with what it has to be told.
    fn client(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Postgres => ("service/postgres", &["env", "PGUSER=postgres", "PGDATABASE=shop", "psql"]),
            Self::Redis => ("service/redis", &["redis-cli"]),
            Self::Kafka => ("service/kafka", &["bash"]),
            Self::Nginx => ("service/nginx", &["bash"]),
        }
    }
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let lab = Lab::connect(&global.lab).await?;
    wrappers::write(&lab.layout, &lab.state)?;
    let mut command = match args.target {
        Some(target) => inside(&lab, target, &args.arguments),
        None => beside(&lab, &args.arguments)?,
    };
    command.envs(lab.environment());
    // Only returns when it could not be started.
    let error = command.exec();
    let program = command.get_program().to_string_lossy().into_owned();
    Err(Failure::new(Code::LabError, format!("starting {program}: {error}")))
}

/// The client in its pod.
fn inside(lab: &Lab, target: Target, arguments: &[String]) -> Command {
    let (service, client) = target.client();
    let watched = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut command = Command::new(lab.program("kubectl"));
    command.args(["exec", "--quiet", if watched { "-it" } else { "-i" }, service, "--"]);
    // A shell that is told words runs them as a command.
    let is_shell = client == ["bash"];
    if !is_shell || arguments.is_empty() {
        command.args(client);
    }
    command.args(arguments);
    command
}

/// The person's own shell, with the lab's name before the prompt.
fn beside(lab: &Lab, arguments: &[String]) -> Result<Command, Failure> {
    if let Some((program, rest)) = arguments.split_first() {
        let mut command = Command::new(program);
        command.args(rest);
        return Ok(command);
    }
    let shell = std::env::var("SHELL").unwrap_or_else(|_| "/bin/sh".to_owned());
    let tag = format!("({}) ", lab.layout.name);
    let mut command = Command::new(&shell);
    match Path::new(&shell).file_name().and_then(|name| name.to_str()) {
        Some("bash") => {
            let text = format!("[ -f ~/.bashrc ] && . ~/.bashrc\nPATH=\"$DROPLAB_PATH\"\nPS1='{tag}'\"$PS1\"\n");
            lab.state.write("shell/bashrc", &text)?;
            command.arg("--rcfile").arg(lab.state.path("shell/bashrc"));
        }
        Some("zsh") => {
            let text = "ZDOTDIR=$HOME; [ -f ~/.zshrc ] && . ~/.zshrc\nPATH=\"$DROPLAB_PATH\"\n".to_owned()
                + &format!("PROMPT='{tag}'\"$PROMPT\"\n");
            lab.state.write("shell/.zshrc", &text)?;
            command.env("ZDOTDIR", lab.state.path("shell"));
        }
        _ => {
            command.env("PS1", format!("{tag}$ "));
        }
    }
    // A start file may put its own folders first: the lab's are put back before them.
    let path = lab.environment().into_iter().find(|(name, _)| *name == "PATH").map(|(_, value)| value);
    command.env("DROPLAB_PATH", path.unwrap_or_default());
    Ok(command)
}
