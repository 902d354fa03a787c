//! The tables of orders and of what is to be told about them.
//!
//! **Invariant:** a state changes only through `State::after`, under the row's lock, together with its outbox row.

use serde_json::{Value, json};
use tokio_postgres::Transaction;
use uuid::Uuid;

use super::New;
use super::state::{State, Step};
use crate::database::Schema;
use crate::failure::Failure;
use crate::idempotency;
use crate::pool::Pool;
use crate::server;

/// Outbox rows stay after they were sent: whoever loses an event can be told again.
pub(super) const SCHEMA: Schema = Schema {
    name: "orders",
    steps: &["
        create table orders.orders (
            id uuid primary key,
            fingerprint text not null,
            account text not null,
            lines jsonb not null,
            total_cents bigint not null check (total_cents >= 0),
            state text not null check (state in ('placed', 'paid', 'delivered', 'cancelling', 'cancelled')),
            payment_id text,
            cancel_reason text,
            placed_at timestamptz not null default now(),
            paid_at timestamptz,
            delivered_at timestamptz,
            cancelled_at timestamptz
        );
        create index orders_unfinished on orders.orders (placed_at) where state in ('placed', 'cancelling');
        create table orders.outbox (
            id bigint generated always as identity primary key,
            topic text not null,
            key text not null,
            payload jsonb not null,
            request_id text,
            created_at timestamptz not null default now(),
            published_at timestamptz
        );
        create index outbox_unpublished on orders.outbox (id) where published_at is null
    "],
};

/// What is written under an order's id.
pub(super) struct Placed {
    /// Whether this call wrote it.
    pub(super) fresh: bool,
    /// How far it has come.
    pub(super) state: State,
    /// What was promised when it was written, whatever prices are now.
    pub(super) total_cents: i64,
}

/// Writes an order down, or finds it.
pub(super) async fn place(pool: &Pool, new: &New) -> Result<Placed, Failure> {
    let lines = serde_json::to_value(&new.lines).map_err(|error| Failure::Invalid(error.to_string()))?;
    let mut connection = pool.get().await?;
    let transaction = connection.transaction().await?;
    let fresh = transaction
        .execute(
            "insert into orders.orders (id, fingerprint, account, lines, total_cents, state)
             values ($1, $2, $3, $4, $5, 'placed') on conflict (id) do nothing",
            &[&new.id, &new.fingerprint, &new.account, &lines, &new.total_cents],
        )
        .await?;
    if fresh == 1 {
        tell(&transaction, new.id, State::Placed).await?;
        transaction.commit().await?;
        return Ok(Placed { fresh: true, state: State::Placed, total_cents: new.total_cents });
    }
    let statement = "select fingerprint, state, total_cents from orders.orders where id = $1";
    let row = transaction.query_one(statement, &[&new.id]).await?;
    idempotency::same(row.get::<_, &str>("fingerprint"), &new.fingerprint)?;
    Ok(Placed { fresh: false, state: known(row.get("state"))?, total_cents: row.get("total_cents") })
}

/// Takes one step of an order; `note` is the payment's id or the reason.
pub(super) async fn advance(pool: &Pool, id: Uuid, step: Step, note: Option<&str>) -> Result<State, Failure> {
    let mut connection = pool.get().await?;
    let transaction = connection.transaction().await?;
    let row = transaction.query_opt("select state from orders.orders where id = $1 for update", &[&id]).await?;
    let state = known(row.ok_or(Failure::Missing("order"))?.get(0))?;
    let Some(next) = state.after(step)? else { return Ok(state) };
    let change = match step {
        Step::Pay => "paid_at = now(), payment_id = $3",
        Step::Deliver => "delivered_at = now(), payment_id = coalesce($3, payment_id)",
        Step::Cancel => "cancel_reason = $3",
        Step::Forget => "cancelled_at = now(), cancel_reason = coalesce($3, cancel_reason)",
    };
    let statement = format!("update orders.orders set state = $2, {change} where id = $1");
    transaction.execute(&statement, &[&id, &next.name(), &note]).await?;
    tell(&transaction, id, next).await?;
    transaction.commit().await?;
    Ok(next)
}

/// Writes the event of a state that others want to hear of.
async fn tell(transaction: &Transaction<'_>, id: Uuid, state: State) -> Result<(), Failure> {
    let topic = match state {
        State::Placed => "orders.placed",
        State::Paid => "orders.paid",
        State::Delivered | State::Cancelling | State::Cancelled => return Ok(()),
    };
    let request_id = server::request_id();
    let request_id = request_id.as_ref().and_then(|id| id.to_str().ok());
    transaction
        .execute(
            "insert into orders.outbox (topic, key, payload, request_id)
             select $1, $2, $3::jsonb || jsonb_build_object('account', account, 'lines', lines, 'total_cents', total_cents), $4
             from orders.orders where id = $5",
            &[&topic, &id.to_string(), &json!({ "order_id": id, "status": state.name() }), &request_id, &id],
        )
        .await?;
    Ok(())
}

/// The whole way of an order.
pub(super) async fn read(pool: &Pool, id: Uuid) -> Result<Option<Value>, Failure> {
    let statement = "
        select jsonb_build_object('id', id, 'status', state, 'items', lines, 'total_cents', total_cents,
            'payment_id', payment_id, 'cancel_reason', cancel_reason, 'placed_at', placed_at, 'paid_at', paid_at,
            'delivered_at', delivered_at, 'cancelled_at', cancelled_at)
        from orders.orders where id = $1";
    Ok(pool.get().await?.query_opt(statement, &[&id]).await?.map(|row| row.get(0)))
}

/// Orders that somebody has to take back: given up, or left alone half way.
pub(super) async fn unfinished(pool: &Pool, left_alone_s: f64) -> Result<Vec<(Uuid, State)>, Failure> {
    let statement = "
        select id, state from orders.orders
        where state = 'cancelling' or (state = 'placed' and placed_at < now() - make_interval(secs => $1))
        order by placed_at limit 50";
    let rows = pool.get().await?.query(statement, &[&left_alone_s]).await?;
    rows.iter().map(|row| Ok((row.get(0), known(row.get(1))?))).collect()
}

fn known(name: &str) -> Result<State, Failure> {
    State::named(name).ok_or_else(|| Failure::Database(format!("order state `{name}`")))
}
