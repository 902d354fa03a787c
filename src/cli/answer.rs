//! `droplab answer`: the person names the cause of the run that goes on; the run goes on.
//!
//! **Invariant**: only words of the vocabulary are taken; without a terminal nothing is asked.

use std::{
    io::{BufRead as _, IsTerminal as _},
    path::PathBuf,
};

use super::{
    cause::{self, CauseArgs},
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    said, screen,
};
use crate::model::{
    diagnosis::{Answer, COMPONENTS, FACTORS, MECHANISMS, TRIGGERS},
    said::Said,
};

/// Arguments of `droplab answer`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab answer                                       a form, on a terminal
  droplab answer --component payment --mechanism slow-query --trigger deploy --factor no-canary
  droplab answer --file answer.json                    {\"component\": \"payment\", …, \"factors\": []}

The run goes on; the last answer counts. Every word that may be used: droplab done --words")]
pub struct Args {
    /// What is named
    #[command(flatten)]
    pub cause: CauseArgs,
    /// All of it from a JSON file; `-` is the standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["component", "mechanism", "trigger", "factors"])]
    pub file: Option<PathBuf>,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let answer = cause::known(answer(args)?)?;
    let run = said::hand_over(said::live(global)?, &Said::Diagnosed { answer }).await?;
    screen::result(&format!("answered: {}; the run goes on", run.id));
    Ok(Exit::Pass)
}

fn answer(args: &Args) -> Result<Answer, Failure> {
    if let Some(path) = &args.file {
        let wrong = |why: String| Failure::new(Code::Usage, format!("--file {}: {why}", path.display()));
        let text = if path.as_os_str() == "-" {
            std::io::read_to_string(std::io::stdin())
        } else {
            std::fs::read_to_string(path)
        };
        return serde_json::from_str(&text.map_err(|error| wrong(error.to_string()))?)
            .map_err(|error| wrong(error.to_string()));
    }
    if let Some(answer) = args.cause.answer() {
        return Ok(answer);
    }
    if !std::io::stdin().is_terminal() {
        return Err(cause::names_nothing("answer"));
    }
    let one = |field, words| ask(field, words).map(|given| given.into_iter().next());
    Ok(Answer {
        component: one("component", COMPONENTS)?,
        mechanism: one("mechanism", MECHANISMS)?,
        trigger: one("trigger", TRIGGERS)?,
        factors: ask("factors, as many as you like", FACTORS)?,
    })
}

/// One question: numbers or words; an empty line is no answer.
fn ask(field: &str, words: &[&str]) -> Result<Vec<String>, Failure> {
    let listed: Vec<_> = words.iter().enumerate().map(|(index, word)| format!("{:>2} {word}", index + 1)).collect();
    loop {
        screen::note(&format!("\n{field}:\n  {}\n> ", listed.join("\n  ")));
        let mut line = String::new();
        let read = std::io::stdin().lock().read_line(&mut line);
        if read.map_err(|error| Failure::new(Code::Usage, format!("reading the answer: {error}")))? == 0 {
            return Ok(Vec::new());
        }
        let given = line.split([' ', ',']).map(str::trim).filter(|word| !word.is_empty());
        match given.map(|word| known(word, words)).collect::<Result<Vec<_>, _>>() {
            Ok(given) => return Ok(given),
            Err(unknown) => screen::note(&format!("`{unknown}` is none of them")),
        }
    }
}

fn known(word: &str, words: &[&str]) -> Result<String, String> {
    let by_number = word.parse::<usize>().ok().and_then(|number| words.get(number.checked_sub(1)?));
    let found = by_number.or_else(|| words.iter().find(|known| **known == word));
    found.map(|word| (*word).to_owned()).ok_or_else(|| word.to_owned())
}
