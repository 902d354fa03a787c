//! `droplab fault inject`: put a fault in, hold it, take it out.
//!
//! **Invariant**: everything is refused before anything is touched: the target, the time to live, a fault that fights another.

use std::path::Path;

use clap::{ArgMatches, Command};
use jiff::Timestamp;

use super::{
    arguments::{Typed, chosen, subcommands},
    notes,
    turns::{FaultTurns, is_taken_over, turn},
};
use crate::{
    cli::{
        connect::{can, connect},
        exit::Exit,
        failure::{Code, Failure},
        flags::Global,
        heal::healed_by_name,
        interrupt,
        lab::flags,
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
    fights(&store::home(), &global.lab, &injection)?;
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
    let is_free = || fights(&store::home(), &global.lab, &injection).is_ok();
    let theirs = !args.common.detach && !is_taken_over(&timeline);
    if theirs && turns.hand_over(&injection, lab.actuator.as_ref(), is_free).await {
        return Box::pin(healed_by_name(global, &folder.id)).await;
    }
    Ok(notes::ended(global, &folder, &timeline, args.common.detach))
}

/// Whether all of it ends without this process.
fn lives_alone(inject: &[Op]) -> bool {
    inject.iter().all(|op| matches!(op, Op::Hold { hold, .. } if !hold.belongs_to_process()))
}

/// Two faults whose ways back would undo each other. What a journal claims that nobody can read is not known.
fn fights(home: &Path, lab: &str, injection: &Injection) -> Result<(), Failure> {
    let wanted: Vec<String> = injection.blows().filter_map(Op::claims).collect();
    let open = runs::unhealed(home, lab);
    if let Some(why) = open.broken.first() {
        return Err(Failure::new(Code::Unhealed, why).next(format!("droplab heal{}", flags(lab))));
    }
    for (run, timeline) in open.runs {
        let Some((_, other, _)) = timeline.injection() else { continue };
        if let Some(claim) = other.blows().filter_map(Op::claims).find(|claim| wanted.contains(claim)) {
            let why = format!("{claim} belongs to fault {} already", run.id);
            return Err(Failure::new(Code::FaultRefused, why).next(format!("droplab fault heal {}", run.id)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::Facts;

    /// It was passed over, whatever it claimed.
    #[test]
    fn a_journal_that_nobody_can_read_may_claim_the_same() {
        let home = tempfile::tempdir().unwrap();
        let injection = Injection { seed: 1, before: Facts::default(), steps: vec![] };
        let fights = || fights(home.path(), "test", &injection);
        assert_eq!(fights(), Ok(()));
        let run = home.path().join("runs/cut-link-20260101-120000");
        std::fs::create_dir_all(&run).unwrap();
        std::fs::write(run.join(runs::JOURNAL), "not a line\n").unwrap();
        let refused = fights().unwrap_err();
        assert_eq!((refused.code, refused.next.as_deref()), (Code::Unhealed, Some("droplab heal --lab test")));
    }
}
