//! The customers of a scenario: what they do, how often, how patient they are, and what they ask about later.
//!
//! Open-loop arrival rates with stages are k6's `ramping-arrival-rate`; promises are checks that are evaluated later.
//!
//! **Invariant**: each kind of customers feeds one probe of its own name, and one more for each promise it follows up.

mod written;

pub(super) use written::InFull;

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::{Rate, Share, Span, whole};

/// The customers: open-loop traffic, by the name of its probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, expecting = "`{ customers: …, baseline: 30s, timeout: 3s }`")]
pub struct Load {
    /// Each kind of customers, by the name of its probe. A rate alone is enough where the name is what they do.
    #[serde(deserialize_with = "written::by_name")]
    #[schemars(with = "BTreeMap<String, Customers>")]
    pub customers: BTreeMap<String, Customers>,
    /// How long traffic runs before the first step, to measure the baseline.
    pub baseline: Span,
    /// A request without an answer for this long has failed.
    pub timeout: Span,
}

impl Load {
    /// The longest that any customer's request may be under way, with all its tries.
    pub fn patience(&self) -> Span {
        self.customers.values().map(|customers| customers.patience(self.timeout)).max().unwrap_or(self.timeout)
    }
}

/// One kind of customers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Customers {
    /// What they do.
    pub journey: Journey,
    /// How many a second come.
    pub rate: Rate,
    /// Over how long the rate rises until it is whole; a moment for a few, three seconds for a crowd when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Span>,
    /// Other rates later on, in order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
    /// How long one try waits for its answer; the load's own when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Span>,
    /// Who gets no promise tries again, with the same Idempotency-Key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<Retries>,
    /// How goods and accounts are spread over the customers.
    #[serde(skip_serializing_if = "Keys::is_uniform")]
    pub keys: Keys,
    /// An old client, which sends no Idempotency-Key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub keyless: bool,
    /// Who is told when to come back (429 or 503 with Retry-After) has been answered as well as who is served.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub may_wait: bool,
    /// What they ask about later, and by when it must be so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub promises: BTreeMap<Promise, Span>,
}

/// A rate that is reached later.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// When the rate begins to change, after the baseline.
    pub at: Span,
    /// The rate that is reached.
    pub to: Rate,
    /// Over how long it changes, evenly.
    pub over: Span,
}

/// How customers try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retries {
    /// How often after the first try.
    #[serde(deserialize_with = "whole")]
    pub times: u32,
    /// From the end of one try to the next.
    pub pause: Span,
}

/// How goods and accounts are spread over the customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// All alike.
    #[default]
    Uniform,
    /// One takes this share, the rest are alike.
    Hot(Share),
}

impl Keys {
    fn is_uniform(&self) -> bool {
        *self == Self::Uniform
    }
}

/// What a customer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Journey {
    /// `POST /payments`, method wallet: Nginx → payment → PostgreSQL.
    Payment,
    /// `POST /checkout`: the whole way through the shop.
    Checkout,
    /// `GET /products`.
    Browse,
    /// `GET /orders/ID`: an order that was placed earlier in this run.
    History,
}

/// What a customer asks about later, through the front door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Promise {
    /// The order is delivered.
    Parcel,
    /// The order can be seen.
    Visible,
}

impl Journey {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Payment, Self::Checkout, Self::Browse, Self::History];

    /// As in YAML, in keys and in names.
    pub fn word(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Checkout => "checkout",
            Self::Browse => "browse",
            Self::History => "history",
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parcel => "parcel",
            Self::Visible => "visible",
        })
    }
}

impl Customers {
    /// So many a second, doing this.
    pub fn new(journey: Journey, rate: Rate) -> Self {
        Self {
            journey,
            rate,
            ramp: None,
            stages: Vec::new(),
            timeout: None,
            retries: None,
            keys: Keys::Uniform,
            keyless: false,
            may_wait: false,
            promises: BTreeMap::new(),
        }
    }

    /// How long one try waits.
    pub fn try_timeout(&self, otherwise: Span) -> Span {
        self.timeout.unwrap_or(otherwise)
    }

    /// The longest that a request may be under way, with all its tries.
    pub fn patience(&self, otherwise: Span) -> Span {
        let timeout = self.try_timeout(otherwise).0;
        let again = self.retries.map_or_else(Default::default, |retries| (timeout + retries.pause.0) * retries.times);
        Span(timeout + again)
    }

    /// The highest rate that is ever asked for.
    pub fn peak(&self) -> Rate {
        let stages = self.stages.iter().map(|stage| stage.to.per_second);
        Rate { per_second: stages.fold(self.rate.per_second, f64::max) }
    }
}
