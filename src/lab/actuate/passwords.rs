//! A role's password, rotated in PostgreSQL and in the Secret together.
//!
//! **Invariant**: what was before is in the lab's folder before anything is changed, and nowhere else; no password is in a
//! journal, in a server's log or in its statistics of statements.

use std::collections::BTreeSet;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::{Api, api::Patch};
use rand::{Rng as _, distr::Alphanumeric};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_postgres::{NoTls, error::SqlState};

use crate::{
    lab::{
        Lab,
        cluster::kube::{guard, within},
        error::LabError,
        layout::NAMESPACE,
        look::primary::{DOOR, failed, quoted, refused},
        state::State,
    },
    log::redact::hide,
    model::setting::password_key,
};

/// The Secret with the passwords of PostgreSQL's roles.
const SECRET: &str = "postgres";
/// The file of a rotation.
const FILE: &str = "password.json";
/// What is said in this session goes into no log and no statistics.
const UNHEARD: &str =
    "set log_statement = 'none'; set log_min_duration_statement = -1; set log_min_error_statement = panic;
    set pg_stat_statements.track = 'none'";

/// A rotation, as the lab's folder keeps it.
#[derive(Serialize, Deserialize)]
struct Rotation {
    /// Whose password it is.
    role: String,
    /// The hash in PostgreSQL before.
    hash: String,
    /// The password in the Secret before.
    before: String,
    /// The one that was drawn.
    after: String,
    /// When: whoever is started from then on holds the one that was drawn.
    at: Timestamp,
}

impl Lab {
    /// Another password; done already, the same one. Without `another`, the one before.
    pub(super) async fn rotate(&self, role: &str, kept: &str, another: bool) -> Result<(), LabError> {
        guard(&self.kube, &self.layout).await?;
        let file = State::kept_file(kept, FILE);
        let rotation = match self.state.read(&file)? {
            Some(text) => serde_json::from_str(&text).map_err(|_| LabError::Malformed {
                what: self.state.path(&file).display().to_string(),
                // Not the parser's own words: they could quote the text.
                why: "not readable".to_owned(),
            })?,
            // Nothing was changed, or it was set back.
            None if !another => return Ok(()),
            None => {
                let rotation = self.rotation(role).await?;
                self.state.write(&file, &serde_json::to_string(&rotation).unwrap_or_default())?;
                rotation
            }
        };
        let (hash, password) =
            if another { (&rotation.after, &rotation.after) } else { (&rotation.hash, &rotation.before) };
        let primary = self.primary().await?;
        primary.run(UNHEARD).await?;
        // A text that is a hash already is taken as it is.
        let change = format!("alter role {} password {}", quoted(role, '"'), quoted(hash, '\''));
        primary.run(&change).await.map_err(|_| refused(format!("the password of role {role} could not be set")))?;
        let api = Api::<Secret>::namespaced(self.kube.clone(), NAMESPACE);
        let patch = json!({ "stringData": { password_key(role): password } });
        self.handle.change(&api, SECRET, Patch::Merge, patch).await?;
        if another {
            return Ok(());
        }
        self.restart_holders(SECRET, &password_key(role), rotation.at).await?;
        self.state.forget_kept(kept)
    }

    /// The one before; what is so instead when somebody has set a third one since.
    pub(super) async fn rotate_back(&self, role: &str, kept: &str) -> Result<Option<String>, LabError> {
        let file = State::kept_file(kept, FILE);
        let Some(rotation) = self.state.read(&file)?.and_then(|text| serde_json::from_str::<Rotation>(&text).ok())
        else {
            // Nothing there is fine; what is not readable says so.
            return self.rotate(role, kept, false).await.map(|()| None);
        };
        for secret in [&rotation.hash, &rotation.before, &rotation.after] {
            hide(secret);
        }
        self.handle.outdate(&Api::<Secret>::namespaced(self.kube.clone(), NAMESPACE), SECRET).await?;
        let now = self.password(role).await?;
        if now.is_none_or(|now| now == rotation.after || now == rotation.before) {
            return self.rotate(role, kept, false).await.map(|()| None);
        }
        self.state.forget_kept(kept)?;
        Ok(Some(format!(
            "the password of PostgreSQL role {role}: changed since the fault had set it; kept, and not set back"
        )))
    }

    /// The roles of which a rotation is in, and whose password of before it opens a session all the same.
    pub(in crate::lab) async fn old_passwords(&self) -> Result<BTreeSet<String>, LabError> {
        let mut opening = BTreeSet::new();
        for id in self.state.kept()? {
            let Some(text) = self.state.read(&State::kept_file(&id, FILE))? else { continue };
            // What is not readable is told by the heal.
            let Ok(rotation) = serde_json::from_str::<Rotation>(&text) else { continue };
            hide(&rotation.before);
            let mut config = self.postgres();
            config.user(&rotation.role).password(&rotation.before).application_name("psql");
            match tokio::time::timeout(DOOR, config.connect(NoTls)).await {
                Ok(Ok(_)) => drop(opening.insert(rotation.role)),
                Ok(Err(error)) if error.code() == Some(&SqlState::INVALID_PASSWORD) => {}
                Ok(Err(error)) => return Err(failed(&error)),
                Err(_) => return Err(refused(format!("no answer within {} s", DOOR.as_secs()))),
            }
        }
        Ok(opening)
    }

    /// What there is now, and a password for then.
    async fn rotation(&self, role: &str) -> Result<Rotation, LabError> {
        let before = self.password(role).await?;
        let before = before.ok_or_else(|| refused(format!("secret postgres has no password of role {role}")))?;
        let primary = self.primary().await?;
        let rows = primary.rows("select rolpassword from pg_authid where rolname = $1", &[&role]).await?;
        let hash: Option<String> = rows.first().and_then(|row| row.get(0));
        let hash = hash.ok_or_else(|| refused(format!("role {role} has no password")))?;
        // Letters and digits only: it goes into connection strings as it is.
        let after = rand::rng().sample_iter(Alphanumeric).take(before.len().max(24)).map(char::from).collect();
        for secret in [&hash, &before, &after] {
            hide(secret);
        }
        Ok(Rotation { role: role.to_owned(), hash, before, after, at: Timestamp::now() })
    }

    /// A role's password as the Secret has it now.
    pub(super) async fn password(&self, role: &str) -> Result<Option<String>, LabError> {
        let api = Api::<Secret>::namespaced(self.kube.clone(), NAMESPACE);
        let mut data = within(5, "read secret postgres", api.get(SECRET)).await?.data.unwrap_or_default();
        let password = data.remove(&password_key(role)).and_then(|bytes| String::from_utf8(bytes.0).ok());
        Ok(password.inspect(|password| hide(password)))
    }
}
