//! What has been shown of a scenario so far, on disk: a conformance of hours survives its process.
//!
//! **Invariant**: it is about one text of one scenario; another text begins anew, and that is said. What cannot be read is no
//! evidence of nothing: it is not written over.

use std::{
    fmt::Write as _,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    judged::LAB_ERRED,
    plays::{self, Play},
};
use crate::{
    cli::{
        exit::Exit,
        failure::{Code, Failure},
    },
    model::{scenario::Scenario, units::Rate},
    store,
};

/// This droplab. A change of it that is no release tells nothing here (decision 0073).
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How one play of one round came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Shown {
    /// From 1.
    pub(super) round: u32,
    /// Its name.
    pub(super) play: String,
    /// As it must.
    pub(super) fine: bool,
    /// `fine`, `wrong`, `lab-erred`, `residue`.
    pub(super) kind: String,
    /// How long it took, with proof and reset.
    pub(super) seconds: u64,
    /// In words.
    pub(super) said: String,
    /// Requests a second, where other than the scenario's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<Rate>,
    /// How often it was played, because the lab itself had erred.
    #[serde(default = "once")]
    pub(super) tries: u32,
    /// When it ended, UTC.
    #[serde(default)]
    pub(super) when: String,
    /// The image of the lab's nodes: its tag tells the shop and the servers in it.
    #[serde(default)]
    pub(super) lab: String,
    /// The version of the droplab that played it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) droplab: String,
}

fn once() -> u32 {
    1
}

/// What has been shown so far.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct History {
    /// Of this text of the scenario, and this version of droplab.
    of: String,
    pub(super) shown: Vec<Shown>,
    #[serde(skip)]
    pub(super) path: PathBuf,
    /// What a person is to know before anything is written over: that earlier plays do not count any more.
    #[serde(skip)]
    pub(super) note: Option<String>,
    /// Every play of the scenario, also where only some are asked for: what was shown before stays on the page.
    #[serde(skip)]
    plays: Vec<String>,
}

impl History {
    /// Go on with what was shown, or begin.
    pub(super) fn open(into: Option<&Path>, id: &str, scenario: &Scenario, fresh: bool) -> Result<Self, Failure> {
        let own = super::folder();
        Self::within(into.unwrap_or(&own), into.is_none(), id, scenario, fresh)
    }

    /// What was shown of a scenario as it is now, for whoever only looks.
    pub(super) fn as_it_is(folder: &Path, id: &str, scenario: &Scenario) -> Result<Self, Failure> {
        Self::within(folder, false, id, scenario, false)
    }

    /// The same in a folder, droplab's own or somebody's.
    fn within(folder: &Path, is_own: bool, id: &str, scenario: &Scenario, fresh: bool) -> Result<Self, Failure> {
        let path = folder.join(format!("{id}.json"));
        let text = serde_json::to_string(scenario).unwrap_or_default();
        let digest: String = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let of = format!("{digest}-{VERSION}");
        let kept = if fresh { None } else { on_disk(&path)? };
        let (mut shown, mut note) = (Vec::new(), None);
        match kept {
            Some(kept) if kept.of == of => shown = kept.shown,
            Some(kept) if !kept.shown.is_empty() => {
                let what = if kept.of.starts_with(&digest) { "droplab" } else { "the scenario" };
                let aside = if is_own { set_aside(&path)? } else { String::new() };
                let plays = kept.shown.len();
                let told = format!("{id}: {what} has changed since: its {plays} plays do not count any more{aside}");
                note = Some(told);
            }
            _ => {}
        }
        Ok(Self { of, shown, path, note, plays: plays::of(scenario).iter().map(Play::name).collect() })
    }

    /// Whether a play of a round has been shown. What the lab did wrong is played again.
    pub(super) fn has(&self, round: u32, play: &str) -> bool {
        self.shown.iter().any(|one| one.round == round && one.play == play && one.kind != LAB_ERRED)
    }

    /// Its name.
    pub(super) fn id(&self) -> &str {
        self.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// How often a play of a round was played and the lab had erred.
    pub(super) fn tries(&self, round: u32, play: &str) -> u32 {
        self.shown.iter().find(|one| one.round == round && one.play == play).map_or(0, |one| one.tries)
    }

    /// The rate of the latest of these plays, where it was not the scenario's own.
    pub(super) fn rate(&self, plays: &[String]) -> Option<Rate> {
        self.shown.iter().rev().find(|one| plays.contains(&one.play)).and_then(|one| one.rate)
    }

    /// Keep it, on disk, and what is told of it: a conformance of hours may end at any play.
    pub(super) fn keep(&mut self, shown: Shown) -> Result<(), Failure> {
        self.shown.retain(|one| one.round != shown.round || one.play != shown.play);
        self.shown.push(shown);
        if let Some(folder) = self.path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        store::write_whole(&self.path, &(serde_json::to_string_pretty(self).unwrap_or_default() + "\n"))?;
        store::write_whole(&self.path.with_extension("xml"), &self.junit())?;
        Ok(store::write_whole(&self.path.with_extension("md"), &self.page(&self.plays))?)
    }

    /// The worst of these plays.
    pub(super) fn exit(&self, plays: &[String]) -> Exit {
        let kinds: Vec<&str> =
            self.shown.iter().filter(|one| plays.contains(&one.play)).map(|one| one.kind.as_str()).collect();
        let any = |kind: &str| kinds.contains(&kind);
        match () {
            () if any("residue") => Exit::Unhealed,
            () if any("wrong") => Exit::Fail,
            () if any(LAB_ERRED) || kinds.is_empty() => Exit::Unknown,
            () => Exit::Pass,
        }
    }
}

/// What is there. Hours are in it: a file that cannot be read is somebody's to mend, and not ours to write over.
fn on_disk(path: &Path) -> Result<Option<History>, Failure> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| Failure::io("read", path, &error))?,
    };
    let wrong = |error: serde_json::Error| {
        let why = format!("{}: what was shown so far cannot be read: {error}", path.display());
        Failure::new(Code::File, why).next("mend that file, or move it away; --fresh writes it over")
    };
    serde_json::from_str(&text).map(Some).map_err(wrong)
}

/// Keep a copy beside it, and say where. Only in droplab's own folder: evidence in another one is checked in, so that what it was
/// before is remembered there, and a second file would only lie about.
fn set_aside(path: &Path) -> Result<String, Failure> {
    let aside = path.with_extension("before.json");
    fs::copy(path, &aside).map_err(|error| Failure::io("write", &aside, &error))?;
    Ok(format!(" (they are kept in {})", aside.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scenarios;

    fn shown() -> Shown {
        Shown {
            round: 1,
            play: "healthy".into(),
            fine: true,
            kind: "fine".into(),
            seconds: 60,
            said: "passed".into(),
            rate: None,
            tries: 1,
            when: "2026-01-01 12:00".into(),
            lab: String::new(),
            droplab: VERSION.into(),
        }
    }

    /// A file with a line of a merge conflict in it was taken for none, and the next play wrote it over.
    #[test]
    fn what_cannot_be_read_is_named_and_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = scenarios::read(None, "payment-pool-exhaustion").unwrap().1;
        let open = |fresh| History::open(Some(folder.path()), "x", &scenario, fresh);
        fs::write(folder.path().join("x.json"), "<<<<<<< ours\n").unwrap();
        let refused = open(false).unwrap_err();
        assert!(refused.code == Code::File && refused.why.contains("x.json: "), "{refused}");
        assert!(open(true).unwrap().shown.is_empty(), "it was asked to forget");
    }

    /// Evidence of hours was dropped without a word when a comma of the scenario had changed.
    #[test]
    fn evidence_of_another_text_is_told_and_kept_in_droplabs_own_folder() {
        let folder = tempfile::tempdir().unwrap();
        let read = |id| scenarios::read(None, id).unwrap().1;
        let (before, after) = (read("payment-pool-exhaustion"), read("retry-storm"));
        let open = |is_own, scenario| History::within(folder.path(), is_own, "x", scenario, false).unwrap();
        // Nothing was played of it: there is nothing to tell.
        assert_eq!(open(true, &before).note, None);
        open(true, &before).keep(shown()).unwrap();
        assert_eq!((open(true, &before).note, open(true, &before).shown), (None, vec![shown()]));
        let aside = folder.path().join("x.before.json");
        let checked_in = open(false, &after);
        let told = "x: the scenario has changed since: its 1 plays do not count any more";
        assert_eq!((checked_in.note.as_deref(), aside.exists()), (Some(told), false));
        let own = open(true, &after);
        assert_eq!(own.note, Some(format!("{told} (they are kept in {})", aside.display())));
        assert_eq!(own.shown, []);
        assert_eq!(on_disk(&aside).unwrap().unwrap().shown, [shown()]);
    }

    /// Whoever has the checkout can go on with it.
    #[test]
    fn all_evidence_that_is_checked_in_can_be_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/conformance");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let evidence: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
        assert!(!evidence.is_empty());
        for path in evidence {
            assert!(!on_disk(&path).unwrap().unwrap().shown.is_empty(), "{}", path.display());
        }
    }
}
