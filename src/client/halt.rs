//! How a run is told to end: one signal that every wait and every request of a target observes.
//!
//! After [`Target::halt`] no test request is sent any more, those under way are given up, and every
//! pause ends at once. Only requests that take back what was made still go out, for [`CLEANUP`].

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Target;
use crate::observation::TransportFault;

/// How long the clean-up may take once a run was told to end.
pub const CLEANUP: Duration = Duration::from_secs(3);

/// When and why a target was halted.
#[derive(Clone, Debug)]
struct Halted {
    at: Instant,
    why: String,
}

/// Whether the run was told to end.
#[derive(Debug)]
pub(super) struct Halt(watch::Sender<Option<Halted>>);

impl Default for Halt {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Halt {
    fn set(&self, why: &str) {
        self.0.send_if_modified(|halted| {
            let is_first = halted.is_none();
            if is_first {
                *halted = Some(Halted { at: Instant::now(), why: why.to_owned() });
            }
            is_first
        });
    }

    fn why(&self) -> Option<String> {
        self.0.borrow().as_ref().map(|halted| halted.why.clone())
    }

    /// The time that is left for the clean-up; none where nothing bounds it.
    pub(super) fn cleanup_left(&self) -> Option<Duration> {
        let halted = self.0.borrow();
        let until = halted.as_ref()?.at + CLEANUP;
        Some(until.saturating_duration_since(Instant::now()))
    }

    /// Waits until the run is told to end; for ever where it is not.
    async fn wait(&self) -> String {
        let mut receiver = self.0.subscribe();
        let halted = receiver.wait_for(Option::is_some).await;
        match halted.ok().and_then(|halted| halted.as_ref().map(|halted| halted.why.clone())) {
            Some(why) => why,
            None => std::future::pending().await,
        }
    }

    /// Waits until the time for the clean-up is over; for ever where the run is not told to end.
    async fn cleanup_over(&self) {
        self.wait().await;
        if let Some(left) = self.cleanup_left() {
            tokio::time::sleep(left).await;
        }
    }

    /// The work, unless the time for the clean-up ends before it is done. The run may be told to
    /// end while the work is under way.
    pub(super) async fn within_cleanup<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.cleanup_over() => None,
        }
    }

    /// The work, unless the run is told to end before it is done; then why.
    pub(super) async fn unless<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        tokio::select! {
            biased;
            why = self.wait() => Err(why),
            done = work => Ok(done),
        }
    }
}

impl Target {
    /// Ends the run on this target: see the top of this file. The first reason counts.
    pub fn halt(&self, why: &str) {
        self.shared.halt.set(why);
    }

    /// Why the run was told to end, where it was.
    pub fn halted(&self) -> Option<String> {
        self.shared.halt.why()
    }

    /// Halts the run at a moment, unless what is returned is dropped before.
    pub fn halt_at(&self, moment: std::time::Instant, why: String) -> Deadline {
        let target = self.clone();
        Deadline(tokio::spawn(async move {
            tokio::time::sleep_until(moment.into()).await;
            target.halt(&why);
        }))
    }

    /// Pauses; false where the run is told to end meanwhile.
    pub async fn pause(&self, time: Duration) -> bool {
        self.shared.halt.unless(tokio::time::sleep(time)).await.is_ok()
    }

    /// Pauses until a moment; false where the run is told to end meanwhile.
    pub async fn pause_until(&self, moment: std::time::Instant) -> bool {
        self.shared.halt.unless(tokio::time::sleep_until(moment.into())).await.is_ok()
    }

    /// The fault of a request that is not sent because the run was told to end.
    pub(super) fn over(&self) -> Option<TransportFault> {
        self.halted().map(TransportFault::Withheld)
    }
}

/// A moment at which a run is told to end; dropping it cancels that.
#[derive(Debug)]
pub struct Deadline(tokio::task::JoinHandle<()>);

impl Drop for Deadline {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_given_up_when_the_run_ends_and_the_first_reason_counts() {
        let halt = Halt::default();
        assert_eq!(halt.unless(async { 1 }).await, Ok(1));
        assert_eq!(halt.cleanup_left(), None);
        halt.set("one");
        halt.set("two");
        let given_up = halt.unless(std::future::pending::<()>()).await;
        assert_eq!(given_up, Err("one".to_owned()));
        assert!(halt.cleanup_left().is_some_and(|left| left <= CLEANUP && !left.is_zero()));
    }

    #[tokio::test]
    async fn a_clean_up_under_way_when_the_run_ends_has_no_more_time_than_one_begun_after() {
        let halt = Halt::default();
        assert_eq!(halt.within_cleanup(async { 1 }).await, Some(1));
        let began = Instant::now();
        let told = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            halt.set("enough");
        };
        let work = halt.within_cleanup(std::future::pending::<()>());
        let (given_up, ()) = tokio::join!(work, told);
        assert_eq!(given_up, None);
        assert!(began.elapsed() >= CLEANUP);
        assert!(began.elapsed() < CLEANUP + Duration::from_secs(1));
    }
}
