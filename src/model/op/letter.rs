//! A record that is put into a topic.
//!
//! **Invariant**: it has a name only if it is to be found again.

use serde::{Deserialize, Serialize};

/// A record for a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// By which it is found again, if it is to be deleted.
    pub id: Option<String>,
    /// Into which topic.
    pub topic: String,
    /// Into which partition; Kafka's own choice by the key when there is none.
    pub partition: Option<i32>,
    /// Its key.
    pub key: Option<String>,
    /// What it says.
    pub value: String,
    /// Names and values beside it.
    pub headers: Vec<(String, String)>,
    /// How often.
    pub count: u32,
}
