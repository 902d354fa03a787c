//! `droplab postmortem review`: points by the rubric, and the answer of somebody who has read many of these.
//!
//! **Invariant**: the review is kept in the run's folder, and every card that is written from then on takes its points from there.

use std::path::{Path, PathBuf};

use super::{
    super::{
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        judge::found,
        screen,
    },
    comment::{Comment, Model},
    kept, new, shown,
};
use crate::{
    model::{timeline::Timeline, verdict::Verdict},
    postmortem::{self, Document, Facts},
    report::{self, Format},
    store::runs::RunDir,
};

/// Arguments of `droplab postmortem review`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab postmortem review postmortem.md                  of the run that its front matter names
  droplab postmortem review postmortem.md --run ./evidence
  droplab postmortem review postmortem.md --at-least 70    exit 1 below that, for a pipeline
  droplab postmortem review postmortem.md --json
  droplab postmortem review postmortem.md --llm http://127.0.0.1:11434/v1 --llm-model qwen3

English and Russian are read; the answer is in the language of the file. Style and insight are not measured.")]
pub struct Args {
    /// The postmortem
    pub file: PathBuf,
    /// A run's name, folder or journal; the one that the file names when left out
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Fail with fewer points than this
    #[arg(long, value_name = "POINTS", value_parser = clap::value_parser!(u32).range(0..=100))]
    pub at_least: Option<u32>,
    /// Whether an LLM comments
    #[command(flatten)]
    pub model: Model,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let model = args.model.endpoint()?;
    let text = content(&args.file)?;
    let document = parsed(&args.file, &text)?;
    let (run, timeline, verdict) = found_for(&document, &args.file, args.run.as_deref())?;
    let facts = facts_of(&document, &args.file, &run, &timeline, &verdict)?;
    let review = postmortem::review(&document, &facts, &kept::tried(&run.path)?);
    kept::keep(&run.path, &review)?;
    let verdict = kept::learned(&run.path, verdict.clone())?;
    refresh(&run, &timeline, &verdict)?;
    let comment = match &model {
        Some(model) => Some(Comment::of(model, &String::from_utf8_lossy(&text), &review).await),
        None => None,
    };
    if global.json() {
        let mut json = serde_json::to_value(&review).unwrap_or_default();
        json["score"] = serde_json::to_value(&verdict.score).unwrap_or_default();
        if let Some(comment) = &comment {
            json["comment"] = comment.json();
        }
        screen::result(&serde_json::to_string_pretty(&json).unwrap_or_default());
    } else {
        screen::result(&shown::review(&review, &args.file));
        if let Some(comment) = &comment {
            screen::result(&comment.shown(&review));
        }
        screen::result(report::card(&verdict).trim_end());
    }
    Ok(if args.at_least.is_some_and(|least| review.points < least) { Exit::Fail } else { Exit::Pass })
}

/// What stands before every problem of the front matter's `run`, and the run that it names.
fn named(document: &Document, file: &Path) -> (String, String) {
    let (line, run) = document.front.get("run").map_or((1, ""), |(line, run)| (*line, run.as_str()));
    (format!("{}:{line}:1", file.display()), run.to_owned())
}

/// The run that a postmortem is about: the one that was asked for, the one of the name that it has, or the one beside it.
pub(super) fn found_for(
    document: &Document,
    file: &Path,
    run: Option<&str>,
) -> Result<(RunDir, Timeline, Verdict), Failure> {
    let (place, named) = named(document, file);
    if named.is_empty() {
        let why = format!("{place}: the front matter names no run: expected `run: NAME`");
        return Err(Failure::new(Code::PostmortemInvalid, why).next("droplab postmortem new"));
    }
    match found(Some(run.unwrap_or(&named))) {
        Err(unknown) if run.is_none() && unknown.code == Code::RunUnknown => match kept::journal_beside(file, &named) {
            Some(journal) => found(Some(&journal)),
            None => Err(unknown.next("--run FOLDER, where the journal of that run is")),
        },
        other => other,
    }
}

/// What the journal knows of it; refused, if it is another run's, or has no end.
pub(super) fn facts_of<'a>(
    document: &Document,
    file: &Path,
    run: &RunDir,
    timeline: &'a Timeline,
    verdict: &'a Verdict,
) -> Result<Facts<'a>, Failure> {
    let no_run = || Failure::new(Code::JournalInvalid, format!("{} holds no run", run.journal().display()));
    let facts = Facts::of(timeline, verdict).ok_or_else(no_run)?;
    new::whole(&facts, &run.journal())?;
    let (place, named) = named(document, file);
    if named != facts.run {
        let why = format!("{place}: it is about run {named}, and not about {}", facts.run);
        return Err(Failure::new(Code::PostmortemInvalid, why));
    }
    Ok(facts)
}

pub(super) fn read(path: &Path) -> Result<Document, Failure> {
    parsed(path, &content(path)?)
}

fn content(path: &Path) -> Result<Vec<u8>, Failure> {
    if !path.is_file() {
        return Err(
            Failure::new(Code::Usage, format!("there is no file `{}`", path.display())).next("droplab postmortem new")
        );
    }
    let failed = |error| Failure::new(Code::File, format!("read {}: {error}", path.display()));
    std::fs::read(path).map_err(failed)
}

fn parsed(path: &Path, content: &[u8]) -> Result<Document, Failure> {
    postmortem::parse(content).map_err(|problem| {
        Failure::new(Code::PostmortemInvalid, format!("{}:{problem}", path.display()))
            .next("droplab postmortem new --help")
    })
}

/// Reports that lie beside the journal say the same as the card.
fn refresh(run: &RunDir, timeline: &Timeline, verdict: &Verdict) -> Result<(), Failure> {
    let there: Vec<Format> =
        Format::ALL.into_iter().filter(|format| run.path.join(format.file_name()).exists()).collect();
    let reports = report::render(&there, timeline, verdict);
    let plain = reports.into_iter().map(|(name, text)| (name, anstream::adapter::strip_str(&text).to_string()));
    run.write_reports(&plain.collect::<Vec<_>>())?;
    Ok(())
}
