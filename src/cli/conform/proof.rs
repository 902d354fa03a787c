//! The proof that a play begins where the first one began: two surveys that tell the same.
//!
//! **Invariant**: compared is all that a person or a fault can change, and nothing that changes by itself.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    cli::{
        connect::connect,
        failure::{Code, Failure},
        flags::Global,
        health,
        steps::Steps,
    },
    home::{self, lock},
    lab::{Lab, lifecycle::reset::reset},
    model::facts::Facts,
    run::ports::Surveyor as _,
};

/// How long a lab may still come to rest after a reset: a busy replica is missing from a survey that did not wait for it.
const STILL: Duration = Duration::from_secs(30);
/// And how often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_secs(3);

/// The lab as it was before the first play.
pub(super) struct Before {
    facts: Facts,
    /// The image of its nodes; on a machine that makes it, its tag tells what is in it: the shop and its servers.
    pub(super) node_image: String,
}

impl Before {
    /// Put the lab back to its charts and look at it.
    pub(super) async fn of(global: &Global) -> Result<Self, Failure> {
        reset_quietly(global).await?;
        let facts = lasting(connect(global, None).await?.surveyor.survey().await?);
        let manifest = Lab::connect(&global.lab).await?.state.manifest()?;
        Ok(Self { facts, node_image: manifest.map(|manifest| manifest.node_image).unwrap_or_default() })
    }

    /// Put the lab back to its charts.
    pub(super) async fn reset(&self, global: &Global) -> Result<(), Failure> {
        reset_quietly(global).await
    }

    /// Refuse to play on a lab that is otherwise than before the first play.
    pub(super) async fn proven(&self, global: &Global) -> Result<(), Failure> {
        health::healthy(global).await?;
        let lab = Lab::connect(&global.lab).await?;
        let deadline = Instant::now() + STILL;
        let found = loop {
            let found = lasting(lab.survey().await?);
            if found == self.facts {
                return Ok(());
            }
            if Instant::now() >= deadline {
                break found;
            }
            tokio::time::sleep(PAUSE).await;
        };
        let why = format!("the lab is not as it was before the first play: {}", difference(&self.facts, &found));
        Err(Failure::new(Code::LabError, why)
            .next("droplab reset, then droplab conform again (it goes on where it was)"))
    }
}

async fn reset_quietly(global: &Global) -> Result<(), Failure> {
    let _alone = lock::alone(&home::folder(), &global.lab, "droplab conform")?;
    let lab = Lab::connect(&global.lab).await?;
    let quiet = Global { quiet: true, ..global.clone() };
    let steps = Steps::show(&quiet);
    Box::pin(reset(&lab, &steps)).await?;
    Ok(())
}

/// Without what changes by itself: pods and their addresses, starts, the images' order, who leads.
fn lasting(mut facts: Facts) -> Facts {
    facts.pods.clear();
    facts.digests.clear();
    facts.postgres_started = None;
    for deployment in facts.deployments.values_mut() {
        deployment.ready = 0;
        deployment.outdated = 0;
        deployment.change_cause = None;
    }
    for set in facts.stateful_sets.values_mut() {
        set.ready = 0;
    }
    for topic in facts.topics.values_mut() {
        topic.leaders.clear();
    }
    facts
}

/// The first line of the two texts that differs.
fn difference(before: &Facts, found: &Facts) -> String {
    let text = |facts: &Facts| serde_json::to_string_pretty(facts).unwrap_or_default();
    let (before, found) = (text(before), text(found));
    let pair = before.lines().zip(found.lines()).find(|(before, found)| before != found);
    pair.map_or_else(
        || "one tells more than the other".to_owned(),
        |(before, found)| format!("{} was {}", found.trim(), before.trim()),
    )
}
