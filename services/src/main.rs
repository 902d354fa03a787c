//! The shop: one binary, one role per process, joined by HTTP and Kafka.
//!
//! **Invariant:** this file only chooses; what a role does is in the module of its name, and no role's module uses
//! another role's.

mod backoff;
mod bank;
mod book;
mod carrier;
mod catalog;
mod config;
mod database;
mod failure;
mod fulfilment;
mod host;
mod idempotency;
mod in_flight;
mod inventory;
mod kafka;
mod log;
mod metrics;
mod notification;
mod orders;
mod payment;
mod peer;
mod pool;
mod release;
mod server;
mod storefront;
#[cfg(test)]
mod storm;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, ValueEnum};

use crate::config::ConfigError;
use crate::host::Host;

/// Runs one service of the shop. The environment configures it; services/README.md has the table.
#[derive(Parser)]
#[command(name = "shop", version)]
struct Arguments {
    /// The service that this process is.
    role: Role,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Storefront,
    Catalog,
    Orders,
    Payment,
    Bank,
    Inventory,
    Fulfilment,
    Notification,
    Carrier,
}

fn main() -> ExitCode {
    let Arguments { role } = Arguments::parse();
    log::start();
    match run(role) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot start");
            ExitCode::from(2)
        }
    }
}

fn run(role: Role) -> Result<(), Box<dyn std::error::Error>> {
    let threads = config::number("WORKER_THREADS", 1)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(1)).enable_all().build()?;
    runtime.block_on(async {
        let host = Arc::new(Host::from_env(name(role))?);
        let routes = routes(role, &host)?;
        server::serve(&host, routes).await?;
        Ok(())
    })
}

/// Builds the API of the role and starts its background work.
fn routes(role: Role, host: &Arc<Host>) -> Result<axum::Router, ConfigError> {
    match role {
        Role::Storefront => storefront::start(host),
        Role::Catalog => catalog::start(host),
        Role::Orders => orders::start(host),
        Role::Payment => payment::start(host),
        Role::Bank => bank::start(),
        Role::Inventory => inventory::start(host),
        Role::Fulfilment => fulfilment::start(host),
        Role::Notification => notification::start(host),
        Role::Carrier => carrier::start(),
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Storefront => "storefront",
        Role::Catalog => "catalog",
        Role::Orders => "orders",
        Role::Payment => "payment",
        Role::Bank => "bank",
        Role::Inventory => "inventory",
        Role::Fulfilment => "fulfilment",
        Role::Notification => "notification",
        Role::Carrier => "carrier",
    }
}
