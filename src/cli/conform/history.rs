//! What has been shown of a scenario so far, on disk: a conformance of hours survives its process.
//!
//! **Invariant**: it is about one text of one scenario; another text begins anew.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    judged::LAB_ERRED,
    plays::{self, Play},
};
use crate::{
    cli::{exit::Exit, failure::Failure},
    model::{scenario::Scenario, units::Rate},
    store,
};

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
}

fn once() -> u32 {
    1
}

/// What has been shown so far.
#[derive(Serialize, Deserialize)]
pub(super) struct History {
    /// Of this text of the scenario, and this version of droplab.
    of: String,
    pub(super) shown: Vec<Shown>,
    #[serde(skip)]
    pub(super) path: PathBuf,
    /// Every play of the scenario, also where only some are asked for: what was shown before stays on the page.
    #[serde(skip)]
    plays: Vec<String>,
}

impl History {
    /// Go on with what was shown, or begin.
    pub(super) fn open(into: Option<&Path>, id: &str, scenario: &Scenario, fresh: bool) -> Self {
        let folder = into.map_or_else(super::folder, Path::to_owned);
        let path = folder.join(format!("{id}.json"));
        let text = serde_json::to_string(scenario).unwrap_or_default();
        let digest: String = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let of = format!("{digest}-{}", env!("CARGO_PKG_VERSION"));
        let kept = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let kept = kept.filter(|kept| !fresh && kept.of == of);
        let shown = kept.map(|kept| kept.shown).unwrap_or_default();
        Self { of, shown, path, plays: plays::of(scenario).iter().map(Play::name).collect() }
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
