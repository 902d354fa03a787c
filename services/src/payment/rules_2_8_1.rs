//! Release 2.8.1: DB query optimisation. The combined statement of 2.8.0 led the list of slow queries; its rules are now
//! fifteen narrow queries, each a short index scan, asked at the same time.
//!
//! **Invariant:** a payment is booked only after all rules have answered.

use std::sync::LazyLock;

use futures_util::future::try_join_all;

use super::ledger::{self, Intent};
use super::rules::{BOOK, RULES, Rule};
use crate::failure::Failure;
use crate::pool::{Pool, Waiter};

static CHECKS: LazyLock<[String; 15]> = LazyLock::new(|| RULES.each_ref().map(check));
static CAPTURE: LazyLock<String> =
    LazyLock::new(|| format!("{BOOK} on conflict (idempotency_key) do nothing returning id"));

/// Books the payment, or says why not.
pub(super) async fn capture(pool: &Pool, intent: &Intent<'_>) -> Result<i64, Failure> {
    let waiter = pool.waiter();
    let connection = pool.get_for(&waiter).await?;
    let statement = connection.prepare_cached(&CAPTURE).await?;

    let checks = RULES.iter().zip(CHECKS.iter()).map(|(rule, query)| ask(pool, &waiter, rule, query, intent.account));
    try_join_all(checks).await?;

    let method = intent.method.name();
    let row = connection
        .query_opt(
            &statement,
            &[&intent.key, &intent.account, &intent.amount_cents, &method, &intent.authorisation, &intent.release],
        )
        .await?;
    match row {
        Some(row) => Ok(row.get(0)),
        None => ledger::repeated(&connection, intent).await,
    }
}

/// One rule, one narrow query.
async fn ask(pool: &Pool, waiter: &Waiter, rule: &Rule, query: &str, account: &str) -> Result<(), Failure> {
    let connection = pool.get_for(waiter).await?;
    let statement = connection.prepare_cached(query).await?;
    let broken: bool = connection.query_one(&statement, &[&account]).await?.get(0);
    if broken { Err(Failure::Declined(format!("too many: {}", rule.name))) } else { Ok(()) }
}

fn check(rule: &Rule) -> String {
    let (measure, window) = (rule.measure, rule.window());
    format!("select coalesce({measure}, 0) >= {} from payment.ledger where account = $1 and {window}", rule.limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_one_narrow_query() {
        assert!(CHECKS.iter().all(|query| query.matches("select").count() == 1 && query.contains("account = $1")));
    }
}
