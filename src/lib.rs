//! droplab drops production on a laptop and lets a person get it back.
//!
//! One direction: Scenario → Plan → Run → Timeline → Verdict → Report. Everything but *Run* is a pure function;
//! *Run* touches the world only through the ports in [`run::ports`].
//!
//! **Invariant**: the module table of ARCHITECTURE.md, held by `tests/it/tidy.rs`.

pub mod cli;
pub mod faults;
pub mod home;
pub mod judge;
pub mod lab;
pub mod llm;
pub mod load;
pub mod log;
pub mod model;
pub mod plan;
pub mod postmortem;
pub mod rehearsal;
pub mod report;
pub mod run;
pub mod store;
pub mod terminal;
