//! Starts the run of one incident.
//!
//! **Invariant**: the scenario reaches it through a pipe, and the keys of the examiner not at all.

use std::{path::Path, process::Stdio, time::Duration};

use clap::ValueEnum;
use tokio::process::Child;

use super::{Candidate, Sitting};
use crate::{
    cli::{
        child,
        failure::{Code, Failure},
        flags::Lang,
    },
    home,
    model::{exam::Hints, scenario::Expectation, units::Rate},
    store::exams::Paper,
};

/// What a run takes beside the time to repair: reset, baseline, heal, rest, the replay. One that takes longer hangs.
const BESIDE: Duration = Duration::from_mins(30);

/// The time after which a run hangs.
pub(super) fn longest(paper: &Paper) -> Duration {
    let of_scenario = paper.scenario.expect.iter().filter_map(|expected| match expected {
        Expectation::Recovers(recovers) => Some(recovers.within.0),
        Expectation::Says(says) => Some(says.within.0),
        _ => None,
    });
    let within = paper.task.within.map(|within| within.0).or_else(|| of_scenario.max()).unwrap_or_default();
    within * 2 + BESIDE
}

/// How a run ended, in words.
pub(super) fn ended(code: Option<i32>) -> String {
    code.map_or_else(|| "the run was killed".to_owned(), |code| format!("the run ended with exit code {code}"))
}

impl Sitting<'_> {
    /// The run, with the scenario on its standard input: that a candidate reads in no file.
    pub(super) async fn start(&self, paper: &Paper, folder: &Path, rate: Option<Rate>) -> Result<Child, Failure> {
        let failed = |error: std::io::Error| Failure::new(Code::LabError, format!("start a run: {error}"));
        home::make_folder(folder).map_err(failed)?;
        let mut command = child::droplab(self.global)?;
        command.args(["run", &paper.id, "--handed", "--output", "text", "--out"]).arg(folder);
        command.args([
            "--seed",
            &self.seed.to_string(),
            "--lang",
            if self.global.lang == Lang::Ru { "ru" } else { "en" },
        ]);
        command.arg(if self.args.rehearse { "--rehearse" } else { "--reset" });
        if let Some(within) = paper.task.within {
            command.args(["--within", &within.to_string()]);
        }
        if let Some(rate) = rate {
            command.args(["--rate", &rate.to_string()]);
        }
        if let Some(fix) = self.candidate.fix(folder, &paper.scenario)? {
            command.args(["--fix", &fix]);
        }
        if let Candidate::Service(service) = &self.candidate {
            command.args(["--service", &service.to_string()]);
        }
        for format in self.args.formats.iter().filter_map(ValueEnum::to_possible_value) {
            command.args(["--format", format.get_name()]);
        }
        if self.global.no_color {
            command.arg("--no-color");
        }
        if self.global.quiet {
            command.arg("--quiet");
        } else {
            // The run's own verdict is news here; the result is the exam's.
            let news = std::os::fd::AsFd::as_fd(&std::io::stderr()).try_clone_to_owned().map_err(failed)?;
            command.stdout(Stdio::from(news));
        }
        command.stdin(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(false);
        command.env_remove("DROPLAB_EXAM_KEY").env_remove("DROPLAB_EXAM_IDENTITY");
        let mut run = command.spawn().map_err(failed)?;
        let mut scenario = paper.scenario.clone();
        if self.sheet.exam.hints == Hints::None {
            scenario.hints.clear();
        }
        child::hand(&mut run, &scenario).await;
        Ok(run)
    }
}
