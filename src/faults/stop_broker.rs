//! Stop a broker, in good order.
//!
//! # Story
//! A restart that was announced, of a broker that nobody missed yet. Whoever needs two replicas in sync now depends on both
//! of the others.
//!
//! # Breaks
//! The broker's StatefulSet is set to no pods. The broker hands its leaderships over and stops; its data stays on its volume.
//!
//! # Heals
//! The StatefulSet is set back; the broker catches up from the others.
//!
//! # Expiry
//! None. This fault lives in what the person owns, like the real one; the way back is in the journal, written before the
//! blow, and `droplab heal` plays it from another process. For a broker that vanishes, and ends by itself, take `freeze-pod`.
//!
//! # Needs
//! A StatefulSet of one broker for each data centre.
//!
//! # Seen in production
//! The rolling restart of an upgrade: one broker down by intention, a second one by accident.

use super::{
    Context,
    parameters::{Manual, NONE, ZONE},
};
use crate::model::{fault::StopBroker, op::Recipe, setting::Setting};

pub(super) const MANUAL: Manual = Manual {
    key: "stop-broker",
    about: "Stop a broker, in good order",
    engine: "Kubernetes",
    expiry: NONE,
    parameters: &[ZONE],
    example: "--zone dc-3",
};

pub(super) fn recipe(fault: &StopBroker, context: &Context) -> Result<Recipe, Vec<String>> {
    context.zone(&fault.zone)?;
    let set = format!("kafka-{}", fault.zone);
    let setting = Setting::Pods(set.clone());
    match context.before(&setting)? {
        None => Err(vec![format!("there is no statefulset `{set}`")]),
        Some(pods) if pods == "0" => Err(vec![format!("statefulset/{set} has no pods already: nothing would change")]),
        before => Ok(Recipe::set(setting, "0".to_owned(), before)),
    }
}
