//! Packets that wait, by the time they are due.
//!
//! **Invariant**: never more than the bound; what is due at the same instant leaves in the order in which it came.

use std::{collections::BTreeMap, time::Instant};

/// So many packets wait at most: 10,000 a second for a second, and a few megabytes.
pub(crate) const MOST: usize = 10_000;

/// The queue.
pub(crate) struct Held<T> {
    waiting: BTreeMap<(Instant, u64), T>,
    came: u64,
    most: usize,
}

impl<T> Held<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self { waiting: BTreeMap::new(), came: 0, most }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= self.most
    }

    pub(crate) fn push(&mut self, due: Instant, item: T) {
        self.came += 1;
        self.waiting.insert((due, self.came), item);
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.waiting.first_key_value().map(|((due, _), _)| *due)
    }

    /// The next one that is due by now.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<T> {
        if self.next()? > now {
            return None;
        }
        self.waiting.pop_first().map(|(_, item)| item)
    }

    /// All of them, due or not.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.waiting).into_values()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_due_first_leaves_first_and_equals_keep_their_order() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut held = Held::new(4);
        for (ms, name) in [(50, "c"), (10, "a"), (10, "b"), (90, "d")] {
            assert!(!held.is_full());
            held.push(at(ms), name);
        }
        assert!(held.is_full());
        assert_eq!(held.next(), Some(at(10)));
        assert_eq!(held.pop(at(9)), None);
        assert_eq!([held.pop(at(50)), held.pop(at(50)), held.pop(at(50))], [Some("a"), Some("b"), Some("c")]);
        assert_eq!(held.pop(at(50)), None);
        assert_eq!(held.drain().collect::<Vec<_>>(), ["d"]);
        assert_eq!(held.next(), None);
    }
}
