//! One incident of an exam: a `droplab run` of its own on a fresh lab, once more where the lab erred.
//!
//! **Invariant**: what happened is read from the run's journal, never from what it printed.

mod start;

use std::path::Path;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{
    args::Args,
    candidate::Candidate,
    evidence::{self, Evidence},
    left, tries,
};
use crate::{
    cli::{
        child,
        failure::{Code, Failure},
        flags::{Global, Lang},
        screen,
    },
    judge,
    model::{
        exam::result::{Examined, Grade, Host, STOPPED, Shown},
        units::Rate,
        verdict::{Truth, Verdict},
    },
    report::{exam::number as points, words},
    store::exams::{Paper, Sheet},
};

/// A candidate, at work.
pub(super) struct Sitting<'a> {
    pub(super) global: &'a Global,
    pub(super) args: &'a Args,
    pub(super) candidate: Candidate,
    pub(super) sheet: &'a Sheet,
    pub(super) seed: u64,
    pub(super) host: Host,
    /// Of the whole exam.
    pub(super) folder: &'a Path,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next incident.
    GoOn,
    /// Somebody wants it over.
    Interrupted,
    /// Nothing can be played on a lab that is not whole.
    Unhealed,
}

/// A run that was told to stop, and has not ended minutes later.
const STILL_HEALING: &str = "the run was stopped and has not healed to its end: droplab heal";

/// How one run came out.
enum Played {
    Judged(Box<(Verdict, Shown)>),
    LabErred(String),
    Interrupted,
    Unhealed(String),
}

impl Sitting<'_> {
    /// What the candidate should know beforehand: never which faults.
    pub(super) fn say_what_is_ahead(&self) {
        if self.global.quiet {
            return;
        }
        let Sheet { id, exam, papers, .. } = self.sheet;
        let title = exam.title.of(self.global.lang == Lang::Ru);
        let (candidate, count, all) = (&self.args.candidate, papers.len(), exam.out_of());
        let mark = points(exam.pass_mark());
        let incidents = if count == 1 { "incident" } else { "incidents" };
        screen::note(&format!(
            "{title}\nexam {id}, candidate {candidate}: {count} {incidents}, {all} points, {mark} are a pass; {}",
            exam.hints
        ));
    }

    /// One incident, from 1, and once more if the lab erred.
    pub(super) async fn take(&self, number: usize, stop: &CancellationToken) -> Result<(Examined, Next), Failure> {
        let Some(paper) = self.sheet.papers.get(number - 1) else {
            return Err(Failure::new(Code::Usage, format!("the exam has no incident {number}")));
        };
        let (mut tried, mut rate) = (0, self.args.rate);
        loop {
            if stop.is_cancelled() {
                return Ok(self.examined(paper, Played::Interrupted, tried));
            }
            tried += 1;
            let name = tries::folder_of(number, &paper.id, tried);
            if !self.global.quiet {
                let within = paper.task.within.map(|within| format!(", {within} from the page")).unwrap_or_default();
                screen::note(&format!(
                    "\n{number} of {}: {} points{within}",
                    self.sheet.papers.len(),
                    paper.task.points
                ));
            }
            let played = self.play(paper, &name, rate, stop).await;
            self.end_what_is_left(&name).await;
            let played = played?;
            if let Played::LabErred(why) = &played
                && tried < tries::MOST
                && !stop.is_cancelled()
            {
                if !self.global.quiet {
                    screen::note(&format!("? {number} {}  once more, the lab erred: {why}", paper.id));
                }
                // What the machine could not bear it is not asked for again.
                let shown = evidence::of(&self.folder.join(&name), &name).ok();
                rate = shown.and_then(|shown| shown.verdict.proposed_rate).or(rate);
                continue;
            }
            return Ok(self.examined(paper, played, tried));
        }
    }

    /// Nothing that a candidate has started works on in the next incident.
    async fn end_what_is_left(&self, name: &str) {
        let left = if self.candidate.is_started() { left::end(&self.folder.join(name)).await } else { 0 };
        if left > 0 && !self.global.quiet {
            screen::note(&format!("  ended, because the candidate had left it running: {left} processes"));
        }
    }

    fn examined(&self, paper: &Paper, played: Played, tries: u32) -> (Examined, Next) {
        let (grade, earned, why, shown, next) = match played {
            Played::Judged(judged) => {
                let (verdict, shown) = *judged;
                let grade = judge::exam::grade(verdict.truth);
                let hints = self.sheet.exam.hints;
                let earned = judge::exam::earned(paper.task.points, verdict.truth, shown.score.as_ref(), hints);
                (grade, earned, words::sentence(&verdict), Some(shown), Next::GoOn)
            }
            Played::LabErred(why) => (Grade::NotExamined, 0.0, format!("the lab erred: {why}"), None, Next::GoOn),
            Played::Interrupted => (Grade::NotExamined, 0.0, STOPPED.to_owned(), None, Next::Interrupted),
            Played::Unhealed(why) => (Grade::NotExamined, 0.0, why, None, Next::Unhealed),
        };
        let (scenario, points) = (paper.id.clone(), paper.task.points);
        (Examined { scenario, sealed: paper.sealed, grade, earned, points, why, tries, shown }, next)
    }

    async fn play(
        &self,
        paper: &Paper,
        name: &str,
        rate: Option<Rate>,
        stop: &CancellationToken,
    ) -> Result<Played, Failure> {
        let folder = self.folder.join(name);
        let began = Timestamp::now();
        let mut run = self.start(paper, &folder, rate).await?;
        let mut stopped = false;
        let status = tokio::select! {
            status = tokio::time::timeout(start::longest(paper), run.wait()) => status,
            () = stop.cancelled() => {
                stopped = true;
                if !child::stop(&mut run).await {
                    return Ok(Played::Unhealed(STILL_HEALING.to_owned()));
                }
                Ok(run.wait().await)
            }
        };
        let Ok(Ok(status)) = status else {
            let healed = child::stop(&mut run).await;
            let late = Played::LabErred("the run did not end in time".to_owned());
            return Ok(if healed { late } else { Played::Unhealed(STILL_HEALING.to_owned()) });
        };
        let played = match (status.code(), evidence::of(&folder, name)) {
            (Some(130), _) => Played::Interrupted,
            (Some(4), _) => Played::Unhealed("something of the fault may be left in the lab: droplab heal".to_owned()),
            (_, Ok(Evidence { shown, .. })) if shown.began.parse().is_ok_and(|at: Timestamp| at < began) => {
                Played::LabErred("the journal in its folder is older than the run".to_owned())
            }
            // The run has told by its exit code what it came to, before anybody else could touch its journal.
            (Some(code), Ok(Evidence { verdict, shown, .. }))
                if matches!((code, verdict.truth), (0, Truth::Pass) | (1, Truth::Fail)) =>
            {
                Played::Judged(Box::new((verdict, shown)))
            }
            (_, Ok(Evidence { verdict, .. })) if verdict.truth == Truth::Unknown => {
                Played::LabErred(words::sentence(&verdict))
            }
            (Some(0 | 1), Ok(_)) => Played::LabErred("its journal does not show what the run came to".to_owned()),
            (code, Err(why)) => Played::LabErred(format!("{}, and left no whole journal: {why}", start::ended(code))),
            (code, Ok(_)) => Played::LabErred(start::ended(code)),
        };
        // A run that had come to its end before it heard that it is to stop counts: nobody stops a failure away.
        Ok(if stopped && matches!(played, Played::LabErred(_)) { Played::Interrupted } else { played })
    }
}
