//! When what happened.
//!
//! **Invariant**: seconds since the run began; what did not happen has no time.

use super::{case::Case, course, symptom};
use crate::model::verdict::Times;

pub(super) fn of(case: &Case) -> Times {
    let recovered = case.recovered();
    Times {
        injected_s: case.first_injected().map(|(_, at_s)| at_s),
        onset_s: course::onset_s(case),
        symptom_s: symptom::seen_s(case),
        paged_s: case.paged.map(|(_, at_s)| at_s),
        repaired_s: recovered.map(|(since_s, _)| since_s),
        recovered_s: recovered.map(|(_, until_s)| until_s),
    }
}
