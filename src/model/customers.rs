//! The customers of a scenario: what they do, and how often.
//!
//! **Invariant**: each kind of request feeds one probe, and each probe is fed by one kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::units::{Rate, Span};

/// The customers: open-loop traffic, by the name of its probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Load {
    /// Kind of request → how many a second.
    pub steady: BTreeMap<RequestKind, Rate>,
    /// How long traffic runs before the first step, to measure the baseline.
    pub baseline: Span,
    /// A request without an answer for this long has failed.
    pub timeout: Span,
    /// Over how long each kind's rate rises until it is whole; a moment for a few, three seconds for a crowd when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Span>,
}

/// What a customer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// `POST /payments`, method wallet: Nginx → payment → PostgreSQL.
    Payment,
    /// `POST /checkout`: the whole way through the shop.
    Checkout,
    /// `GET /products`.
    Browse,
}

impl RequestKind {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Payment, Self::Checkout, Self::Browse];

    /// Which kind feeds a probe.
    pub fn of_probe(probe: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.probe() == probe)
    }

    /// The probe that this traffic feeds: `payment-success`.
    pub fn probe(self) -> &'static str {
        match self {
            Self::Payment => "payment-success",
            Self::Checkout => "checkout-success",
            Self::Browse => "browse-success",
        }
    }
}
