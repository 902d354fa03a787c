//! Sends payments to a shop and prints what its customers saw, second by second, and what sending cost.
//!
//! `cargo run --release --example customers -- 127.0.0.1:27080 1200/s 10s`

use std::{collections::BTreeMap, error::Error, fs, io::Write, net::SocketAddr, time::Duration};

use droplab::{
    load::{Crowd, calibrate},
    model::{
        customers::{Customers, Journey, Load},
        event::EventKind,
        ledger::Outcome,
        units::{Rate, Span},
    },
    run::ports::Customers as _,
};
use tokio::sync::mpsc;

const TIMEOUT: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [shop, rate, rest @ ..] = &arguments[..] else {
        return Err("usage: customers ADDRESS RATE [DURATION | calibrate]".into());
    };
    let (shop, rate): (SocketAddr, Rate) = (shop.parse()?, rate.parse()?);
    // Keys must be new in every run.
    let run = format!("try-{}", jiff::Timestamp::now().as_millisecond());
    if rest.first().is_some_and(|word| word == "calibrate") {
        let found = calibrate(shop, &run, rate, TIMEOUT).await?;
        for (rate, windows) in &found.tried {
            writeln!(std::io::stdout(), "{rate}: {}", serde_json::to_string(windows)?)?;
        }
        writeln!(std::io::stdout(), "held: {}", found.held.map_or("none".to_owned(), |rate| rate.to_string()))?;
        return Ok(());
    }
    let last: Span = rest.first().map_or("10s", String::as_str).parse()?;
    customers(shop, &run, rate, last.0).await
}

async fn customers(shop: SocketAddr, run: &str, rate: Rate, last: Duration) -> Result<(), Box<dyn Error>> {
    let customers = BTreeMap::from([("payment".to_owned(), Customers::new(Journey::Payment, rate))]);
    let load = Load { customers, baseline: Span(last), timeout: Span(TIMEOUT) };
    let (seen, mut windows) = mpsc::unbounded_channel();
    let mut crowd = Crowd::new(shop);
    let before = cpu();
    crowd.start(run, &load, &BTreeMap::new(), seen).await?;
    let end = tokio::time::sleep(last);
    tokio::pin!(end);
    loop {
        tokio::select! {
            Some(event) = windows.recv() => show(&event)?,
            () = &mut end => break,
        }
    }
    crowd.stop().await;
    while let Ok(event) = windows.try_recv() {
        show(&event)?;
    }
    let outcomes = crowd.promises("payment").outcomes;
    let count = |what: Outcome| outcomes.iter().filter(|outcome| **outcome == what).count();
    let sums = (outcomes.len(), count(Outcome::Ok), count(Outcome::Fail), count(Outcome::Info));
    writeln!(std::io::stdout(), "{run}: sent, acknowledged, refused, indeterminate: {sums:?}")?;
    if let (Some(before), Some(after), Ok(count @ 1..)) = (before, cpu(), u32::try_from(outcomes.len())) {
        writeln!(std::io::stdout(), "processor time per request: {:?}", after.saturating_sub(before) / count)?;
    }
    Ok(())
}

fn show(event: &EventKind) -> std::io::Result<()> {
    let EventKind::Traffic { window, .. } = event else { return Ok(()) };
    let [from, p50, p99, max, lag] = [window.from_s, window.p50_ms, window.p99_ms, window.max_ms, window.lag_p99_ms];
    let (ok, intended, reasons) = (window.ok, window.intended, &window.reasons);
    writeln!(
        std::io::stdout(),
        "{from:4.0}s {ok}/{intended} p50 {p50:.1} p99 {p99:.1} max {max:.1} lag {lag:.1} ms {reasons:?}"
    )
}

/// User and system time of this process so far, where the system tells.
fn cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name before the last bracket may hold anything; utime and stime are the 12th and 13th field behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
