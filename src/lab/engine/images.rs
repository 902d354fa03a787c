//! The images of a lab: which are wanted, whether the engine has them, and how they get into the nodes.
//!
//! **Invariant**: nothing is built or pulled here; what is missing is named.

use std::{collections::BTreeMap, env};

use bollard::{
    exec::{CreateExecOptions, StartExecResults},
    query_parameters::ListImagesOptionsBuilder,
};
use futures::{StreamExt as _, future};
use tokio::io::AsyncWriteExt as _;

use crate::lab::{
    engine::docker::{Engine, refused},
    error::LabError,
};

/// What the shop stands on, and what runs beside the nodes' pods.
const SERVERS: [&str; 5] =
    ["droplab/postgres:17", "droplab/kafka:4.1", "droplab/redis:8", "droplab/nginx:1.26", "droplab/agent:1"];

/// One image for each release of each service of the shop, listed by `build.rs` from the folder of releases.
const RELEASES: &[&str] = include!(concat!(env!("OUT_DIR"), "/releases.rs"));

/// Images that the nodes need: what runs, and the releases that scenarios roll out.
pub fn wanted() -> impl Iterator<Item = &'static str> {
    SERVERS.iter().chain(RELEASES).copied()
}

/// The engine's images that matter to a lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// The image of the nodes.
    pub node: String,
    /// The stack, by name.
    pub stack: BTreeMap<String, Image>,
}

/// An image in the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The engine's id.
    pub id: String,
    /// Made after the image of the nodes, so that theirs, if they have it built in, is an older one.
    pub newer_than_node: bool,
}

impl Images {
    /// Look for everything a lab needs.
    pub async fn look(engine: &Engine) -> Result<Self, LabError> {
        let options = ListImagesOptionsBuilder::default().build();
        let listed = engine.api.list_images(Some(options)).await;
        let mut listed = listed.map_err(|error| refused("list images", &error))?;
        // The newest first: of several node images the last one built counts.
        listed.sort_by_key(|image| std::cmp::Reverse(image.created));
        let names: Vec<Found> = listed
            .into_iter()
            .flat_map(|image| image.repo_tags.into_iter().map(move |tag| (tag, image.id.clone(), image.created)))
            .collect();
        choose(&names, env::var("DROPLAB_NODE_IMAGE").ok()).map_err(|images| LabError::ImagesMissing { images })
    }
}

/// An image's name, id and time of birth.
type Found = (String, String, i64);

/// Choose from what there is, newest first; or name what is missing.
fn choose(names: &[Found], wanted_node: Option<String>) -> Result<Images, Vec<String>> {
    let first = |prefix: &str| names.iter().find(|(name, ..)| name.starts_with(prefix)).map(|(name, ..)| name.clone());
    // Ours has the stack built in (docs/decisions/0002); kind's own is given it.
    let node = wanted_node.or_else(|| first("droplab/node:")).or_else(|| first("kindest/node:v1.34"));
    let born = names.iter().find(|(name, ..)| Some(name) == node.as_ref()).map_or(i64::MAX, |(_, _, born)| *born);
    let stack: BTreeMap<String, Image> = names
        .iter()
        .filter(|(name, ..)| wanted().any(|wanted| wanted == name))
        .map(|(name, id, made)| (name.clone(), Image { id: id.clone(), newer_than_node: *made > born }))
        .collect();
    let mut missing: Vec<String> = if node.is_none() { vec!["droplab/node".to_owned()] } else { Vec::new() };
    missing.extend(wanted().filter(|name| !stack.contains_key(*name)).map(str::to_owned));
    match node {
        Some(node) if missing.is_empty() => Ok(Images { node, stack }),
        _ => Err(missing),
    }
}

/// The names of droplab's images that a node holds.
pub async fn in_node(engine: &Engine, node: &str) -> Result<Vec<String>, LabError> {
    let listed = engine.exec(node, &["ctr", "--namespace", "k8s.io", "images", "ls", "-q"]).await?;
    if listed.status != 0 {
        return Err(LabError::Engine { tried: format!("list the images of {node}"), why: listed.output });
    }
    Ok(listed.output.lines().filter_map(|line| line.trim().strip_prefix("docker.io/")).map(str::to_owned).collect())
}

/// Bring images into nodes: one archive from the engine, written to all nodes side by side.
pub async fn import(engine: &Engine, names: &[&str], nodes: &[String]) -> Result<u64, LabError> {
    let mut sinks = Vec::new();
    for node in nodes {
        sinks.push(Importer::open(engine, node).await?);
    }
    let mut archive = std::pin::pin!(engine.api.export_images(names));
    let mut bytes = 0;
    while let Some(chunk) = archive.next().await {
        let chunk = chunk.map_err(|error| refused("save images", &error))?;
        bytes += chunk.len() as u64;
        for written in future::join_all(sinks.iter_mut().map(|sink| sink.input.write_all(&chunk))).await {
            // A node that stops listening says why on its output: asked for below.
            if written.is_err() {
                break;
            }
        }
    }
    future::try_join_all(sinks.into_iter().map(|sink| sink.close(engine))).await?;
    Ok(bytes)
}

/// An import under way in one node.
struct Importer {
    node: String,
    exec: String,
    input: std::pin::Pin<Box<dyn tokio::io::AsyncWrite + Send>>,
    output: tokio::task::JoinHandle<String>,
}

impl Importer {
    async fn open(engine: &Engine, node: &str) -> Result<Self, LabError> {
        let tried = format!("import images into {node}");
        let command = ["ctr", "--namespace", "k8s.io", "images", "import", "--snapshotter", "overlayfs", "-"];
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let exec = engine.api.create_exec(node, options).await.map_err(|error| refused(&tried, &error))?.id;
        let started = engine.api.start_exec(&exec, None).await.map_err(|error| refused(&tried, &error))?;
        let StartExecResults::Attached { mut output, input } = started else {
            return Err(LabError::Engine { tried, why: "the engine detached it".to_owned() });
        };
        // Read beside the writing: an unread output would stop the import.
        let output = tokio::spawn(async move {
            let mut text = String::new();
            while let Some(Ok(chunk)) = output.next().await {
                text.push_str(&String::from_utf8_lossy(&chunk.into_bytes()));
            }
            text
        });
        Ok(Self { node: node.to_owned(), exec, input, output })
    }

    async fn close(mut self, engine: &Engine) -> Result<(), LabError> {
        let tried = format!("import images into {}", self.node);
        let _ = self.input.shutdown().await;
        let text = self.output.await.unwrap_or_default();
        let ended = engine.api.inspect_exec(&self.exec).await.map_err(|error| refused(&tried, &error))?;
        if ended.exit_code == Some(0) {
            return Ok(());
        }
        Err(LabError::Engine { tried, why: text.lines().last().unwrap_or("no word").to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newest first, as `look` hands them over.
    fn names(list: &[&str]) -> Vec<Found> {
        (0..).zip(list).map(|(age, name)| ((*name).to_owned(), format!("sha256:{name}"), 1_000 - age)).collect()
    }

    #[test]
    fn the_newest_node_image_of_ours_goes_before_kinds_own() {
        let mut list = vec!["kindest/node:v1.34.0", "droplab/node:v1.34.4-new", "droplab/node:v1.34.4-old"];
        list.extend(wanted());
        let images = choose(&names(&list), None).unwrap();
        assert_eq!(images.node, "droplab/node:v1.34.4-new");
        assert_eq!(images.stack["droplab/redis:8"].id, "sha256:droplab/redis:8");
        assert_eq!(choose(&names(&list), Some("mine".to_owned())).unwrap().node, "mine");
    }

    #[test]
    fn what_was_made_after_the_node_is_known_as_newer() {
        let mut list = vec!["droplab/payment:2.8.1", "droplab/node:v1.34.4-x"];
        list.extend(wanted().filter(|name| *name != "droplab/payment:2.8.1"));
        let images = choose(&names(&list), None).unwrap();
        let newer: Vec<&String> =
            images.stack.iter().filter(|(_, one)| one.newer_than_node).map(|(name, _)| name).collect();
        assert_eq!(newer, ["droplab/payment:2.8.1"]);
    }

    #[test]
    fn a_release_is_an_image_by_its_file_alone() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/images/shop/releases");
        let mut files = Vec::new();
        for service in std::fs::read_dir(folder).unwrap().flatten() {
            for version in std::fs::read_dir(service.path()).unwrap().flatten() {
                let (service, version) = (service.file_name(), version.file_name());
                files.push(format!("droplab/{}:{}", service.to_string_lossy(), version.to_string_lossy()));
            }
        }
        files.sort();
        let mut listed = RELEASES.to_vec();
        listed.sort_unstable();
        assert_eq!(listed, files);
        assert!(RELEASES.contains(&"droplab/payment:2.8.1"));
    }

    #[test]
    fn every_image_of_the_charts_is_wanted() {
        let mut found = 0;
        for chart in crate::lab::cluster::assets::charts() {
            let text = crate::lab::cluster::assets::read(&format!("charts/{chart}/values.yaml")).unwrap_or_default();
            for image in text.split(|letter: char| letter.is_whitespace() || "\"',{}".contains(letter)) {
                if image.starts_with("droplab/") {
                    assert!(wanted().any(|wanted| wanted == image), "{image} of chart {chart}");
                    found += 1;
                }
            }
        }
        assert!(found >= 8, "{found}");
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let missing = choose(&names(&["droplab/redis:8"]), None).unwrap_err();
        assert_eq!(missing.len(), wanted().count());
        assert_eq!(missing[0], "droplab/node");
    }
}
