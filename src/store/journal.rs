//! `journal.jsonl`: one event a line, on disk before anything that depends on it is done.
//!
//! **Invariant**: appended and synced, never rewritten, by one writer at a time; whoever goes on with it counts from what is in it then.

mod reading;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};

pub use reading::{first, parse, read, read_what_is_whole, set_aside};

use super::{StoreError, file};
use crate::{
    model::{
        event::{Event, EventKind},
        timeline::Timeline,
    },
    run::ports::{Journal, PortError},
};

/// Which wall clock events carry.
#[derive(Clone, Copy, Debug)]
pub enum Wall {
    /// The machine's.
    Real,
    /// This moment, plus the time since the run's zero: a rehearsal's time is not the machine's.
    From(Timestamp),
}

/// A journal in a file.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    file: fs::File,
    wall: Wall,
    next: u64,
    /// Length of what is whole.
    whole: u64,
}

impl JournalFile {
    /// Begin a new journal; one that exists is never written over.
    pub fn create(path: &Path, wall: Wall) -> Result<Self, StoreError> {
        let created = fs::OpenOptions::new().append(true).create_new(true).open(path);
        let file = created.map_err(file("create", path))?;
        // The name itself must survive a crash, not only the content.
        if let Some(folder) = path.parent().and_then(|folder| fs::File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(Self { path: path.to_owned(), file, wall, next: 0, whole: 0 })
    }

    /// Go on where the journal of a run ends that was read before (for a later `droplab heal`); a torn last line is ended first.
    /// Whoever holds the fault may have written more since: the next number follows from the file, not from what was read.
    pub fn resume(path: &Path, known: &Timeline) -> Result<Self, StoreError> {
        let handle = fs::OpenOptions::new().append(true).open(path).map_err(file("open", path))?;
        // Whoever wrote it until now is not in the middle of a line.
        handle.lock().map_err(file("lock", path))?;
        let text = fs::read(path).map_err(file("read", path))?;
        let (present, _) = reading::lines(path, &String::from_utf8_lossy(&text));
        if whose(&present) != whose(known) {
            let why = "the journal of another run lies here by now".to_owned();
            return Err(StoreError::Journal { path: path.to_owned(), line: 1, why });
        }
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end as u64 + 1);
        handle.set_len(whole).map_err(file("write", path))?;
        handle.unlock().map_err(file("lock", path))?;
        let next = present.events.len() as u64;
        Ok(Self { path: path.to_owned(), file: handle, wall: Wall::Real, next, whole })
    }

    /// All of a line or nothing of it: what a full disk cut off is taken back. Nobody else writes meanwhile.
    fn write_line(&mut self, line: &str) -> std::io::Result<()> {
        self.file.lock()?;
        let written = self.write_alone(line);
        self.file.unlock().and(written)
    }

    fn write_alone(&mut self, line: &str) -> std::io::Result<()> {
        // What another process has written behind our back (a heal) ends our own writing.
        if self.file.metadata()?.len() != self.whole {
            return Err(std::io::Error::other("another process has written to it"));
        }
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.whole += line.len() as u64,
            Err(_) => drop(self.file.set_len(self.whole)),
        }
        written
    }

    fn wall(&self, at_s: f64) -> Timestamp {
        match self.wall {
            Wall::Real => Timestamp::now(),
            Wall::From(start) => SignedDuration::try_from_secs_f64(at_s).map_or(start, |since| start + since),
        }
    }
}

impl Journal for JournalFile {
    fn append(&mut self, at_s: f64, kind: EventKind) -> Result<Event, PortError> {
        let event = Event { seq: self.next, at_s: round(at_s), wall: format!("{:.3}", self.wall(at_s)), kind };
        let tried = format!("write {}", self.path.display());
        let mut line = serde_json::to_string(&event).map_err(|error| PortError::new(tried.clone(), error))?;
        // The way back is in the first line: one that nobody can read is none.
        if event.seq == 0 {
            serde_json::from_str::<Event>(&line)
                .map_err(|error| PortError::new(format!("read back {tried}"), error))?;
        }
        line.push('\n');
        self.write_line(&line).map_err(|error| PortError::new(tried, error))?;
        self.next += 1;
        Ok(event)
    }
}

/// The run's id.
fn whose(timeline: &Timeline) -> Option<&str> {
    timeline.injection().map(|(run, ..)| run)
}

/// Milliseconds are enough, and make a journal readable.
fn round(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
