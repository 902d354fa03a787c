//! `droplab report`: an earlier run, written for whoever reads it.
//!
//! **Invariant**: from the journal alone; the exit code says only whether there was something to report.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    judge::judged,
    screen,
};
use crate::{report::Format, store};

/// Arguments of `droplab report`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab report                                      the latest run, as Markdown
  droplab report ./evidence --format junit            for a CI server
  droplab report ./evidence --format html > run.html  one page with plots, that needs no network
  droplab report --format html,csv,junit --out ./reports
  droplab report --format github-summary >> \"$GITHUB_STEP_SUMMARY\"
  droplab report --format human                       as the run itself printed it")]
pub struct Args {
    /// A run's name, folder or journal; the latest when left out
    pub run: Option<String>,
    /// How it is written; several of them need --out [default: markdown]
    #[arg(long = "format", value_enum, value_delimiter = ',', value_name = "FORMAT")]
    pub formats: Vec<Wanted>,
    /// A folder for the files, instead of stdout
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    /// For a file or a ticket.
    Markdown,
    /// For a terminal.
    Human,
    /// For a machine: verdict.json.
    Json,
    /// For a CI server.
    Junit,
    /// For a browser: one file, with plots.
    Html,
    /// For the page of a CI job: one table.
    GithubSummary,
    /// For a spreadsheet: every second.
    Csv,
    /// For GitHub Classroom's reporter.
    Classroom,
}

impl Wanted {
    /// The format itself.
    pub fn format(self) -> Format {
        match self {
            Self::Markdown => Format::Markdown,
            Self::Human => Format::Human,
            Self::Json => Format::Json,
            Self::Junit => Format::Junit,
            Self::Html => Format::Html,
            Self::GithubSummary => Format::GithubSummary,
            Self::Csv => Format::Csv,
            Self::Classroom => Format::Classroom,
        }
    }
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let mut formats: Vec<_> = args.formats.iter().map(|wanted| wanted.format()).collect();
    if formats.is_empty() {
        // A format that was asked for by its name counts before a variable.
        formats.push(if global.json() && args.out.is_none() { Format::Json } else { Format::Markdown });
    }
    if formats.len() > 1 && args.out.is_none() {
        return Err(Failure::new(Code::Usage, "several formats need a folder").next("droplab report --out DIR"));
    }
    let (timeline, verdict) = judged(global, args.run.as_deref())?;
    screen::annotate(global, &verdict);
    let Some(folder) = &args.out else {
        for format in formats {
            screen::result(format.render(&timeline, &verdict).trim_end());
        }
        return Ok(Exit::Pass);
    };
    std::fs::create_dir_all(folder).map_err(|error| Failure::io("create", folder, &error))?;
    let mut written = Vec::new();
    for (name, content) in crate::report::render(&formats, &timeline, &verdict) {
        let path = folder.join(name);
        store::write_whole(&path, &anstream::adapter::strip_str(&content).to_string())?;
        written.push(path.display().to_string());
    }
    let json = || serde_json::to_string_pretty(&written).unwrap_or_default();
    screen::result(&if global.json() { json() } else { written.join("\n") });
    Ok(Exit::Pass)
}

/// What is written beside the journal.
pub(super) fn formats(wanted: &[Wanted]) -> Vec<Format> {
    if wanted.is_empty() {
        return Format::USUAL.to_vec();
    }
    let mut formats = vec![Format::Json];
    for format in wanted.iter().map(|wanted| wanted.format()) {
        if !formats.contains(&format) {
            formats.push(format);
        }
    }
    formats
}
