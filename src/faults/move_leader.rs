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
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! A partition with two replicas or more; a broker that runs.
//!
//! # Seen in production
//! Any Kafka with `auto.leader.rebalance.enable` has it every five minutes, in small.

use super::{
    Context,
    parameters::{Manual, NONE, TOPIC, may, must},
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
    expiry: NONE,
    parameters: &[
        TOPIC,
        must("partition", "NUMBER", "Which of its partitions"),
        may("to", "NUMBER", "The broker that is to lead; the next replica when left out"),
    ],
    example: "--topic orders.paid --partition 0",
};

pub(super) fn recipe(fault: &MoveLeader, context: &Context) -> Result<Recipe, Vec<String>> {
    let topic = context.topic(&fault.topic)?;
    let Some(replicas) = topic.replicas.get(fault.partition) else {
        return Err(vec![format!("{} has partitions 0 to {}", fault.topic, topic.replicas.len().saturating_sub(1))]);
    };
    // Whoever leads now, not who should: after a restart of a broker they differ for a while.
    let leads = topic.leaders.get(fault.partition).or(replicas.first());
    // The preferred one would lead again without anybody's doing; it is taken when there is no other.
    let others: Vec<i32> = replicas.iter().copied().filter(|broker| Some(broker) != leads).collect();
    let next = others.iter().find(|broker| Some(*broker) != replicas.first()).or(others.first());
    let wanted = fault.to.or(next.copied());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::{Facts, Topic};

    #[test]
    fn whoever_leads_now_hands_over_to_one_who_would_not_lead_anyhow() {
        let to = |replicas: &[i32], leader| {
            let topic = Topic { replicas: vec![replicas.to_vec()], leaders: vec![leader], ..Topic::default() };
            let facts = Facts { topics: [("orders".to_owned(), topic)].into(), ..Facts::default() };
            let fault = MoveLeader { topic: "orders".into(), partition: 0, to: None };
            let recipe = recipe(&fault, &Context::new(&facts, 1, "test", 0)).unwrap();
            recipe.inject[0].to_string()
        };
        assert!(to(&[3, 2, 1], 3).contains("2,3,1"), "{}", to(&[3, 2, 1], 3));
        assert!(to(&[3, 2, 1], 2).contains("1,3,2"), "{}", to(&[3, 2, 1], 2));
        assert!(to(&[3, 2], 2).contains("3,2"), "{}", to(&[3, 2], 2));
    }
}
