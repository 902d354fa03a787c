//! `droplab lint`: what a scenario's file says that cannot be read, or cannot be meant. Needs no lab.
//!
//! **Invariant**: every complaint names file, line and column; the same checks as before a run.

use std::path::PathBuf;

use super::{exit::Exit, failure::Failure, flags::Global, screen};
use crate::{model::schema, plan, store::scenarios};

/// Arguments of `droplab lint`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab lint scenarios/*.yaml
  droplab lint my-incident.yaml --json

Exit 0 when all is well, 2 when anything is wrong.")]
pub struct Args {
    /// Scenario files
    #[arg(required_unless_present = "schema")]
    pub files: Vec<PathBuf>,
    /// Print the language as a JSON Schema, for editors
    #[arg(long)]
    pub schema: bool,
}

/// The verb.
pub fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    if args.schema {
        screen::result(schema::schema().trim_end());
        return Ok(Exit::Pass);
    }
    let mut said = Vec::new();
    for path in &args.files {
        match scenarios::read_file(path) {
            Err(error) => said.push(error.to_string()),
            Ok((_, scenario, text)) => said.extend(plan::lint(&scenario).iter().map(|doubt| {
                let (line, column) = scenarios::place(&text, &doubt.field);
                format!("{}:{line}:{column}: {doubt}", path.display())
            })),
        }
    }
    if global.json() {
        screen::result(&serde_json::to_string_pretty(&said).unwrap_or_default());
    } else {
        for line in &said {
            screen::result(line);
        }
    }
    if said.is_empty() {
        if !global.quiet {
            let files = if args.files.len() == 1 { "file" } else { "files" };
            screen::note(&format!("{} {files}, nothing to complain about", args.files.len()));
        }
        return Ok(Exit::Pass);
    }
    Ok(Exit::Usage)
}
