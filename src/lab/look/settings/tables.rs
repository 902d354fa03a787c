//! The definitions of the tables of the database `shop`.
//!
//! **Invariant**: whoever holds a table's lock is not waited for longer than some seconds.

use std::collections::BTreeMap;

use crate::{
    lab::{Lab, error::LabError},
    model::facts::Table,
};

/// To tell a constraint or an index PostgreSQL opens its table, and would stand in the queue of whoever holds it.
const PATIENCE: &str = "set lock_timeout = '2s'";

const TABLES: &str = "select n.nspname || '.' || c.relname, pg_get_userbyid(c.relowner), md5(concat_ws(';',
    (select string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)), ',' order by a.attnum)
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    (select string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ',' order by k.conname)
        from pg_constraint k where k.conrelid = c.oid),
    (select string_agg(pg_get_indexdef(i.indexrelid), ',' order by pg_get_indexdef(i.indexrelid))
        from pg_index i where i.indrelid = c.oid),
    (select string_agg(pg_get_triggerdef(t.oid), ',' order by t.tgname)
        from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal),
    (select string_agg(grants::text, ',' order by grants::text) from unnest(c.relacl) grants),
    c.relrowsecurity))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'";

impl Lab {
    /// Tables by schema and name.
    pub(in crate::lab) async fn tables(&self) -> Result<BTreeMap<String, Table>, LabError> {
        let primary = self.primary().await?;
        primary.run(PATIENCE).await?;
        let rows = primary.rows(TABLES, &[]).await?;
        let tables = rows.iter().map(|row| {
            let definition: String = row.get(2);
            (row.get(0), Table { owner: row.get(1), definition: definition[..12].to_owned() })
        });
        Ok(tables.collect())
    }
}
