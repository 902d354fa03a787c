//! The passwords of a lab: generated once, kept as Kubernetes Secrets and in one file that only its owner can read.
//!
//! **Invariant**: the cluster's Secrets are the truth, for the databases were made with them; no password is ever printed
//! but by `droplab env`, whose purpose that is.

use std::{collections::BTreeMap, fmt};

use k8s_openapi::{ByteString, api::core::v1::Secret};
use kube::{
    Api, Client,
    api::{ObjectMeta, PostParams},
};
use rand::{Rng as _, distr::Alphanumeric};
use serde::{Deserialize, Serialize};

use crate::lab::{
    cluster::kube::{refused, within},
    error::LabError,
    layout::NAMESPACE,
    state::State,
};
use crate::log::redact::hide;

const FILE: &str = "secrets.json";

/// The passwords.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// PostgreSQL's superuser `postgres`.
    pub postgres: String,
    /// PostgreSQL's role `shop`.
    pub shop: String,
    /// PostgreSQL's role `replicator`.
    pub replication: String,
    /// Redis.
    pub redis: String,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// Fresh ones, of letters and digits only: they go into connection strings as they are.
    pub fn generate() -> Self {
        let password = || rand::rng().sample_iter(Alphanumeric).take(24).map(char::from).collect();
        let fresh = Self { postgres: password(), shop: password(), replication: password(), redis: password() };
        fresh.hidden()
    }

    /// The same, and no log tells them from now on.
    fn hidden(self) -> Self {
        for secret in [&self.postgres, &self.shop, &self.replication, &self.redis] {
            hide(secret);
        }
        self
    }

    /// The lab's, from its folder.
    pub fn read(state: &State) -> Result<Option<Self>, LabError> {
        let Some(text) = state.read(FILE)? else { return Ok(None) };
        // Not the parser's own words: they could quote the text.
        let malformed =
            |_| LabError::Malformed { what: state.path(FILE).display().to_string(), why: "not readable".to_owned() };
        serde_json::from_str(&text).map(Self::hidden).map(Some).map_err(malformed)
    }

    /// The lab's, from the cluster or the folder; made anew if neither has them. Both have them afterwards.
    pub async fn settle(client: &Client, state: &State) -> Result<Self, LabError> {
        let api = Api::<Secret>::namespaced(client.clone(), NAMESPACE);
        let postgres = within(5, "read secret postgres", api.get_opt("postgres")).await?;
        let redis = within(5, "read secret redis", api.get_opt("redis")).await?;
        let known = Self::read(state)?.unwrap_or_else(Self::generate);
        let secrets = Self {
            postgres: field(postgres.as_ref(), "postgres-password").unwrap_or(known.postgres),
            shop: field(postgres.as_ref(), "shop-password").unwrap_or(known.shop),
            replication: field(postgres.as_ref(), "replication-password").unwrap_or(known.replication),
            redis: field(redis.as_ref(), "password").unwrap_or(known.redis),
        }
        .hidden();
        // On disk first: what the cluster learns must never be lost.
        state.write(FILE, &serde_json::to_string_pretty(&secrets).unwrap_or_default())?;
        if postgres.is_none() {
            let fields = [
                ("postgres-password", &secrets.postgres),
                ("shop-password", &secrets.shop),
                ("replication-password", &secrets.replication),
            ];
            create(&api, "postgres", &fields).await?;
        }
        if redis.is_none() {
            create(&api, "redis", &[("password", &secrets.redis)]).await?;
        }
        Ok(secrets)
    }
}

fn field(secret: Option<&Secret>, name: &str) -> Option<String> {
    String::from_utf8(secret?.data.as_ref()?.get(name)?.0.clone()).ok()
}

async fn create(api: &Api<Secret>, name: &str, fields: &[(&str, &String)]) -> Result<(), LabError> {
    let data: BTreeMap<String, ByteString> =
        fields.iter().map(|(key, value)| ((*key).to_owned(), ByteString(value.as_bytes().to_vec()))).collect();
    let secret = Secret {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..Default::default() },
        data: Some(data),
        ..Default::default()
    };
    let made = api.create(&PostParams::default(), &secret).await;
    made.map(drop).map_err(|error| refused(&format!("make secret {name}"), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_need_no_quoting() {
        let secrets = Secrets::generate();
        assert_ne!(secrets.postgres, secrets.shop);
        assert_eq!(secrets.redis.len(), 24);
        assert!(secrets.redis.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(format!("{secrets:?}"), "Secrets(…)");
    }
}
