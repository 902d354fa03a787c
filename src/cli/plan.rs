//! `droplab plan`: what a run would do, and how it would be undone. Touches nothing.
//!
//! **Invariant**: the first lines of `droplab run`, and not one more.

use super::{args::Global, connect::connect, exit::Exit, failure::Failure, screen, wishes::WishArgs};
use crate::{model::plan::Plan, plan, store};

/// Arguments of `droplab plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  droplab plan payment-pool-exhaustion
  droplab plan ./my-incident.yaml --rehearse     check a scenario of yours without a lab
  droplab plan payment-pool-exhaustion --json    with every op and its way back

The plan gives the cause away.")]
pub struct Args {
    /// Its name (`droplab list`), or the path of a scenario file
    pub scenario: String,
    /// Against the fake lab
    #[arg(long)]
    pub rehearse: bool,
    /// What may be different from the scenario's file
    #[command(flatten)]
    pub wishes: WishArgs,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (id, scenario) = store::read_scenario(&args.scenario)?;
    let lab = connect(global, args.rehearse).await?;
    let before = lab.surveyor.survey().await?;
    let plan = plan::compile(&id, &scenario, before, args.wishes.seed, &args.wishes.wishes())?;
    if global.json() {
        screen::result(&serde_json::to_string_pretty(&plan).unwrap_or_default());
    } else {
        screen::result(&text(&plan));
    }
    Ok(Exit::Pass)
}

fn text(plan: &Plan) -> String {
    let scenario = &plan.scenario;
    let mut lines = vec![format!("{}: {}", plan.scenario_id, scenario.title.en)];
    lines.push(format!("  lab       {}", plan.injection.before.lab));
    let load: Vec<_> = scenario.load.steady.iter().map(|(kind, rate)| format!("{} {rate}", kind.probe())).collect();
    lines.push(format!("  customers {}", load.join(", ")));
    lines.push(format!("  baseline  {}", scenario.load.baseline));
    for step in &plan.injection.steps {
        lines.push(format!("  +{:<8} {}", format!("{}s", step.at_s), step.fault.key()));
        lines.extend(step.recipe.inject.iter().map(|op| format!("    inject  {op}")));
        lines.extend(step.recipe.heal.iter().map(|op| format!("    heal    {op}")));
    }
    let when = &scenario.page.when;
    lines.push(format!(
        "  page      {:?} when {} is below {} for {}",
        scenario.page.severity, when.probe, when.below, when.lasting
    ));
    lines.extend(plan.adjusted.iter().map(|adjusted| format!("  adjusted  {adjusted}")));
    lines.join("\n")
}
