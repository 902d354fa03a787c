//! `droplab env`: variables for the trade's own tools.
//!
//! **Invariant**: stdout is nothing but what a shell evaluates (or JSON), for it is meant for `eval`.

use super::{exit::Exit, failure::Failure, flags::Global, screen};
use crate::lab::{Lab, access::env, access::wrappers};

/// Arguments of `droplab env`.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// The verb.
pub async fn main(global: &Global, _args: &Args) -> Result<Exit, Failure> {
    let lab = Lab::open(&global.lab).await?;
    wrappers::write(&lab.layout, &lab.state)?;
    if global.json() {
        let all: serde_json::Map<String, serde_json::Value> =
            lab.environment().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        screen::result(&serde_json::Value::from(all).to_string());
    } else {
        let variables = env::variables(&lab.layout, &lab.state, &lab.secrets);
        screen::result(&env::script(&variables, &env::path_prefix(&lab.state)));
    }
    Ok(Exit::Pass)
}
