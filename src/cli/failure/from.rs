//! Errors of other rooms as failures: each gets its code and the next command here.
//!
//! **Invariant**: no error loses its text on the way; a name that was typed wrong is never called the lab's own error.

use std::{
    io::{self, ErrorKind},
    path::Path,
};

use super::{Code, Failure};
use crate::{
    home::{self, lock::LockError},
    model::nearest::nearest,
    plan::Refusal,
    run::{heal::HealError, ports::PortError},
    store::{StoreError, runs},
};

/// Which of the examiner's files is for what.
const KEYS: &str =
    "exam.key signs, exam.pub checks; seal.pub seals, seal.key opens   (droplab exam keygen DIR makes all four)";

/// What can be done about a journal that cannot be read as a whole.
const HEALS: &str =
    "droplab heal   (takes out what a run on this lab may have left, as far as its journal can be read)";

impl Failure {
    /// What the operating system said of a file that somebody has named, or of one of droplab's own.
    pub fn io(tried: &str, path: &Path, error: &io::Error) -> Self {
        let (code, next) = match misnamed(path, error) {
            Some(next) => (Code::Path, next),
            None => (Code::File, "look at that file and at its disk; DROPLAB_HOME moves droplab's own".to_owned()),
        };
        Self::new(code, format!("{tried} {}: {error}", path.display())).next(next)
    }
}

/// What to do about a name that was typed; nothing where the disk is to blame, or droplab's own folder.
fn misnamed(path: &Path, error: &io::Error) -> Option<String> {
    let kind = error.kind();
    // In its own folder droplab makes what it needs: what is not there, or is there already, was named by somebody.
    if path.starts_with(home::folder()) && !matches!(kind, ErrorKind::NotFound | ErrorKind::AlreadyExists) {
        return None;
    }
    match kind {
        ErrorKind::NotFound => Some(format!("ls {}   (what is there)", folder_above(path).display())),
        ErrorKind::AlreadyExists => Some("another name: what is there is never written over".to_owned()),
        ErrorKind::IsADirectory => Some("the name of a file: this is a folder".to_owned()),
        ErrorKind::NotADirectory => Some("the name of a folder: this is a file, or a part of it is".to_owned()),
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => Some("another name: none like this can be".to_owned()),
        ErrorKind::InvalidData => Some("a text file, in UTF-8".to_owned()),
        ErrorKind::PermissionDenied => Some(format!("ls -ld {}   (who may read and write it)", path.display())),
        _ => None,
    }
}

/// The nearest folder above a file that is there.
fn folder_above(path: &Path) -> &Path {
    path.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("."))
}

/// What to ask for instead of a run that there is not: the one that was probably meant, or the latest.
fn another_run(name: &str) -> String {
    let folder = home::folder();
    let all = runs::all(&folder).unwrap_or_default();
    if let Some(near) = nearest(name, all.iter().map(|run| run.id.as_str())) {
        return format!("did you mean {near}?");
    }
    match runs::find(&folder, None) {
        Ok(latest) => format!("{} is the latest run; all of them: ls {}", latest.id, folder.join("runs").display()),
        Err(_) => "droplab run payment-pool-exhaustion --rehearse".to_owned(),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (code, next) = match &error {
            StoreError::File { tried, path, source } => return Self::io(tried, path, source),
            StoreError::UnknownScenario { .. } => (Code::ScenarioUnknown, Some("droplab list".to_owned())),
            StoreError::Invalid(_) => (Code::ScenarioInvalid, None),
            StoreError::Exam(why) => {
                let opens = "--identity seal.key   (the examiner's key that opens sealed scenarios)";
                (Code::ExamInvalid, why.contains(" is sealed: ").then(|| opens.to_owned()))
            }
            StoreError::Sealed { .. } => (
                Code::ScenarioSealed,
                Some(
                    "droplab exam run EXAM.yaml --identity seal.key   (opens what an exam names, with the examiner's key)"
                        .to_owned(),
                ),
            ),
            StoreError::Key { .. } => (Code::KeyInvalid, Some(KEYS.to_owned())),
            StoreError::UnknownRun(name) => (Code::RunUnknown, Some(another_run(name))),
            // Another version's is read by that one: which, is said in the why.
            StoreError::Journal { why, .. } if why.contains("written by droplab") => (Code::JournalInvalid, None),
            StoreError::Journal { .. } => (Code::JournalInvalid, Some(HEALS.to_owned())),
        };
        Self { code, why: error.to_string(), next }
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
            .next("droplab status   (what this lab has; droplab lint FILE looks at a scenario of your own)")
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self::new(Code::LabError, error).next("droplab status")
    }
}

impl From<HealError> for Failure {
    fn from(error: HealError) -> Self {
        // There is no way back in it that a heal could go.
        Self::new(Code::JournalInvalid, error).next("droplab status, then droplab reset")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three of them said why, and not what to type.
    #[test]
    fn what_cannot_be_read_or_played_names_a_next_step() {
        let broken = StoreError::Journal { path: "journal.jsonl".into(), line: 3, why: "no event".to_owned() };
        let refused = Refusal { reasons: vec!["no deployment `cart`".to_owned()] };
        let all: [(Failure, &str); 3] = [
            (broken.into(), "droplab heal"),
            (HealError::NoPlan.into(), "droplab reset"),
            (refused.into(), "droplab status"),
        ];
        for (failure, next) in all {
            assert!(failure.next.as_deref().is_some_and(|told| told.contains(next)), "{failure}");
        }
    }

    #[test]
    fn a_wrong_name_is_the_users_matter_and_a_full_disk_is_not() {
        let told = |path: &Path, kind: ErrorKind| {
            let failure = Failure::io("read", path, &io::Error::from(kind));
            (failure.code, failure.next.unwrap_or_default())
        };
        let named = Path::new("/no/such/folder/a.yaml");
        assert_eq!(told(named, ErrorKind::NotFound), (Code::Path, "ls /   (what is there)".to_owned()));
        assert_eq!(folder_above(Path::new("a.yaml")), Path::new("."));
        for kind in [ErrorKind::IsADirectory, ErrorKind::AlreadyExists, ErrorKind::InvalidData] {
            assert_eq!(told(named, kind).0, Code::Path, "{kind}");
        }
        assert_eq!(told(named, ErrorKind::StorageFull).0, Code::File);
        let own = home::folder().join("runs");
        assert_eq!(told(&own, ErrorKind::NotADirectory).0, Code::File);
        assert_eq!(told(&own, ErrorKind::NotFound).0, Code::Path);
    }
}
