//! Whether this host has what a scenario needs.
//!
//! A rate is not judged here: processors are no measure of what the disk, the neighbours and the virtual machine leave of them.
//! The run's own baseline measures it, before anything is broken, and proposes a rate that the host bears.
//!
//! **Invariant**: what was not measured is neither enough nor too little; nothing is changed by looking.

use std::time::Duration;

use super::{engine, gib};
use crate::{lab::engine::docker::Engine, model::scenario::Needs};

/// How long the engine may take to tell.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the engine has for a lab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Memory of the engine's machine, bytes.
    pub memory: Option<u64>,
    /// Free disk where it keeps images and volumes, bytes; not known when that is inside a machine of its own.
    pub disk: Option<u64>,
}

/// How a need compares with what there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// What there is too little of, in words.
    pub lacks: Vec<String>,
    /// What nobody has measured, in words.
    pub untested: Vec<String>,
}

impl Room {
    /// Ask the engine; one that does not answer tells nothing.
    pub async fn look() -> Self {
        let asked = async {
            let engine = Engine::connect().await.ok()?;
            engine.api.info().await.ok()
        };
        let info = tokio::time::timeout(PATIENCE, asked).await.ok().flatten();
        let Some(info) = info else { return Self::default() };
        let memory = info.mem_total.and_then(|bytes| u64::try_from(bytes).ok());
        Self { memory, disk: engine::free_disk(&info, engine::is_local(&info)) }
    }

    /// Compare.
    pub fn fits(&self, needs: &Needs) -> Fit {
        let mut fit = Fit::default();
        let figures = [("memory", needs.memory, self.memory), ("free disk", needs.disk, self.disk)];
        for (what, needed, there) in figures {
            match (needed, there) {
                (Some(needed), Some(there)) if there < needed.0 => {
                    fit.lacks.push(format!("it needs {needed} of {what}, and Docker has {}", gib(there)));
                }
                (Some(_), None) => fit.untested.push(what.to_owned()),
                _ => {}
            }
        }
        // A run measures it in its baseline.
        fit.untested.extend(needs.rate.map(|rate| format!("rate of {rate}")));
        fit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs() -> Needs {
        let read = |text: &str| text.parse().unwrap();
        Needs { rate: Some("40/s".parse().unwrap()), memory: Some(read("3GiB")), disk: Some(read("2GiB")), time: None }
    }

    #[test]
    fn too_little_is_told_with_both_figures() {
        let room = Room { memory: Some(2 << 30), disk: Some(5 << 30) };
        let fit = room.fits(&needs());
        assert_eq!(fit.lacks, ["it needs 3GiB of memory, and Docker has 2.0 GiB"]);
        assert_eq!(fit.untested, ["rate of 40/s"]);
        let full = Room { memory: Some(4 << 30), disk: Some(1 << 30) };
        assert_eq!(full.fits(&needs()).lacks, ["it needs 2GiB of free disk, and Docker has 1.0 GiB"]);
    }

    #[test]
    fn what_is_not_known_is_untested_and_no_refusal() {
        let fit = Room::default().fits(&needs());
        assert_eq!((fit.lacks.len(), fit.untested.len()), (0, 3));
        assert_eq!(Room::default().fits(&Needs::default()), Fit::default());
    }
}
