//! What `droplab exam run` is told.
//!
//! **Invariant**: a name is one line, and the same name whatever blanks stand around it.

use std::path::PathBuf;

use crate::{
    cli::{report::Wanted, service::Service},
    model::units::Rate,
};

/// Arguments of `droplab exam run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab exam run exams/smoke.yaml --candidate anna                   you repair, in another terminal
  droplab exam run exams/smoke.yaml --candidate ci --fix ./repair.sh --out results --format junit,github-summary
  droplab exam run exams/smoke.yaml --candidate bot --agent 'my-agent --shell'
  droplab exam run exams/service.yaml --service storefront=my/storefront:42   does my image survive?
  droplab exam run exams/smoke.yaml --fix reference --rehearse         see it in seconds, without Docker
  droplab exam run class.yaml --key exam.key --identity seal.key       signed, with sealed scenarios

Exit 0 passed, 1 failed, 3 incomplete (the lab erred twice where it would decide), 4 lab left unhealed, 130 stopped and healed.")]
pub struct Args {
    /// The exam's file
    pub exam: PathBuf,
    /// Who is examined: the seed is theirs alone
    #[arg(long, value_name = "NAME", default_value = "unnamed", value_parser = name)]
    pub candidate: String,
    /// Who repairs: a program of the candidate's, started at each page; `reference` or `none` to try the exam itself; by default you do,
    /// by hand
    #[arg(long, value_name = "none|reference|PROGRAM", conflicts_with = "agent")]
    pub fix: Option<String>,
    /// The candidate is this command, for `sh -c`: the page on its standard input and in `DROPLAB_PAGE`, the lab's tools on its PATH
    #[arg(long, value_name = "COMMAND")]
    pub agent: Option<String>,
    /// The candidate is an image in the place of a service: everything is played on it, and nobody repairs
    #[arg(long, value_name = "ROLE=IMAGE", conflicts_with_all = ["fix", "agent", "rehearse"])]
    pub service: Option<Service>,
    /// Play on a fake lab: no Docker, seconds, and a result about nothing real
    #[arg(long)]
    pub rehearse: bool,
    /// Where the result and each run's folder go
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The key that signs the result
    #[arg(long, value_name = "FILE", env = "DROPLAB_EXAM_KEY")]
    pub key: Option<String>,
    /// The key that opens sealed scenarios
    #[arg(long, value_name = "FILE", env = "DROPLAB_EXAM_IDENTITY")]
    pub identity: Option<String>,
    /// Which reports each run leaves [default: json,markdown,junit,html]
    #[arg(long = "format", value_enum, value_name = "FORMAT", value_delimiter = ',')]
    pub formats: Vec<Wanted>,
    /// Requests a second of the traffic that decides, for a small machine
    #[arg(long, value_name = "RATE")]
    pub rate: Option<Rate>,
}

/// Who is examined, as one line: the seed hangs on it.
fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err("expected a name of 1 to 200 letters on one line".to_owned());
    }
    Ok(name.to_owned())
}
