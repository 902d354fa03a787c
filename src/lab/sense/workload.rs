//! What a person can change about a workload, as words.
//!
//! **Invariant**: pure; the same object twice is no change, and no secret is ever read.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use k8s_openapi::{
    api::{
        apps::v1::{Deployment, StatefulSet},
        core::v1::{ConfigMap, Container, EnvVar, PodTemplateSpec},
    },
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};

/// Name of a property → its value, as a person would say them.
pub(super) type Properties = BTreeMap<String, String>;

const RESTARTED: &str = "kubectl.kubernetes.io/restartedAt";

/// How one state became another; `None` when nothing that counts did.
pub(super) fn difference(before: &Properties, after: &Properties) -> Option<String> {
    let names: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let words = |name: &String| match (before.get(name), after.get(name)) {
        (Some(old), Some(new)) if old != new => Some(format!("{name} {old} → {new}")),
        (Some(old), None) => Some(format!("{name} {old} → (none)")),
        (None, Some(new)) => Some(format!("{name} (none) → {new}")),
        _ => None,
    };
    let mut said: Vec<String> = names.iter().filter_map(|name| words(name)).collect();
    // Every change counts the generation up; it is worth a word only when nothing else tells.
    if said.len() > 1 {
        said.retain(|words| !words.starts_with("generation "));
    }
    (!said.is_empty()).then(|| said.join(", "))
}

pub(super) fn deployment(object: &Deployment) -> Properties {
    let spec = object.spec.as_ref();
    workload(&object.metadata, spec.and_then(|spec| spec.replicas), spec.map(|spec| &spec.template))
}

pub(super) fn stateful_set(object: &StatefulSet) -> Properties {
    let spec = object.spec.as_ref();
    workload(&object.metadata, spec.and_then(|spec| spec.replicas), spec.map(|spec| &spec.template))
}

/// A configuration is long: that it changed is what counts.
pub(super) fn config_map(object: &ConfigMap) -> Properties {
    let digest = |text: &String| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        format!("{:08x}", hasher.finish() >> 32)
    };
    object.data.iter().flatten().map(|(key, text)| (key.clone(), digest(text))).collect()
}

fn workload(meta: &ObjectMeta, replicas: Option<i32>, template: Option<&PodTemplateSpec>) -> Properties {
    let mut all = Properties::new();
    all.insert("replicas".into(), replicas.unwrap_or(1).to_string());
    all.extend(meta.generation.map(|generation| ("generation".into(), generation.to_string())));
    let annotations = template.and_then(|template| template.metadata.as_ref()?.annotations.as_ref());
    all.extend(annotations.and_then(|all| all.get(RESTARTED)).map(|at| ("restarted".into(), at.clone())));
    let containers = template.and_then(|template| template.spec.as_ref()).map(|spec| spec.containers.as_slice());
    let containers = containers.unwrap_or_default();
    for container in containers {
        // The only container needs no name.
        let name = if containers.len() == 1 { String::new() } else { format!("{} ", container.name) };
        all.extend(properties(container).map(|(property, value)| (format!("{name}{property}"), value)));
    }
    all
}

fn properties(container: &Container) -> impl Iterator<Item = (String, String)> {
    let image = container.image.clone().map(|image| ("image".to_owned(), image));
    let command = container.command.iter().chain(&container.args).flatten().cloned().collect::<Vec<_>>().join(" ");
    let command = (!command.is_empty()).then(|| ("command".to_owned(), command));
    let env = container.env.iter().flatten().map(|env| (format!("env {}", env.name), value(env)));
    let limits = container.resources.iter().flat_map(|resources| resources.limits.iter().flatten());
    let limits = limits.map(|(resource, quantity)| (format!("limit {resource}"), quantity.0.clone()));
    image.into_iter().chain(command).chain(env).chain(limits)
}

fn value(env: &EnvVar) -> String {
    match (&env.value, &env.value_from) {
        (Some(value), _) => value.clone(),
        (None, Some(_)) => "(by reference)".to_owned(),
        (None, None) => "(empty)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment(replicas: u32, generation: u32, image: &str, pool: Option<&str>) -> Properties {
        let env: Vec<_> = pool.iter().map(|size| serde_json::json!({"name": "DB_POOL_SIZE", "value": size})).collect();
        let container = serde_json::json!({"name": "payment", "image": image, "env": env});
        let object = serde_json::json!({
            "metadata": {"name": "payment", "generation": generation},
            "spec": {"replicas": replicas, "selector": {}, "template": {"spec": {"containers": [container]}}},
        });
        deployment(&serde_json::from_value(object).unwrap())
    }

    #[test]
    fn a_rollback_is_told_by_its_image() {
        let (bad, good) = (payment(2, 2, "droplab/payment:2.8.1", None), payment(2, 3, "droplab/payment:2.8.0", None));
        let expected = "image droplab/payment:2.8.1 → droplab/payment:2.8.0";
        assert_eq!(difference(&bad, &good).as_deref(), Some(expected));
    }

    #[test]
    fn scaling_and_a_larger_pool_are_told() {
        let (before, after) = (payment(2, 1, "i", Some("50")), payment(0, 2, "i", Some("500")));
        assert_eq!(difference(&before, &after).as_deref(), Some("env DB_POOL_SIZE 50 → 500, replicas 2 → 0"));
        let gone = payment(2, 2, "i", None);
        assert_eq!(difference(&before, &gone).as_deref(), Some("env DB_POOL_SIZE 50 → (none)"));
    }

    #[test]
    fn what_has_no_words_is_told_by_its_generation() {
        assert_eq!(
            difference(&payment(2, 1, "i", None), &payment(2, 2, "i", None)).as_deref(),
            Some("generation 1 → 2")
        );
        assert_eq!(difference(&payment(2, 1, "i", None), &payment(2, 1, "i", None)), None);
    }
}
