//! Storefront 1.4.0 and payment 2.9.0 together, in minutes that pass in milliseconds: what happens after the bank was slow.
//!
//! **Invariant:** line and rule are those of the releases; only the customers, the network and the bank are made up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use prometheus::IntGauge;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::payment::bank_line_2_9_0::{Bounds, Line};
use crate::peer::{Miss, Retries};
use crate::storefront::retries_1_4_0;

/// Two pods of payment with four workers each serve 33 calls a second at this delay; 15 come.
const DELAY_MS: u64 = 240;
const SLOW_MS: u64 = DELAY_MS + 600;
const PER_SECOND: u64 = 15;
/// The deadlines of payment and of the storefront, as they are by default.
const CALL: Duration = Duration::from_secs(2);
const CHECKOUT: Duration = Duration::from_secs(8);
/// What a customer takes for an answer.
const IN_TIME: Duration = Duration::from_secs(2);

type Lines = Arc<[Line<()>; 2]>;

async fn check_out(lines: Lines, turn: Arc<AtomicUsize>, rule: Retries) -> Option<Duration> {
    let began = Instant::now();
    let paid = timeout(CHECKOUT, async {
        let mut retries = 0;
        loop {
            let line = &lines[turn.fetch_add(1, Ordering::Relaxed) % 2];
            if let Ok(Ok(_)) = timeout(CALL, line.call(())).await {
                return true;
            }
            let Some(pause) = rule.next(Miss::Unavailable, retries) else { return false };
            retries += 1;
            sleep(pause).await;
        }
    });
    matches!(paid.await, Ok(true)).then(|| began.elapsed())
}

/// The bank is slow from the tenth second to the 25th. The share of customers answered in time before, while, and from
/// half a minute after it on; and the longest line after it.
async fn story(rule: Retries, bounds: Bounds) -> ([f64; 3], i64) {
    let delay = Arc::new(AtomicU64::new(DELAY_MS));
    let gauge = || IntGauge::new("bank_queue_length", "waiting").unwrap();
    let gauges = [gauge(), gauge()];
    let line = |gauge: &IntGauge| {
        let delay = Arc::clone(&delay);
        let call = move |()| {
            let delay = Duration::from_millis(delay.load(Ordering::Relaxed));
            async move {
                sleep(delay).await;
                Ok(String::new())
            }
        };
        Line::start(bounds, gauge.clone(), call)
    };
    let (lines, turn): (Lines, _) = (Arc::new([line(&gauges[0]), line(&gauges[1])]), Arc::new(AtomicUsize::new(0)));
    let (began, mut customers, mut longest) = (Instant::now(), Vec::new(), 0);
    for number in 0..PER_SECOND * 90 {
        sleep_until(began + Duration::from_millis(number * 1000 / PER_SECOND)).await;
        let second = number / PER_SECOND;
        delay.store(if (10..25).contains(&second) { SLOW_MS } else { DELAY_MS }, Ordering::Relaxed);
        longest = if second < 25 { 0 } else { longest.max(gauges.iter().map(IntGauge::get).sum()) };
        customers.push((second, tokio::spawn(check_out(Arc::clone(&lines), Arc::clone(&turn), rule))));
    }
    let mut spans = [(0_u32, 0_u32); 3];
    for (second, customer) in customers {
        let in_time = customer.await.unwrap().is_some_and(|took| took <= IN_TIME);
        let span = match second {
            0..10 => 0,
            10..25 => 1,
            55.. => 2,
            _ => continue,
        };
        spans[span].0 += 1;
        spans[span].1 += u32::from(in_time);
    }
    (spans.map(|(all, good)| f64::from(good) / f64::from(all)), longest)
}

#[tokio::test(start_paused = true)]
async fn the_storm_outlives_what_began_it() {
    let ([before, _, after], longest) = story(retries_1_4_0::rule().unwrap(), Bounds::default()).await;
    assert!(before > 0.99, "healthy until the bank is slow: {before}");
    assert!(after < 0.1, "half a minute after the bank is quick again: {after}");
    assert!(longest > 500, "{longest} in line");
}

#[tokio::test(start_paused = true)]
async fn bounds_on_both_sides_end_it_with_its_cause() {
    let bounds = Bounds { calls: Some(40), wait: Some(Duration::from_millis(1500)) };
    let ([before, _, after], longest) = story(retries_1_4_0::rule().unwrap().with(0), bounds).await;
    assert!(before > 0.99 && after > 0.99, "{before} {after}");
    assert!(longest < 100, "{longest} in line");
}

#[tokio::test(start_paused = true)]
async fn bounds_on_the_line_alone_end_it_too() {
    let bounds = Bounds { calls: Some(40), wait: Some(Duration::from_millis(1500)) };
    let ([_, _, after], longest) = story(retries_1_4_0::rule().unwrap(), bounds).await;
    assert!(longest < 100, "{longest} in line");
    assert!(after > 0.99, "what is refused at once is not worked on in vain: {after}");
}
