//! PostgreSQL's settings and roles: the primary's through its port, each server's own beside it.
//!
//! **Invariant**: a replica that does not answer is missing, and nobody waits for it longer than some seconds.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::future;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use sha2::{Digest as _, Sha256};

use crate::{
    lab::{
        Lab,
        cluster::assets::short,
        cluster::kube::within,
        error::LabError,
        layout::NAMESPACE,
        node::{sandbox, shell},
    },
    model::{
        facts::{Facts, Pod},
        setting::password_key,
    },
};

/// How long one server may take to tell what was set.
const ANSWER: Duration = Duration::from_secs(6);

const CONTEXTS: &str = "select context, name from pg_settings";

const ROLES: &str = "select rolname, coalesce(rolconfig, '{}'), coalesce(rolpassword, '')
    from pg_authid left join lateral
        (select setconfig as rolconfig from pg_db_role_setting where setrole = pg_authid.oid and setdatabase = 0) s on true
    where rolname not like 'pg\\_%'";

/// Prints what ALTER SYSTEM has set, a name and its value on each line.
const ALTERED: &str = include_str!("altered.sh");

/// What the primary tells of itself.
#[derive(Default)]
pub(super) struct Primary {
    pub(super) contexts: BTreeMap<String, BTreeSet<String>>,
    pub(super) roles: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) passwords: BTreeMap<String, String>,
}

impl Lab {
    pub(super) async fn primary_facts(&self) -> Result<Primary, LabError> {
        let secret = Api::<Secret>::namespaced(self.kube.clone(), NAMESPACE);
        let secret = within(5, "read secret postgres", secret.get("postgres")).await?.data.unwrap_or_default();
        let primary = self.primary().await?;
        let mut found = Primary::default();
        for row in primary.rows(CONTEXTS, &[]).await? {
            found.contexts.entry(row.get(0)).or_default().insert(row.get(1));
        }
        for row in primary.rows(ROLES, &[]).await? {
            let (role, settings, hash): (String, Vec<String>, String) = (row.get(0), row.get(1), row.get(2));
            let settings = settings.iter().filter_map(|pair| pair.split_once('='));
            let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            if let Some(password) = secret.get(&password_key(&role)) {
                found.passwords.insert(role.clone(), mark(&self.secrets.postgres, &password.0, &hash));
            }
            found.roles.insert(role, settings);
        }
        Ok(found)
    }

    /// What `ALTER SYSTEM` has set on each server that answers, and which of them is the primary.
    pub(super) async fn altered(
        &self,
    ) -> Result<(BTreeMap<String, BTreeMap<String, String>>, Option<String>), LabError> {
        let facts = self.handle.population().await?;
        let primary = server_pods(&facts).find(|(_, pod)| pod.labels.get("role").is_some_and(|role| role == "primary"));
        let primary = primary.map(|(server, _)| server.to_owned());
        let asked = server_pods(&facts).map(|(server, pod)| async move {
            let script = sandbox::inside(&pod.uid, "postgres", &shell::program(ALTERED));
            let told = tokio::time::timeout(ANSWER, self.handle.nodes.run(&pod.node, &script)).await.ok()?.ok()?;
            Some((server.to_owned(), pairs(&told)))
        });
        let servers = future::join_all(asked).await.into_iter().flatten().collect();
        Ok((servers, primary))
    }
}

/// The pods of PostgreSQL's servers, each with the name of its StatefulSet.
pub(in crate::lab) fn server_pods(facts: &Facts) -> impl Iterator<Item = (&str, &Pod)> {
    let servers = facts.pods.iter().filter(|pod| pod.service == "postgres");
    servers.filter_map(|pod| Some((pod.name.strip_suffix("-0")?, pod)))
}

fn pairs(told: &str) -> BTreeMap<String, String> {
    let lines = told.lines().filter_map(|line| line.split_once('\t'));
    lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Changes with the password, and tells nothing of it to whoever lacks the superuser's.
fn mark(superuser: &str, password: &[u8], hash: &str) -> String {
    let mut digest = Sha256::new();
    for part in [superuser.as_bytes(), password, hash.as_bytes()] {
        digest.update(part.len().to_le_bytes());
        digest.update(part);
    }
    short(&digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_changes_with_the_password_and_holds_nothing_of_it() {
        let one = mark("super", b"first", "hash");
        assert_eq!(one, mark("super", b"first", "hash"));
        assert_ne!(one, mark("super", b"other", "hash"));
        assert_ne!(one, mark("super", b"first", "other"));
        assert_ne!(one, mark("another", b"first", "hash"));
        assert!(!one.contains("first"));
    }

    #[test]
    fn a_value_may_hold_anything_but_a_tab_before_it() {
        let found = pairs("work_mem\t64kB\nsynchronous_standby_names\tANY 1 (a, b)\n\n");
        assert_eq!(found["synchronous_standby_names"], "ANY 1 (a, b)");
        assert_eq!(found.len(), 2);
    }
}
