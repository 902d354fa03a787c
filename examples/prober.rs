//! A prober that shares nothing with droplab: one payment each so many milliseconds, sent on a connection of its own, whatever became
//! of those before; each is told with the wall clock at which it was sent.
//!
//! `prober ADDRESS INTERVAL_MS SECONDS`: JSON lines, in the order of the answers; ends by itself.
//!
//! **Invariant**: the standard library only, and no more than one connection for each request of the last two seconds.

use std::{
    error::Error,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::mpsc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// As long as a customer waits.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What became of one request.
struct Seen {
    /// When it was sent, seconds since 1970.
    sent_s: f64,
    /// How long after the moment at which it was meant to be.
    late_ms: f64,
    /// The status; 0 when none came in time.
    status: u16,
    took_ms: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, interval, seconds] = &arguments[..] else {
        return Err("usage: prober ADDRESS INTERVAL_MS SECONDS".into());
    };
    let (address, interval): (SocketAddr, Duration) = (address.parse()?, Duration::from_millis(interval.parse()?));
    let last = Duration::from_secs(seconds.parse()?);
    if !address.ip().is_loopback() {
        return Err(format!("{address} is not on this machine").into());
    }
    let (began, began_wall) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH)?);
    let (tell, seen) = mpsc::channel::<Seen>();
    let told = thread::spawn(move || write(&seen));
    for number in 0_u32.. {
        let due = interval * number;
        if due > last {
            break;
        }
        thread::sleep(due.saturating_sub(began.elapsed()));
        let (tell, key) = (tell.clone(), format!("prober-{}-{number}", began_wall.as_nanos()));
        thread::spawn(move || {
            let sent = began.elapsed();
            let status = pay(address, &key).unwrap_or(0);
            let took = began.elapsed().saturating_sub(sent);
            let late = sent.saturating_sub(due);
            let ms = |span: Duration| span.as_secs_f64() * 1000.0;
            let sent_s = (began_wall + sent).as_secs_f64();
            // Nobody hears it once the program has ended.
            let _ = tell.send(Seen { sent_s, late_ms: ms(late), status, took_ms: ms(took) });
        });
    }
    drop(tell);
    told.join().map_err(|_| "the writer ended before the prober")??;
    Ok(())
}

/// One payment; the answer's status.
fn pay(address: SocketAddr, key: &str) -> io::Result<u16> {
    let until = Instant::now() + TIMEOUT;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_nodelay(true)?;
    // An account of its own: one that pays too often is refused.
    let body = format!(r#"{{"account":"{key}","amount_cents":100,"method":"wallet"}}"#);
    let length = body.len();
    let request = format!(
        "POST /payments HTTP/1.1\r\nHost: shop\r\nIdempotency-Key: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    // `HTTP/1.1 201`
    let mut head = [0; 12];
    let mut have = 0;
    while have < head.len() {
        let left = until.saturating_duration_since(Instant::now());
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match stream.read(&mut head[have..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            size => have += size,
        }
    }
    let status = std::str::from_utf8(&head[9..]).ok().and_then(|text| text.parse().ok());
    status.ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn write(seen: &mpsc::Receiver<Seen>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Seen { sent_s, late_ms, status, took_ms } in seen {
        writeln!(out, r#"{{"sent_s":{sent_s:.4},"late_ms":{late_ms:.2},"status":{status},"took_ms":{took_ms:.2}}}"#)?;
    }
    out.flush()
}
