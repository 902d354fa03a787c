//! The bank as payment sees it: money is asked for, and given back.
//!
//! **Invariant:** whatever the release, a key is asked for with the same words, so that the bank gives the same answer.

use std::sync::Arc;

use serde_json::json;

use super::Request;
use super::bank_line_2_9_0::{Bounds, Line};
use crate::config::ConfigError;
use crate::failure::Failure;
use crate::host::Host;
use crate::peer::Peer;
use crate::release::Release;

/// One authorisation that somebody waits for.
pub(super) struct Wanted {
    key: String,
    account: String,
    amount_cents: i64,
}

impl Wanted {
    pub(super) fn new(key: &str, request: &Request) -> Self {
        Self { key: key.to_owned(), account: request.account.clone(), amount_cents: request.amount_cents }
    }
}

/// The way to the bank.
pub(super) struct Bank {
    peer: Peer,
    /// Where calls wait for their turn; without it each is made when it comes.
    line: Option<Line<Wanted>>,
}

impl Bank {
    /// The way that this release takes.
    pub(super) fn from_env(host: &Arc<Host>) -> Result<Self, ConfigError> {
        let peer = Peer::from_env(host, "bank", "BANK_URL")?;
        let waiting = host
            .metrics
            .gauge("bank_queue_length", "bank calls that wait for their turn")
            .map_err(|error| ConfigError::Setup(format!("metrics: {error}")))?;
        let line = if host.release == Release::Payment2_9_0 {
            let bank = peer.clone();
            let call = move |wanted| {
                let bank = bank.clone();
                async move { authorise(&bank, &wanted).await }
            };
            Some(Line::start(Bounds::from_env()?, waiting, call))
        } else {
            None
        };
        Ok(Self { peer, line })
    }

    /// The id of the authorisation that the bank grants.
    pub(super) async fn authorise(&self, wanted: Wanted) -> Result<String, Failure> {
        match &self.line {
            None => authorise(&self.peer, &wanted).await,
            Some(line) => line.call(wanted).await,
        }
    }

    /// Gives back what the bank granted for a key, or will grant when it comes late: by the key, since an answer that was lost had an id.
    pub(super) async fn reverse(&self, key: &str) -> Result<(), Failure> {
        self.peer.post("/reversals", &json!({ "idempotency_key": key }), None).await?.accepted().map(drop)
    }
}

async fn authorise(bank: &Peer, wanted: &Wanted) -> Result<String, Failure> {
    let body = json!({ "account": wanted.account, "amount_cents": wanted.amount_cents });
    let answer = bank.post("/authorisations", &body, Some(&wanted.key)).await?.accepted()?;
    answer["id"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Failure::Upstream { service: "bank", detail: "an authorisation without an id".to_owned() })
}
