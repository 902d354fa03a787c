//! A copy of tables in the lab's folder: definition, rows, values of sequences; out of PostgreSQL and back.
//!
//! **Invariant**: all tables of a copy are of one moment; bringing it back is one transaction; nothing else than these tables is
//! touched by it, and it fails rather than take away what somebody has made to depend on them.

use std::io::{Cursor, Read as _, Write as _};

use futures::{SinkExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};

use super::BOUNDS;
use crate::lab::{
    Lab,
    error::LabError,
    look::primary::{Primary, failed, quoted, refused},
    look::settings::server_pods,
    state::State,
};

/// The file of the definition.
pub(super) const DEFINITION: &str = "definition.sql";
/// The file of the sequences' values.
const SEQUENCES: &str = "sequences.json";
/// So much is read from a file at once.
const CHUNK: usize = 256 * 1024;

const OWNED: &str = "select c.oid::regclass::text from pg_class c join pg_depend d on d.objid = c.oid
    where c.relkind = 'S' and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
    and d.deptype in ('a', 'i') and d.refobjid in (select to_regclass(t)::oid from unnest($1::text[]) t)";

/// A sequence's value.
#[derive(Serialize, Deserialize)]
struct Value {
    /// As SQL writes its name.
    name: String,
    last: i64,
    called: bool,
}

impl Lab {
    /// What makes these tables, as `pg_dump` writes it beside the primary.
    pub(super) async fn definition(&self, tables: &[String]) -> Result<String, LabError> {
        let facts = self.handle.population().await?;
        let primary = server_pods(&facts).find(|(_, pod)| pod.labels.get("role").is_some_and(|role| role == "primary"));
        let (server, _) = primary.ok_or_else(|| refused("no server is the primary now".to_owned()))?;
        let listed: Vec<_> = tables.iter().map(|table| format!("-t {table}")).collect();
        // Its warnings would be taken for SQL; what it lacks shows in its status.
        let script = format!("pg_dump -U postgres -d shop --schema-only {} 2>/dev/null", listed.join(" "));
        let told = self.beside(server, &script).await?.unwrap_or_default();
        // Words for psql, with a number that is another one each time.
        let lines: Vec<_> = told.lines().filter(|line| !line.starts_with('\\')).collect();
        Ok(lines.join("\n"))
    }

    /// Copy rows and sequences out.
    pub(super) async fn copy_out(&self, primary: &Primary, id: &str, tables: &[String]) -> Result<(), LabError> {
        primary.run(&format!("begin isolation level repeatable read read only; {BOUNDS}")).await?;
        let mut sequences = Vec::new();
        for row in primary.rows(OWNED, &[&tables.to_vec()]).await? {
            let name: String = row.get(0);
            let value = primary.rows(&format!("select last_value, is_called from {name}"), &[]).await?;
            sequences.extend(value.first().map(|row| Value { name, last: row.get(0), called: row.get(1) }));
        }
        self.state.write(&State::kept_file(id, SEQUENCES), &serde_json::to_string(&sequences).unwrap_or_default())?;
        for table in tables {
            let statement = format!("copy {} to stdout", sql_name(table));
            let rows = primary.client.copy_out(&statement).await.map_err(|error| failed(&error))?;
            let mut rows = std::pin::pin!(rows);
            let (mut file, name) = (self.state.kept_stream(id, &rows_of(table))?, rows_of(table));
            while let Some(chunk) = rows.next().await {
                let chunk = chunk.map_err(|error| failed(&error))?;
                file.write_all(&chunk).map_err(|source| self.broken("write", id, &name, source))?;
            }
            file.sync_all().map_err(|source| self.broken("write", id, &name, source))?;
        }
        primary.run("commit").await
    }

    /// Bring them back.
    pub(super) async fn copy_in(&self, primary: &Primary, id: &str, tables: &[String]) -> Result<(), LabError> {
        let lost = |file: &str| LabError::Malformed {
            what: self.state.path(&State::kept_file(id, file)).display().to_string(),
            why: "the copy of the tables is not whole".to_owned(),
        };
        let definition = self.state.read(&State::kept_file(id, DEFINITION))?.ok_or_else(|| lost(DEFINITION))?;
        let sequences = self.state.read(&State::kept_file(id, SEQUENCES))?.ok_or_else(|| lost(SEQUENCES))?;
        let sequences: Vec<Value> = serde_json::from_str(&sequences).map_err(|_| lost(SEQUENCES))?;
        // Tables that are gone have no definition, which is another one, too.
        let same = self.definition(tables).await.is_ok_and(|now| now == definition);
        let names: Vec<_> = tables.iter().map(|table| sql_name(table)).collect();
        // Triggers and foreign keys rest meanwhile: the copy is whole in itself, and each row comes as it was.
        primary.run(&format!("begin; {BOUNDS}; set local session_replication_role = replica")).await?;
        if same {
            primary.run(&format!("lock table {} in share row exclusive mode", names.join(", "))).await?;
            for name in &names {
                primary.run(&format!("delete from {name}")).await?;
            }
        } else {
            primary.run(&format!("drop table if exists {}", names.join(", "))).await?;
            primary.run(&definition).await?;
        }
        for (table, name) in tables.iter().zip(&names) {
            self.rows_in(primary, id, table, name).await?;
        }
        for Value { name, last, called } in sequences {
            let name = quoted(&name, '\'');
            primary.run(&format!("select pg_catalog.setval({name}, {last}, {called})")).await?;
        }
        primary.run("commit").await
    }

    async fn rows_in(&self, primary: &Primary, id: &str, table: &str, name: &str) -> Result<(), LabError> {
        let file = rows_of(table);
        let path = self.state.path(&State::kept_file(id, &file));
        let mut rows = std::fs::File::open(path).map_err(|source| self.broken("read", id, &file, source))?;
        let sink = primary.client.copy_in::<_, Cursor<Vec<u8>>>(&format!("copy {name} from stdin")).await;
        let mut sink = std::pin::pin!(sink.map_err(|error| failed(&error))?);
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = rows.read(&mut chunk).map_err(|source| self.broken("read", id, &file, source))?;
            if read == 0 {
                break;
            }
            chunk.truncate(read);
            sink.send(Cursor::new(chunk)).await.map_err(|error| failed(&error))?;
        }
        sink.finish().await.map(drop).map_err(|error| failed(&error))
    }

    fn broken(&self, tried: &'static str, id: &str, file: &str, source: std::io::Error) -> LabError {
        LabError::State { tried, path: self.state.path(&State::kept_file(id, file)), source }
    }
}

/// `"orders"."orders"`.
fn sql_name(table: &str) -> String {
    table.split('.').map(|part| quoted(part, '"')).collect::<Vec<_>>().join(".")
}

/// The file of a table's rows.
fn rows_of(table: &str) -> String {
    format!("{table}.rows")
}
