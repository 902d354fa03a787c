//! `droplab plan`: what a run would do, and how it would be undone. Touches nothing.
//!
//! **Invariant**: the first lines of `droplab run`, and not one more.

use super::{
    connect::{connect, readable},
    exit::Exit,
    failure::Failure,
    flags::Global,
    health,
    overrides::OverrideArgs,
    screen,
};
use crate::{
    model::plan::{Begin, Part, Plan, PlannedStep},
    plan, store,
};

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
    pub overrides: OverrideArgs,
}

/// The verb.
pub async fn main(global: &Global, args: &Args) -> Result<Exit, Failure> {
    let (id, scenario) = store::scenarios::read(global.scenarios.as_deref(), &args.scenario)?;
    if !args.rehearse {
        health::is_a_lab(global)?;
    }
    let lab = connect(global, args.rehearse.then_some(&scenario)).await?;
    let before = lab.surveyor.survey().await?;
    let plan = plan::compile(&id, &scenario, before, args.overrides.seed, &args.overrides.overrides())?;
    readable(&lab, &plan.scenario, args.rehearse).await?;
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
    let load: Vec<_> = scenario.load.customers.iter().map(|(name, one)| format!("{name} {}", one.rate)).collect();
    lines.push(format!("  customers {}", load.join(", ")));
    lines.push(format!("  baseline  {}", scenario.load.baseline));
    for step in &plan.injection.steps {
        lines.push(format!(
            "  {:<9} {}{}{}",
            begin(step),
            step.fault.key(),
            step.lasts_s.map_or_else(String::new, |s| format!(" for {s}s")),
            step.ends_when.as_ref().map_or_else(String::new, |when| format!(", or until {when}"))
        ));
        lines.extend(step.recipe.inject.iter().map(|op| format!("    inject  {op}")));
        lines.extend(step.recipe.heal.iter().map(|op| format!("    heal    {op}")));
    }
    lines.push(format!("  page      {:?} when {}", scenario.page.severity, scenario.page.when));
    lines.extend(plan.adjusted.iter().map(|adjusted| format!("  adjusted  {adjusted}")));
    lines.join("\n")
}

/// When a step begins: `+5s`, `then +0s`, `given`, or on which condition.
fn begin(step: &PlannedStep) -> String {
    let at = match &step.begin {
        Begin::AtS(at_s) => format!("+{at_s}s"),
        Begin::When(conditions) => format!("when {conditions}"),
    };
    match step.part {
        Part::Given => "given".to_owned(),
        Part::Incident => at,
        Part::Replay => format!("then {at}"),
    }
}
