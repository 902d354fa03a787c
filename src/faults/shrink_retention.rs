//! Let a topic forget sooner.
//!
//! # Story
//! The disks were filling, so somebody shortened the retention. A consumer that was behind comes back and finds a hole.
//!
//! # Breaks
//! `retention.ms` of the topic is set through Kafka's admin protocol. The brokers delete what is older at their next look
//! (`log.retention.check.interval.ms`: 10 s in this lab), whether it was read or not.
//!
//! # Heals
//! `retention.ms` is set back, or taken away if it was not set. What was deleted stays deleted: that is the incident.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process.
//!
//! # Needs
//! Kafka reached from this machine.
//!
//! # Seen in production
//! No public post-mortem checked yet.

use super::{
    Context,
    parameters::{Manual, NONE, TOPIC, must},
};
use crate::model::{fault::ShrinkRetention, op::Recipe, setting::Setting};

pub(super) const MANUAL: Manual = Manual {
    key: "shrink-retention",
    about: "Let a topic forget sooner",
    engine: "Kafka",
    expiry: NONE,
    parameters: &[TOPIC, must("retention", "TIME", "How long it remembers from now on, such as 1s")],
    example: "--topic orders.placed --retention 1s",
};

pub(super) fn recipe(fault: &ShrinkRetention, context: &Context) -> Result<Recipe, Vec<String>> {
    context.topic(&fault.topic)?;
    if fault.retention.0.is_zero() {
        return Err(vec!["retention: `0s`: expected 1ms or more".to_owned()]);
    }
    let setting = Setting::Topic { topic: fault.topic.clone(), key: "retention.ms".to_owned() };
    let before = context.before(&setting)?;
    Ok(Recipe::set(setting, fault.retention.0.as_millis().to_string(), before))
}
