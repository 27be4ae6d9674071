//! State that all parts of a run share: the target, the options, the budgets and common findings.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::client::{FixtureError, Target};
use crate::diagnose::Tape;
use crate::event::{Event, Warning};
use crate::scenario::Fixture;

use super::options::RunOptions;
use super::prefetch::{FixturePool, KEPT_READY, PendingFixture};
use super::session::Session;
use super::stale::StaleEntries;

/// How many of the resources that were left behind are named.
const FIRST_LEFT: usize = 5;

/// The part of the time of a run that exploring may take; the rest is for confirming and shrinking
/// what it found.
pub(super) fn exploring_of(max_time: Duration) -> Duration {
    max_time / 4 * 3
}

/// State that all parts of a run share.
pub struct Engine {
    /// The target.
    pub target: Target,
    /// The options of the run.
    pub options: RunOptions,
    emit: Box<dyn Fn(Event) + Send + Sync>,
    pub(super) started: Instant,
    pub(super) stopped: AtomicBool,
    pub(super) found: AtomicBool,
    pub(super) explored_until: AtomicU64,
    bugs: Mutex<Vec<String>>,
    /// Causes that were seen and not examined, beyond the bounds of a run.
    left_out: AtomicU64,
    leftovers: Mutex<Vec<String>>,
    stale: Mutex<StaleEntries>,
    /// Entries of known-failure files, by the numbers of file and entry, that were seen to fail.
    seen_again: Mutex<HashSet<(usize, usize)>>,
    pool: FixturePool,
    /// What was sent and answered for the counterexample of each cause.
    tapes: Mutex<Vec<Tape>>,
}

impl Engine {
    /// An engine; `emit` is given every event.
    pub fn new(
        target: Target,
        options: RunOptions,
        emit: impl Fn(Event) + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            target,
            options,
            emit: Box::new(emit),
            started: Instant::now(),
            stopped: AtomicBool::new(false),
            found: AtomicBool::new(false),
            explored_until: AtomicU64::new(u64::MAX),
            bugs: Mutex::new(Vec::new()),
            left_out: AtomicU64::new(0),
            leftovers: Mutex::new(Vec::new()),
            stale: Mutex::new(StaleEntries::default()),
            seen_again: Mutex::new(HashSet::new()),
            pool: FixturePool::default(),
            tapes: Mutex::default(),
        })
    }

    /// Tells the run to end: requests under way are given up. It still cleans up, for a few seconds,
    /// and reports what it has.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.target.halt("the run was interrupted");
    }

    /// The entries of the known-failure files that the run found to be stale.
    pub fn stale_entries(&self) -> StaleEntries {
        self.stale.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_stale_entries(&self, entries: StaleEntries) {
        *self.stale.lock().unwrap_or_else(PoisonError::into_inner) = entries;
    }

    /// Whether the run was told to end by [`stop`](Self::stop).
    pub fn is_interrupted(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.target.halted().is_some()
            || self.stopped.load(Ordering::Relaxed)
            || self.target.ended().is_some()
    }

    pub(super) fn exhausted(&self) -> bool {
        self.found.load(Ordering::Relaxed)
            || self.target.requests() >= self.options.max_requests
            || self.options.max_time.is_some_and(|most| self.started.elapsed() > exploring_of(most))
    }

    /// What could not be deleted, and how to remove it, for the reader of the result.
    pub(super) fn left_behind(&self, left: &[String]) -> Option<Warning> {
        let (first, more) = left.split_first()?;
        let mut detail = format!("{} left behind: {first}", left.len());
        for what in more.iter().take(FIRST_LEFT - 1) {
            let _ = write!(detail, "; {what}");
        }
        if left.len() > FIRST_LEFT {
            let _ = write!(detail, "; and {} more", left.len() - FIRST_LEFT);
        }
        let _ = write!(detail, "; remove with: {}", self.target.remedy());
        Some(Warning { id: "left-behind".into(), detail })
    }

    pub(super) fn is_adopted(&self) -> bool {
        self.options.function.is_some()
    }

    pub(super) fn may_shrink(&self) -> bool {
        let explored = self.explored_until.load(Ordering::Relaxed);
        self.target.requests().saturating_sub(explored) < self.options.max_shrink_requests
    }

    pub(super) fn emit(&self, event: Event) {
        (self.emit)(event);
    }

    pub(super) fn seen_again(&self, entry: (usize, usize)) {
        self.seen_again.lock().unwrap_or_else(PoisonError::into_inner).insert(entry);
    }

    pub(super) fn was_seen_again(&self, entry: (usize, usize)) -> bool {
        self.seen_again.lock().unwrap_or_else(PoisonError::into_inner).contains(&entry)
    }

    /// Keeps what was sent and answered for the counterexample of a cause.
    pub(super) fn keep_tape(&self, tape: Tape) {
        self.tapes.lock().unwrap_or_else(PoisonError::into_inner).push(tape);
    }

    /// What was kept of counterexamples; each is returned once.
    pub(super) fn take_tapes(&self) -> Vec<Tape> {
        std::mem::take(&mut *self.tapes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Records causes that were seen and not examined.
    pub(super) fn left_out(&self, causes: u32) {
        self.left_out.fetch_add(u64::from(causes), Ordering::Relaxed);
    }

    /// What was cut because the target showed more than a run examines.
    pub(super) fn cut(&self, beyond: u64) -> Option<Warning> {
        let left_out = self.left_out.load(Ordering::Relaxed);
        (left_out + beyond > 0).then(|| Warning {
            id: "causes-cut".into(),
            detail: format!(
                "the target fails in more ways than a run examines: {left_out} causes were not \
                 confirmed, and {beyond} findings of further causes were not kept"
            ),
        })
    }

    /// Records a bug of permspec, which the result reports.
    pub(super) fn bug(&self, what: &str) {
        self.bugs.lock().unwrap_or_else(PoisonError::into_inner).push(what.to_owned());
    }

    /// The bugs of this program that the run came across.
    pub(super) fn bugs(&self) -> Vec<String> {
        self.bugs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The resources that sessions could not delete; each is returned once.
    pub(super) fn take_leftovers(&self) -> Vec<String> {
        std::mem::take(&mut *self.leftovers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) async fn open(
        &self,
        fixture: &Fixture,
        label: &str,
    ) -> Result<Session, FixtureError> {
        match &self.options.function {
            Some(name) => Session::adopt(&self.target, fixture, name, self.options.judging).await,
            None => Session::open(&self.target, fixture, label, self.options.judging).await,
        }
    }

    pub(super) async fn close(&self, session: Session) {
        let Some(left) = session.close().await else { return };
        let mut leftovers = self.leftovers.lock().unwrap_or_else(PoisonError::into_inner);
        if !leftovers.contains(&left) {
            leftovers.push(left);
        }
    }

    /// A fixture that nothing has used yet: from the pool, or with functions named by `label`.
    pub(super) async fn fresh(
        self: &Arc<Self>,
        fixture: &Fixture,
        label: &str,
    ) -> Result<Session, FixtureError> {
        if self.prefetches() {
            let most = self.options.jobs * KEPT_READY;
            let pending = self.pool.take(fixture, most, |label| self.begin(fixture, label));
            if let Some(pending) = pending
                && let Some(made) = self.finish(pending).await
            {
                return made;
            }
        }
        self.open(fixture, label).await
    }

    /// Starts to make a fixture in the background.
    pub(super) fn begin(self: &Arc<Self>, fixture: &Fixture, label: String) -> PendingFixture {
        let (engine, fixture) = (Arc::clone(self), fixture.clone());
        PendingFixture::spawn(async move { engine.open(&fixture, &label).await })
    }

    /// Waits for a pending fixture; `None` if its task ended early, which is a bug of ours.
    pub(super) async fn finish(
        &self,
        pending: PendingFixture,
    ) -> Option<Result<Session, FixtureError>> {
        match pending.join().await {
            Ok(made) => Some(made),
            Err(error) => {
                self.bug(&format!("making a fixture ended early: {error}"));
                None
            }
        }
    }

    /// Deletes a pending fixture that is not needed.
    pub(super) async fn discard(&self, pending: PendingFixture) {
        if let Some(Ok(session)) = self.finish(pending).await {
            self.close(session).await;
        }
    }

    /// A fixture that has served and is as good as new, if there is one of that kind.
    pub(super) fn take_spare(&self, fixture: &Fixture) -> Option<Session> {
        self.pool.take_spare(fixture)
    }

    /// Keeps a fixture that has served for whoever needs one next, or deletes it.
    pub(super) async fn keep_spare(&self, session: Session) {
        let is_good = session.is_fresh() && !self.is_adopted();
        let most = if is_good { self.options.jobs * KEPT_READY } else { 0 };
        if let Some(session) = self.pool.keep_spare(session, most) {
            self.close(session).await;
        }
    }

    /// Deletes the fixtures that are left in the pool.
    pub(super) async fn clear_pool(&self) {
        for session in self.pool.drain_spares() {
            self.close(session).await;
        }
        for pending in self.pool.drain() {
            self.discard(pending).await;
        }
    }

    /// Whether fixtures are made while others are in use. A run with a single job sends one
    /// request at a time, and on real AWS the request rate is the bottleneck.
    pub(super) fn prefetches(&self) -> bool {
        self.options.jobs > 1
            && !self.is_adopted()
            && self.target.rails().is_none()
            && self.target.is_slow_to_activate()
    }
}
