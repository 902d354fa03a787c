//! The table of payments: what all releases share.
//!
//! **Invariant:** rows are added and their status moves forward (captured → refunded; voided stays); no row is deleted.

use serde::Deserialize;
use serde_json::Value;
use tokio_postgres::{Client, Row};

use crate::database::Schema;
use crate::failure::Failure;
use crate::idempotency;
use crate::pool::Pool;

/// The most that one payment may be: ten thousand in the shop's currency.
const LARGEST_CENTS: i64 = 1_000_000;

/// A voided row keeps the key taken, so that a payment that arrives late is refused.
pub(super) const SCHEMA: Schema = Schema {
    name: "payment",
    steps: &["
        create table payment.ledger (
            id bigint generated always as identity primary key,
            idempotency_key text not null unique,
            account text not null,
            amount_cents bigint not null,
            method text not null,
            status text not null default 'captured' check (status in ('captured', 'refunded', 'voided')),
            authorisation text,
            release text not null,
            created_at timestamptz not null default now()
        );
        create index ledger_account on payment.ledger (account, created_at)
    "],
};

/// How a customer pays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Method {
    /// Money that the shop already holds: the ledger is all.
    Wallet,
    /// Money that the bank has to grant.
    Card,
}

impl Method {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::Card => "card",
        }
    }
}

/// One payment that somebody wants made.
pub(super) struct Intent<'a> {
    pub(super) key: &'a str,
    pub(super) account: &'a str,
    pub(super) amount_cents: i64,
    pub(super) method: Method,
    pub(super) authorisation: Option<&'a str>,
    /// The release that books it.
    pub(super) release: &'a str,
}

/// Whether a request can be a payment at all.
pub(super) fn sound(account: &str, amount_cents: i64) -> Result<(), Failure> {
    if account.is_empty() || account.len() > 100 {
        return Err(Failure::Invalid("account must be 1 to 100 characters".to_owned()));
    }
    if !(1..=LARGEST_CENTS).contains(&amount_cents) {
        return Err(Failure::Invalid(format!("amount_cents must be 1 to {LARGEST_CENTS}")));
    }
    Ok(())
}

/// The payment as customers know it.
pub(super) fn public_id(row: i64) -> String {
    format!("pay-{row}")
}

/// The row behind a public id.
pub(super) fn row_id(public: &str) -> Option<i64> {
    public.strip_prefix("pay-")?.parse().ok()
}

/// The row that already holds the intent's key: the same intent gets its id again.
pub(super) async fn repeated(client: &Client, intent: &Intent<'_>) -> Result<i64, Failure> {
    let statement = "select id, account, amount_cents, method, status from payment.ledger where idempotency_key = $1";
    settled(&client.query_one(statement, &[&intent.key]).await?, intent)
}

fn settled(row: &Row, intent: &Intent<'_>) -> Result<i64, Failure> {
    let status: &str = row.get("status");
    if status != "captured" {
        return Err(Failure::Conflict(format!("payment was {status}")));
    }
    let kept = (row.get("account"), row.get("amount_cents"), row.get("method"));
    idempotency::same(&kept, &(intent.account, intent.amount_cents, intent.method.name()))?;
    Ok(row.get("id"))
}

/// Takes a key out of use when there is no payment yet; whether the bank may have granted something for it.
pub(super) async fn close(pool: &Pool, key: &str, release: &str) -> Result<bool, Failure> {
    let statement = "
        insert into payment.ledger (idempotency_key, account, amount_cents, method, status, release)
        values ($1, '', 0, '', 'voided', $2)
        on conflict (idempotency_key) do update set status = ledger.status
        returning method <> $3";
    Ok(pool.get().await?.query_one(statement, &[&key, &release, &Method::Wallet.name()]).await?.get(0))
}

/// Writes down that a payment was given back, if it was captured; the status. The last step of it: what was not given back yet
/// still says so, and whoever looks for it finds it.
pub(super) async fn refund(pool: &Pool, key: &str) -> Result<String, Failure> {
    let statement = "
        update payment.ledger set status = case status when 'captured' then 'refunded' else status end
        where idempotency_key = $1 returning status";
    let row = pool.get().await?.query_opt(statement, &[&key]).await?;
    row.map(|row| row.get(0)).ok_or(Failure::Missing("payment"))
}

/// One payment, for those who ask later.
pub(super) async fn read(pool: &Pool, id: i64) -> Result<Option<Value>, Failure> {
    let statement = "
        select jsonb_build_object('id', 'pay-' || id, 'status', status, 'account', account, 'amount_cents', amount_cents,
                                  'method', method, 'release', release, 'created_at', created_at)
        from payment.ledger where id = $1";
    Ok(pool.get().await?.query_opt(statement, &[&id]).await?.map(|row| row.get(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_ids_lead_back() {
        assert_eq!(row_id(&public_id(42)), Some(42));
        assert_eq!(row_id("42"), None);
        assert_eq!(row_id("pay-x"), None);
    }

    #[test]
    fn a_payment_has_an_account_and_an_amount() {
        assert!(sound("a", 1).is_ok());
        assert!(sound("", 1).is_err() && sound("a", 0).is_err() && sound("a", LARGEST_CENTS + 1).is_err());
    }
}
