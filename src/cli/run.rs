//! `droplab run`: the whole story, from a scenario's file to an exit code.
//!
//! **Invariant**: a run begins only on a lab that is ours alone and carries no fault of an earlier one.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{
    connect::{can, connect, readable},
    exit::Exit,
    failure::{Code, Failure},
    flags::Global,
    health, interrupt,
    overrides::OverrideArgs,
    repairs::{self, RepairArgs},
    report::{self as wanted_report, Wanted},
    reset, room, said, screen,
    service::Service,
    watcher::{Seen, watcher},
};
use crate::{
    home::{
        self,
        lock::{self, Lock},
    },
    judge, log,
    model::{facts::Facts, scenario::Scenario},
    plan::{self, Overrides},
    report::{self, Format},
    run::{self, Options},
    store::{
        self,
        journal::{JournalFile, Wall},
        runs::RunDir,
    },
};

/// Arguments of `droplab run`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab run payment-pool-exhaustion --rehearse         see it in seconds, without Docker
  droplab run payment-pool-exhaustion                    repair it yourself, in another terminal
  droplab run payment-pool-exhaustion --fix reference    let droplab repair it
  droplab run payment-pool-exhaustion --fix ./fix.sh     run a script of yours when the page goes out
  droplab run payment-pool-exhaustion --fix none --within 1m --out ./evidence
  droplab run payment-pool-exhaustion --format junit,github-summary,classroom
  droplab run payment-pool-exhaustion --rate 600/s       on a small machine
  droplab run cascading-timeout --service storefront=my/storefront:42   does my image survive it?")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed by itself")]
pub struct Args {
    /// Its name (`droplab list`), or the path of a scenario file
    pub scenario: String,
    /// Play on a fake lab: no Docker, seconds, and a verdict about nothing real
    #[arg(long)]
    pub rehearse: bool,
    /// Who repairs
    #[command(flatten)]
    pub by: RepairArgs,
    /// Put the lab back to its charts first
    #[arg(long, conflicts_with = "rehearse")]
    pub reset: bool,
    /// The scenario comes on stdin, as JSON; the argument is only its name (for exams)
    #[arg(long, hide = true)]
    pub handed: bool,
    /// Lines, and no live screen; so it is without a terminal, in a CI job, and with -q, -v or --json
    #[arg(long)]
    pub plain: bool,
    /// Inject nothing (for conformance: a healthy lab must pass)
    #[arg(long, hide = true, conflicts_with_all = ["fix", "cheat"])]
    pub healthy: bool,
    /// Examine an image of yours in the place of a service: it is rolled out on a whole lab, then the lab is broken as the scenario
    /// says, and nobody repairs (docs/exams.md)
    #[arg(long, value_name = "ROLE=IMAGE", conflicts_with_all = ["fix", "cheat", "rehearse", "healthy"])]
    pub service: Option<Service>,
    /// What may be different from the scenario's file
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// Which reports are written, as many as you like; verdict.json always is [default: json,markdown,junit,html]
    #[arg(long = "format", value_enum, value_name = "FORMAT", value_delimiter = ',')]
    pub formats: Vec<Wanted>,
    /// Where journal, plan, verdict and reports go, beside droplab's own list of runs
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (id, scenario) = if args.handed {
        (args.scenario.clone(), handed()?)
    } else {
        store::scenarios::read(global.scenarios.as_deref(), &args.scenario)?
    };
    let repair = repairs::of(&args.by, args.rehearse, args.healthy || args.service.is_some(), &scenario)?;
    // From here on Ctrl-C is heard: what is being reset is left half way, and nothing is broken any more.
    let stop = interrupt::token();
    let _alone = (!args.rehearse).then(|| alone(global, args)).transpose()?;
    if !args.rehearse {
        health::is_a_lab(global)?;
        health::bears(&scenario).await?;
        if args.reset {
            reset::again(global).await?;
        }
        health::healthy(global).await?;
    }
    let mut lab = connect(global, args.rehearse.then_some(&scenario)).await?;
    let under_test = match &args.service {
        Some(service) => Some(service.adopted(global).await?),
        None => None,
    };
    let before = lab.surveyor.survey().await?;
    if !args.rehearse && !global.quiet {
        for left in left_over(&before) {
            screen::note(&left);
        }
    }
    let overrides = Overrides { healthy: args.healthy, under_test, ..args.overrides.overrides() };
    let mut plan = plan::compile(&id, &scenario, before, args.overrides.seed, &overrides)?;
    if args.handed {
        // Who is examined may read what the run writes.
        plan.scenario.forget_answers();
    }
    can(&lab, &plan.injection).await?;
    readable(&lab, &plan.scenario, args.rehearse).await?;

    if stop.is_cancelled() {
        return Err(Failure::new(Code::Interrupted, "nothing was broken yet"));
    }
    let folder = RunDir::create(&store::home(), &id, Timestamp::now(), args.out.as_deref())?;
    log::into_folder(&folder.path);
    let wall = if args.rehearse { Wall::From(Timestamp::now()) } else { Wall::Real };
    let mut journal = JournalFile::create(&folder.journal(), wall)?;
    if !args.handed {
        folder.write_plan(&plan)?;
    }

    let options = Options {
        run: folder.id.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        rehearsal: args.rehearse,
        repair,
        said: (!args.rehearse).then(|| said::listen(&folder.path)),
    };
    let candid = args.rehearse || args.by.is_named() || args.healthy || args.service.is_some();
    let seen = Seen { rehearse: args.rehearse, plain: args.plain, candid };
    let mut watcher = watcher(global, &seen, &plan, &folder, &stop);
    let timeline = run::execute(&plan, &mut lab, &mut journal, watcher.as_mut(), &options, &stop).await?;

    let verdict = judge::judge(&plan.scenario, &timeline);
    folder.write_reports(&report::render(&wanted_report::formats(&args.formats), &timeline, &verdict))?;
    let format = if global.json() { Format::Json } else { Format::Human };
    screen::result(format.render(&timeline, &verdict).trim_end());
    screen::annotate(global, &verdict);
    if !global.quiet {
        screen::note(&format!("\n  files: {}", folder.path.display()));
    }
    Ok(Exit::of(&verdict, &timeline))
}

/// A scenario that is nobody's to read but this run's.
fn handed() -> Result<Scenario, Failure> {
    serde_json::from_reader(std::io::stdin().lock())
        .map_err(|error| Failure::new(Code::Usage, format!("--handed: expected a scenario on stdin: {error}")))
}

/// What no chart sets, and so an earlier repair has left: it may decide what this run is judged by.
fn left_over(before: &Facts) -> Vec<String> {
    let set =
        before.settings.roles.iter().flat_map(|(role, set)| set.iter().map(move |(name, value)| (role, name, value)));
    let told = |(role, name, value)| {
        format!(
            "warning: PostgreSQL's role {role} has {name} = {value}, which no chart sets: droplab run … --reset takes it back"
        )
    };
    set.map(told).collect()
}

/// The lab for us alone, and without a fault of an earlier run. A journal that nobody can read may hide one.
fn alone(global: &Global, args: &Args) -> Result<Lock, Failure> {
    let lock = lock::alone(&home::folder(), &global.lab, &format!("droplab run {}", args.scenario))?;
    room::healed(&store::home(), &global.lab)?;
    Ok(lock)
}
