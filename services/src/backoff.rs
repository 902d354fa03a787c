//! How long to wait before trying again: doubling, bounded, and never in step with the neighbour.
//!
//! **Invariant:** a delay is at most `LONGEST` and at least half of its step, whatever the number of attempts.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(1);

/// The sequence of delays of one thing that is tried again and again.
#[derive(Default)]
pub(crate) struct Backoff {
    attempts: u32,
}

impl Backoff {
    /// Waits longer than the last time.
    pub(crate) async fn wait(&mut self) {
        // A fresh `RandomState` is seeded differently each time: enough to spread two replicas apart.
        let chance = RandomState::new().hash_one(self.attempts) % 1000;
        let delay = delay(self.attempts, chance);
        self.attempts = self.attempts.saturating_add(1);
        tokio::time::sleep(delay).await;
    }

    /// The thing worked: the next trouble starts from the shortest delay.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// The delay after `attempts` failures; `per_mille` spreads it over the upper half of its step.
fn delay(attempts: u32, per_mille: u64) -> Duration {
    let step = FIRST.saturating_mul(1 << attempts.min(10)).min(LONGEST);
    let half = step / 2;
    half + half.mul_f64(f64::from(u32::try_from(per_mille.min(1000)).unwrap_or(1000)) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_longest() {
        let steps: Vec<_> = (0..7).map(|attempt| delay(attempt, 1000).as_millis()).collect();
        assert_eq!(steps, [50, 100, 200, 400, 800, 1000, 1000]);
        assert_eq!(delay(u32::MAX, 1000), LONGEST);
    }

    #[test]
    fn chance_stays_in_the_upper_half() {
        assert_eq!(delay(1, 0), Duration::from_millis(50));
        assert_eq!(delay(1, 500), Duration::from_millis(75));
        assert_eq!(delay(1, 9999), Duration::from_millis(100));
    }
}
