//! Let another broker lead a partition.
//!
//! # Story
//! A rebalancing tool moved leaders in the middle of the day. Producers and consumers find out by being refused.
//!
//! # Breaks
//! The order of the partition's replicas is changed, so that `to` is the preferred leader, and the preferred leader is elected
//! (`kafka-reassign-partitions.sh` and `kafka-leader-election.sh`, run beside a broker). No data moves.
//!
//! # Heals
//! The order is set back, and the preferred leader elected again.
//!
//! # Dead-man
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! A partition with two replicas or more; a broker that runs.
//!
//! # Seen in production
//! Any Kafka with `auto.leader.rebalance.enable` has it every five minutes, in small.

use super::{
    Ground,
    manual::{Manual, NONE, TOPIC, may, must},
};
use crate::model::{
    fault::MoveLeader,
    op::Recipe,
    setting::{Setting, list},
};

pub(super) const MANUAL: Manual = Manual {
    key: "move-leader",
    about: "Let another broker lead a partition",
    engine: "Kafka",
    dead_man: NONE,
    parameters: &[
        TOPIC,
        must("partition", "NUMBER", "Which of its partitions"),
        may("to", "NUMBER", "The broker that is to lead; the next replica when left out"),
    ],
    example: "--topic orders.paid --partition 0",
};

pub(super) fn recipe(fault: &MoveLeader, ground: &Ground) -> Result<Recipe, Vec<String>> {
    let topic = ground.topic(&fault.topic)?;
    let Some(replicas) = topic.replicas.get(fault.partition) else {
        return Err(vec![format!("{} has partitions 0 to {}", fault.topic, topic.replicas.len().saturating_sub(1))]);
    };
    // Whoever leads now, not who should: after a restart of a broker they differ for a while.
    let leads = topic.leaders.get(fault.partition).or(replicas.first());
    let wanted = fault.to.or_else(|| replicas.iter().find(|broker| Some(*broker) != leads).copied());
    let Some(leader) = wanted.filter(|broker| replicas.contains(broker)) else {
        return Err(vec![format!("to: the replicas of this partition are on brokers {}", list(replicas))]);
    };
    if leads == Some(&leader) {
        return Err(vec![format!("to: broker {leader} leads this partition already")]);
    }
    let order: Vec<i32> =
        std::iter::once(leader).chain(replicas.iter().copied().filter(|broker| *broker != leader)).collect();
    let setting = Setting::Replicas { topic: fault.topic.clone(), partition: fault.partition };
    Ok(Recipe::set(setting, list(&order), Some(list(replicas))))
}
