//! `droplab fault inject`: put a fault in, hold it, take it out.
//!
//! **Invariant**: everything is refused before anything is touched: the target, the time to live, a fault that fights another.

use clap::{ArgMatches, Command};
use jiff::Timestamp;

use super::{
    arguments::{Typed, chosen, subcommands},
    notes,
    turns::{FaultTurns, turn},
};
use crate::{
    cli::{
        connect::{can, connect},
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        interrupt,
    },
    faults::{self, Context},
    home::lock::Lock,
    lab::cluster::elsewhere,
    log,
    model::{
        fault::FaultSpec,
        op::Op,
        plan::{Injection, PlannedStep},
        units::Span,
    },
    run::{ByHand, by_hand, ports::Ports},
    store::{
        self,
        journal::{JournalFile, Wall},
        runs::{self, RunDir},
    },
    terminal::plain::{Manner, Plain},
};

/// Arguments of `droplab fault inject`.
#[derive(Debug)]
pub struct Args {
    /// Which fault, with its own arguments.
    typed: Typed,
    /// What every fault has.
    common: Common,
}

#[derive(Debug, clap::Args)]
struct Common {
    /// For how long; until Ctrl-C when left out
    #[arg(long = "for", value_name = "TIME", help_heading = "Every fault")]
    lasting: Option<Span>,
    /// How long it lasts when nobody renews it any more: 1s to 10m
    #[arg(long, value_name = "TIME", default_value = "30s", help_heading = "Every fault")]
    ttl: Span,
    /// Put it in and go: nobody renews it, so its time to live ends it
    #[arg(long, conflicts_with = "lasting", help_heading = "Every fault")]
    detach: bool,
    /// Say what would be done, and do nothing
    #[arg(long, help_heading = "Every fault")]
    plan: bool,
    /// Allow a cluster that is not a lab: --lab context/NAME/NAMESPACE
    #[arg(long, help_heading = "Every fault")]
    outside_the_lab: bool,
    /// Decides which pods of a share are meant
    #[arg(long, default_value_t = 1, value_name = "NUMBER", help_heading = "Every fault")]
    seed: u64,
}

impl clap::FromArgMatches for Args {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let missing = || clap::Error::new(clap::error::ErrorKind::MissingSubcommand);
        let (key, matches) = matches.subcommand().ok_or_else(missing)?;
        let typed = chosen(key, matches).ok_or_else(missing)?;
        Ok(Self { typed, common: Common::from_arg_matches(matches)? })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Args {
    fn augment_args(command: Command) -> Command {
        let all = subcommands(<Common as clap::Args>::augment_args);
        command
            .subcommands(all)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand_help_heading("Faults")
            .subcommand_value_name("FAULT")
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The verb.
pub(super) async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let fault = args.typed.read()?;
    if elsewhere::named(&global.lab).is_some() != args.common.outside_the_lab {
        let why =
            "a cluster that is not a lab is touched only with both: --lab context/NAME/NAMESPACE and --outside-the-lab";
        return Err(Failure::new(Code::Usage, why));
    }
    let doing = format!("droplab fault inject {}", fault.key());
    // Saying what would be done touches nothing.
    let mine = if args.common.plan { None } else { Some(turn(global, &doing).await?) };
    let lab = connect(global, None).await?;
    let done = put_in(global, args, fault, mine, doing, &lab).await;
    // Refused or done: nothing of droplab's stays in somebody's cluster.
    lab.actuator.leave().await;
    done
}

/// Put it in and hold it, or say why not.
async fn put_in(
    global: &Global,
    args: &Args,
    fault: FaultSpec,
    mine: Option<Lock>,
    doing: String,
    lab: &Ports,
) -> Result<Exit, Failure> {
    let before = lab.surveyor.survey().await?;
    let name = format!("{}-{}", fault.key(), Timestamp::now().strftime("%Y%m%d-%H%M%S.%f"));
    let context = Context { ttl: args.common.ttl, ..Context::new(&before, args.common.seed, &name, 0) };
    let recipe = faults::recipe(&fault, &context).map_err(|reasons| {
        let help = format!("droplab fault inject {} --help", fault.key());
        Failure::new(Code::FaultRefused, reasons.join("\n")).next(help)
    })?;
    if args.common.detach && !recipe.heal.is_empty() && !lives_alone(&recipe.inject) {
        let why =
            format!("{} has nothing that ends it once this process is gone, or ends at once with it", fault.key());
        return Err(Failure::new(Code::Usage, why).next("the same without --detach"));
    }
    let key = fault.key();
    let steps = vec![PlannedStep::at(0.0, fault, recipe)];
    let injection = Injection { seed: args.common.seed, before, steps };
    let Some(mine) = mine else { return Ok(notes::plan(global, &injection)) };
    fights(global, &injection)?;
    can(lab, &injection).await?;

    let folder = RunDir::create(&store::home(), key, Timestamp::now(), None)?;
    log::into_folder(&folder.path);
    let mut journal = JournalFile::create(&folder.journal(), Wall::Real)?;
    let options = ByHand {
        run: folder.id.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        lasting: args.common.lasting.map(|span| span.0),
        detach: args.common.detach,
    };
    let manner = Manner { candid: true, quiet: global.quiet, ..Manner::default() };
    let mut watcher = Plain::new(anstream::stderr(), manner);
    if !global.quiet {
        notes::began(&folder.id, args.common.ttl, args.common.lasting, args.common.detach);
    }
    let stop = interrupt::token();
    let turns = FaultTurns::of(global, doing, &folder, mine);
    let timeline = by_hand(&injection, lab, &mut journal, &mut watcher, &options, &stop, &turns).await?;
    Ok(notes::ended(global, &folder, &timeline, args.common.detach))
}

/// Whether all of it ends without this process.
fn lives_alone(inject: &[Op]) -> bool {
    inject.iter().all(|op| matches!(op, Op::Hold { hold, .. } if !hold.belongs_to_process()))
}

/// Two faults whose ways back would undo each other.
fn fights(global: &Global, injection: &Injection) -> Result<(), Failure> {
    let wanted: Vec<String> = injection.blows().filter_map(Op::claims).collect();
    for (run, timeline) in runs::unhealed(&store::home(), &global.lab).runs {
        let Some((_, other, _)) = timeline.injection() else { continue };
        if let Some(claim) = other.blows().filter_map(Op::claims).find(|claim| wanted.contains(claim)) {
            let why = format!("{claim} belongs to fault {} already", run.id);
            return Err(Failure::new(Code::FaultRefused, why).next(format!("droplab fault heal {}", run.id)));
        }
    }
    Ok(())
}
