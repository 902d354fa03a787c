//! Errors of other rooms as failures: each gets its code and the next command here.
//!
//! **Invariant**: no error loses its text on the way.

use super::{Code, Failure};
use crate::{
    home::lock::LockError,
    plan::Refusal,
    run::{heal::HealError, ports::PortError},
    store::StoreError,
};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (code, next) = match &error {
            StoreError::UnknownScenario { .. } => (Code::ScenarioUnknown, Some("droplab list")),
            StoreError::Invalid(_) => (Code::ScenarioInvalid, None),
            StoreError::Exam(_) => (Code::ExamInvalid, None),
            StoreError::Sealed { .. } => (
                Code::ScenarioSealed,
                Some(
                    "droplab exam run EXAM.yaml --identity seal.key   (opens what an exam names, with the examiner's key)",
                ),
            ),
            StoreError::Key { .. } => (Code::KeyInvalid, Some("droplab exam keygen DIR")),
            StoreError::UnknownRun(_) => (Code::RunUnknown, Some("droplab run payment-pool-exhaustion --rehearse")),
            StoreError::Journal { .. } => (Code::JournalInvalid, None),
            StoreError::File { .. } => (Code::File, None),
        };
        Self { code, why: error.to_string(), next: next.map(str::to_owned) }
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let (code, next) = match &error {
            LockError::Busy { .. } => {
                (Code::LabBusy, "wait for it to end, or work on another lab with --lab NAME".to_owned())
            }
            LockError::Held { fault, .. } => {
                (Code::LabBusy, format!("droplab fault heal {fault}   (or end that process)"))
            }
            LockError::File { .. } => (Code::File, "look at that file, or set DROPLAB_HOME".to_owned()),
        };
        Self::new(code, error).next(next)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(Code::PlanRefused, refusal)
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::new(Code::LabError, error).next("droplab status")
    }
}

impl From<HealError> for Failure {
    fn from(error: HealError) -> Self {
        Self::new(Code::JournalInvalid, error)
    }
}
