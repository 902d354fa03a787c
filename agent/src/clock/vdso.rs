//! The vDSO: what the kernel maps into each process so that it can ask for the time without a system call (man 7 vdso).
//!
//! **Invariant**: as the kernel made it, taken from the agent itself; every process of the same kernel has the same one.

use std::ops::Range;

use object::{Object, ObjectSymbol};

use super::{
    process::Process,
    stub::{FUNCTIONS, LENGTH, NAME},
};

/// What a jump to an address relative to its end takes: one byte of operation, four of distance.
const JUMP: usize = 5;

/// A vDSO nobody wrote to, and where the stub has room in it.
pub(super) struct Vdso {
    whole: Vec<u8>,
    /// Where each function begins, with where the stub's begins.
    functions: Vec<(u64, u64)>,
    room: u64,
}

/// What stands in a process.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// What the kernel put there.
    Untouched,
    /// The stub's functions are called.
    Wrong,
    /// The stub is there, and is not called any more.
    Ended,
    /// Another kernel interface (a 32-bit process), or somebody else's work.
    Other,
}

impl Vdso {
    /// The agent's own.
    pub(super) fn own() -> Result<Self, String> {
        if !cfg!(target_arch = "x86_64") {
            return Err("a process' clock can be changed on x86-64 only".to_owned());
        }
        let process = Process::of("self").ok_or("this kernel gives processes no vDSO")?;
        let whole = process.read().map_err(|why| format!("the agent's own memory cannot be read: {why}"))?;
        let file = object::File::parse(&*whole).map_err(|why| format!("this kernel's vDSO cannot be read: {why}"))?;
        let symbols: Vec<_> = file.dynamic_symbols().collect();
        let functions = FUNCTIONS.iter().filter_map(|(name, at)| {
            let found = symbols.iter().find(|symbol| symbol.name() == Ok(*name))?;
            Some((found.address(), *at))
        });
        let functions: Vec<_> = functions.collect();
        // What follows the last byte of the file up to the end of its page belongs to nobody.
        let used = whole.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1).next_multiple_of(16);
        if functions.is_empty() || whole.len() < used + LENGTH {
            return Err("this kernel's vDSO has no room, or no clock_gettime".to_owned());
        }
        Ok(Self { functions, room: used as u64, whole })
    }

    /// What a process' vDSO comes to, compared with this one.
    pub(super) fn state(&self, bytes: &[u8]) -> State {
        let room = usize::try_from(self.room).unwrap_or(usize::MAX);
        let entries_differ = self.entries().any(|entry| bytes.get(entry.clone()) != self.whole.get(entry));
        match bytes.get(room..room + NAME.len()) {
            _ if bytes == self.whole => State::Untouched,
            Some(name) if name == NAME => {
                if entries_differ {
                    State::Wrong
                } else {
                    State::Ended
                }
            }
            _ => State::Other,
        }
    }

    /// Where the stub has room.
    pub(super) fn room(&self) -> u64 {
        self.room
    }

    /// Where each function begins, and a jump from there into the stub.
    pub(super) fn jumps(&self) -> impl Iterator<Item = (u64, [u8; JUMP])> {
        self.functions.iter().map(|(from, to)| {
            let distance = self.room + to - from - JUMP as u64;
            let mut jump = [0xE9, 0, 0, 0, 0];
            // Both are within two pages: the upper half of the distance is nothing.
            jump[1..].copy_from_slice(&distance.to_le_bytes()[..4]);
            (*from, jump)
        })
    }

    /// Where each function begins, and what the kernel put there.
    pub(super) fn originals(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.entries().map(|entry| (entry.start as u64, &self.whole[entry]))
    }

    fn entries(&self) -> impl Iterator<Item = Range<usize>> {
        self.functions.iter().filter_map(|(from, _)| usize::try_from(*from).ok()).map(|from| from..from + JUMP)
    }
}
