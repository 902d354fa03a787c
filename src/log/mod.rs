//! The debug log: what droplab does, for whoever has to find out why; on standard error with `-v`, and always in the run's folder.
//!
//! **Invariant**: every line passes [`redact`] on its way out; a log that cannot be written never ends anything.

mod causes;
pub mod redact;

pub use causes::chain;

use std::{
    fs,
    io::{self, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer as _, filter::Targets, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use redact::Redacting;

/// The log's name in a run's folder.
pub const FILE: &str = "debug.log";
/// Nobody has named a folder yet: so many bytes are kept until then.
const WAITING: usize = 512 * 1024;

/// Where lines go that belong into a file.
enum Sink {
    /// Nowhere yet.
    Waiting(Vec<u8>),
    /// Here.
    File(fs::File),
}

static SINK: Mutex<Sink> = Mutex::new(Sink::Waiting(Vec::new()));

/// Begin to listen. `verbose` is how often `-v` was given: once for droplab's own lines, twice for everybody's.
pub fn begin(verbose: u8) {
    let file = fmt::layer().with_ansi(false).with_writer(|| Redacting(ToSink));
    let file = file.with_filter(Targets::new().with_target("droplab", LevelFilter::DEBUG));
    let level = if verbose > 1 { LevelFilter::TRACE } else { LevelFilter::DEBUG };
    let wanted = Targets::new().with_target("droplab", level);
    let wanted = if verbose > 1 { wanted.with_default(LevelFilter::INFO) } else { wanted };
    let screen = (verbose > 0)
        .then(|| fmt::layer().with_ansi(false).with_writer(|| Redacting(io::stderr())).with_filter(wanted));
    // Somebody listens already only where a test has begun it twice.
    let _ = tracing_subscriber::registry().with(file).with(screen).try_init();
}

/// From now on, and with what was said until now, into this folder.
pub fn into_folder(folder: &Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(folder.join(FILE));
    let Ok(mut file) = opened else { return };
    let mut sink = SINK.lock().unwrap_or_else(PoisonError::into_inner);
    if let Sink::Waiting(said) = &*sink {
        let _ = file.write_all(said);
    }
    *sink = Sink::File(file);
}

/// Writes to where the log goes at that moment.
struct ToSink;

impl Write for ToSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *SINK.lock().unwrap_or_else(PoisonError::into_inner) {
            Sink::Waiting(said) if said.len() + bytes.len() > WAITING => {}
            Sink::Waiting(said) => said.extend_from_slice(bytes),
            Sink::File(file) => drop(file.write_all(bytes)),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
