//! The fifteen velocity rules: how much may happen on one account within a second, ten seconds and a minute.
//!
//! **Invariant:** a rule is data; a release decides how rules are asked, never what they say.

/// One rule: broken when the measure over the window has reached the limit before this payment.
pub(super) struct Rule {
    /// What the customer is told.
    pub(super) name: &'static str,
    /// An aggregate over the account's rows.
    pub(super) measure: &'static str,
    /// Which of the rows count.
    pub(super) only: &'static str,
    /// How far back the rule looks.
    pub(super) seconds: u32,
    /// The first value that is too much.
    pub(super) limit: u32,
}

const fn rule(name: &'static str, measure: &'static str, only: &'static str, seconds: u32, limit: u32) -> Rule {
    Rule { name, measure, only, seconds, limit }
}

const COUNT: &str = "count(*)";
const SUM: &str = "sum(amount_cents)";
const ANY: &str = "status = 'captured'";
const CARD: &str = "method = 'card'";
const ROUND: &str = "amount_cents % 10000 = 0";
const REFUNDED: &str = "status = 'refunded'";

/// Limits are wide: they stop a stolen wallet, not a busy one.
pub(super) const RULES: [Rule; 15] = [
    rule("payments in a second", COUNT, ANY, 1, 50),
    rule("payments in ten seconds", COUNT, ANY, 10, 300),
    rule("payments in a minute", COUNT, ANY, 60, 1000),
    rule("amount in a second", SUM, ANY, 1, 5_000_000),
    rule("amount in ten seconds", SUM, ANY, 10, 20_000_000),
    rule("amount in a minute", SUM, ANY, 60, 50_000_000),
    rule("card payments in a second", COUNT, CARD, 1, 20),
    rule("card payments in ten seconds", COUNT, CARD, 10, 100),
    rule("card payments in a minute", COUNT, CARD, 60, 300),
    rule("round amounts in a second", COUNT, ROUND, 1, 40),
    rule("round amounts in ten seconds", COUNT, ROUND, 10, 200),
    rule("round amounts in a minute", COUNT, ROUND, 60, 800),
    rule("refunds in a second", COUNT, REFUNDED, 1, 5),
    rule("refunds in ten seconds", COUNT, REFUNDED, 10, 20),
    rule("refunds in a minute", COUNT, REFUNDED, 60, 60),
];

impl Rule {
    /// The rows that the rule looks at.
    pub(super) fn window(&self) -> String {
        format!("{} and created_at > now() - interval '{} seconds'", self.only, self.seconds)
    }
}

/// The row that a payment becomes; the same parameters, in the same order, in every release.
pub(super) const BOOK: &str = "
    insert into payment.ledger (idempotency_key, account, amount_cents, method, authorisation, release)
    select $1, $2, $3, $4, $5, $6";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 15);
    }
}
