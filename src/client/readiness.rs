//! Waiting until a function is active.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Target;
use super::fixture::{FixtureError, ProvisionedFunction};
use super::lambda;
use super::provision::{success, text};
use crate::observation::{Answer, Observation, TransportFault, printable};

/// How long functions of a target take to become active.
#[derive(Debug)]
pub(super) struct Readiness {
    /// The shortest wait for a function that was pending at first, in milliseconds.
    shortest: AtomicU64,
    /// For how long a function that was made was not found on its policy's paths, in milliseconds.
    late: AtomicU64,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { shortest: AtomicU64::new(u64::MAX), late: AtomicU64::new(0) }
    }
}

/// Minimum interval between requests for the state of a function.
const SOON: Duration = Duration::from_millis(40);
/// Maximum interval between them.
const LATE: Duration = Duration::from_secs(1);
/// Functions that take longer than this are created in advance.
const SLOW: Duration = Duration::from_millis(100);

impl Readiness {
    fn note(&self, took: Duration) {
        self.shortest.fetch_min(took.as_millis() as u64, Ordering::Relaxed);
    }

    /// Notes that a new function was not found for so long.
    pub(super) fn note_late(&self, took: Duration) {
        self.late.fetch_max(took.as_millis() as u64, Ordering::Relaxed);
    }

    /// For how long a new function is better left alone: half as long again as one was not found.
    pub(super) fn late(&self) -> Duration {
        Duration::from_millis(self.late.load(Ordering::Relaxed)) * 3 / 2
    }

    fn shortest(&self) -> Option<Duration> {
        let shortest = self.shortest.load(Ordering::Relaxed);
        (shortest != u64::MAX).then(|| Duration::from_millis(shortest))
    }

    /// The wait before the first request for the state.
    fn first_pause(&self) -> Duration {
        self.shortest().unwrap_or(SOON).clamp(SOON, LATE)
    }
}

impl Target {
    /// Whether all functions so far were pending for some time.
    pub fn is_slow_to_activate(&self) -> bool {
        self.shared.readiness.shortest().is_some_and(|shortest| shortest >= SLOW)
    }

    /// Waits while the function is pending or being updated. A function in state `Failed` stays so,
    /// and permissions can be added to it.
    pub(super) async fn wait_until_ready(
        &self,
        name: &str,
        first: &Answer,
        function: &mut ProvisionedFunction,
    ) -> Result<(), FixtureError> {
        let limit = self.shared.config.patience.ready;
        let began = Instant::now();
        let usual = &self.shared.readiness;
        let mut pause = usual.first_pause();
        let mut answer = first.clone();
        loop {
            let state = text(&answer, "State").unwrap_or("Active");
            let update = text(&answer, "LastUpdateStatus").unwrap_or("Successful");
            if state != "Pending" && update != "InProgress" {
                if text(first, "State") == Some("Pending") {
                    usual.note(began.elapsed());
                }
                return Ok(());
            }
            if began.elapsed() + pause > limit {
                return Err(FixtureError::NeverReady {
                    name: name.to_owned(),
                    seconds: limit.as_secs(),
                    state: printable(&format!("State {state}, LastUpdateStatus {update}"), 120),
                });
            }
            if !self.pause(pause).await {
                let why = self.halted().unwrap_or_default();
                return Err(FixtureError::Withheld {
                    operation: "GetFunctionConfiguration",
                    name: name.to_owned(),
                    fault: TransportFault::Withheld(why),
                });
            }
            pause = (pause * 2).min(Duration::from_secs(1));
            let observation = self.send(&lambda::get_function_configuration(name)).await;
            let absent =
                matches!(&observation, Observation::Answer(answer) if answer.status() == 404);
            if absent && self.consistency().bound().is_some_and(|bound| began.elapsed() < bound) {
                continue;
            }
            answer = success("GetFunctionConfiguration", name, &observation)?.clone();
            function.keep_revision(&answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(waited: &[u64]) -> (Duration, Option<Duration>) {
        let readiness = Readiness::default();
        for ms in waited {
            readiness.note(Duration::from_millis(*ms));
        }
        (readiness.first_pause(), readiness.shortest())
    }

    #[test]
    fn the_first_question_comes_when_functions_are_usually_ready_within_limits() {
        assert_eq!(pauses(&[]), (SOON, None));
        assert_eq!(pauses(&[600, 510, 700]).0, Duration::from_millis(510));
        assert_eq!(pauses(&[3]).0, SOON);
        assert_eq!(pauses(&[9_000]).0, LATE);
    }

    #[test]
    fn one_function_that_was_ready_soon_makes_a_quick_target() {
        assert!(pauses(&[510, 700]).1.is_some_and(|shortest| shortest >= SLOW));
        assert!(pauses(&[510, 20]).1.is_some_and(|shortest| shortest < SLOW));
    }
}
