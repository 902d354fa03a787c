//! Reading a journal, also one of which only a part can be read, and putting such a one aside.
//!
//! **Invariant**: every whole line is taken, one torn last line is forgiven, and no other is passed over in silence; a journal that is
//! set aside is in its place until its successor is.

use std::{
    fs,
    io::{self, BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use crate::{
    model::{
        event::{Event, EventKind, FaultState},
        timeline::Timeline,
    },
    store::{StoreError, file, write_whole},
};

const OURS: &str = env!("CARGO_PKG_VERSION");

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

/// The event that a journal begins with, which tells whose it is; none where that cannot be read.
pub fn first(path: &Path) -> Option<Event> {
    let mut line = String::new();
    let read = fs::File::open(path).and_then(|file| BufReader::new(file).read_line(&mut line));
    read.ok().and_then(|_| serde_json::from_str(&line).ok())
}

/// Put a journal of which only a part can be read aside, and keep that part in its place. The name that it has now.
pub fn set_aside(path: &Path, timeline: &Timeline) -> Result<PathBuf, StoreError> {
    let aside = second_name(path).map_err(file("set aside", path))?;
    let lines = timeline.events.iter().map(|event| serde_json::to_string(event).unwrap_or_default() + "\n");
    // It leaves its place in the one step in which its successor comes: whatever happens in between, there is a way back.
    let written = write_whole(path, &lines.collect::<String>());
    written.inspect_err(|_| drop(fs::remove_file(&aside)))?;
    Ok(aside)
}

/// One more name for a file, beside its own: a link, or a copy where the disk knows no links. What was set aside before keeps its name.
fn second_name(path: &Path) -> io::Result<PathBuf> {
    let mut others = 0;
    loop {
        let extension = if others == 0 { "broken.jsonl".to_owned() } else { format!("broken-{others}.jsonl") };
        let aside = path.with_extension(extension);
        match fs::hard_link(path, &aside).or_else(|_| copy(path, &aside)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => others += 1,
            named => return named.map(|()| aside),
        }
    }
}

/// A whole copy or none, never over another file.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copied = fs::OpenOptions::new().write(true).create_new(true).open(to)?;
    let content = fs::File::open(from).and_then(|mut from| io::copy(&mut from, &mut copied));
    content.and_then(|_| copied.sync_all()).inspect_err(|_| drop(fs::remove_file(to)))
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
    let (mut timeline, broken) = lines(path, text);
    if broken.is_some() {
        doubt(&mut timeline);
    }
    (timeline, broken)
}

/// Every line that can be read, and the first that cannot, without a doubt about the rest.
pub(super) fn lines(path: &Path, text: &str) -> (Timeline, Option<StoreError>) {
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
            Err(error) => broken = broken.or_else(|| Some(wrong(unreadable(&error, text)))),
        }
    }
    (timeline, broken)
}

/// Why a line cannot be read, and what can read it, where another droplab has written the journal.
fn unreadable(error: &serde_json::Error, text: &str) -> String {
    let why = error.to_string();
    // Nobody is helped by the list of all events that this droplab knows.
    let why = why.split_once(", expected one of ").map_or(why.as_str(), |(unknown, _)| unknown);
    match other_version(text) {
        Some(other) => format!("{why} (written by droplab {other}, this is {OURS}: read it with droplab {other})"),
        None => why.to_owned(),
    }
}

/// The version in the first line, where it is not this droplab's: an event may be new in it, so nothing more is asked of that line.
fn other_version(text: &str) -> Option<String> {
    let first: serde_json::Value = serde_json::from_str(text.lines().next()?).ok()?;
    let version = first.get("version")?.as_str()?;
    (version != OURS).then(|| version.to_owned())
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
