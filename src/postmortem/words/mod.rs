//! The lists of words that the rubric reads by, in both languages, and how a sentence is held against them.
//!
//! **Invariant**: text only; a list decides nothing about a run.

pub(super) mod blame;
pub(super) mod clauses;
pub(super) mod denial;
pub(super) mod factors;
pub(super) mod lists;
mod people;
pub(super) mod removal;
pub(super) mod typed;
pub(super) mod verbs;
