//! The way of an order: placed → paid → delivered, or off it: placed → cancelling → cancelled.
//!
//! **Invariant:** a step that was already taken may be taken again; a step that does not fit is refused, never forced.

use crate::failure::Failure;

/// How far an order has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Written down; nothing is sure yet.
    Placed,
    /// The money is there.
    Paid,
    /// The parcel is there.
    Delivered,
    /// Given up; money and stock are on their way back.
    Cancelling,
    /// Given up, and nothing is left of it.
    Cancelled,
}

/// What may happen to an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// It was paid.
    Pay,
    /// It was delivered.
    Deliver,
    /// Somebody gives it up.
    Cancel,
    /// Everything was taken back.
    Forget,
}

impl State {
    /// As it is stored and shown.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Paid => "paid",
            Self::Delivered => "delivered",
            Self::Cancelling => "cancelling",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Placed, Self::Paid, Self::Delivered, Self::Cancelling, Self::Cancelled]
            .into_iter()
            .find(|state| state.name() == name)
    }

    /// The state after a step: `Some` when it changes, `None` when it was reached before.
    pub(super) fn after(self, step: Step) -> Result<Option<Self>, Failure> {
        match (self, step) {
            (Self::Placed, Step::Pay) => Ok(Some(Self::Paid)),
            (Self::Paid, Step::Deliver) => Ok(Some(Self::Delivered)),
            (Self::Placed, Step::Cancel) => Ok(Some(Self::Cancelling)),
            (Self::Cancelling, Step::Forget) => Ok(Some(Self::Cancelled)),
            (Self::Paid | Self::Delivered, Step::Pay)
            | (Self::Delivered, Step::Deliver)
            | (Self::Cancelling | Self::Cancelled, Step::Cancel)
            | (Self::Cancelled, Step::Forget) => Ok(None),
            (state, _) => Err(Failure::Conflict(format!("order is {}", state.name()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Cancelled, Cancelling, Delivered, Paid, Placed};
    use super::Step::{Cancel, Deliver, Forget, Pay};
    use super::*;

    /// Rows are states, columns pay, deliver, cancel, forget: `+` changes, `=` was so before, `!` is refused.
    #[test]
    fn the_whole_machine() {
        let rows = [(Placed, "+!+!"), (Paid, "=+!!"), (Delivered, "==!!"), (Cancelling, "!!=+"), (Cancelled, "!!==")];
        for (state, expected) in rows {
            let row: String = [Pay, Deliver, Cancel, Forget]
                .map(|step| match state.after(step) {
                    Ok(Some(_)) => '+',
                    Ok(None) => '=',
                    Err(_) => '!',
                })
                .iter()
                .collect();
            assert_eq!(row, expected, "{state:?}");
        }
    }

    #[test]
    fn names_lead_back() {
        for state in [Placed, Paid, Delivered, Cancelling, Cancelled] {
            assert_eq!(State::named(state.name()), Some(state));
        }
    }
}
