//! The tables of stock and reservations.
//!
//! **Invariant:** a reservation and the stock that it takes change in one transaction; a released order cannot reserve again.

use serde_json::Value;
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::{Line, Taking};
use crate::database::Schema;
use crate::failure::Failure;
use crate::idempotency;
use crate::pool::Pool;

/// Plenty of everything: stock is not what runs out here, unless a scenario empties it.
pub(super) const SCHEMA: Schema = Schema {
    name: "inventory",
    steps: &["
        create table inventory.stock (
            sku text primary key,
            available int not null check (available >= 0)
        );
        create table inventory.reservations (
            order_id uuid primary key,
            lines jsonb not null,
            status text not null check (status in ('reserved', 'released')),
            created_at timestamptz not null default now(),
            released_at timestamptz
        );
        insert into inventory.stock (sku, available)
        select unnest(array['tea-green', 'tea-black', 'tea-mint', 'coffee-dark', 'coffee-light', 'mug-blue', 'mug-white',
                            'kettle', 'teapot', 'filter', 'spoon', 'tray']), 1000000000
    "],
};

/// Sets the lines aside for the order; again is harmless. They are kept in one order, whatever the order of taking.
pub(super) async fn reserve(pool: &Pool, order: Uuid, kept: &[Line], taking: &Taking) -> Result<(), Failure> {
    let wanted = serde_json::to_value(kept).map_err(|error| Failure::Invalid(error.to_string()))?;
    let mut connection = pool.get().await?;
    let transaction = connection.transaction().await?;
    let fresh = transaction
        .execute(
            "insert into inventory.reservations (order_id, lines, status) values ($1, $2, 'reserved') on conflict do nothing",
            &[&order, &wanted],
        )
        .await?;
    if fresh == 0 {
        return repeated(&transaction, order, &wanted).await;
    }
    for line in &taking.lines {
        if taking.looked_at {
            look_at(&transaction, line).await?;
        }
        take(&transaction, line).await?;
    }
    Ok(transaction.commit().await?)
}

async fn repeated(transaction: &Transaction<'_>, order: Uuid, wanted: &Value) -> Result<(), Failure> {
    let row = transaction
        .query_one("select lines, status from inventory.reservations where order_id = $1", &[&order])
        .await?;
    if row.get::<_, &str>("status") == "released" {
        return Err(Failure::Conflict("reservation was released".to_owned()));
    }
    idempotency::same(&row.get::<_, Value>("lines"), wanted)
}

/// Refuses a line that the shelf cannot fill; nobody else takes of it until this transaction ends.
async fn look_at(transaction: &Transaction<'_>, line: &Line) -> Result<(), Failure> {
    let statement = "select available from inventory.stock where sku = $1 for update";
    let there = transaction.query_opt(statement, &[&line.sku]).await?.map_or(0, |row| row.get::<_, i32>(0));
    if there >= line.quantity {
        return Ok(());
    }
    Err(Failure::Conflict(format!("{} of {} in stock, {} wanted", there, line.sku, line.quantity)))
}

async fn take(transaction: &Transaction<'_>, line: &Line) -> Result<(), Failure> {
    let taken = transaction
        .execute(
            "update inventory.stock set available = available - $2 where sku = $1 and available >= $2 and $2 > 0",
            &[&line.sku, &line.quantity],
        )
        .await?;
    if taken == 0 { Err(Failure::Conflict(format!("not enough {} in stock", line.sku))) } else { Ok(()) }
}

/// Puts everything back, or makes sure that nothing will be taken; again is harmless.
pub(super) async fn release(pool: &Pool, order: Uuid) -> Result<(), Failure> {
    let mut connection = pool.get().await?;
    let transaction = connection.transaction().await?;
    transaction
        .execute(
            "insert into inventory.reservations (order_id, lines, status, released_at)
             values ($1, '[]', 'released', now()) on conflict do nothing",
            &[&order],
        )
        .await?;
    let released = transaction
        .query_opt(
            "update inventory.reservations set status = 'released', released_at = now()
             where order_id = $1 and status = 'reserved' returning lines",
            &[&order],
        )
        .await?;
    if let Some(row) = released {
        transaction
            .execute(
                "with back as (select sku, quantity from jsonb_to_recordset($1::jsonb) as line(sku text, quantity int)),
                      held as (select sku from inventory.stock where sku in (select sku from back) order by sku for update)
                 update inventory.stock set available = available + back.quantity
                 from back, held where stock.sku = back.sku and held.sku = back.sku",
                &[&row.get::<_, Value>(0)],
            )
            .await?;
    }
    Ok(transaction.commit().await?)
}

/// What is on the shelves.
pub(super) async fn stock(pool: &Pool) -> Result<Value, Failure> {
    let statement = "
        select coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'available', available) order by sku), '[]')
        from inventory.stock";
    Ok(pool.get().await?.query_one(statement, &[]).await?.get(0))
}
