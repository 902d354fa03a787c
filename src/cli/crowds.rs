//! Further customers beside those of a run: an actuator in front of the lab's own, because the lab knows no customers.
//!
//! **Invariant**: a crowd that nobody renews leaves; one that is brought twice is there once.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Arc,
};

use async_trait::async_trait;
use tokio::{
    sync::{Mutex, mpsc},
    time::Instant,
};

use crate::{
    load::Crowd,
    model::{
        event::Acted,
        hold::{Hold, Surge},
        op::Op,
        scenario::Load,
        units::Span,
    },
    run::ports::{Actuator, Customers as _, PortError},
};

/// A request without an answer for this long has failed.
const TIMEOUT: Span = Span(std::time::Duration::from_secs(2));

/// The lab's actuator, with crowds.
pub(super) struct WithCrowds<A> {
    /// Everything else.
    pub(super) lab: A,
    /// The shop's door.
    pub(super) shop: SocketAddr,
    /// Who has come, by fault, and until when.
    pub(super) here: Arc<Mutex<HashMap<String, (Crowd, Instant)>>>,
}

impl<A> WithCrowds<A> {
    async fn bring(&self, id: &str, ttl: Span, surge: &Surge) -> Result<(), PortError> {
        let until = Instant::now() + ttl.0;
        let mut here = self.here.lock().await;
        if let Some((_, end)) = here.get_mut(id) {
            *end = until;
            return Ok(());
        }
        let mut crowd = Crowd::new(self.shop);
        let load = Load { customers: surge.customers.clone(), baseline: Span::default(), timeout: TIMEOUT };
        // What they are told is nobody's evidence: the run's own customers are asked, not these.
        let (seen, mut told) = mpsc::unbounded_channel();
        crowd.start(id, &load, &BTreeMap::new(), seen).await?;
        tokio::spawn(async move { while told.recv().await.is_some() {} });
        here.insert(id.to_owned(), (crowd, until));
        tokio::spawn(leave_in_time(self.here.clone(), id.to_owned()));
        Ok(())
    }
}

/// Wait until nobody has renewed them for their time.
async fn leave_in_time(here: Arc<Mutex<HashMap<String, (Crowd, Instant)>>>, id: String) {
    loop {
        let until = match here.lock().await.get(&id) {
            Some((_, until)) if *until > Instant::now() => *until,
            _ => break,
        };
        tokio::time::sleep_until(until).await;
    }
    send_home(&here, &id).await;
}

async fn send_home(here: &Mutex<HashMap<String, (Crowd, Instant)>>, id: &str) {
    let crowd = here.lock().await.remove(id);
    if let Some((mut crowd, _)) = crowd {
        crowd.stop().await;
    }
}

#[async_trait]
impl<A: Actuator> Actuator for WithCrowds<A> {
    async fn prepare(&self, op: &Op) -> Result<(), PortError> {
        self.lab.prepare(op).await
    }

    async fn perform(&self, op: &Op) -> Result<(), PortError> {
        match op {
            Op::Hold { id, ttl, hold: Hold::Surge(surge) } => self.bring(id, *ttl, surge).await,
            Op::Release { id, hold: Hold::Surge(_) } => {
                send_home(&self.here, id).await;
                Ok(())
            }
            other => self.lab.perform(other).await,
        }
    }

    async fn put_back(&self, ours: &Op, before: &Op) -> Result<Option<String>, PortError> {
        self.lab.put_back(ours, before).await
    }

    async fn lacks(&self, op: &Op) -> Result<Option<String>, PortError> {
        self.lab.lacks(op).await
    }

    async fn leave(&self) {
        self.lab.leave().await;
    }

    async fn acted(&self, op: &Op) -> Result<Option<Acted>, PortError> {
        self.lab.acted(op).await
    }
}
