//! The customers: open-loop traffic against the shop's door, and what each of them was told.
//!
//! A request is sent when it is due, whether or not the ones before it were answered; its latency counts from that moment.
//! A system that stalls therefore cannot hide its own queue (coordinated omission).
//!
//! Read in this order: [`schedule`] (when), `request` (what), `goods` (what the shop sells), `connections` (over what), `tally` (what became of it),
//! `lane` (one request's life), `follow_up` (what is asked later), `generator` (the loop, on a thread of its own), [`customers`] (the port), [`calibrate`] (how much this machine can bear).
//!
//! **Invariant**: what was intended is accounted for: answered, failed or never sent, nothing is left out.

mod answers;
pub mod calibrate;
mod connections;
pub mod customers;
mod drawn;
mod failure;
mod files;
mod follow_up;
mod generator;
mod goods;
mod lane;
mod request;
pub mod schedule;
mod second;
mod tally;
#[cfg(test)]
mod tests;
mod tries;

pub use calibrate::{Calibration, calibrate};
pub use customers::Crowd;
