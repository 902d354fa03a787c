//! The one seam between verbs and labs: a rehearsal swaps the lab for a fake one.
//!
//! **Invariant**: no verb asks which of the two it has.

use super::{
    args::Global,
    failure::{Code, Failure},
};
use crate::{
    lab::fake::{FakeLab, Quirks},
    run::ports::Ports,
};

/// The lab that this command works on.
#[expect(clippy::unused_async, reason = "the real lab is asked over the network")]
pub async fn connect(global: &Global, rehearse: bool) -> Result<Ports, Failure> {
    if rehearse {
        return Ok(FakeLab::new("rehearsal", Quirks::default()).ports());
    }
    Err(Failure::new(Code::LabDown, format!("no lab `{}`", global.lab)).next("droplab up"))
}
