//! Releases 2.8.0 and 2.9.0: one statement checks the rules and books the payment.
//!
//! **Invariant:** a request holds one connection for one statement, two when its key was seen before.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::ledger::{self, Intent};
use super::rules::{BOOK, RULES};
use crate::failure::Failure;
use crate::pool::Pool;

static CAPTURE: LazyLock<String> = LazyLock::new(statement);

/// Books the payment, or says why not.
pub(super) async fn capture(pool: &Pool, intent: &Intent<'_>) -> Result<i64, Failure> {
    let connection = pool.get().await?;
    let statement = connection.prepare_cached(&CAPTURE).await?;
    let method = intent.method.name();
    let row = connection
        .query_one(
            &statement,
            &[&intent.key, &intent.account, &intent.amount_cents, &method, &intent.authorisation, &intent.release],
        )
        .await?;
    if let Some(id) = row.get(0) {
        return Ok(id);
    }
    match row.get::<_, Option<&str>>(1) {
        Some(rule) => Err(Failure::Declined(format!("too many: {rule}"))),
        None => ledger::repeated(&connection, intent).await,
    }
}

/// One pass over the account's last minute feeds all rules; the row is booked only if none is broken. The pass stays short
/// because the rule of the minute stops an account long before it has many rows.
fn statement() -> String {
    let mut broken = String::new();
    for rule in &RULES {
        let (measure, window) = (rule.measure, rule.window());
        let _ = write!(broken, " when {measure} filter (where {window}) >= {} then '{}'", rule.limit, rule.name);
    }
    format!(
        "with verdict as (
             select case{broken} end as broken from payment.ledger
             where account = $2 and created_at > now() - interval '60 seconds'),
         booked as ({BOOK} from verdict where broken is null on conflict (idempotency_key) do nothing returning id)
         select (select id from booked), (select broken from verdict)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_rules_are_in_the_one_statement() {
        assert!(RULES.iter().all(|rule| statement().contains(rule.name)));
        assert_eq!(statement().matches(" filter ").count(), RULES.len());
    }
}
