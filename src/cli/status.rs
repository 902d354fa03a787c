//! `droplab status`: how the lab is, component by component.
//!
//! **Invariant**: exit 0 only when every component does what it is there for.

use owo_colors::OwoColorize as _;

use super::{exit::Exit, failure::Failure, flags::Global, screen};
use crate::lab::{
    Lab,
    look::status::{Status, status},
};

/// Arguments of `droplab status`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The verb.
pub async fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let lab = Lab::open(&global.lab).await?;
    // Boxed: everything is asked at once, and so the question is large.
    let found = Box::pin(status(&lab)).await;
    if global.json() {
        screen::result(&serde_json::to_string(&found).unwrap_or_default());
    } else {
        screen::result(&text(&global.lab, &found));
    }
    Ok(if found.ready { Exit::Pass } else { Exit::Unknown })
}

fn text(name: &str, found: &Status) -> String {
    let mut lines = Vec::new();
    for component in &found.components {
        let mark = if component.ready { "✓".green().to_string() } else { "✗".red().to_string() };
        lines.push(format!("{mark} {:<18} {}", component.name, component.detail));
    }
    let well = found.components.iter().filter(|component| component.ready).count();
    let word = if found.ready { "is ready" } else { "is not ready" };
    lines.push(format!("lab {name} {word}: {well} of {} components", found.components.len()));
    lines.extend(found.endpoints.iter().map(|(what, address)| format!("  {:<9} {address}", format!("{what}:"))));
    lines.join("\n")
}
