//! `droplab exam run`: one incident after the other, each a `droplab run` of its own; then the result.
//!
//! **Invariant**: everything is read before anything is broken; after each incident the result is on disk, as far as it goes.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use jiff::Timestamp;

use super::{
    What,
    args::Args,
    candidate::Candidate,
    host,
    sitting::{Next, Sitting},
};
use crate::{
    cli::{
        connect::connect,
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        interrupt, screen,
        service::Service,
    },
    home::{self, lock},
    judge,
    model::exam::result::{ExamResult, Examined, Grade, Outcome},
    plan::{self, Overrides},
    report::{self, exam::number},
    store::{
        self,
        exams::{self, Paper, Sheet},
        keys, sealed,
        signed::{Envelope, key_id, short},
    },
};

/// The result's name in an exam's folder.
const RESULT: &str = "exam-result.json";

/// The verb.
pub(super) async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let identity = What::named(args.identity.as_ref()).map(sealed::identity).transpose()?;
    let sheet = exams::read(&args.exam, global.scenarios.as_deref(), identity.as_ref())?;
    let key = What::named(args.key.as_ref()).map(keys::signing).transpose()?;
    let candidate = Candidate::of(args)?;
    can_be_passed(&sheet, &candidate)?;
    let seed = sheet.exam.seed.of(&sheet.id, &args.candidate);
    if let Candidate::Service(service) = &candidate {
        fits(global, service, &sheet, seed).await?;
    }
    let folder = folder(args, &sheet.id)?;
    let host = host::of_engine(args.rehearse).await;
    let sitting = Sitting { global, args, candidate, sheet: &sheet, seed, host, folder: &folder };
    let began = Timestamp::now();
    sitting.say_what_is_ahead();

    let stop = interrupt::token();
    let (mut examined, mut next) = (Vec::new(), Next::GoOn);
    for number in 1..=sheet.papers.len() {
        let (one, then) = sitting.take(number, &stop).await?;
        if !global.quiet {
            screen::note(&report::exam::line(number, &one));
        }
        examined.push(one);
        next = then;
        write(&result(&sitting, &examined, began, next), &folder, key.as_ref())?;
        if next != Next::GoOn {
            break;
        }
    }
    let result = result(&sitting, &examined, began, next);
    tell(global, &result, key.as_ref(), &folder);
    Ok(match (next, result.outcome) {
        (Next::Unhealed, _) => Exit::Unhealed,
        (Next::Interrupted, _) => Exit::Interrupted,
        (Next::GoOn, Outcome::Passed) => Exit::Pass,
        (Next::GoOn, Outcome::Failed) => Exit::Fail,
        (Next::GoOn, Outcome::Incomplete) => Exit::Unknown,
    })
}

/// Refuse a pass mark that nobody can reach: a postmortem's points are on every card, and no run has one yet. An image has no card.
fn can_be_passed(sheet: &Sheet, candidate: &Candidate) -> Result<(), Failure> {
    let of_card = |paper: &Paper| f64::from(100_u32.saturating_sub(paper.scenario.weights.learn)) / 100.0;
    let most: f64 = sheet.papers.iter().map(|paper| f64::from(paper.task.points) * of_card(paper)).sum();
    let mark = sheet.exam.pass_mark();
    // Points have two digits.
    if mark <= most + 0.005 || matches!(candidate, Candidate::Service(_)) {
        return Ok(());
    }
    let (mark, most) = (number(mark), number(most));
    let why = format!("exam {}: {mark} points are a pass, and {most} are the most without a postmortem", sheet.id);
    Err(Failure::new(Code::ExamInvalid, why)
        .next("--service ROLE=IMAGE, if an image is to be examined; else a lower pass mark: 80% at most, as a rule"))
}

/// Refuse, before anything is played, an image that is not there, and a scenario that is no trial for its role.
async fn fits(global: &Global, service: &Service, sheet: &Sheet, seed: u64) -> Result<(), Failure> {
    // Somebody else's run is not to find an image in its nodes that was not there.
    let _alone = lock::alone(&home::folder(), &global.lab, "droplab exam run")?;
    let under_test = Some(service.adopted(global).await?);
    let facts = connect(global, None).await?.surveyor.survey().await?;
    let overrides = Overrides { under_test, ..Overrides::default() };
    for paper in &sheet.papers {
        let refused = |why| Failure::new(Code::PlanRefused, format!("{}: {why}", paper.id));
        plan::compile(&paper.id, &paper.scenario, facts.clone(), seed, &overrides).map_err(refused)?;
    }
    Ok(())
}

/// The folder of this exam, its owner's alone; a result that is there is not written over.
fn folder(args: &Args, exam: &str) -> Result<PathBuf, Failure> {
    let stamp = Timestamp::now().strftime("%Y%m%d-%H%M%S");
    let usual = || home::folder().join("exams").join(format!("{exam}-{stamp}"));
    let folder = args.out.clone().unwrap_or_else(usual);
    if folder.join(RESULT).exists() {
        return Err(
            Failure::new(Code::Path, format!("another exam's result is in {}", folder.display())).next("--out DIR")
        );
    }
    let failed = |error: std::io::Error| Failure::io("create", &folder, &error);
    home::make_folder(&folder).map_err(failed)?;
    std::path::absolute(&folder).map_err(failed)
}

/// The result so far: what was not reached is not examined.
fn result(sitting: &Sitting<'_>, examined: &[Examined], began: Timestamp, next: Next) -> ExamResult {
    let Sitting { args, sheet, .. } = sitting;
    let left = sheet.papers.iter().skip(examined.len()).map(|paper| Examined {
        scenario: paper.id.clone(),
        sealed: paper.sealed,
        grade: Grade::NotExamined,
        earned: 0.0,
        points: paper.task.points,
        why: "the exam did not get there".to_owned(),
        tries: 0,
        shown: None,
    });
    let scenarios: Vec<_> = examined.iter().cloned().chain(left).collect();
    let (interrupted, pass_mark) = (next == Next::Interrupted, sheet.exam.pass_mark());
    ExamResult {
        exam: sheet.id.clone(),
        exam_sha256: sheet.sha256.clone(),
        candidate: args.candidate.clone(),
        repairs: sitting.candidate.kind().to_owned(),
        seed: sitting.seed,
        rehearsal: args.rehearse,
        outcome: judge::exam::outcome(pass_mark, &scenarios, interrupted),
        interrupted,
        points: judge::exam::points(&scenarios),
        out_of: sheet.exam.out_of(),
        pass_mark,
        hints: sheet.exam.hints,
        began: began.to_string(),
        ended: Timestamp::now().to_string(),
        droplab: env!("CARGO_PKG_VERSION").to_owned(),
        host: sitting.host.clone(),
        scenarios,
    }
}

/// The result, and what it leaves for a CI server.
fn write(result: &ExamResult, folder: &Path, key: Option<&SigningKey>) -> Result<(), Failure> {
    let mut envelope = Envelope::around(&serde_json::to_string_pretty(result).unwrap_or_default());
    if let Some(key) = key {
        envelope.sign(key).map_err(|why| Failure::new(Code::File, why))?;
    }
    let text = serde_json::to_string_pretty(&envelope).unwrap_or_default() + "\n";
    store::write_whole(&folder.join(RESULT), &text)?;
    for (name, content) in report::exam::files(result) {
        store::write_whole(&folder.join(name), &content)?;
    }
    Ok(())
}

fn tell(global: &Global, result: &ExamResult, key: Option<&SigningKey>, folder: &Path) {
    let json = || serde_json::to_string_pretty(result).unwrap_or_default();
    screen::result(&if global.json() { json() } else { report::exam::render(result) });
    if !global.quiet {
        let path = folder.join(RESULT);
        let key = key.map(|key| format!("signed, key {}", short(&key_id(&key.verifying_key()))));
        let by = match (key, result.trial()) {
            (Some(key), None) => key,
            (Some(key), Some((kind, _))) => format!("{key}; a {kind}: verify believes it with --allow-trial only"),
            (None, Some((kind, _))) => format!("a {kind}, not signed"),
            (None, None) => "not signed: droplab exam sign signs it".to_owned(),
        };
        screen::note(&format!("\n  result: {} ({by})", path.display()));
    }
}
