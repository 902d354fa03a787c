//! What has to be there before a lab: tools and images.
//!
//! **Invariant**: what is missing is named with the command that brings it; nothing is fetched from here.

use super::{Check, Mark, Topic};
use crate::lab::{access::tools, engine::docker::Engine, engine::images::Images, error::LabError};

/// One line for each outside tool.
pub(super) fn tools() -> Vec<Check> {
    let line = |(tool, why): &(&str, &str)| match tools::find(tool) {
        Some(path) => Check::new(Topic::Tool, *tool, path.display().to_string(), *why),
        // A lab comes up without kubectl, and then offers the nodes' own.
        None if *tool == "kubectl" => {
            Check::new(Topic::Tool, *tool, "not installed: `droplab shell` offers the lab's own", *why)
                .but(Mark::Warning, "setup/tools")
        }
        None => Check::new(Topic::Tool, *tool, "not installed", *why).but(Mark::Cannot, "setup/tools"),
    };
    tools::TOOLS.iter().map(line).collect()
}

/// One line for the images.
pub(super) async fn images(engine: &Engine) -> Vec<Check> {
    let check =
        |measured: String| Check::new(Topic::Image, "images", measured, "the node and everything that runs in it");
    vec![match Images::look(engine).await {
        Ok(images) => check(format!("{} and {} of the stack", images.node, images.stack.len())),
        Err(LabError::ImagesMissing { images }) => {
            check(format!("missing: {}", images.join(", "))).but(Mark::Cannot, "make images")
        }
        Err(error) => check(error.to_string()).but(Mark::Cannot, "docker images"),
    }]
}
