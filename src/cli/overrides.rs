//! Flags of `run` and `plan` that ask for something else than the scenario's file says.
//!
//! **Invariant**: the verdict lists each of them.

use crate::{
    model::units::{Rate, Span},
    plan::Overrides,
};

/// What may be different from the scenario's file; the verdict says so.
#[derive(Debug, clap::Args)]
pub struct OverrideArgs {
    /// Time to repair, counted from the page, such as 10m
    #[arg(long, value_name = "DURATION")]
    pub within: Option<Span>,
    /// How long the repair must hold, such as 30s
    #[arg(long, value_name = "DURATION", hide = true)]
    pub hold: Option<Span>,
    /// Requests a second, such as 600/s
    #[arg(long, value_name = "RATE")]
    pub rate: Option<Rate>,
    /// Decides everything that is drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

impl OverrideArgs {
    /// As the planner wants them.
    pub fn overrides(&self) -> Overrides {
        Overrides { rate: self.rate, within: self.within, hold: self.hold, ..Overrides::default() }
    }
}
