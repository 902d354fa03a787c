//! One process: where its vDSO is, what stands there, and whether a thread is at a place.
//!
//! **Invariant**: what is written is a private copy of that process (the kernel copies the page); no other process and not the
//! kernel sees it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    ops::Range,
    os::unix::fs::FileExt,
    path::PathBuf,
};

/// A process with a vDSO.
pub(super) struct Process {
    folder: PathBuf,
    vdso: Range<u64>,
}

impl Process {
    /// `None` when it is gone, or has no vDSO: a kernel thread, for one.
    pub(super) fn of(pid: &str) -> Option<Self> {
        let folder = PathBuf::from("/proc").join(pid);
        let maps = fs::read_to_string(folder.join("maps")).ok()?;
        let line = maps.lines().find(|line| line.ends_with("[vdso]"))?;
        let (from, to) = line.split_whitespace().next()?.split_once('-')?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        Some(Self { folder, vdso: number(from)?..number(to)? })
    }

    /// What its program is called.
    pub(super) fn name(&self) -> String {
        fs::read_to_string(self.folder.join("comm")).unwrap_or_default().trim().to_owned()
    }

    /// All of its vDSO.
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(self.vdso.end - self.vdso.start).map_err(io::Error::other)?];
        File::open(self.folder.join("mem"))?.read_exact_at(&mut bytes, self.vdso.start)?;
        Ok(bytes)
    }

    /// Puts bytes into its vDSO, as a debugger sets a breakpoint: the kernel lets whoever may trace a process do so.
    pub(super) fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).open(self.folder.join("mem"))?.write_all_at(bytes, self.vdso.start + at)
    }

    /// Whether a thread would go on within any of these, its first byte apart; and whether that cannot be told, because it runs.
    pub(super) fn is_inside(&self, places: &[Range<u64>]) -> io::Result<bool> {
        for thread in fs::read_dir(self.folder.join("task"))? {
            // A thread that ends while it is looked at is nowhere.
            let Ok(state) = fs::read_to_string(thread?.path().join("syscall")) else { continue };
            let counter = state.split_whitespace().last().and_then(|word| word.strip_prefix("0x"));
            let inside = match counter.and_then(|word| u64::from_str_radix(word, 16).ok()) {
                Some(at) => {
                    places.iter().any(|place| at > self.vdso.start + place.start && at < self.vdso.start + place.end)
                }
                None => state.trim() == "running",
            };
            if inside {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
