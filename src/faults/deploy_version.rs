//! Roll a service out to another version of its image, the ordinary way.
//!
//! # Story
//! A routine deploy on an ordinary afternoon. The release note sounds like an improvement.
//!
//! # Breaks
//! Whatever the code of that version breaks. The image of the deployment's container of the same name is set to the tag, and
//! the annotation `kubernetes.io/change-cause` to version and note, so that `kubectl rollout history` tells what happened.
//! Kubernetes rolls it out with the deployment's own strategy.
//!
//! # Heals
//! Image and change cause are set back to what they were before, unless somebody has set another image since: that one stays, and
//! is told. Whatever else a person changed is left alone.
//!
//! # Expiry
//! None. This fault lives in what the person owns (a deployment), like the real one, and a deploy that reverts itself would
//! be no deploy. When droplab is killed, the release stays in: the way back is in the run's journal, written before the
//! blow, and `droplab heal` plays it from another process; so does `kubectl rollout undo`.
//!
//! # Needs
//! A deployment with a container of its own name, and an image with that tag in the lab's nodes (or anywhere that the lab
//! has not listed at all).
//!
//! # Seen in production
//! Most outages follow a change. U. Alberta's jupiter, issue 2642 (2021): database connections up after deploying 2.1.1.

use super::{
    Context,
    context::or_none,
    parameters::{Manual, NONE, SERVICE, may, must},
};
use crate::model::{
    facts::{Deployment, Facts},
    fault::DeployVersion,
    op::{Op, Recipe},
};

/// Set the image and its change cause; the way back sets what was there.
pub(super) const MANUAL: Manual = Manual {
    key: "deploy-version",
    about: "Roll a service out to another version of its image, the ordinary way",
    engine: "Kubernetes",
    expiry: NONE,
    parameters: &[
        SERVICE,
        must("version", "TAG", "The image's tag"),
        may("note", "TEXT", "What the release note says"),
    ],
    example: "--service payment --version 2.8.1",
};

pub(super) fn recipe(fault: &DeployVersion, context: &Context) -> Result<Recipe, Vec<String>> {
    let (service, facts) = (&fault.service, context.facts);
    let deployment = context.deployment(service)?;
    let Some(before) = deployment.images.get(service) else {
        return Err(vec![format!("deployment `{service}` has no container `{service}`")]);
    };
    let image = format!("{}:{}", name_of(before), fault.version);
    let mut refusals = Vec::new();
    if image == *before {
        refusals.push(format!(
            "deployment `{service}` runs {image} already: nothing would change (an earlier run unhealed?)"
        ));
    }
    if !holds(facts, &image) {
        let tags: Vec<_> =
            facts.images.iter().filter(|held| name_of(held) == name_of(before)).map(String::as_str).collect();
        refusals.push(format!("image `{image}` is not in the lab; of this service it holds {}", or_none(&tags)));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let cause = fault.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
    let set = |image: String, change_cause: String| Op::SetImage {
        deployment: service.clone(),
        container: service.clone(),
        image,
        change_cause,
    };
    let ours = set(image, format!("{service} {}{cause}", fault.version));
    Ok(Recipe::changed(ours, set(before.clone(), cause_before(deployment, service, before))))
}

/// The change cause as it was, or what it should have been.
fn cause_before(deployment: &Deployment, service: &str, image: &str) -> String {
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    deployment.change_cause.clone().unwrap_or_else(|| format!("{service} {tag}"))
}

/// Whether the nodes hold an image, by whichever prefix the engine gives local names.
fn holds(facts: &Facts, image: &str) -> bool {
    facts.images.iter().any(|held| held == image || held.strip_suffix(image).is_some_and(|rest| rest.ends_with('/')))
}

/// An image reference without registry prefix of local names and without its tag.
fn name_of(image: &str) -> &str {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    image.rsplit_once(':').map_or(image, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let payment = Deployment {
            replicas: 2,
            ready: 2,
            images: [("payment".to_owned(), "droplab/payment:2.8.0".to_owned())].into(),
            change_cause: Some("payment 2.8.0".to_owned()),
            ..Deployment::default()
        };
        let images = ["2.8.0", "2.8.1"].map(|tag| format!("docker.io/droplab/payment:{tag}")).to_vec();
        Facts { deployments: [("payment".to_owned(), payment)].into(), images, ..Facts::default() }
    }

    fn fault(service: &str, version: &str) -> DeployVersion {
        DeployVersion { service: service.into(), version: version.into(), note: Some("DB query optimisation".into()) }
    }

    fn made(service: &str, version: &str) -> Result<Recipe, Vec<String>> {
        recipe(&fault(service, version), &Context::new(&facts(), 1, "test", 0))
    }

    #[test]
    fn the_way_back_is_what_was_there() {
        let recipe = made("payment", "2.8.1").unwrap();
        let said: Vec<_> = recipe.inject.iter().chain(&recipe.heal).map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "set deployment/payment container payment to image droplab/payment:2.8.1 (payment 2.8.1: DB query optimisation)",
                "set deployment/payment container payment to image droplab/payment:2.8.0 (payment 2.8.0), unless it was changed since",
            ]
        );
    }

    #[test]
    fn an_unknown_service_is_refused_with_those_there_are() {
        let refusals = made("payments", "2.8.1").unwrap_err();
        assert_eq!(refusals, ["there is no deployment `payments`; this lab has payment"]);
    }

    #[test]
    fn a_tag_that_the_lab_does_not_hold_is_refused_with_those_it_holds() {
        let refusals = made("payment", "2.9.0").unwrap_err();
        assert_eq!(
            refusals,
            ["image `droplab/payment:2.9.0` is not in the lab; of this service it holds \
              docker.io/droplab/payment:2.8.0, docker.io/droplab/payment:2.8.1"]
        );
    }

    #[test]
    fn a_version_that_runs_already_would_be_no_fault() {
        assert!(made("payment", "2.8.0").is_err());
    }
}
