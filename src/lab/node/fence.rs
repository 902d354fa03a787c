//! What keeps a late step of a hold from undoing what came after it: each arming and each release has a generation, and a node
//! does a step only when it knows of no newer one (Kleppmann, *How to do distributed locking*, 2016: a fencing token).
//!
//! A script that is timed out here goes on in the node. So a release takes a newer generation before it does anything, and what
//! comes after it from an older one says `overtaken by N` and does nothing; one that hangs with the lock is ended.
//!
//! **Invariant**: generations of one hold only grow, whichever process gives them: they begin at the wall clock, and whoever is
//! told of a newer one goes on from there (Kulkarni et al. 2014, *Logical Physical Clocks*).

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use super::{
    keeper::FOLDER,
    shell::{program, script},
};

/// Does a step in a node; it lies there as a file.
const STEP: &str = include_str!("step.sh");
/// Begins one.
const BEGIN: &str = include_str!("begin.sh");

/// Which way a step goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// In: gets ready, arms or renews. One that finds another step at work for too long gives up.
    Arm,
    /// Out: one that finds another step at work for too long ends it.
    Release,
}

/// A script as a step of this generation, for a node in which a step was done before.
pub fn again(id: &str, generation: u64, way: Way, script: &str) -> String {
    begin("", id, generation, way, script)
}

/// A script as a step of this generation; what does steps is brought along.
pub fn step(id: &str, generation: u64, way: Way, script: &str) -> String {
    begin(&program(STEP), id, generation, way, script)
}

fn begin(step: &str, id: &str, generation: u64, way: Way, does: &str) -> String {
    let (generation, way) = (generation.to_string(), if way == Way::Arm { "arm" } else { "release" });
    let step =
        [("tasks", FOLDER), ("step", step), ("id", id), ("generation", &generation), ("way", way), ("does", does)];
    script(BEGIN, &step)
}

/// The newer generation because of which a step did nothing, from what it printed; `None` when it was done.
pub fn overtaken(output: &str) -> Option<u64> {
    output.lines().next()?.strip_prefix("overtaken by ")?.trim().parse().ok()
}

/// The newest generation because of which any of these did nothing.
pub fn newest<'o>(outputs: impl IntoIterator<Item = &'o String>) -> Option<u64> {
    outputs.into_iter().filter_map(|output| overtaken(output)).max()
}

/// The generations that this process gave; the fence of what it holds itself, too: who is not armed any more holds nothing.
#[derive(Debug, Default)]
pub struct Generations(Mutex<Given>);

#[derive(Debug, Default)]
struct Given {
    last: u64,
    armed: BTreeMap<String, u64>,
}

impl Given {
    fn next(&mut self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        self.last = u64::try_from(now).unwrap_or_default().max(self.last + 1);
        self.last
    }
}

impl Generations {
    /// A hold is armed anew: whatever was said of it before is old from now on.
    pub fn arm(&self, id: &str) -> u64 {
        let mut given = self.given();
        let next = given.next();
        given.armed.insert(id.to_owned(), next);
        next
    }

    /// The generation in which this process holds it; `None` when it does not, or not any more.
    pub fn of(&self, id: &str) -> Option<u64> {
        self.given().armed.get(id).copied()
    }

    /// A hold is released; the release's own generation.
    pub fn release(&self, id: &str) -> u64 {
        let mut given = self.given();
        given.armed.remove(id);
        given.next()
    }

    /// A node knows of this one: the next is newer. Whoever held the hold in an older one holds it no more.
    pub fn learn(&self, id: &str, newer: u64) {
        let mut given = self.given();
        given.last = given.last.max(newer);
        if given.armed.get(id).is_some_and(|mine| *mine < newer) {
            given.armed.remove(id);
        }
    }

    fn given(&self) -> MutexGuard<'_, Given> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
