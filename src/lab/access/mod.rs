//! What a person and droplab need to get in: passwords, variables, tools, the shell in which a repair is typed.
//!
//! **Invariant**: passwords are generated, and are in no argument list and no log.

pub mod env;
pub mod http;
pub mod repair;
pub mod secrets;
pub mod tools;
pub mod wrappers;
