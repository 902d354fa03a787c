//! A session of droplab's own at PostgreSQL's primary.
//!
//! **Invariant**: it ends when it is dropped, and what it has not committed is rolled back.

use std::time::Duration;

use tokio_postgres::{Client, NoTls, Row, types::ToSql};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    lab::{Lab, error::LabError},
    log::chain,
};

/// How long the primary may take to let somebody in.
pub(in crate::lab) const DOOR: Duration = Duration::from_secs(6);

/// A session as superuser.
pub(in crate::lab) struct Primary {
    pub(in crate::lab) client: Client,
    _carrier: AbortOnDropHandle<()>,
}

impl Lab {
    pub(in crate::lab) async fn primary(&self) -> Result<Primary, LabError> {
        let mut config = self.postgres();
        // As a person's psql calls itself: whoever looks at the sessions sees nothing that gives an answer away.
        config.application_name("psql");
        match tokio::time::timeout(DOOR, config.connect(NoTls)).await {
            Ok(Ok((client, connection))) => {
                let carrier = tokio::spawn(async move { drop(connection.await) });
                Ok(Primary { client, _carrier: AbortOnDropHandle::new(carrier) })
            }
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(refused(format!("no answer within {} s", DOOR.as_secs()))),
        }
    }
}

impl Primary {
    /// Statements, one after the other.
    pub(in crate::lab) async fn run(&self, statements: &str) -> Result<(), LabError> {
        self.client.batch_execute(statements).await.map_err(|error| failed(&error))
    }

    /// What a query finds.
    pub(in crate::lab) async fn rows(
        &self,
        query: &str,
        arguments: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, LabError> {
        self.client.query(query, arguments).await.map_err(|error| failed(&error))
    }
}

/// The primary's refusal.
pub(in crate::lab) fn failed(error: &tokio_postgres::Error) -> LabError {
    refused(chain(error))
}

/// That the primary did not do it.
pub(in crate::lab) fn refused(why: String) -> LabError {
    LabError::Server { tried: "talk to PostgreSQL's primary".to_owned(), why }
}

/// A name or a text as SQL writes it.
pub(in crate::lab) fn quoted(text: &str, mark: char) -> String {
    format!("{mark}{}{mark}", text.replace(mark, &format!("{mark}{mark}")))
}

/// A setting's value as `SET` takes it: of a list of names each stands by itself.
pub(in crate::lab) fn value(name: &str, value: &str) -> String {
    const LISTS: [&str; 6] = [
        "search_path",
        "temp_tablespaces",
        "shared_preload_libraries",
        "session_preload_libraries",
        "local_preload_libraries",
        "unix_socket_directories",
    ];
    if !LISTS.contains(&name) || value.is_empty() {
        return quoted(value, '\'');
    }
    let parts = value.split(',').map(|part| quoted(part.trim().trim_matches('"'), '\''));
    parts.collect::<Vec<_>>().join(", ")
}

/// A setting's name as SQL takes it: `"basic_archive"."archive_directory"`.
pub(in crate::lab) fn setting(name: &str) -> String {
    name.split('.').map(|part| quoted(part, '"')).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_cannot_end_its_own_quote() {
        assert_eq!(quoted("it's", '\''), "'it''s'");
        assert_eq!(value("work_mem", "64kB"), "'64kB'");
        assert_eq!(value("search_path", "\"$user\", public"), "'$user', 'public'");
        assert_eq!(setting("basic_archive.archive_directory"), "\"basic_archive\".\"archive_directory\"");
    }
}
