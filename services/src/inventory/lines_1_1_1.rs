//! Release 1.1.1: lines are looked at before they are taken, as in 1.1.0, and again in the order of the shelf: whoever is refused
//! is told of a line that is short, if not always of the first one.
//!
//! **Invariant:** one order of taking for everybody.

use super::{Line, Taking, in_order};

/// The lines as they stand on the shelf.
pub(super) fn taking(lines: Vec<Line>) -> Taking {
    Taking { lines: in_order(lines), looked_at: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_baskets_with_the_same_things_take_them_in_one_order() {
        let line = |sku: &str| Line { sku: sku.to_owned(), quantity: 1 };
        let one = taking(vec![line("tea"), line("mug")]);
        assert!(one.looked_at);
        assert_eq!(one.lines, taking(vec![line("mug"), line("tea")]).lines);
    }
}
