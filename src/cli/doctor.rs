//! `droplab doctor`: what this host can and cannot do.
//!
//! **Invariant**: each line has what was measured and what is wanted, and one thing to do where they differ; exit 5 on ✗.

use owo_colors::OwoColorize as _;

use super::{exit::Exit, failure::Failure, flags::Global, lab::layout, screen};
use crate::lab::host::{Check, Depth, Mark, examine};

/// Arguments of `droplab doctor`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The verb.
pub async fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let checks = examine(&layout(global)?, Depth::Full).await;
    let cannot = checks.iter().any(|check| check.mark == Mark::Cannot);
    if global.json() {
        screen::result(&serde_json::json!({ "ok": !cannot, "checks": checks }).to_string());
    } else {
        screen::result(&text(&checks));
    }
    Ok(if cannot { Exit::Host } else { Exit::Pass })
}

fn text(checks: &[Check]) -> String {
    let mut lines = Vec::new();
    for check in checks {
        let mark = match check.mark {
            Mark::Ok => "✓".green().to_string(),
            Mark::Warning => "!".yellow().to_string(),
            Mark::Cannot => "✗".red().to_string(),
        };
        let wanted = if check.mark == Mark::Ok { String::new() } else { format!(" (wanted: {})", check.wanted) };
        lines.push(format!("{mark} {:<28} {}{wanted}", check.name, check.measured));
        if let Some(fix) = &check.fix {
            lines.push(format!("  {:<28} → {fix}", ""));
        }
    }
    let count = |mark| checks.iter().filter(|check| check.mark == mark).count();
    lines.push(match (count(Mark::Cannot), count(Mark::Warning)) {
        (0, 0) => "this host can carry the lab and every fault".to_owned(),
        (0, some) => format!("this host can carry the lab; {some} things are less than wished for"),
        (some, _) => format!("this host cannot carry the lab: {some} things are missing"),
    });
    lines.join("\n")
}
