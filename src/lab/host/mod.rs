//! What this host can and cannot do: measured, wanted, and the command that helps.
//!
//! **Invariant**: nothing is changed by looking, and nothing is assumed: each line carries what was measured.

pub mod check;
mod engine;
mod holder;
mod kernel;
pub mod needs;
mod ports;
mod stock;
mod surroundings;

pub use check::{Check, Mark, Topic};

use crate::lab::{engine::docker::Engine, error::LabError, layout::Layout};

/// How closely to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What decides whether the lab can run.
    Quick,
    /// Also what each fault finds in this kernel.
    Full,
}

/// Look at everything that the lab needs of this host.
pub async fn examine(layout: &Layout, depth: Depth) -> Vec<Check> {
    let tools = stock::tools();
    let engine = match Engine::connect().await {
        Ok(engine) => engine,
        Err(error) => {
            let fix = "start Docker: `sudo setup/engine`, `sudo systemctl start docker`, or Docker Desktop";
            let down = Check::new(Topic::Engine, "engine", error.to_string(), "an answer").but(Mark::Cannot, fix);
            return std::iter::once(down).chain(ports::check(layout, None).await).chain(tools).collect();
        }
    };
    let kernel = async { if depth == Depth::Full { kernel::check(&engine).await } else { Vec::new() } };
    let (of_engine, ports, images, kernel) = tokio::join!(
        engine::check(&engine, layout),
        ports::check(layout, Some(&engine)),
        stock::images(&engine),
        kernel
    );
    of_engine.into_iter().chain(ports).chain(tools).chain(images).chain(kernel).collect()
}

/// The checks that stop an `up`; images are asked for by a step of its own.
pub fn verdict(checks: &[Check]) -> Result<(), LabError> {
    let stopping = checks.iter().filter(|check| check.mark == Mark::Cannot && check.topic != Topic::Image);
    let checks: Vec<Check> = stopping.cloned().collect();
    if checks.is_empty() { Ok(()) } else { Err(LabError::Host { checks }) }
}

/// Gibibytes, with one digit.
#[expect(clippy::cast_precision_loss, reason = "a person reads one digit of it")]
fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}
