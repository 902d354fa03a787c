//! What has to be there before a lab: tools and images.
//!
//! **Invariant**: what is missing is named with the command that brings it; nothing is fetched from here.

use super::{Check, Mark, Topic};
use crate::lab::{
    access::tools,
    engine::{docker::Engine, images::Images},
    error::{BRING_TOOLS, LabError},
};

/// One line for each outside tool.
pub(super) fn tools() -> Vec<Check> {
    let line = |(tool, why): &(&str, &str)| match tools::find(tool) {
        Some(path) => Check::new(Topic::Tool, *tool, path.display().to_string(), *why),
        None => missing(tool, why),
    };
    tools::TOOLS.iter().map(line).collect()
}

fn missing(tool: &str, why: &str) -> Check {
    let wanted = match tool {
        "docker" => "docker: kind runs its nodes with it".to_owned(),
        _ => format!("{tool}, which {why}"),
    };
    // A lab comes up without kubectl, and then offers the nodes' own.
    if tool == "kubectl" {
        let measured = "not installed: `droplab shell` offers the lab's own";
        return Check::new(Topic::Tool, tool, measured, wanted).but(Mark::Warning, BRING_TOOLS);
    }
    Check::new(Topic::Tool, tool, "not installed", wanted).but(Mark::Cannot, BRING_TOOLS)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_told_in_a_sentence_with_what_helps_anywhere() {
        let check = missing("kind", "makes the cluster");
        assert_eq!((check.mark, check.wanted.as_str()), (Mark::Cannot, "kind, which makes the cluster"));
        let fix = check.fix.unwrap_or_default();
        assert!(fix.contains("in droplab's repository") && fix.contains("DROPLAB_TOOLS"), "{fix}");
        assert_eq!(missing("kubectl", "is yours to repair with").mark, Mark::Warning);
    }
}
