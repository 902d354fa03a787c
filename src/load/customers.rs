//! The port: customers of several kinds on a thread of their own.
//!
//! **Invariant**: nothing that the rest of the process does (a sync to disk, a slow terminal) can delay a request.

use std::{collections::BTreeMap, net::SocketAddr, thread, time::Duration};

use async_trait::async_trait;
use tokio::{
    runtime,
    sync::{mpsc::UnboundedSender, oneshot},
    task::LocalSet,
    time::Instant,
};

use super::{
    answers::{Answers, lock},
    connections::Tcp,
    files,
    generator::drive,
    lane::Lane,
    request::{self, Requests},
};
use crate::{
    model::{event::EventKind, ledger::Promises, receipt::Receipt, scenario::Load, units::Span},
    run::ports::{Customers, PortError},
};

/// Waiting for the last answers takes no longer than a request's timeout; this much more is a bug, not a wait.
const GRACE: Duration = Duration::from_secs(5);

/// All customers of a run.
pub struct Crowd {
    shop: SocketAddr,
    run: String,
    patience: Duration,
    answers: BTreeMap<String, Answers>,
    thread: Option<Running>,
}

struct Running {
    stop: oneshot::Sender<()>,
    done: oneshot::Receiver<()>,
}

/// The bounds of latency that each kind of customers counts.
pub type Bounds = BTreeMap<String, Vec<Span>>;

impl Crowd {
    /// Customers of the shop behind this address.
    pub fn new(shop: SocketAddr) -> Self {
        Self { shop, run: String::new(), patience: Duration::ZERO, answers: BTreeMap::new(), thread: None }
    }

    fn lanes(&mut self, load: &Load, bounds: &Bounds) -> Result<Vec<Lane>, PortError> {
        let mut lanes = Vec::new();
        for (name, customers) in &load.customers {
            let answers = Answers::default();
            self.answers.insert(name.clone(), answers.clone());
            let requests = Requests::new(name, customers, &self.run, self.shop);
            let counted = bounds.get(name).map(Vec::as_slice).unwrap_or_default();
            lanes.push(Lane::new(name, customers, (load.baseline, load.timeout), requests, counted, answers));
        }
        let connections = lanes.iter().map(Lane::most_open).sum();
        files::allow(connections).map_err(|limit| PortError {
            tried: format!("open up to {connections} connections to the shop"),
            why: format!("this process may open {limit} files; raise the limit (`ulimit -n`) or lower the rate"),
        })?;
        Ok(lanes)
    }
}

/// On a busy machine the lab would push its own customers aside. Where the priority may not be raised, the lag tells.
fn be_punctual() {
    // On Linux this is the thread's own priority; elsewhere it would be the whole process's.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(-10);
}

#[async_trait]
impl Customers for Crowd {
    async fn start(
        &mut self,
        run: &str,
        load: &Load,
        bounds: &Bounds,
        seen: UnboundedSender<EventKind>,
    ) -> Result<(), PortError> {
        self.run = run.to_owned();
        self.patience = load.patience().0;
        // A second start is a new crowd: the old one leaves, and what it was told goes with it.
        self.thread = None;
        self.answers.clear();
        let lanes = self.lanes(load, bounds)?;
        let failed = |error: std::io::Error| PortError { tried: "start the customers".into(), why: error.to_string() };
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let (finished, done) = oneshot::channel();
        let (zero, dialler) = (Instant::now(), Tcp(self.shop));
        let life = move || {
            be_punctual();
            LocalSet::new().block_on(&runtime, drive(lanes, dialler, zero, seen, stopped));
            // Nobody waits: then nobody is told.
            let _ = finished.send(());
        };
        thread::Builder::new().name("customers".into()).spawn(life).map_err(failed)?;
        self.thread = Some(Running { stop, done });
        Ok(())
    }

    async fn stop(&mut self) {
        let Some(Running { stop, done }) = self.thread.take() else { return };
        if stop.send(()).is_ok() {
            let _ = tokio::time::timeout(self.patience + GRACE, done).await;
        }
    }

    fn promises(&self, name: &str) -> Promises {
        let outcomes = self.answers.get(name).map(|kept| lock(&kept.outcomes).clone());
        Promises { prefix: request::prefix(&self.run, name), outcomes: outcomes.unwrap_or_default() }
    }

    fn accounts(&self) -> String {
        request::accounts(&self.run)
    }

    fn receipts(&self, name: &str) -> Vec<Receipt> {
        let kept = self.answers.get(name);
        let kept = kept.map(|kept| lock(&kept.receipts).clone());
        kept.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::mpsc,
    };

    use super::*;
    use crate::model::{event::EventKind::Traffic, ledger::Outcome};

    /// A shop that takes every payment.
    async fn shop() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut bytes = [0; 4096];
                    while let Ok(1..) = stream.read(&mut bytes).await {
                        let body = r#"{"id":"pay-1","status":"captured"}"#;
                        let head = format!("HTTP/1.1 201 Created\r\ncontent-length: {}\r\n\r\n", body.len());
                        stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
                    }
                });
            }
        });
        address
    }

    #[tokio::test]
    async fn customers_on_their_own_thread_come_and_go() {
        let load: Load = serde_yaml::from_str("{ customers: { payment: 100/s }, baseline: 1s, timeout: 5s }").unwrap();
        let (seen, mut windows) = mpsc::unbounded_channel();
        let mut crowd = Crowd::new(shop().await);
        crowd.start("run", &load, &Bounds::new(), seen).await.unwrap();
        let Some(Traffic { probe, window }) = windows.recv().await else { panic!("no window") };
        crowd.stop().await;
        assert_eq!((probe.as_str(), window.intended, window.ok), ("payment", 100, 100), "{window:?}");
        let mut rest = 0;
        while let Some(Traffic { window, .. }) = windows.recv().await {
            rest += window.intended;
        }
        let promises = crowd.promises("payment");
        assert_eq!(promises.outcomes.len() as u64, 100 + rest);
        assert!(promises.outcomes.iter().all(|outcome| *outcome == Outcome::Ok));
        assert_eq!(promises.key(3), format!("{}3", request::prefix("run", "payment")));
    }

    #[tokio::test]
    async fn customers_leave_when_nobody_holds_them() {
        let load: Load = serde_yaml::from_str("{ customers: { browse: 10/s }, baseline: 1s, timeout: 5s }").unwrap();
        let (seen, mut windows) = mpsc::unbounded_channel();
        let mut crowd = Crowd::new(shop().await);
        crowd.start("run", &load, &Bounds::new(), seen).await.unwrap();
        drop(crowd);
        // The channel ends with the thread that holds its other side.
        while windows.recv().await.is_some() {}
    }
}
