//! How a lab is: every component is asked for what it is there for, never merely whether it runs.
//!
//! **Invariant**: all are asked at once, each with its own deadline; a component that cannot be asked is not ready.

mod kafka;
mod nodes;
mod postgres;
mod redis;
mod shop;

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::lab::{Lab, layout::Layout};

/// How long a component may take to answer.
pub(in crate::lab) const PATIENCE: Duration = Duration::from_secs(3);

/// `droplab status --json`. Later versions only add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Whether every component is.
    pub ready: bool,
    /// Each component.
    pub components: Vec<Component>,
    /// Where to reach what, from this machine.
    pub endpoints: BTreeMap<&'static str, String>,
}

/// One component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// Whether it does what it is there for.
    pub ready: bool,
    /// In which state it was found, or why it is not ready.
    pub detail: String,
}

impl Component {
    /// A component by the outcome of its probe: what is fine about it, or what is not.
    pub(in crate::lab) fn of(name: &str, outcome: Result<String, String>) -> Self {
        let (ready, detail) = match outcome {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        Self { name: name.to_owned(), ready, detail }
    }
}

/// Ask a component; no answer within the deadline is an answer.
pub(in crate::lab) async fn ask(name: &str, question: impl Future<Output = Result<String, String>>) -> Component {
    let outcome = tokio::time::timeout(PATIENCE, question).await;
    Component::of(name, outcome.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs()))))
}

/// Ask everything.
pub async fn status(lab: &Lab) -> Status {
    let (nodes, postgres, kafka, redis, edge, services) = tokio::join!(
        nodes::probe(lab),
        postgres::probe(lab),
        kafka::probe(lab),
        redis::probe(lab),
        ask("nginx", shop::edge(lab)),
        shop::services(lab),
    );
    let components: Vec<Component> =
        [nodes, postgres, kafka, redis, vec![edge], services].into_iter().flatten().collect();
    Status { ready: components.iter().all(|one| one.ready), components, endpoints: endpoints(&lab.layout) }
}

fn endpoints(layout: &Layout) -> BTreeMap<&'static str, String> {
    let local = |role: &str| format!("127.0.0.1:{}", layout.port(role));
    [("shop", layout.shop()), ("postgres", local("postgres")), ("redis", local("redis")), ("kafka", layout.kafka())]
        .into()
}
