//! How far a statement reaches: what was changed beside the tables that it may change.
//!
//! **Invariant**: asked in the very transaction, so other sessions' rows do not count; in doubt it reached too far.

use std::collections::BTreeMap;

use crate::lab::{
    error::LabError,
    look::primary::{Primary, refused},
};

/// A table larger than this is not copied.
const LARGEST: i64 = 200 * 1024 * 1024;

const SIZES: &str =
    "select t, to_regclass(t) is null, coalesce(pg_table_size(to_regclass(t)), 0) from unnest($1::text[]) t";

/// Who refers to these tables from outside of them: by a foreign key, by a view, as a partition or an heir.
const REFERRERS: &str = "
    with listed as (select to_regclass(t)::oid as oid from unnest($1::text[]) t where to_regclass(t) is not null)
    select conrelid::regclass::text from pg_constraint
    where contype = 'f' and confrelid in (select oid from listed) and conrelid not in (select oid from listed)
    union select r.ev_class::regclass::text from pg_depend d join pg_rewrite r on r.oid = d.objid
    where d.classid = 'pg_rewrite'::regclass and d.refobjid in (select oid from listed) and r.ev_class not in (select oid from listed)
    union select inhrelid::regclass::text from pg_inherits
    where inhparent in (select oid from listed) or inhrelid in (select oid from listed)";

/// Every relation but the listed tables, their indexes and their sequences, and every type that is no table's, with a digest of
/// what it is.
const RELATIONS: &str = "
    with listed as (select to_regclass(t)::oid as oid from unnest($1::text[]) t where to_regclass(t) is not null)
    select c.oid::regclass::text, md5(concat_ws(';', c.oid, c.relname, c.relnamespace, c.relfilenode, c.relowner, c.relacl::text,
        c.relkind, c.relrowsecurity, c.reloptions::text,
        (select string_agg(concat_ws(' ', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attisdropped, a.attacl::text,
                pg_get_expr(d.adbin, d.adrelid)), ',' order by a.attnum)
            from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
            where a.attrelid = c.oid and a.attnum > 0),
        (select string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ',' order by k.conname)
            from pg_constraint k where k.conrelid = c.oid),
        (select string_agg(concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled), ',' order by t.tgname)
            from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    and c.oid not in (select oid from listed where oid is not null)
    and not exists (select from pg_index i where i.indexrelid = c.oid and i.indrelid in (select oid from listed))
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
        and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjid in (select oid from listed))
    union all select 'type ' || t.oid::regtype::text, md5(concat_ws(';', t.oid, t.typname, t.typnamespace, t.typowner, t.typacl::text))
    from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and t.typrelid = 0 and t.typelem = 0";

/// Tables in which this transaction has written rows.
const WRITTEN: &str = "select schemaname || '.' || relname from pg_stat_xact_user_tables
    where n_tup_ins + n_tup_upd + n_tup_del > 0 and schemaname not like 'pg\\_%'";

/// Catalogues in which this transaction has written, and which tell of more than tables.
const CATALOGUES: &str = "select relname::text from pg_stat_xact_sys_tables
    where n_tup_ins + n_tup_upd + n_tup_del > 0 and schemaname = 'pg_catalog' and relname not in (
        'pg_class', 'pg_attribute', 'pg_attrdef', 'pg_constraint', 'pg_index', 'pg_depend', 'pg_shdepend', 'pg_type', 'pg_statistic',
        'pg_statistic_ext', 'pg_statistic_ext_data', 'pg_trigger', 'pg_description', 'pg_sequence', 'pg_init_privs')";

/// Why these tables cannot be copied and brought back, if they cannot.
pub(super) async fn refusal(primary: &Primary, tables: &[String]) -> Result<Option<String>, LabError> {
    let tables = &tables.to_vec();
    for row in primary.rows(SIZES, &[tables]).await? {
        let (table, missing, bytes): (String, bool, i64) = (row.get(0), row.get(1), row.get(2));
        if missing {
            return Ok(Some(format!("there is no table {table}")));
        }
        if bytes > LARGEST {
            let (is, most) = (bytes >> 20, LARGEST >> 20);
            return Ok(Some(format!(
                "{table} has {is} MiB, and {most} are the most that is copied\nuse instead: start-job"
            )));
        }
    }
    let counts = primary.rows("select current_setting('track_counts')", &[]).await?;
    if !counts.iter().any(|row| row.get::<_, String>(0) == "on") {
        return Ok(Some("track_counts is off: nobody could tell which tables a statement changes".to_owned()));
    }
    let rows = primary.rows(REFERRERS, &[tables]).await?;
    let referrers: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    Ok((!referrers.is_empty()).then(|| {
        format!("{} refers to what is listed, and could not be kept in step: list it as well", referrers.join(", "))
    }))
}

/// Every other relation, with a digest.
pub(super) async fn relations(primary: &Primary, tables: &[String]) -> Result<BTreeMap<String, String>, LabError> {
    let rows = primary.rows(RELATIONS, &[&tables.to_vec()]).await?;
    if rows.is_empty() {
        return Err(refused("the database has no other relation: nobody can tell what else was changed".to_owned()));
    }
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// What this transaction has changed beyond these tables.
pub(super) async fn beyond(
    primary: &Primary,
    tables: &[String],
    before: &BTreeMap<String, String>,
) -> Result<Vec<String>, LabError> {
    let after = relations(primary, tables).await?;
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let mut changed: Vec<String> = names.filter(|name| before.get(*name) != after.get(*name)).cloned().collect();
    let written = primary.rows(WRITTEN, &[]).await?;
    changed.extend(written.iter().map(|row| row.get(0)).filter(|name: &String| !tables.contains(name)));
    let catalogues = primary.rows(CATALOGUES, &[]).await?;
    changed.extend(catalogues.iter().map(|row| format!("the catalogue {}", row.get::<_, String>(0))));
    changed.sort();
    changed.dedup();
    Ok(changed)
}
