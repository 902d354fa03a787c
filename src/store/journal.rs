//! `journal.jsonl`: one event a line, on disk before anything that depends on it is done.
//!
//! **Invariant**: appended and synced, never rewritten, by one writer at a time; a reader takes every whole line, forgives one torn last
//! line, and passes over no other in silence.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Timestamp};

use super::{StoreError, file, write_whole};
use crate::{
    model::{
        event::{Event, EventKind, FaultState},
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

    /// Go on where a journal ends (for a later `droplab heal`); a torn last line is ended first.
    pub fn resume(path: &Path, timeline: &Timeline) -> Result<Self, StoreError> {
        let handle = fs::OpenOptions::new().append(true).open(path).map_err(file("open", path))?;
        // Whoever wrote it until now is not in the middle of a line.
        handle.lock().map_err(file("lock", path))?;
        let text = fs::read(path).map_err(file("read", path))?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end as u64 + 1);
        handle.set_len(whole).map_err(file("write", path))?;
        handle.unlock().map_err(file("lock", path))?;
        let next = timeline.events.last().map_or(0, |event| event.seq + 1);
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

/// Milliseconds are enough, and make a journal readable.
fn round(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Read a journal; a torn last line (the process died while writing) is left out.
pub fn read(path: &Path) -> Result<Timeline, StoreError> {
    let bytes = fs::read(path).map_err(file("read", path))?;
    let text = String::from_utf8_lossy(&bytes);
    parse(path, &text)
}

/// As much of a journal as can be read, and why not all of it; what is missing may have been anything.
pub fn read_what_is_whole(path: &Path) -> Result<(Timeline, Option<StoreError>), StoreError> {
    let bytes = fs::read(path).map_err(file("read", path))?;
    Ok(parse_what_is_whole(path, &String::from_utf8_lossy(&bytes)))
}

/// Put a journal of which only a part can be read aside, and keep that part in its place. The name that it has now.
pub fn set_aside(path: &Path, timeline: &Timeline) -> Result<std::path::PathBuf, StoreError> {
    let aside = path.with_extension("broken.jsonl");
    fs::rename(path, &aside).map_err(file("set aside", path))?;
    let lines = timeline.events.iter().map(|event| serde_json::to_string(event).unwrap_or_default() + "\n");
    write_whole(path, &lines.collect::<String>())?;
    Ok(aside)
}

/// Read a journal's text.
pub fn parse(path: &Path, text: &str) -> Result<Timeline, StoreError> {
    match parse_what_is_whole(path, text) {
        (timeline, None) => Ok(timeline),
        (_, Some(error)) => Err(error),
    }
}

/// Every line that can be read, and the first that cannot. After one of these nobody knows what else was done: each step counts as begun
/// that is not told to be healed.
fn parse_what_is_whole(path: &Path, text: &str) -> (Timeline, Option<StoreError>) {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let (mut timeline, mut broken) = (Timeline::default(), None);
    for (index, line) in whole.lines().enumerate() {
        let wrong = |why: String| StoreError::Journal { path: path.to_owned(), line: index + 1, why };
        let seq = timeline.events.len() as u64;
        match serde_json::from_str::<Event>(line) {
            Ok(event) => {
                if event.seq != seq && broken.is_none() {
                    broken = Some(wrong(format!("event {} where event {seq} belongs", event.seq)));
                }
                timeline.events.push(Event { seq, ..event });
            }
            Err(error) => broken = broken.or(Some(wrong(error.to_string()))),
        }
    }
    if broken.is_some() {
        doubt(&mut timeline);
    }
    (timeline, broken)
}

/// Write into a timeline with a gap that each step may be in which is not told to be healed.
fn doubt(timeline: &mut Timeline) {
    let steps = timeline.injection().map_or(0, |(_, injection, _)| injection.steps.len());
    let (states, open) = (timeline.fault_states(), timeline.unhealed());
    for step in (0..steps).filter(|step| !open.contains(step) && states.get(step) != Some(&FaultState::Healed)) {
        let Some(last) = timeline.events.last() else { return };
        let reason = Some("a part of the journal cannot be read".to_owned());
        let kind = EventKind::Fault { step, state: FaultState::Injecting, reason };
        let event = Event { seq: last.seq + 1, at_s: last.at_s, wall: last.wall.clone(), kind };
        timeline.events.push(event);
    }
}
