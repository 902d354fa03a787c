//! What has been shown of a scenario so far, on disk: a conformance of hours survives its process.
//!
//! **Invariant**: it is about one text of one scenario; another text begins anew.

use std::{fmt::Write as _, fs, path::PathBuf};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    cli::{exit::Exit, failure::Failure},
    model::scenario::Scenario,
    store,
};

/// How one play of one round came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// What has been shown so far.
#[derive(Serialize, Deserialize)]
pub(super) struct History {
    /// Of this text of the scenario, and this version of droplab.
    of: String,
    shown: Vec<Shown>,
    #[serde(skip)]
    path: PathBuf,
}

impl History {
    /// Go on with what was shown, or begin.
    pub(super) fn open(id: &str, scenario: &Scenario, fresh: bool) -> Self {
        let path = store::home().join("conform").join(format!("{id}.json"));
        let text = serde_json::to_string(scenario).unwrap_or_default();
        let digest: String = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let of = format!("{digest}-{}", env!("CARGO_PKG_VERSION"));
        let kept = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let kept = kept.filter(|kept| !fresh && kept.of == of);
        Self { path, ..kept.unwrap_or(Self { of, shown: Vec::new(), path: PathBuf::new() }) }
    }

    /// Whether a play of a round has been shown. What the lab did wrong is played again.
    pub(super) fn has(&self, round: u32, play: &str) -> bool {
        self.shown.iter().any(|one| one.round == round && one.play == play && one.kind != "lab-erred")
    }

    /// Keep it, on disk.
    pub(super) fn keep(&mut self, shown: Shown) -> Result<(), Failure> {
        self.shown.retain(|one| one.round != shown.round || one.play != shown.play);
        self.shown.push(shown);
        if let Some(folder) = self.path.parent() {
            let _ = fs::create_dir_all(folder);
        }
        Ok(store::write_whole(&self.path, &serde_json::to_string_pretty(self).unwrap_or_default())?)
    }

    /// For machines.
    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(&self.shown).unwrap_or_default()
    }

    /// A line for each play: how often it came out as it must, its median seconds, and what was wrong at last.
    pub(super) fn table(&self, id: &str, plays: &[String]) -> String {
        let mut text = format!("{id}\n");
        for play in plays {
            let mut of_play: Vec<&Shown> = self.shown.iter().filter(|one| one.play == *play).collect();
            of_play.sort_by_key(|one| one.seconds);
            let fine = of_play.iter().filter(|one| one.fine).count();
            let median = of_play.get(of_play.len() / 2).map_or(0, |one| one.seconds);
            let wrong = of_play.iter().find(|one| !one.fine).map_or("", |one| one.said.as_str());
            let mark = if fine == of_play.len() && fine > 0 { '✓' } else { '✗' };
            let _ = writeln!(text, "  {mark} {play:<28} {fine:>3} of {:<3} {median:>4} s  {wrong}", of_play.len());
        }
        text.trim_end().to_owned()
    }

    /// `conform.xml` beside the history: one case for each play of each round.
    pub(super) fn write_junit(&self, id: &str) -> Result<(), Failure> {
        let mut report = Report::new("droplab conform");
        let mut suite = TestSuite::new(id);
        for one in &self.shown {
            let mut status = match one.kind.as_str() {
                "fine" => TestCaseStatus::success(),
                "lab-erred" => TestCaseStatus::non_success(NonSuccessKind::Error),
                _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
            };
            status.set_message(one.said.clone());
            let mut case = TestCase::new(format!("round {} {}", one.round, one.play), status);
            case.set_time(std::time::Duration::from_secs(one.seconds));
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
        Ok(store::write_whole(&self.path.with_extension("xml"), &report.to_string().unwrap_or_default())?)
    }

    /// The worst of these plays.
    pub(super) fn exit(&self, plays: &[String]) -> Exit {
        let kinds: Vec<&str> =
            self.shown.iter().filter(|one| plays.contains(&one.play)).map(|one| one.kind.as_str()).collect();
        let any = |kind: &str| kinds.contains(&kind);
        match () {
            () if any("residue") => Exit::Unhealed,
            () if any("wrong") => Exit::Fail,
            () if any("lab-erred") || kinds.is_empty() => Exit::Unknown,
            () => Exit::Pass,
        }
    }
}
