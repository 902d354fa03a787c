//! Members of ours in a consumer group that do no work.
//!
//! **Invariant**: they live in this process and end with it: a broker takes a member out of its group that it has not heard of
//! for a session timeout (KIP-62). Their fence is here: arming and releasing take one lock, and under it nobody joins for what was
//! released since it was armed. Of a heal by another process whoever holds the fault learns from its journal, and then lets them leave.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer as _},
    groups::GroupInfo,
};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::{
    lab::{Lab, error::LabError, look::servers::ANSWER},
    model::{hold::Members, units::Span},
};

/// What such a member calls itself: nothing that would give the answer away.
const CLIENT: &str = "shop-old";
/// How long a group may take to give every member its partitions.
const SHARING: Duration = Duration::from_secs(20);

/// The members that this process has, by fault. Dropping a token lets its members leave.
#[derive(Clone, Default)]
pub struct Joined(Arc<Mutex<HashMap<String, Vec<Member>>>>);

struct Member {
    leave: CancellationToken,
    thread: tokio::task::JoinHandle<()>,
    /// Whether it has a partition.
    assigned: Arc<AtomicBool>,
}

impl Lab {
    /// Join, and wait until every member has a partition. Done again, only those join that are missing: a member renews itself.
    pub(super) async fn hold_members(&self, id: &str, ttl: Span, members: &Members) -> Result<(), LabError> {
        let mut joined = self.members.0.lock().await;
        self.handle.generation(id)?;
        let mine = joined.entry(id.to_owned()).or_default();
        mine.retain(|member| !member.thread.is_finished());
        while mine.len() < members.count {
            mine.push(self.join(ttl, members)?);
        }
        let began = tokio::time::Instant::now();
        while !mine.iter().all(|member| member.assigned.load(Relaxed)) {
            if began.elapsed() > SHARING {
                let why = "the group did not give every member a partition within 20 s".to_owned();
                return Err(LabError::Kube { tried: format!("join group {}", members.group), why });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    fn join(&self, ttl: Span, members: &Members) -> Result<Member, LabError> {
        let failed = |error: rdkafka::error::KafkaError| LabError::Kube {
            tried: format!("join group {}", members.group),
            why: error.to_string(),
        };
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", self.layout.kafka())
            .set("client.id", CLIENT)
            .set("group.id", &members.group)
            .set("enable.auto.commit", "false")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", ttl.0.as_millis().to_string())
            .set("heartbeat.interval.ms", (ttl.0.as_millis() / 4).min(3000).to_string())
            .set("log_level", "0");
        let consumer: BaseConsumer = config.create().map_err(failed)?;
        consumer.subscribe(&[&members.topic]).map_err(failed)?;
        let leave = CancellationToken::new();
        let assigned = Arc::new(AtomicBool::new(false));
        let (left, told) = (leave.clone(), assigned.clone());
        // What it reads it throws away: nothing is committed, so whoever has the partition next begins where work ended.
        let thread = tokio::task::spawn_blocking(move || {
            while !left.is_cancelled() {
                drop(consumer.poll(Duration::from_millis(200)));
                let some = consumer.assignment().is_ok_and(|list| list.count() > 0);
                told.store(some, Relaxed);
            }
            // Dropping it says goodbye: the group shares anew at once.
        });
        Ok(Member { leave, thread, assigned })
    }

    /// Leave; members of another process are gone when their sessions are, which is waited for.
    pub(super) async fn release_members(&self, id: &str, members: &Members) -> Result<(), LabError> {
        self.handle.generations.release(id);
        // Waits for whoever is arming it, and takes away what came of that.
        let members_of_ours = self.members.0.lock().await.remove(id).unwrap_or_default();
        for member in members_of_ours {
            member.leave.cancel();
            let _ = member.thread.await;
        }
        let began = tokio::time::Instant::now();
        while self.groups_with_members().await?.contains(&members.group) {
            if began.elapsed() > Duration::from_secs(25) {
                let why = "members that are not the shop's stay in it".to_owned();
                return Err(LabError::Kube { tried: format!("leave group {}", members.group), why });
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(())
    }

    /// The groups that have a member of ours, of whichever process.
    pub(in crate::lab) async fn groups_with_members(&self) -> Result<Vec<String>, LabError> {
        let failed = |why: String| LabError::Kube { tried: "look at Kafka's consumer groups".to_owned(), why };
        let admin = self.kafka_admin().map_err(|error| failed(error.to_string()))?;
        let asked = tokio::task::spawn_blocking(move || {
            let found = admin.inner().fetch_group_list(None, ANSWER)?;
            let ours = |group: &&GroupInfo| group.members().iter().any(|member| member.client_id() == CLIENT);
            Ok::<_, rdkafka::error::KafkaError>(
                found.groups().iter().filter(ours).map(|group| group.name().to_owned()).collect(),
            )
        });
        let found = asked.await.map_err(|error| failed(error.to_string()))?;
        found.map_err(|error| failed(error.to_string()))
    }
}
