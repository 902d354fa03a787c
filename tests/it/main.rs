//! Everything that needs no Docker, in seconds: runs on the fake lab, crashes, scenarios, the real binary, golden files, tidiness.

#![expect(clippy::unwrap_used, reason = "a panic of a test is its report, in its helpers too")]
#![expect(unreachable_pub, reason = "a test binary has no inside and outside")]

mod circles;
mod cli;
mod commented;
mod crash;
mod downloads;
mod exam;
mod exam_proof;
mod faults;
mod fuzz;
mod golden;
mod live;
mod mutate;
mod postmortem;
mod refusals;
mod rehearsals;
mod reports;
mod runs;
mod scenarios;
mod stage;
mod store;
mod tidy;
mod trials;
mod tried;
