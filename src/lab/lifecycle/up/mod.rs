//! Brings a lab up: from nothing, from sleep, from a half-way stop, or not at all because it is up.
//!
//! **Invariant**: whatever stops it, the next `up` goes on from there and `down` removes it; it is done only when an order
//! came through.

mod build;
mod furnish;
mod look;
mod prove;
mod revive;
mod settle;

use std::time::{Duration, Instant};

use crate::lab::{
    access::wrappers,
    error::LabError,
    layout::Layout,
    lifecycle::progress::{Progress, Step, step},
    state::State,
};

/// What `up` found and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// There was no cluster.
    Made,
    /// It was up.
    Kept,
    /// It had been stopped, and is itself again, with its data.
    Woken,
    /// What was left of it could not be used: made anew, without its data.
    Rebuilt,
}

/// A lab that is up.
#[derive(Clone, Debug)]
pub struct Up {
    /// How it came about.
    pub origin: Origin,
    /// Every step with its time.
    pub steps: Vec<Step>,
    /// All of it.
    pub took: Duration,
}

/// Bring the lab up. Whoever calls this has the lab's lock.
pub async fn up(layout: &Layout, progress: &dyn Progress) -> Result<Up, LabError> {
    let began = Instant::now();
    let state = State::of(&layout.name);
    let work = Work { layout, state: &state, progress };
    let mut steps = Vec::new();

    let ((engine, standing), host) = step(progress, "host", work.look_at_host()).await?;
    let (images, stock) = step(progress, "images", work.look_at_images(&engine)).await?;
    steps.extend([host, stock]);
    let (client, origin) = Box::pin(work.settle(&engine, &images, standing, &mut steps)).await?;
    let ((), ready) = step(progress, "ready", work.wait_for_workloads(&engine, &client)).await?;
    let ((), order) = step(progress, "order", work.place_order()).await?;
    steps.extend([ready, order]);
    work.remember_starts(&engine).await?;
    wrappers::write(layout, &state)?;
    Ok(Up { origin, steps, took: began.elapsed() })
}

/// What every step needs; each step has a file of its own.
struct Work<'a> {
    layout: &'a Layout,
    state: &'a State,
    progress: &'a dyn Progress,
}
