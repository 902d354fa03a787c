//! Let partitions of a consumer group stand still.
//!
//! # Story
//! An old copy of the service was never switched off, or hangs in one message: it is a member of the group, is given
//! partitions, and does no work. Every dashboard is green but one, that of the lag.
//!
//! # Breaks
//! Members of droplab's join the group. Kafka gives each of them a partition, which nobody works on: nothing is committed, the
//! lag grows. A member that does work keeps at least one partition, so at most all but one stand still; to stop all of them,
//! take `freeze-pod`.
//!
//! # Heals
//! The members leave the group, and the others are given their partitions at once. Nothing was committed: nothing is lost.
//!
//! # Expiry
//! Kafka: a member that is not heard of for its `session.timeout.ms` is taken out of the group (KIP-62). The members live in
//! droplab itself, so `--detach` is refused, and the time to live is at least six seconds, the least a broker accepts.
//!
//! # Needs
//! Kafka reached from this machine; a group whose members use the assignor `cooperative-sticky`.
//!
//! # Seen in production
//! Any group with a member that is stuck on a poison message.

use std::time::Duration;

use super::{
    Context, TTL,
    parameters::{Manual, TOPIC, may, must},
};
use crate::model::{
    fault::PauseConsumer,
    hold::{Hold, Members},
    op::Recipe,
};

/// `group.min.session.timeout.ms` of a broker, as it comes.
const SHORTEST: Duration = Duration::from_secs(6);

pub(super) const MANUAL: Manual = Manual {
    key: "pause-consumer",
    about: "Let partitions of a consumer group stand still",
    engine: "Kafka",
    expiry: "Kafka: session timeout of the member",
    parameters: &[
        must("group", "GROUP", "Which group: a service's name"),
        TOPIC,
        may("partitions", "NUMBER", "How many of its partitions; all but one when left out"),
    ],
    example: "--group notification --topic orders.placed",
};

pub(super) fn recipe(fault: &PauseConsumer, context: &Context) -> Result<Recipe, Vec<String>> {
    let topic = context.topic(&fault.topic)?;
    context.deployment(&fault.group)?;
    let most = topic.replicas.len().saturating_sub(1);
    let count = fault.partitions.unwrap_or(most);
    if count == 0 || count > most {
        return Err(vec![format!(
            "partitions: expected 1 to {most}; of {} one stays with the member that works",
            topic.replicas.len()
        )]);
    }
    if context.ttl.0 < SHORTEST {
        return Err(vec![format!("ttl: `{}`: a broker takes no session timeout below 6s (usual: {TTL})", context.ttl)]);
    }
    let members = Members { group: fault.group.clone(), topic: fault.topic.clone(), count };
    Ok(context.hold(Hold::Members(members)))
}
