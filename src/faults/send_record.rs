//! Put a record into a topic.
//!
//! # Story
//! An import, a test from somebody's laptop, a producer of another team's: one record that no consumer was written for, and a
//! partition stands still behind it.
//!
//! # Breaks
//! The record is sent `count` times, with its key, value and headers, into `partition` or where its key falls to. What becomes
//! of it is the consumers' affair.
//!
//! # Heals
//! Nothing: a record cannot be unsent. With `remove: true` it is deleted (as by `kafka-delete-records.sh`), but only where
//! nothing else lies before it in its partition, because Kafka deletes from the beginning; elsewhere it stays.
//!
//! # Expiry
//! None. What stays in the topic is the person's to repair: step over it, or teach the consumer to put it aside.
//!
//! # Needs
//! A topic that is there, and Kafka reached from this machine.
//!
//! # Seen in production
//! Uber, 2018, on dead letter queues: a message that a consumer cannot read holds up all that come behind it.

use super::{
    Context,
    parameters::{Manual, STAYS, TOPIC, may, must},
};
use crate::model::{
    fault::SendRecord,
    op::{Letter, Op, Recipe},
};

pub(super) const MANUAL: Manual = Manual {
    key: "send-record",
    about: "Put a record into a topic",
    engine: "Kafka",
    expiry: STAYS,
    parameters: &[
        TOPIC,
        must("value", "TEXT", "What it says"),
        may("key", "TEXT", "Its key; none when left out"),
        may("headers", "NAME=VALUE,…", "Its headers"),
        may("partition", "NUMBER", "Into which partition; where the key falls to when left out"),
        may("count", "NUMBER", "How often; once when left out"),
        may("remove", "true|false", "Delete it at the end, if nothing else lies before it"),
    ],
    example: r#"--topic orders.paid --key e2e --value "{not json""#,
};

/// More than these are load, and no record.
const MOST: u32 = 10_000;

pub(super) fn recipe(fault: &SendRecord, context: &Context) -> Result<Recipe, Vec<String>> {
    let topic = context.topic(&fault.topic)?;
    let partitions = topic.replicas.len();
    let mut refusals = Vec::new();
    let partition = fault.partition.map(i32::try_from);
    if fault.partition.is_some_and(|partition| partition as usize >= partitions) || matches!(partition, Some(Err(_))) {
        refusals.push(format!("partition: {} has partitions 0 to {}", fault.topic, partitions.saturating_sub(1)));
    }
    if !(1..=MOST).contains(&fault.count) {
        refusals.push(format!("count: `{}`: expected 1 to {MOST}", fault.count));
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let letter = Letter {
        id: fault.remove.then(|| context.id.clone()),
        topic: fault.topic.clone(),
        partition: partition.and_then(Result::ok),
        key: fault.key.clone(),
        value: fault.value.clone(),
        headers: fault.headers.0.clone(),
        count: fault.count,
    };
    let heal = letter.id.iter().map(|id| Op::RemoveRecords { id: id.clone() }).collect();
    Ok(Recipe { inject: vec![Op::SendRecord(letter)], heal })
}
