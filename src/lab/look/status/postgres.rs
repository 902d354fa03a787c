//! PostgreSQL: does the primary take writes, do the replicas follow, does the archive.
//!
//! **Invariant**: asked over the port that a person uses; the replicas count by what the primary streams to them.

use tokio_postgres::Client;

use super::{Component, PATIENCE, ask};
use crate::{lab::Lab, log::chain};

const REPLICAS: &str =
    "select application_name, state, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::int8
    from pg_stat_replication where state is not null order by 1";
const ARCHIVE: &str = "select archived_count, failed_count,
    coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),
    coalesce(last_failed_wal, '') from pg_stat_archiver";

pub(super) async fn probe(lab: &Lab) -> Vec<Component> {
    let connected = tokio::time::timeout(PATIENCE, connect(lab)).await.unwrap_or_else(|_| Err("no answer".to_owned()));
    match connected {
        Ok(client) => {
            let (primary, replicas, archive) = tokio::join!(
                ask("postgres", primary(&client)),
                ask("postgres-replicas", replicas(&client)),
                ask("postgres-archive", archive(&client))
            );
            vec![primary, replicas, archive]
        }
        Err(why) => ["postgres", "postgres-replicas", "postgres-archive"]
            .map(|name| Component::of(name, Err(format!("the primary: {why}"))))
            .into(),
    }
}

async fn connect(lab: &Lab) -> Result<Client, String> {
    let connected = lab.postgres().connect(tokio_postgres::NoTls).await;
    let (client, connection) = connected.map_err(|error| chain(&error))?;
    tokio::spawn(connection);
    Ok(client)
}

async fn primary(client: &Client) -> Result<String, String> {
    let row = client
        .query_one(
            "select pg_is_in_recovery(), current_setting('server_version'), current_setting('default_transaction_read_only'),
             (select count(*) from pg_stat_activity where backend_type = 'client backend'), current_setting('max_connections')",
            &[],
        )
        .await
        .map_err(|error| chain(&error))?;
    let version: String = row.get(1);
    let version = version.split_whitespace().next().unwrap_or_default();
    match (row.get::<_, bool>(0), row.get::<_, &str>(2)) {
        (true, _) => Err("the service leads to a replica, which takes no writes".to_owned()),
        (_, "on") => Err("the primary takes no writes (default_transaction_read_only)".to_owned()),
        _ => Ok(format!(
            "PostgreSQL {version}, primary, {} of {} connections",
            row.get::<_, i64>(3),
            row.get::<_, &str>(4)
        )),
    }
}

async fn replicas(client: &Client) -> Result<String, String> {
    let rows = client.query(REPLICAS, &[]).await.map_err(|error| chain(&error))?;
    let streaming = rows.iter().filter(|row| row.get::<_, &str>(1) == "streaming").count();
    let each: Vec<String> = rows
        .iter()
        .map(|row| {
            format!("{} {} {} kB behind", row.get::<_, &str>(0), row.get::<_, &str>(1), row.get::<_, i64>(2) / 1024)
        })
        .collect();
    let told = if each.is_empty() { "none is connected".to_owned() } else { each.join(", ") };
    if streaming >= 2 { Ok(told) } else { Err(format!("{streaming} of 2 stream; {told}")) }
}

async fn archive(client: &Client) -> Result<String, String> {
    let row = client.query_one(ARCHIVE, &[]).await.map_err(|error| chain(&error))?;
    let (archived, failed, failing): (i64, i64, bool) = (row.get(0), row.get(1), row.get(2));
    if failing {
        return Err(format!("fails at segment {} ({failed} failures)", row.get::<_, &str>(3)));
    }
    Ok(format!("{archived} segments, {failed} failures"))
}
