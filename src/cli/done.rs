//! `droplab done`: the person's last word: the repair is finished, or, where there is nothing to repair, what it was.
//!
//! **Invariant**: only words of the vocabulary are taken; a word that is none ends nothing.

use super::{
    cause::{self, CauseArgs},
    exit::Exit,
    failure::Failure,
    flags::Global,
    said, screen,
};
use crate::model::{
    diagnosis::{COMPONENTS, FACTORS, MECHANISMS, TRIGGERS},
    said::Said,
    timeline::Timeline,
};

/// Arguments of `droplab done`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab done                the repair is finished
  droplab done --component payment --mechanism connection-pool-exhaustion --trigger deploy --factor no-canary
  droplab done --component alert --mechanism noisy-cause-alert
  droplab done --words        every word that may be used

The run waits for this word in the other terminal; left alone, it goes on three minutes after
customers are served again. Then the same trouble may come once more, the books are read, and the
verdict follows. Where an incident wants an answer and no repair, the answer ends it.")]
pub struct Args {
    /// What is named
    #[command(flatten)]
    pub cause: CauseArgs,
    /// The vocabulary
    #[arg(long)]
    pub words: bool,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if args.words {
        let lists = [("component", COMPONENTS), ("mechanism", MECHANISMS), ("trigger", TRIGGERS), ("factor", FACTORS)];
        if global.json() {
            let all = lists.map(|(field, words)| (field.to_owned(), serde_json::Value::from(words)));
            let all = serde_json::Map::from_iter(all);
            screen::result(&serde_json::to_string_pretty(&all).unwrap_or_default());
            return Ok(Exit::Pass);
        }
        for (field, words) in lists {
            screen::result(&format!("--{field}\n  {}", words.join("\n  ")));
        }
        return Ok(Exit::Pass);
    }
    let answer = args.cause.answer().map(cause::known).transpose()?;
    let found = said::live(global)?;
    if wants_an_answer(&found.1) {
        let answer = answer.ok_or_else(|| cause::names_nothing("done"))?;
        let run = said::hand_over(found, &Said::Done { answer }).await?;
        screen::result(&format!("answered: {}", run.id));
        return Ok(Exit::Pass);
    }
    if found.1.paged_s().is_none() {
        return Err(said::no_page("there is no page yet, so there is nothing to have finished"));
    }
    if let Some(answer) = answer {
        said::hand_over(found.clone(), &Said::Diagnosed { answer }).await?;
    }
    let run = said::hand_over(found, &Said::Finished).await?;
    screen::result(&format!("finished: {}", run.id));
    Ok(Exit::Pass)
}

/// Whether an answer is all that a run waits for.
pub(super) fn wants_an_answer(timeline: &Timeline) -> bool {
    timeline.began().is_some_and(|(_, plan, _)| plan.scenario.hands_in())
}
