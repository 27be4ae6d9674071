//! The limit on requests per second.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Spreads requests evenly over time.
#[derive(Debug)]
pub(super) struct Pace {
    /// The time between two requests; `None` without a limit.
    every: Option<Duration>,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// A limit on requests per second.
    pub(super) fn new(rate: Option<f64>) -> Self {
        let every = rate.filter(|rate| *rate > 0.0).and_then(|rate| {
            // A rate below one per hour makes no difference.
            Duration::try_from_secs_f64((1.0 / rate).min(3_600.0)).ok()
        });
        Self { every, next: Mutex::default() }
    }

    /// Waits until `count` requests may be sent together.
    pub(super) async fn turn(&self, count: u32) {
        let Some(every) = self.every else { return };
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let at = next.map_or(now, |next| next.max(now));
            *next = Some(at + every * count);
            at
        };
        tokio::time::sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_are_spread_evenly() {
        let pace = Pace::new(Some(100.0));
        let began = Instant::now();
        for count in [1, 3, 1] {
            pace.turn(count).await;
        }
        // The first at 0 ms, three at 10 ms, the last at 40 ms.
        assert!(began.elapsed() >= Duration::from_millis(39), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn without_a_rate_nothing_waits() {
        let began = Instant::now();
        let pace = Pace::new(None);
        for _ in 0..1_000 {
            pace.turn(1).await;
        }
        assert!(began.elapsed() < Duration::from_secs(1));
    }
}
