//! The real cluster: every promise of README tried on a lab of its own, by the binary that users run.
//!
//! Run by `make e2e`, which brings the lab up first and takes it away afterwards, whatever happens in between.
//! Tests run one at a time, in the order of their names; each starts from a lab put back to its charts.
//!
//! **Invariant**: nothing is skipped; a missing lab is a failure that names itself.

mod conformance;
mod droplab;
mod exams;
mod faults;
mod interruption;
mod killed;
mod lab;
mod late;
mod releases;
mod soak;
