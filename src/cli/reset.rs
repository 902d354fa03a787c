//! `droplab reset`: the lab as its charts say, without taking it down.
//!
//! **Invariant**: ports, passwords and data stay.

use super::{
    exit::Exit,
    failure::Failure,
    flags::Global,
    lab::{flags, until_interrupted},
    screen,
    steps::{Steps, seconds},
};
use crate::{
    home::{self, lock},
    lab::{
        Lab,
        lifecycle::reset::{Reset, reset},
    },
};

/// Arguments of `droplab reset`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The same before a run, which holds the lab already.
pub(super) async fn again(global: &Global) -> Result<Reset, Failure> {
    let lab = Lab::connect(&global.lab).await?;
    let next = format!("droplab reset{}    (continues)", flags(&global.lab));
    let steps = Steps::show(global);
    until_interrupted(reset(&lab, &steps), "the lab is half way back to its charts", &next).await
}

/// The verb.
pub async fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let _alone = lock::alone(&home::folder(), &global.lab, "droplab reset")?;
    let done = again(global).await?;
    if global.json() {
        screen::result(&serde_json::json!({ "lab": global.lab, "took_s": done.took.as_secs_f64() }).to_string());
    } else {
        screen::result(&format!("lab {} is as its charts say ({})", global.lab, seconds(done.took)));
    }
    Ok(Exit::Pass)
}
