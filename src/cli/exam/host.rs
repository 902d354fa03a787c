//! The machine on which an exam is held, as far as its result tells of it.
//!
//! **Invariant**: what cannot be asked is left out, and no exam waits for it.

use std::time::Duration;

use crate::{lab::engine::docker::Engine, model::exam::result::Host};

/// An engine that has not answered by then is not told of.
const PATIENCE: Duration = Duration::from_secs(5);

/// This machine, and the engine that runs the lab; a rehearsal has none.
pub(super) async fn of_engine(rehearse: bool) -> Host {
    let asked = async { Engine::connect().await.ok()?.api.info().await.ok() };
    let info = if rehearse { None } else { tokio::time::timeout(PATIENCE, asked).await.ok().flatten() };
    let info = info.unwrap_or_default();
    Host {
        os: std::env::consts::OS.to_owned(),
        arch: std::env::consts::ARCH.to_owned(),
        processors: std::thread::available_parallelism().map_or(1, usize::from),
        memory_bytes: info.mem_total.and_then(|bytes| u64::try_from(bytes).ok()),
        kernel: info.kernel_version,
        engine: info.server_version.map(|version| format!("Docker {version}")),
    }
}
