//! Packets of one NFQUEUE are delayed, lost, doubled and spoilt.
//!
//! Each packet goes on when it is due. With jitter one that is due earlier overtakes, as it does with netem. Steer to the queue once
//! the counts file is there, and never what bears the mark after ours: that comes from here. On a busy machine start it with
//! `chrt -f 10`, or the scheduler adds milliseconds to one packet in a hundred.
//!
//! **Invariant**: one thread, woken by a packet, by the next due time, or by SIGTERM, at which all that is held passes at once. When
//! it is killed, what it held is lost, as on a bad line, and all that follows passes.

mod decide;
mod held;
mod netlink;
mod raw;
#[cfg(test)]
mod tests;

use std::{
    io,
    num::NonZeroU64,
    os::unix::net::UnixStream,
    path::PathBuf,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use serde::Serialize;
use signal_hook::{consts, low_level::pipe};

use self::{
    decide::{Shape, State, decide},
    held::{Held, MOST},
    netlink::{Packet, Queue},
    raw::{Sender, corrupt, fits},
};
use crate::counts::CountsFile;

/// So many packets are taken in before those that are due are looked at again.
const BATCH: usize = 64;
/// How many packets the kernel keeps: those that are held here, and those that were not read yet.
const KERNEL_MOST: u32 = 12_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Number of the NFQUEUE
    #[arg(long, value_name = "N")]
    queue: u16,
    /// Mark by which packets are steered to it; what the agent sends itself bears the next one
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..i64::from(u32::MAX)))]
    mark: u32,
    #[command(flatten)]
    shape: Shape,
    /// Makes chance repeatable
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Where to keep count, as JSON; it is there once the queue is bound
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,
}

#[derive(Clone, Copy, Default, PartialEq, Serialize)]
struct Counts {
    packets: u64,
    delayed: u64,
    lost: u64,
    duplicated: u64,
    /// Incoming, or the copy was refused.
    not_duplicated: u64,
    corrupted: u64,
    /// Not delayed, because too many were held.
    passed_full: u64,
    /// Refused on its way out after its delay.
    not_sent: u64,
}

struct Waiting {
    packet: Packet,
    /// Whether a copy follows.
    copy: bool,
    /// Off the queue: ours to send.
    taken: bool,
}

struct Shaper {
    queue: Queue,
    shape: Shape,
    state: State,
    sender: Sender,
    held: Held<Waiting>,
    counts: Counts,
}

pub(crate) fn run(args: &Args) -> Result<(), String> {
    let stop = stop().map_err(|why| format!("signals cannot be awaited: {why}"))?;
    let shape = args.shape.clone();
    let needs_bytes = shape.duplicate > 0.0 || shape.corrupt > 0.0 || !(shape.delay + shape.jitter).is_zero();
    // A due time is kept to the microsecond, not to the 50 µs by which the kernel may gather timers.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    let mut shaper = Shaper {
        state: State::new(&shape, args.seed.unwrap_or_else(rand::random)),
        sender: Sender::open(args.mark + 1).map_err(|why| format!("packets cannot be sent: {why}"))?,
        held: Held::new(MOST),
        counts: Counts::default(),
        queue: Queue::open(args.queue, if needs_bytes { 65_535 } else { 0 }, KERNEL_MOST)
            .map_err(|why| format!("queue {} cannot be read: {why}", args.queue))?,
        shape,
    };
    let mut file = CountsFile::new(args.counts.as_deref(), shaper.counts)?;
    let done = shaper.work(&stop, &mut file);
    for waiting in shaper.held.drain() {
        let _ = shaper.pass(&waiting);
    }
    let _ = file.write(shaper.counts);
    done.map_err(|why| format!("queue {} is broken: {why}", args.queue))
}

/// Readable once this process is asked to end.
fn stop() -> io::Result<UnixStream> {
    let (stop, signal) = UnixStream::pair()?;
    pipe::register(consts::SIGINT, signal.try_clone()?)?;
    pipe::register(consts::SIGTERM, signal)?;
    Ok(stop)
}

impl Shaper {
    fn work(&mut self, stop: &UnixStream, file: &mut CountsFile<Counts>) -> io::Result<()> {
        loop {
            let now = Instant::now();
            while let Some(waiting) = self.held.pop(now) {
                self.pass(&waiting)?;
            }
            let mut write = file.wait(&self.counts, now);
            if write == Some(Duration::ZERO) {
                let _ = file.write(self.counts);
                write = None;
            }
            let due = self.held.next().map(|due| due.saturating_duration_since(Instant::now()));
            let wait = due.into_iter().chain(write).min().and_then(|wait| Timespec::try_from(wait).ok());
            let mut ready = [PollFd::new(&self.queue, PollFlags::IN), PollFd::new(stop, PollFlags::IN)];
            match poll(&mut ready, wait.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(why) => return Err(why.into()),
            }
            if !ready[1].revents().is_empty() {
                return Ok(());
            }
            for _ in 0..BATCH {
                let Some(packet) = self.queue.receive()? else { break };
                self.arrive(packet, Instant::now())?;
            }
        }
    }

    fn arrive(&mut self, mut packet: Packet, now: Instant) -> io::Result<()> {
        let fate = decide(&self.shape, &mut self.state);
        self.counts.packets += 1;
        if fate.lost {
            self.counts.lost += 1;
            return self.queue.verdict(&packet, false);
        }
        if fate.corrupt.is_some_and(|place| corrupt(&mut packet.bytes, place)) {
            packet.altered = true;
            self.counts.corrupted += 1;
        }
        let mut waiting = Waiting { packet, copy: fate.duplicate, taken: false };
        if fate.delay.is_zero() {
            return self.pass(&waiting);
        }
        if self.held.is_full() {
            self.counts.passed_full += 1;
            return self.pass(&waiting);
        }
        self.counts.delayed += 1;
        if waiting.packet.outgoing && fits(&waiting.packet.bytes) {
            self.queue.verdict(&waiting.packet, false)?;
            waiting.taken = true;
        }
        self.held.push(now + fate.delay, waiting);
        Ok(())
    }

    fn pass(&mut self, Waiting { packet, copy, taken }: &Waiting) -> io::Result<()> {
        if !taken {
            self.queue.verdict(packet, true)?;
        } else if !self.sender.send(&packet.bytes) {
            self.counts.not_sent += 1;
        }
        if *copy {
            let sent = packet.outgoing && self.sender.send(&packet.bytes);
            *(if sent { &mut self.counts.duplicated } else { &mut self.counts.not_duplicated }) += 1;
        }
        Ok(())
    }
}
