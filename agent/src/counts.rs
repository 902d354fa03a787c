//! What was done, in a file: one JSON object, replaced as a whole.
//!
//! **Invariant**: whoever reads the file sees a complete object; a disk that is full stops nothing but the counting.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// Twice a second at most: often enough for whoever watches, and nothing beside a packet's cost.
pub(crate) const PAUSE: Duration = Duration::from_millis(500);

/// The file, or none, and what stands in it.
pub(crate) struct CountsFile<T> {
    path: Option<PathBuf>,
    written: T,
    at: Instant,
}

/// The counts and what they cost.
#[derive(Serialize)]
struct Content<'a, T> {
    #[serde(flatten)]
    counts: &'a T,
    cpu_ms: u64,
}

impl<T: Serialize + PartialEq + Copy> CountsFile<T> {
    /// Writes the first counts at once: the file is there when the agent is ready.
    pub(crate) fn new(path: Option<&Path>, counts: T) -> Result<Self, String> {
        let mut file = Self { path: path.map(Path::to_owned), written: counts, at: Instant::now() };
        file.write(counts).map_err(|why| format!("the counts cannot be written: {why}"))?;
        Ok(file)
    }

    /// How long until the file should be written again; never, when it holds these counts.
    pub(crate) fn wait(&self, counts: &T, now: Instant) -> Option<Duration> {
        let stale = self.path.is_some() && self.written != *counts;
        stale.then(|| PAUSE.saturating_sub(now.saturating_duration_since(self.at)))
    }

    /// Replaces the file. Its reader may have taken its folder away: that is no reason to end.
    pub(crate) fn write(&mut self, counts: T) -> io::Result<()> {
        (self.written, self.at) = (counts, Instant::now());
        let Some(path) = &self.path else { return Ok(()) };
        let mut temporary = path.clone().into_os_string();
        temporary.push(".new");
        fs::write(&temporary, serde_json::to_vec(&Content { counts: &counts, cpu_ms: cpu_ms() })?)?;
        fs::rename(&temporary, path)
    }
}

/// Processor time of this process so far.
fn cpu_ms() -> u64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    u64::try_from(time.tv_sec * 1000 + time.tv_nsec / 1_000_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, PartialEq, Clone, Copy)]
    struct Counts {
        packets: u64,
    }

    #[test]
    fn the_file_is_there_at_once_and_is_replaced_only_when_something_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counts.json");
        let mut file = CountsFile::new(Some(&path), Counts { packets: 0 }).unwrap();
        let read = || serde_json::from_slice::<serde_json::Value>(&fs::read(&path).unwrap()).unwrap();
        assert_eq!(read()["packets"], 0);
        assert!(read()["cpu_ms"].is_u64());
        let (now, changed) = (Instant::now(), Counts { packets: 7 });
        assert_eq!(file.wait(&Counts { packets: 0 }, now), None);
        assert!(file.wait(&changed, now).is_some_and(|wait| wait <= PAUSE && !wait.is_zero()));
        assert_eq!(file.wait(&changed, now + PAUSE), Some(Duration::ZERO));
        file.write(changed).unwrap();
        assert_eq!(read()["packets"], 7);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        assert!(CountsFile::new(Some(&folder.path().join("no/such")), changed).is_err());
    }
}
