//! `droplab down`: take the lab down.
//!
//! **Invariant**: needs the engine alone; says what was removed.

use super::{
    exit::Exit,
    failure::Failure,
    flags::Global,
    heal::close_what_is_gone,
    lab::{flags, until_interrupted},
    screen,
};
use crate::{
    home::{self, lock},
    lab::lifecycle::down::{Down, down},
};

/// Arguments of `droplab down`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Remove droplab's images too: the next `up` has to build or pull them again
    #[arg(long)]
    pub purge: bool,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let _alone = lock::alone(&home::folder(), &global.lab, "droplab down")?;
    let next = format!("droplab down{}    (continues)", flags(&global.lab));
    let done = until_interrupted(down(&global.lab, args.purge), "the lab is half way down", &next).await?;
    close_what_is_gone(&global.lab);
    if global.json() {
        let json = serde_json::json!({
            "lab": global.lab, "nodes": done.nodes, "network": done.network, "images": done.images });
        screen::result(&json.to_string());
    } else if !global.quiet {
        screen::note(&text(&global.lab, &done));
    }
    Ok(Exit::Pass)
}

fn text(name: &str, done: &Down) -> String {
    if done.nodes.is_empty() && done.images.is_empty() && !done.network {
        return format!("lab {name} was not up");
    }
    let network = if done.network { " and its network" } else { "" };
    let mut text = format!("lab {name} is down: removed {} nodes with their volumes{network}", done.nodes.len());
    for image in &done.images {
        text.push_str("\n  removed image ");
        text.push_str(image);
    }
    text
}
