//! Everything that needs no Docker, in seconds: runs on the fake lab, crashes, scenarios, the real binary, golden files, tidiness.

mod cli;
mod crash;
mod golden;
mod runs;
mod scenarios;
mod stage;
mod store;
mod tidy;
