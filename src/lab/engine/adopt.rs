//! Brings somebody's own image of a service into the nodes, under a name that says whose place it takes.
//!
//! **Invariant**: the name holds the image's id, so two builds of one tag are two images; what the nodes hold is not carried again.

use bollard::query_parameters::{RemoveImageOptions, TagImageOptionsBuilder};
use futures::future;

use super::{
    docker::{Engine, refused},
    images,
};
use crate::lab::{error::LabError, layout::Layout};

/// How much of an image's id tells it from all others.
const DIGITS: usize = 12;

/// Bring an image of the engine into the nodes in the place of a service: the tag by which they hold it.
pub async fn adopt(layout: &Layout, service: &str, image: &str) -> Result<String, LabError> {
    let engine = Engine::connect().await?;
    let found = match engine.api.inspect_image(image).await {
        Ok(found) => found,
        Err(bollard::errors::Error::DockerResponseServerError { status_code: 404, .. }) => {
            return Err(LabError::ImagesMissing { images: vec![image.to_owned()] });
        }
        Err(error) => return Err(refused(&format!("look at the image {image}"), &error)),
    };
    let tag = tag(&found.id.unwrap_or_default());
    let (repository, nodes) = (format!("droplab/{service}"), layout.nodes());
    let name = format!("{repository}:{tag}");
    let held = future::try_join_all(nodes.iter().map(|node| images::in_node(&engine, node))).await?;
    if held.iter().all(|names| names.contains(&name)) {
        return Ok(tag);
    }
    let options = TagImageOptionsBuilder::default().repo(&repository).tag(&tag).build();
    let tagged = engine.api.tag_image(image, Some(options)).await;
    tagged.map_err(|error| refused(&format!("name the image {image} {name}"), &error))?;
    let imported = images::import(&engine, &[&name], &nodes).await;
    // The engine is the person's: our name goes, unless it were the image's only one, and the image would go with it.
    if found.repo_tags.is_some_and(|names| names.iter().any(|other| *other != name)) {
        let removed = engine.api.remove_image(&name, None::<RemoveImageOptions>, None).await;
        removed.map_err(|error| refused(&format!("take the name {name} away again"), &error))?;
    }
    imported.map(|_| tag)
}

/// `under-test-` and the beginning of an id such as `sha256:7f1f36ab…`.
fn tag(id: &str) -> String {
    let digits: String = id.strip_prefix("sha256:").unwrap_or(id).chars().take(DIGITS).collect();
    format!("under-test-{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_builds_of_one_name_have_two_tags() {
        assert_eq!(tag("sha256:7f1f36abacd8c0ffee"), "under-test-7f1f36abacd8");
        assert_ne!(tag("sha256:7f1f36abacd8"), tag("sha256:46a27e6cdf51"));
    }
}
