//! The whole generator against a shop of pipes, on a clock that jumps.

use std::{io, rc::Rc, time::Duration};

use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::{mpsc, oneshot},
    task::{LocalSet, spawn_local},
    time::{Instant, sleep},
};

use super::{answers::Answers, connections::Dial, generator::drive, lane::Lane, request::Requests};
use crate::model::{
    customers::{Customers, Journey},
    event::EventKind,
    ledger::Outcome,
    units::Span,
    window::Window,
};

const PAID: (u16, &str) = (201, r#"{"id":"pay-1","status":"captured"}"#);

/// What the shop does with a request that comes so long after the run's zero.
enum Does {
    Answers(Duration, (u16, &'static str)),
    /// A 503 with these lines in its head.
    Refuses(&'static str),
    HangsUp,
    Nothing,
}

/// A shop whose doings depend on the time; `None` does not even take the connection.
struct Shop {
    zero: Instant,
    open: bool,
    does: Rc<dyn Fn(Duration) -> Does>,
}

impl Dial for Shop {
    type Io = TokioIo<DuplexStream>;

    async fn dial(&self) -> io::Result<Self::Io> {
        if !self.open {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (ours, theirs) = duplex(64 * 1024);
        spawn_local(serve(theirs, self.zero, Rc::clone(&self.does)));
        Ok(TokioIo::new(ours))
    }
}

async fn serve(mut pipe: DuplexStream, zero: Instant, does: Rc<dyn Fn(Duration) -> Does>) {
    let mut bytes = vec![0; 4096];
    // A request of ours is one small write.
    while let Ok(1..) = pipe.read(&mut bytes).await {
        match does(zero.elapsed()) {
            Does::Nothing => {}
            Does::HangsUp => return,
            Does::Refuses(head) => {
                let answer = format!("HTTP/1.1 503 x\r\n{head}content-length: 0\r\n\r\n");
                let _ = pipe.write_all(answer.as_bytes()).await;
            }
            Does::Answers(after, (status, body)) => {
                sleep(after).await;
                let length = body.len();
                let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\n\r\n{body}");
                let _ = pipe.write_all(answer.as_bytes()).await;
            }
        }
    }
}

/// Customers at a rate for a while; what was seen and told. `behind`: the generator begins so long after the run's zero.
async fn customers(
    rate: &str,
    timeout: Duration,
    last: Duration,
    behind: Duration,
    open: bool,
    does: impl Fn(Duration) -> Does + 'static,
) -> (Vec<Window>, Vec<Outcome>) {
    let customers = Customers::new(Journey::Payment, rate.parse().unwrap());
    crowd(&customers, timeout, last, behind, open, does).await
}

/// The same, of customers in full.
async fn crowd(
    customers: &Customers,
    timeout: Duration,
    last: Duration,
    behind: Duration,
    open: bool,
    does: impl Fn(Duration) -> Does + 'static,
) -> (Vec<Window>, Vec<Outcome>) {
    let zero = Instant::now();
    sleep(behind).await;
    let answers = Answers::default();
    let requests = Requests::new("payment", customers, "run", ([127, 0, 0, 1], 80).into());
    let patience = (Span::default(), Span(timeout));
    let lane = Lane::new("payment", customers, patience, requests, &[], answers.clone());
    let pipes = Shop { zero, open, does: Rc::new(does) };
    let (seen, mut windows) = mpsc::unbounded_channel();
    let (stop, told_to_stop) = oneshot::channel();
    LocalSet::new()
        .run_until(async {
            let driver = spawn_local(drive(vec![lane], pipes, zero, seen, told_to_stop));
            sleep(last).await;
            stop.send(()).unwrap();
            driver.await.unwrap();
        })
        .await;
    let mut held = Vec::new();
    while let Some(EventKind::Traffic { window, .. }) = windows.recv().await {
        assert_eq!(window.intended, window.ok + window.failed);
        held.push(window);
    }
    let outcomes = answers.outcomes.lock().unwrap().clone();
    assert_eq!(held.iter().map(|window| window.intended).sum::<u64>(), outcomes.len() as u64, "nothing is left out");
    (held, outcomes)
}

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_stall_of_a_second_is_seen_by_everyone_who_came_in_it() {
    // Frozen from 1 s to 2 s: whoever comes then is answered at 2 s. A closed loop would have sent one request.
    let frozen = |at: Duration| {
        let stall = if (SECOND..2 * SECOND).contains(&at) { (2 * SECOND).saturating_sub(at) } else { Duration::ZERO };
        Does::Answers(stall + 2 * MS, PAID)
    };
    let (windows, outcomes) = customers("100/s", 3 * SECOND, 4 * SECOND, Duration::ZERO, true, frozen).await;
    assert!(windows[0].p99_ms < 50.0, "{:?}", windows[0]);
    let stalled = &windows[1];
    assert_eq!((stalled.intended, stalled.ok), (100, 100));
    assert!(stalled.p99_ms > 900.0 && (400.0..600.0).contains(&stalled.p50_ms), "{stalled:?}");
    assert!(windows[2].p99_ms < 50.0);
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Ok));
}

#[tokio::test(start_paused = true)]
async fn who_still_waits_at_the_end_has_failed() {
    let (windows, outcomes) = customers("50/s", 2 * SECOND, 3 * SECOND, Duration::ZERO, true, |_| Does::Nothing).await;
    assert_eq!(windows.iter().map(|window| window.ok).sum::<u64>(), 0);
    for window in windows.iter().filter(|window| window.intended > 0) {
        assert_eq!(window.reasons.get("timeout"), Some(&window.failed));
        assert!((window.p50_ms - 2_000.0).abs() < 5.0 && (window.max_ms - 2_000.0).abs() < 5.0, "{window:?}");
    }
    assert!(outcomes.len() >= 150 && outcomes.iter().all(|outcome| *outcome == Outcome::Info));
}

#[tokio::test(start_paused = true)]
async fn a_503_counts_with_its_status_and_is_no_refusal() {
    let does = |_| Does::Answers(5 * MS, (503, r#"{"error":"pool timeout"}"#));
    let (windows, outcomes) = customers("100/s", SECOND, 2 * SECOND, Duration::ZERO, true, does).await;
    assert_eq!(windows[0].reasons.get("503"), Some(&100));
    assert!(
        outcomes.iter().all(|outcome| *outcome == Outcome::Info),
        "a pool's timeout does not say that nothing was done"
    );
}

#[tokio::test(start_paused = true)]
async fn who_may_wait_is_content_to_be_told_when_to_come_back() {
    let waits: Customers = serde_yaml::from_str("{ journey: browse, rate: 100/s, may-wait: true }").unwrap();
    let polite_at_first = |at| Does::Refuses(if at < SECOND { "retry-after: 5\r\n" } else { "" });
    let (windows, _) = crowd(&waits, SECOND, 3 * SECOND, Duration::ZERO, true, polite_at_first).await;
    assert_eq!((windows[0].ok, windows[1].ok), (100, 0));
    assert_eq!(windows[1].reasons.get("503"), Some(&100));
}

#[tokio::test(start_paused = true)]
async fn a_closed_door_fails_at_once_and_slows_nobody() {
    let (windows, outcomes) = customers("100/s", SECOND, 2 * SECOND, Duration::ZERO, false, |_| Does::Nothing).await;
    assert_eq!((windows[0].intended, windows[0].reasons.get("connect")), (100, Some(&100)));
    assert!(windows[0].max_ms < 50.0);
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Fail), "what was never sent cannot be in the books");
}

#[tokio::test(start_paused = true)]
async fn a_cut_line_leaves_the_customer_without_an_answer() {
    let (windows, outcomes) = customers("100/s", SECOND, 2 * SECOND, Duration::ZERO, true, |_| Does::HangsUp).await;
    assert_eq!(windows[0].reasons.get("cut"), Some(&100));
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Info));
}

#[tokio::test(start_paused = true)]
async fn a_generator_that_is_late_says_so_and_drops_nothing_silently() {
    // Ten seconds late: a hundred requests are due at once, and sixteen may be open.
    let (windows, _) = customers("10/s", SECOND, SECOND, 10 * SECOND, true, |_| Does::Answers(MS, PAID)).await;
    assert!(windows[0].lag_p99_ms > 9_000.0, "{:?}", windows[0]);
    let count = |reason: &str| windows.iter().filter_map(|window| window.reasons.get(reason)).sum::<u64>();
    assert!(count("overload") > 50 && count("timeout") > 0, "{windows:?}");
    assert!((windows[0].p50_ms - 1_000.0).abs() < 5.0, "never sent counts as the longest wait");
}

/// A promise that was kept early and falls due after the end used to count as kept, and never as given: shares above 100 %.
#[tokio::test(start_paused = true)]
async fn what_falls_due_after_the_end_counts_nowhere() {
    let zero = Instant::now();
    let customers: Customers =
        serde_yaml::from_str("{ journey: checkout, rate: 10/s, promises: { visible: 4s } }").unwrap();
    let requests = Requests::new("checkout", &customers, "run", ([127, 0, 0, 1], 80).into());
    let patience = (Span::default(), Span(Duration::from_secs(2)));
    let lane = Lane::new("checkout", &customers, patience, requests, &[], Answers::default());
    let placed = (201, r#"{"id":"1","status":"paid","total_cents":100}"#);
    let pipes = Shop { zero, open: true, does: Rc::new(move |_| Does::Answers(MS, placed)) };
    let (seen, mut windows) = mpsc::unbounded_channel();
    let (stop, told_to_stop) = oneshot::channel();
    LocalSet::new()
        .run_until(async {
            let driver = spawn_local(drive(vec![lane], pipes, zero, seen, told_to_stop));
            sleep(6_450 * MS).await;
            stop.send(()).unwrap();
            driver.await.unwrap();
        })
        .await;
    let mut kept = 0;
    while let Some(EventKind::Traffic { probe, window }) = windows.recv().await {
        assert_eq!(window.intended, window.ok + window.failed, "{probe} {window:?}");
        if probe == "checkout.visible" {
            kept += window.ok;
            assert!(window.p99_ms < 1_100.0, "kept a quarter of its time after it was given: {window:?}");
        }
    }
    assert_eq!(kept, 25, "those given in the first 2.45 s");
}
