//! Chance, counted: a hundred thousand packets each.
//!
//! **Invariant**: every test has a seed: it passes always or never.

use super::decide::*;
use std::time::Duration;

const PACKETS: u32 = 100_000;

fn shape() -> Shape {
    Shape {
        delay: Duration::ZERO,
        jitter: Duration::ZERO,
        distribution: Distribution::Normal,
        lose: 0.0,
        duplicate: 0.0,
        corrupt: 0.0,
        correlation: 0.0,
    }
}

fn decisions(shape: &Shape, seed: u64) -> Vec<Decision> {
    let mut state = State::new(shape, seed);
    (0..PACKETS).map(|_| decide(shape, &mut state)).collect()
}

fn share(decisions: &[Decision], of: impl Fn(&Decision) -> bool) -> f64 {
    f64::from(u32::try_from(decisions.iter().filter(|fate| of(fate)).count()).unwrap()) / f64::from(PACKETS)
}

#[test]
fn shares_hold_whatever_the_correlation() {
    for correlation in [0.0, 0.25, 0.75] {
        let shape = Shape { lose: 0.05, duplicate: 0.01, corrupt: 0.5, correlation, ..shape() };
        let fates = decisions(&shape, 1);
        let close = |share: f64, asked: f64| assert!((share / asked - 1.0).abs() < 0.1, "{share} for {asked}");
        close(share(&fates, |fate| fate.lost), 0.05);
        close(share(&fates, |fate| fate.duplicate), 0.01);
        close(share(&fates, |fate| fate.corrupt.is_some()), 0.5);
    }
    let all = Shape { lose: 1.0, correlation: 0.5, ..shape() };
    assert!(decisions(&all, 1).iter().all(|fate| fate.lost && !fate.duplicate));
}

#[test]
fn correlation_makes_runs_longer() {
    let mean_run = |correlation| {
        let fates = decisions(&Shape { lose: 0.1, correlation, ..shape() }, 2);
        let runs = fates.windows(2).filter(|pair| pair[1].lost && !pair[0].lost).count();
        share(&fates, |fate| fate.lost) * f64::from(PACKETS) / f64::from(u32::try_from(runs).unwrap())
    };
    let (none, some, much) = (mean_run(0.0), mean_run(0.25), mean_run(0.75));
    assert!((none - 1.0 / 0.9).abs() < 0.02, "{none}");
    assert!(some > none * 1.1 && much > some * 1.3, "{none} {some} {much}");
}

#[test]
fn the_same_seed_decides_the_same() {
    let shape = Shape { lose: 0.3, corrupt: 0.3, jitter: Duration::from_millis(5), correlation: 0.2, ..shape() };
    assert_eq!(decisions(&shape, 7), decisions(&shape, 7));
    assert_ne!(decisions(&shape, 7), decisions(&shape, 8));
    let held = Shape { delay: Duration::from_secs(1), ..shape.clone() };
    let lost = |shape| decisions(shape, 7).iter().map(|fate| fate.lost).collect::<Vec<_>>();
    assert_eq!(lost(&shape), lost(&held), "who is lost does not hang on the delay");
}

#[test]
fn delays_have_the_mean_and_the_spread_asked_for() {
    // Half the width of a uniform distribution is √3 standard deviations. A Pareto tail makes its own measure uncertain.
    let cases = [
        (Distribution::Uniform, 10.0 / 3_f64.sqrt(), 0.02),
        (Distribution::Normal, 10.0, 0.02),
        (Distribution::Pareto, 10.0, 0.15),
    ];
    for (distribution, deviation, within) in cases {
        let (delay, jitter) = (Duration::from_millis(60), Duration::from_millis(10));
        let fates = decisions(&Shape { delay, jitter, distribution, ..shape() }, 3);
        let ms: Vec<_> = fates.iter().map(|fate| fate.delay.as_secs_f64() * 1e3).collect();
        let mean = ms.iter().sum::<f64>() / f64::from(PACKETS);
        let spread = (ms.iter().map(|ms| (ms - mean).powi(2)).sum::<f64>() / f64::from(PACKETS)).sqrt();
        assert!((mean / 60.0 - 1.0).abs() < 0.02, "{distribution:?}: mean {mean}");
        assert!((spread / deviation - 1.0).abs() < within, "{distribution:?}: spread {spread}");
    }
}

#[test]
fn no_delay_is_below_zero_and_without_jitter_all_are_equal() {
    let jitter = Duration::from_millis(10);
    let short = Shape { delay: Duration::from_millis(5), jitter, ..shape() };
    let none = share(&decisions(&short, 4), |fate| fate.delay.is_zero());
    assert!((none - 0.309).abs() < 0.01, "below half a deviation lie 31 %, not {none}");
    let fixed = Shape { delay: jitter, ..shape() };
    assert!(decisions(&fixed, 4).iter().all(|fate| fate.delay == jitter));
}
