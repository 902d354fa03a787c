//! How a long piece of work tells what it is doing.
//!
//! **Invariant**: a broken screen never breaks the work: nothing here can fail.

use std::time::{Duration, Instant};

use crate::lab::error::LabError;

/// Hears of steps: several may be under way at once.
pub trait Progress: Send + Sync {
    /// A step begins.
    fn begin(&self, step: &str);
    /// What the step is doing or waiting for now.
    fn note(&self, step: &str, doing: &str);
    /// The step is done.
    fn done(&self, step: &str, result: &str, took: Duration);
    /// Something a person should know, which stops nothing.
    fn warn(&self, line: &str);
}

/// A step and what it came to, for the summary at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
}

/// Run one step, telling of its begin and end.
pub async fn step<T>(
    progress: &dyn Progress,
    name: &'static str,
    work: impl Future<Output = Result<(T, String), LabError>>,
) -> Result<(T, Step), LabError> {
    progress.begin(name);
    let began = Instant::now();
    let (value, result) = work.await?;
    let took = began.elapsed();
    progress.done(name, &result, took);
    Ok((value, Step { name, took }))
}

/// For callers that want no words.
#[derive(Debug)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str) {}
    fn note(&self, _: &str, _: &str) {}
    fn done(&self, _: &str, _: &str, _: Duration) {}
    fn warn(&self, _: &str) {}
}
