//! Fixtures made ahead of their use, where the target takes its time until a function is ready.
//!
//! Some targets leave a new function pending for half a second. A run that needs hundreds of
//! functions would spend most of its time waiting; while one is in use, the next is made.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::FixtureError;
use crate::scenario::Fixture;

use super::Engine;
use super::session::Session;

/// A fixture in the making.
pub(super) struct PendingFixture(tokio::task::JoinHandle<Result<Session, FixtureError>>);

impl PendingFixture {
    /// Begins to make a fixture.
    pub(super) fn begin(engine: &Arc<Engine>, fixture: &Fixture, label: String) -> Self {
        let (engine, fixture) = (Arc::clone(engine), fixture.clone());
        Self(tokio::spawn(async move { engine.open(&fixture, &label).await }))
    }

    /// The fixture, once it is made; none where making it ended early, which is our fault.
    pub(super) async fn made(self, engine: &Engine) -> Option<Result<Session, FixtureError>> {
        match self.0.await {
            Ok(made) => Some(made),
            Err(error) => {
                engine.bug(&format!("making a fixture ended early: {error}"));
                None
            }
        }
    }

    /// Deletes what was made and is not needed.
    pub(super) async fn discard(self, engine: &Engine) {
        if let Some(Ok(session)) = self.made(engine).await {
            engine.close(session).await;
        }
    }
}

/// How many batches each worker has fixtures made for, beside the one that it runs.
pub(super) const BATCHES_AHEAD: usize = 2;

/// How many fixtures of a kind stand ready at most, for each job.
const KEPT_READY: usize = 2;

/// Fixtures that are made before somebody asks for them: as many of a kind as were asked for so
/// far, up to a limit.
#[derive(Default)]
pub(super) struct FixturePool {
    kinds: Mutex<Vec<Kind>>,
    serial: AtomicU32,
}

struct Kind {
    fixture: Fixture,
    asked: usize,
    openings: VecDeque<PendingFixture>,
}

impl FixturePool {
    /// A fixture that nothing used yet, where one is ready or in the making; and more of its kind
    /// are begun.
    pub(super) fn take(&self, engine: &Arc<Engine>, fixture: &Fixture) -> Option<PendingFixture> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kinds.iter().position(|kind| kind.fixture == *fixture).unwrap_or_else(|| {
            let fixture = fixture.clone();
            kinds.push(Kind { fixture, asked: 0, openings: VecDeque::new() });
            kinds.len() - 1
        });
        let kind = &mut kinds[place];
        kind.asked += 1;
        let taken = kind.openings.pop_front();
        while kind.openings.len() < kind.asked.min(engine.options.jobs * KEPT_READY) {
            let label = format!("n{}", self.serial.fetch_add(1, Ordering::Relaxed));
            kind.openings.push_back(PendingFixture::begin(engine, fixture, label));
        }
        taken
    }

    /// Deletes what was made and not used.
    pub(super) async fn clear(&self, engine: &Engine) {
        let kinds = std::mem::take(&mut *self.kinds.lock().unwrap_or_else(PoisonError::into_inner));
        for opening in kinds.into_iter().flat_map(|kind| kind.openings) {
            opening.discard(engine).await;
        }
    }
}

impl Engine {
    /// A new fixture: one that was made ahead, or one whose functions bear the label.
    pub(super) async fn fresh(
        self: &Arc<Self>,
        fixture: &Fixture,
        label: &str,
    ) -> Result<Session, FixtureError> {
        if self.makes_ahead()
            && let Some(opening) = self.nursery.take(self, fixture)
            && let Some(made) = opening.made(self).await
        {
            return made;
        }
        self.open(fixture, label).await
    }

    /// Whether fixtures are made while others are in use. One thing at a time is one thing at a
    /// time, and on real AWS it is the rate that takes the time.
    pub(super) fn makes_ahead(&self) -> bool {
        self.options.jobs > 1
            && !self.is_adopted()
            && self.target.rails().is_none()
            && self.target.is_slow_to_activate()
    }
}
