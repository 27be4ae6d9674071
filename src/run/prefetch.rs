//! Fixtures made before they are needed, for targets that take long to activate a function.
//!
//! Some targets leave a new function pending for half a second. A run that needs hundreds of
//! functions would spend most of its time waiting; while one is in use, the next is made.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::task::{JoinError, JoinHandle};

use crate::client::FixtureError;
use crate::scenario::Fixture;

use super::session::Session;

/// A fixture that is being made in the background.
pub(super) struct PendingFixture(JoinHandle<Result<Session, FixtureError>>);

impl PendingFixture {
    /// Makes a fixture on a task of its own.
    pub(super) fn spawn(
        make: impl Future<Output = Result<Session, FixtureError>> + Send + 'static,
    ) -> Self {
        Self(tokio::spawn(make))
    }

    /// Waits for the fixture.
    pub(super) async fn join(self) -> Result<Result<Session, FixtureError>, JoinError> {
        self.0.await
    }
}

/// How many batches each worker has fixtures made for, besides the one that it runs.
pub(super) const BATCHES_AHEAD: usize = 2;

/// How many unused fixtures of a kind each job keeps at most.
pub(super) const KEPT_READY: usize = 2;

/// Fixtures that are made before they are asked for: of each kind as many as were asked for so
/// far, up to a limit.
#[derive(Default)]
pub(super) struct FixturePool {
    kinds: Mutex<Vec<Kind>>,
    /// Fixtures that served, and are as good as new.
    spares: Mutex<Vec<Session>>,
    serial: AtomicU32,
}

struct Kind {
    fixture: Fixture,
    asked: usize,
    pending: VecDeque<PendingFixture>,
}

impl FixturePool {
    /// Takes a fixture of a kind, if one is ready or in the making, and has `begin` make more
    /// under the label it is given, up to `most`.
    pub(super) fn take(
        &self,
        fixture: &Fixture,
        most: usize,
        begin: impl Fn(String) -> PendingFixture,
    ) -> Option<PendingFixture> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kinds.iter().position(|kind| kind.fixture == *fixture).unwrap_or_else(|| {
            let fixture = fixture.clone();
            kinds.push(Kind { fixture, asked: 0, pending: VecDeque::new() });
            kinds.len() - 1
        });
        let kind = &mut kinds[place];
        kind.asked += 1;
        let taken = kind.pending.pop_front();
        while kind.pending.len() < kind.asked.min(most) {
            let label = format!("n{}", self.serial.fetch_add(1, Ordering::Relaxed));
            kind.pending.push_back(begin(label));
        }
        taken
    }

    /// Takes a fixture of a kind that has served and is as good as new.
    pub(super) fn take_spare(&self, fixture: &Fixture) -> Option<Session> {
        let mut spares = self.spares.lock().unwrap_or_else(PoisonError::into_inner);
        let place = spares.iter().position(|session| session.fixture == *fixture)?;
        Some(spares.swap_remove(place))
    }

    /// Keeps a fixture that is as good as new for whoever needs one next; returns it if there are
    /// `most` already.
    pub(super) fn keep_spare(&self, session: Session, most: usize) -> Option<Session> {
        let mut spares = self.spares.lock().unwrap_or_else(PoisonError::into_inner);
        if spares.len() >= most {
            return Some(session);
        }
        spares.push(session);
        None
    }

    /// Takes all fixtures that have served.
    pub(super) fn drain_spares(&self) -> Vec<Session> {
        std::mem::take(&mut *self.spares.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Empties the pool of what is ready or in the making.
    pub(super) fn drain(&self) -> Vec<PendingFixture> {
        let kinds = std::mem::take(&mut *self.kinds.lock().unwrap_or_else(PoisonError::into_inner));
        kinds.into_iter().flat_map(|kind| kind.pending).collect()
    }
}
