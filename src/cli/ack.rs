//! `droplab ack`: the person acknowledges the page of the run that goes on, and says whom it hurts.
//!
//! **Invariant**: it ends nothing; the first one tells when, the last impact counts.

use super::{exit::Exit, failure::Failure, flags::Global, said, screen};
use crate::model::{said::Said, units::Span};

/// Arguments of `droplab ack`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab ack
  droplab ack --impact 'customers cannot pay: payment success is at 12%'
  droplab ack --wait 2m --impact 'payments fail'    as soon as the page is out")]
pub struct Args {
    /// Who is hurt, and how
    #[arg(long, value_name = "TEXT")]
    pub impact: Option<String>,
    /// Wait so long for a page
    #[arg(long, value_name = "TIME")]
    pub wait: Option<Span>,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if let Some(wait) = args.wait {
        said::paged(global, wait.0).await?;
    }
    let (run, timeline) = said::live(global)?;
    if timeline.paged_s().is_none() {
        let why = format!("no page of {} has gone out yet: there is nothing to acknowledge", run.id);
        return Err(said::no_page(why));
    }
    let run = said::hand_over((run, timeline), &Said::Acknowledged { impact: args.impact.clone() }).await?;
    screen::result(&format!("acknowledged: {}", run.id));
    Ok(Exit::Pass)
}
