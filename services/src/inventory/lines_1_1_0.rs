//! Release 1.1.0: a basket that cannot be filled names its first missing line. Customers were told of some line that was short,
//! often not the first one that they saw; so lines are looked at and taken one by one, as they stand in the basket.
//!
//! **Invariant:** the line that a refusal names is the first one of the basket that is short.

use super::{Line, Taking};

/// The lines as they stand in the basket.
pub(super) fn taking(lines: Vec<Line>) -> Taking {
    Taking { lines, looked_at: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_as_they_stand_in_the_basket() {
        let line = |sku: &str| Line { sku: sku.to_owned(), quantity: 1 };
        let taking = taking(vec![line("tea"), line("mug")]);
        assert!(taking.looked_at);
        assert_eq!(taking.lines, [line("tea"), line("mug")]);
    }
}
