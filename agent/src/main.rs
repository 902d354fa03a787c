//! The agent: one small program inside of a node, which shapes a network's packets, answers HTTP in a service's place, or lets
//! processes' clocks be wrong.
//!
//! It is started when a fault begins and killed when it ends. It reads no file and takes no configuration but its arguments.
//!
//! **Invariant**: it only ever touches what rules outside of it steer to it; when it dies, packets pass by.

mod clock;
mod counts;
mod echo;
mod http;
mod ping;
mod shape;
mod units;

use std::{
    io::{Write, stderr},
    process::ExitCode,
};

use clap::Parser;

/// Shapes the packets of the network it is started in, answers HTTP in a service's place, or lets clocks be wrong
#[derive(Parser)]
#[command(version)]
enum Command {
    /// Delay, lose, double and spoil the packets of one NFQUEUE
    Shape(shape::Args),
    /// Stand before a service and answer some of its requests
    Http(http::Args),
    /// Let processes be told a wrong time of day
    #[command(subcommand)]
    Clock(clock::Action),
    /// Send back what arrives, over TCP and UDP
    Echo(echo::Args),
    /// Measure round trips to an `agent echo`
    Ping(ping::Args),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Shape(args) => shape::run(&args),
        Command::Http(args) => http::run(args),
        Command::Clock(action) => clock::run(&action),
        Command::Echo(args) => echo::run(&args),
        Command::Ping(args) => ping::run(&args),
    };
    let Err(why) = done else { return ExitCode::SUCCESS };
    // Nobody may be there to read it.
    let _ = writeln!(stderr(), "agent: {why}");
    ExitCode::FAILURE
}
