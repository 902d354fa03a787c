//! What a survey of a fake lab finds when everything works.
//!
//! **Invariant**: as the charts have it, as far as plans and faults look.

use std::collections::BTreeMap;

use crate::lab::engine::images;
use crate::model::facts::{Deployment, Facts, Settings, StatefulSet, Table, Topic};

/// The lab that `droplab up` makes, as a survey finds it.
pub(super) fn facts(name: &str) -> Facts {
    let deployment = |service: &str, image: &str, replicas| {
        let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
        let found = Deployment {
            replicas,
            ready: replicas,
            images: [(service.to_owned(), image.to_owned())].into(),
            runs: [(format!("{service}/args"), service.to_owned())].into(),
            change_cause: Some(format!("{service} {tag}")),
            limits: ["cpu", "memory"].map(|name| (format!("{service}/{name}"), "1".to_owned())).into(),
            ..Deployment::default()
        };
        (service.to_owned(), found)
    };
    let mut deployments: BTreeMap<_, _> =
        ["catalog", "orders", "bank", "carrier", "inventory", "fulfilment", "notification"]
            .map(|service| deployment(service, &format!("droplab/{service}:1.0.0"), 1))
            .into();
    deployments.extend([
        deployment("nginx", "droplab/nginx:1.26", 2),
        deployment("storefront", "droplab/storefront:1.0.0", 2),
        deployment("payment", "droplab/payment:2.8.0", 2),
    ]);
    if let Some(payment) = deployments.get_mut("payment") {
        payment.env.insert("payment/DB_POOL_SIZE".into(), "50".into());
        payment.limits.insert("payment/memory".into(), "256Mi".into());
    }
    if let Some(inventory) = deployments.get_mut("inventory") {
        inventory.env.insert("inventory/DB_POOL_SIZE".into(), "4".into());
    }
    let settings =
        [("max_connections", "200"), ("fsync", "on"), ("synchronous_commit", "on"), ("deadlock_timeout", "1s")];
    let (pods, nodes) = super::population::population(&deployments);
    Facts {
        lab: name.to_owned(),
        deployments,
        pods,
        nodes,
        postgres_settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        postgres_started: Some("2026-01-01T00:00:00Z".into()),
        redis: [("maxmemory", "201326592"), ("maxmemory-policy", "noeviction")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        topics: ["orders.placed", "orders.paid"]
            .map(|name| {
                let replicas = (0..6).map(|number| [1, 2, 3, 1, 2].iter().copied().skip(number % 3).take(3).collect());
                (name.to_owned(), Topic { replicas: replicas.collect(), ..Topic::default() })
            })
            .into(),
        stateful_sets: ["kafka-dc-1", "kafka-dc-2", "kafka-dc-3"]
            .map(|set| (set.to_owned(), StatefulSet { replicas: 1, ready: 1 }))
            .into(),
        images: images::wanted().map(|image| format!("docker.io/{image}")).collect(),
        settings: settable(),
        configs: [("configmap/nginx".to_owned(), "5d41402a".to_owned())].into(),
        ..Facts::default()
    }
}

/// What can be set, as far as examples and rehearsals go.
fn settable() -> Settings {
    fn text<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
        pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
    }
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let each = |whose: [&str; 3]| whose.map(|one| (one.to_owned(), BTreeMap::new()));
    let tables = ["catalog.products", "orders.orders", "orders.outbox", "payment.ledger"];
    let table = Table { owner: "shop".to_owned(), definition: "as made".to_owned() };
    Settings {
        postgres: each(["postgres-dc-1", "postgres-dc-2", "postgres-dc-3"]).into(),
        primary: Some("postgres-dc-1".to_owned()),
        contexts: [
            ("internal".to_owned(), names(&["block_size"])),
            ("postmaster".to_owned(), names(&["max_connections", "shared_buffers"])),
            (
                "sighup".to_owned(),
                names(&["autovacuum", "deadlock_timeout", "recovery_min_apply_delay", "synchronous_standby_names"]),
            ),
            ("user".to_owned(), names(&["statement_timeout", "work_mem"])),
        ]
        .into(),
        roles: each(["postgres", "replicator", "shop"]).into(),
        old_passwords: std::collections::BTreeSet::new(),
        passwords: text([("postgres", "postgres"), ("replicator", "replicator"), ("shop", "shop")]),
        redis: text([("maxclients", "10000"), ("timeout", "0")]),
        configs: [
            (
                "nginx".to_owned(),
                text([
                    ("nginx.conf", "events {}\nhttp { keepalive_timeout 60s; include upstreams.conf; }\n"),
                    ("upstreams.conf", "upstream storefront { server storefront:8080; }\n"),
                ]),
            ),
            (
                "kube-system/coredns".to_owned(),
                text([("Corefile", ".:53 {\n    forward . /etc/resolv.conf\n    cache 30\n}\n")]),
            ),
        ]
        .into(),
        checksums: text([("nginx", ""), ("kube-system/coredns", ""), ("orders", "")]),
        limits: [("orders".to_owned(), text([("cpu", "1"), ("memory", "128Mi")]))].into(),
        requests: [("orders".to_owned(), text([("cpu", "20m"), ("memory", "16Mi")]))].into(),
        jobs: BTreeMap::new(),
        tables: tables.map(|name| (name.to_owned(), table.clone())).into(),
    }
}
