//! The nouns: data that every other module speaks, and nothing that acts.
//!
//! **Invariant**: no I/O, no clock, no randomness; everything here can be written to and read from a file.

pub mod condition;
pub mod conditions;
pub mod customers;
pub mod diagnosis;
pub mod evaluate;
pub mod event;
pub mod exam;
pub mod expectation;
pub mod facts;
pub mod fault;
pub mod gauge;
pub mod hint;
pub mod hints;
pub mod hold;
pub mod holds;
pub mod job;
pub mod keeps;
mod kind;
pub mod ledger;
pub mod moments;
pub mod nearest;
pub mod needs;
pub mod op;
pub mod phase;
pub mod plan;
pub mod quantity;
pub mod receipt;
pub mod repair;
pub mod said;
pub mod scenario;
pub mod schema;
pub mod score;
pub mod setting;
pub mod settled;
pub mod silent;
mod spoken;
pub mod steady;
pub mod step;
pub mod target;
pub mod text;
pub mod timeline;
pub mod units;
pub mod verdict;
pub mod window;
