//! How far a group is behind, and how far a topic has come.
//!
//! **Invariant**: joins no group and commits nothing; one connection for each group, kept for the whole run.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::{Reading, Source};
use crate::lab::sense::{
    SenseTarget,
    lag::{Client, Within},
};

/// A little less than a reading's deadline, so that the reason is heard.
const ANSWER: Duration = Duration::from_millis(2_800);

/// What is asked about a topic.
#[derive(Clone)]
pub(super) struct Question {
    /// `None` for all that the group works through.
    pub(super) topic: Option<String>,
    /// `None` for all.
    pub(super) partition: Option<i32>,
}

/// The questions about one group, or about topics.
pub(super) struct Kafka {
    brokers: String,
    group: Option<String>,
    questions: Vec<Question>,
    /// Shared with the thread that asks, which may outlive a reading that was given up.
    client: Arc<Mutex<Option<Client>>>,
}

impl Kafka {
    pub(super) fn new(group: Option<String>, questions: Vec<Question>, target: &SenseTarget) -> Self {
        Self { brokers: target.kafka.clone(), group, questions, client: Arc::default() }
    }
}

#[async_trait]
impl Source for Kafka {
    async fn read(&mut self) -> Vec<Reading> {
        // Whoever asks still is given up only after its own deadline; a second thread beside it would not be any faster.
        let mut client = self.client.clone().lock_owned().await;
        let (brokers, group, questions) = (self.brokers.clone(), self.group.clone(), self.questions.clone());
        let asked = tokio::task::spawn_blocking(move || {
            if client.is_none() {
                *client = Some(Client::new(&brokers, group.as_deref())?);
            }
            let within = Within::from_now(ANSWER);
            let Some(client) = client.as_ref() else { return Ok(Vec::new()) };
            Ok(questions.iter().map(|question| ask(client, group.is_some(), question, within)).collect())
        });
        let all = |why: String| vec![Err(why); self.questions.len()];
        asked.await.unwrap_or_else(|error| Err(error.to_string())).unwrap_or_else(all)
    }
}

fn ask(client: &Client, of_group: bool, question: &Question, within: Within) -> Reading {
    let Question { topic, partition } = question;
    let count = match topic {
        topic if of_group => client.lag(topic.as_deref(), *partition, within)?,
        Some(topic) => client.end(topic, *partition, within)?,
        None => return Err("kafka: no topic is named".to_owned()),
    };
    #[expect(clippy::cast_precision_loss, reason = "offsets of a lab stay far below 2^52")]
    Ok(count as f64)
}
