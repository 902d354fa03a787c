//! Parameters of faults in the load.
//!
//! **Invariant**: a field's doc is its manual; unknown fields are refused.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::units::{Rate, Span};

/// Bring more customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SurgeLoad {
    /// So many look at products.
    #[serde(default)]
    pub browse: Option<Rate>,
    /// So many pay.
    #[serde(default)]
    pub payment: Option<Rate>,
    /// So many buy, the whole way.
    #[serde(default)]
    pub checkout: Option<Rate>,
    /// Over how long they arrive.
    #[serde(default)]
    pub ramp: Option<Span>,
}
