//! Measures round trips to an `agent echo`.
//!
//! Pings leave at their time whether or not earlier ones are back, so a delay longer than the interval is measured, not waited for.
//!
//! **Invariant**: a ping says when it was sent; one that is not back at the end is lost.

use std::{
    io::{self, Read, Write, stdout},
    net::{SocketAddrV4, TcpStream, UdpSocket},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

/// How long copies are awaited when every ping is back.
const COPIES: Duration = Duration::from_millis(100);

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("to").required(true).args(["tcp", "udp"])))]
pub(crate) struct Args {
    /// Over one connection that is kept open
    #[arg(long, value_name = "ADDRESS:PORT")]
    tcp: Option<SocketAddrV4>,
    /// In datagrams
    #[arg(long, value_name = "ADDRESS:PORT")]
    udp: Option<SocketAddrV4>,
    /// How many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// Time from one to the next
    #[arg(long, value_name = "TIME", default_value = "10ms", value_parser = crate::units::time)]
    interval: Duration,
    /// How long the last one may take
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = crate::units::time)]
    wait: Duration,
}

/// A ping on its way: its number, and nanoseconds from the start.
const SIZE: usize = 16;

#[derive(Debug, Serialize)]
struct Summary {
    count: u32,
    lost: u32,
    /// Came back again.
    duplicates: u32,
    p50_ms: f64,
    p99_ms: f64,
    min_ms: f64,
    max_ms: f64,
    mean_ms: f64,
}

enum Line {
    Tcp(TcpStream),
    Udp(UdpSocket),
}

impl Line {
    fn open(args: &Args) -> io::Result<Self> {
        if let Some(address) = args.tcp {
            let stream = TcpStream::connect_timeout(&address.into(), Duration::from_secs(10))?;
            stream.set_nodelay(true)?;
            return Ok(Self::Tcp(stream));
        }
        let socket = UdpSocket::bind("0.0.0.0:0")?;
        args.udp.map_or(Ok(()), |address| socket.connect(address))?;
        Ok(Self::Udp(socket))
    }

    fn send(&self, ping: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => (&*stream).write_all(ping),
            // Nobody listens, or a rule rejects it: lost.
            Self::Udp(socket) => socket.send(ping).map(drop).or(Ok(())),
        }
    }

    /// The next ping back, or none within the time.
    fn receive(&self, wait: Duration) -> io::Result<Option<[u8; SIZE]>> {
        let mut ping = [0; SIZE];
        let wait = Some(wait.max(Duration::from_millis(1)));
        let received = match self {
            Self::Tcp(stream) => stream.set_read_timeout(wait).and_then(|()| (&*stream).read_exact(&mut ping)),
            Self::Udp(socket) => socket.set_read_timeout(wait).and_then(|()| socket.recv(&mut ping).map(drop)),
        };
        match received {
            Ok(()) => Ok(Some(ping)),
            Err(why) if matches!(why.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::ConnectionRefused) => Ok(None),
            Err(why) => Err(why),
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<(), String> {
    let line = Line::open(args).map_err(|why| format!("there is no way to the other side: {why}"))?;
    let start = Instant::now();
    let last = OnceLock::new();
    let (sent, received) = thread::scope(|scope| {
        let sender = scope.spawn(|| {
            let sent = send(&line, args, start);
            let _ = last.set(Instant::now());
            sent
        });
        let received = receive(&line, args, start, &last);
        (sender.join().unwrap_or(Ok(())), received)
    });
    let (times, duplicates) = sent.and(received).map_err(|why| format!("the connection broke: {why}"))?;
    let summary = summary(args.count, times, duplicates);
    let text = serde_json::to_string(&summary).map_err(|why| why.to_string())?;
    writeln!(stdout(), "{text}").map_err(|why| why.to_string())
}

fn send(line: &Line, args: &Args, start: Instant) -> io::Result<()> {
    for number in 0..args.count {
        thread::sleep((start + args.interval * number).saturating_duration_since(Instant::now()));
        let nanoseconds = u64::try_from(start.elapsed().as_nanos()).unwrap_or_default();
        let mut ping = [0; SIZE];
        ping[..8].copy_from_slice(&u64::from(number).to_be_bytes());
        ping[8..].copy_from_slice(&nanoseconds.to_be_bytes());
        line.send(&ping)?;
    }
    Ok(())
}

/// Milliseconds of each ping that came back, and how many came back again. `last` is when the last one left.
fn receive(line: &Line, args: &Args, start: Instant, last: &OnceLock<Instant>) -> io::Result<(Vec<f64>, u32)> {
    let mut seen = vec![false; args.count as usize];
    let (mut times, mut duplicates) = (Vec::new(), 0);
    loop {
        let over = last.get().is_some_and(|last| last.elapsed() > args.wait);
        let Some(ping) = line.receive(COPIES)? else {
            if over || times.len() == seen.len() {
                return Ok((times, duplicates));
            }
            continue;
        };
        let now = start.elapsed().as_secs_f64();
        let [number, nanoseconds] =
            [&ping[..8], &ping[8..]].map(|half| half.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)));
        match usize::try_from(number).ok().and_then(|number| seen.get_mut(number)) {
            Some(seen) if *seen => duplicates += 1,
            Some(seen) => {
                *seen = true;
                times.push((now - Duration::from_nanos(nanoseconds).as_secs_f64()) * 1e3);
            }
            None => {}
        }
    }
}

fn summary(count: u32, mut times: Vec<f64>, duplicates: u32) -> Summary {
    times.sort_by(f64::total_cmp);
    let back = u32::try_from(times.len()).unwrap_or(count);
    // Without a single answer there is no number: null in JSON.
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1).copied().unwrap_or(f64::NAN);
    let mean_ms = times.iter().sum::<f64>() / f64::from(back);
    let [min_ms, p50_ms, p99_ms, max_ms] = [0, 50, 99, 100].map(at);
    Summary { count, lost: count - back, duplicates, p50_ms, p99_ms, min_ms, max_ms, mean_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "small whole numbers are exact")]
    fn a_summary_has_the_nearest_rank_and_nothing_of_nothing() {
        let of = summary(201, (1..=200).rev().map(f64::from).collect(), 1);
        assert_eq!((of.lost, of.duplicates), (1, 1));
        assert_eq!([of.min_ms, of.p50_ms, of.p99_ms, of.max_ms, of.mean_ms], [1.0, 100.0, 198.0, 200.0, 100.5]);
        assert!(serde_json::to_string(&summary(3, vec![], 0)).unwrap().contains("\"p50_ms\":null"));
    }
}
