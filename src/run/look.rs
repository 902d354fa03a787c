//! Looking at the lab, again where a part of it could not be read.
//!
//! **Invariant**: bounded; what could not be read in the end is told by what was found, or by the error.

use tokio::time::Instant;

use super::{
    limits,
    ports::{PortError, Surveyor},
};
use crate::model::facts::{Facts, Part};

/// The lab as it is now: before the heal, when what broke it may still be in, or after it. What could not be read before any of it is
/// hidden by something else, and not waited for.
pub(super) async fn facts(surveyor: &dyn Surveyor, before: &Facts, healed: bool) -> Result<Facts, PortError> {
    let patience = if healed { limits::SURVEY_AGAIN_HEALED } else { limits::SURVEY_AGAIN_BROKEN };
    let last = Instant::now() + patience - limits::SURVEY_PAUSE;
    // What the repair is measured by is no table's definition, and a lock of the incident's may hide it until the heal.
    let wanted = |part: &Part| (healed || *part != Part::Tables) && !before.unread.contains_key(part);
    loop {
        let found = limits::within(limits::SURVEY, "survey the lab", surveyor.survey()).await;
        let whole = found.as_ref().is_ok_and(|facts| !facts.unread.keys().any(wanted));
        if whole || Instant::now() >= last {
            return found;
        }
        // A database that was just restarted, or a zone that was just thawed, answers in a moment.
        tokio::time::sleep(limits::SURVEY_PAUSE).await;
    }
}
