//! What can be wrong with a fake lab, for tests of what droplab then says.
//!
//! **Invariant**: the default is a lab in which everything works.

use std::collections::{BTreeMap, VecDeque};

use crate::model::event::EventKind;

/// What is wrong with this lab.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing that can be wrong by itself")]
pub struct Quirks {
    /// No more payments a second than this, whatever is asked.
    pub capacity: Option<f64>,
    /// The generator sends so late, milliseconds.
    pub lag_ms: f64,
    /// Gauges cannot be read.
    pub blind_gauges: bool,
    /// The books cannot be read.
    pub closed_books: bool,
    /// The bad release is none.
    pub harmless: bool,
    /// The fault takes the bystander down as well.
    pub collateral: bool,
    /// So many more ops fail.
    pub failing_ops: u32,
    /// Every op of a heal fails.
    pub unhealable: bool,
    /// Surveys fail.
    pub blind_surveys: bool,
    /// A server does not answer: surveys wait for it, and are without it in the end.
    pub mute_server: bool,
    /// The customers cannot be started.
    pub no_customers: bool,
    /// They all end in this second of the run, and that is told.
    pub customers_die_at: Option<u32>,
    /// Of each of these kinds nothing is heard from such a second on, and nobody says why.
    pub silent_from: BTreeMap<String, u32>,
    /// Payments that were acknowledged and are then lost from the books, in all.
    pub forgets: u64,
    /// Payments that are booked twice, in all.
    pub doubles: u64,
    /// Payments that are refused and charged all the same, in all.
    pub charges_refused: u64,
    /// It never comes to rest when its customers have gone.
    pub restless: bool,
}

impl Quirks {
    /// Take away what is not heard of the customers of a second; gauges go on, whatever becomes of them.
    pub(super) fn silence(&self, second: u32, seen: &mut VecDeque<EventKind>) {
        let is_dead = self.customers_die_at.is_some_and(|at| second >= at);
        let is_silent = |probe: &str| is_dead || self.silent_from.get(probe).is_some_and(|from| second >= *from);
        seen.retain(|seen| !matches!(seen, EventKind::Traffic { probe, .. } if is_silent(probe)));
        if self.customers_die_at == Some(second) {
            let (what, why) = ("the customers".to_owned(), "they ended before they were told to".to_owned());
            seen.push_back(EventKind::SensorLost { what, why });
        }
    }
}
