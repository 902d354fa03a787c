//! Clocks of processes that go wrong: whoever asks for the time of day is told another.
//!
//! The three functions that tell the time in a process' vDSO are replaced in that process alone. Time that only runs (`CLOCK_MONOTONIC`) stays
//! true, as it does on a machine whose clock somebody set.
//!
//! **Invariant**: code is changed only while nobody runs it; and what is put in ends by itself, at a second that stands in it.

mod process;
mod stub;
mod vdso;

use std::{
    fs,
    io::{Write, stdout},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Subcommand;

pub(crate) use self::stub::Offset;
use self::{
    process::Process,
    vdso::{State, Vdso},
};
use crate::units;

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Let the clocks of processes be wrong, or be wrong for longer
    Set {
        /// How far off, such as -5m or +90s
        #[arg(long, value_parser = units::offset, allow_hyphen_values = true)]
        by: Offset,
        /// How long, when nobody says it again
        #[arg(long = "for", value_parser = units::time)]
        lasts: Duration,
        #[command(flatten)]
        processes: Processes,
    },
    /// Let them tell the truth again
    End(Processes),
    /// Name every process of this machine whose clock is wrong
    Look,
}

#[derive(clap::Args)]
pub(crate) struct Processes {
    /// None of them runs right now: their code may be changed
    #[arg(long)]
    stopped: bool,
    /// Their numbers
    pids: Vec<u32>,
}

pub(crate) fn run(action: &Action) -> Result<(), String> {
    let vdso = Vdso::own()?;
    match action {
        Action::Set { by, lasts, processes } => {
            let until_s = until(*lasts)?;
            processes.each(|process| set(&vdso, process, *by, until_s, processes.stopped))
        }
        Action::End(processes) => processes.each(|process| end(&vdso, process, processes.stopped)),
        Action::Look => look(&vdso),
    }
}

impl Processes {
    /// Tries every one, and says what was in the way at the first of them.
    fn each(&self, change: impl Fn(&Process) -> Result<(), String>) -> Result<(), String> {
        let changed = self.pids.iter().map(|pid| match Process::of(&pid.to_string()) {
            Some(process) => change(&process).map_err(|why| format!("process {pid} ({}): {why}", process.name())),
            None => Ok(()),
        });
        changed.collect::<Vec<_>>().into_iter().collect()
    }
}

/// The first second that is true again.
fn until(lasts: Duration) -> Result<i64, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|why| why.to_string())?;
    i64::try_from((now + lasts).as_secs() + 1).map_err(|why| why.to_string())
}

fn set(vdso: &Vdso, process: &Process, by: Offset, until_s: i64, stopped: bool) -> Result<(), String> {
    let wanted = stub::stub(by, until_s);
    let written = match state(vdso, process)? {
        State::Wrong if is_off_by_as_much(vdso, process, &wanted)? => {
            process.write(vdso.room() + stub::UNTIL, &until_s.to_le_bytes())
        }
        State::Other => return Err("its vDSO is not this kernel's own (a 32-bit program?)".to_owned()),
        // One that tells another time is an earlier fault's, which ended by itself and was not taken out.
        State::Wrong | State::Untouched | State::Ended => {
            may_be_changed(vdso, process, stopped)?;
            process
                .write(vdso.room(), &wanted)
                .and_then(|()| vdso.jumps().try_for_each(|(at, jump)| process.write(at, &jump)))
        }
    };
    written.map_err(|why| format!("its memory cannot be written: {why}"))
}

/// Whether what stands in a process differs from this stub in its end alone, which comes right after its name.
fn is_off_by_as_much(vdso: &Vdso, process: &Process, wanted: &[u8]) -> Result<bool, String> {
    let bytes = read(process)?;
    let there = bytes.iter().skip(usize::try_from(vdso.room()).unwrap_or(usize::MAX));
    let same = there.zip(wanted).map(|(one, other)| one == other);
    Ok(same.skip(stub::NAME.len() + size_of::<i64>()).all(|same| same))
}

fn end(vdso: &Vdso, process: &Process, stopped: bool) -> Result<(), String> {
    if state(vdso, process)? != State::Wrong {
        return Ok(());
    }
    may_be_changed(vdso, process, stopped)?;
    // The stub itself stays where nobody calls it: a thread may still have to return from it.
    vdso.originals()
        .try_for_each(|(at, bytes)| process.write(at, bytes))
        .map_err(|why| format!("its memory cannot be written: {why}"))
}

fn state(vdso: &Vdso, process: &Process) -> Result<State, String> {
    read(process).map(|bytes| vdso.state(&bytes))
}

fn read(process: &Process) -> Result<Vec<u8>, String> {
    process.read().map_err(|why| format!("its memory cannot be read: {why}"))
}

fn may_be_changed(vdso: &Vdso, process: &Process, stopped: bool) -> Result<(), String> {
    if !stopped {
        return Err("it runs, and so its code cannot be changed".to_owned());
    }
    let taken: Vec<_> = vdso.originals().map(|(at, bytes)| at..at + bytes.len() as u64).collect();
    if process.is_inside(&taken).map_err(|why| format!("its threads cannot be looked at: {why}"))? {
        return Err("one of its threads is just asking for the time".to_owned());
    }
    Ok(())
}

fn look(vdso: &Vdso) -> Result<(), String> {
    let all = fs::read_dir("/proc").map_err(|why| format!("/proc cannot be read: {why}"))?;
    let pids =
        all.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).filter(|name| name.parse::<u32>().is_ok());
    for pid in pids {
        let Some(process) = Process::of(&pid) else { continue };
        if state(vdso, &process) == Ok(State::Wrong) {
            writeln!(stdout(), "{pid} {}", process.name()).map_err(|why| why.to_string())?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(target_arch = "x86_64")]
mod tests;
