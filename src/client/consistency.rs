//! Consistency of reads after writes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// When reads show earlier writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// Immediately.
    #[default]
    Strong,
    /// Within this time. Until then, a read that contradicts an earlier write is repeated.
    Eventual(Duration),
}

impl Consistency {
    /// The time for which a contradicting read is repeated.
    pub fn bound(self) -> Option<Duration> {
        match self {
            Self::Strong => None,
            Self::Eventual(bound) => Some(bound),
        }
    }
}

/// Statistics of repeated reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// Number of reads that were repeated until they showed a write.
    pub settled: u64,
    /// Number of reads that still contradicted a write after the maximum time.
    pub unsettled: u64,
    /// Maximum time until a write was visible.
    pub longest: Duration,
    /// Total wait.
    pub total: Duration,
}

/// Counts repeated reads.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Waited>);

impl Waiting {
    /// Notes how long a read was repeated, and whether it then showed the write.
    pub(super) fn note(&self, took: Duration, agreed: bool) {
        let mut waited = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waited.total += took;
        if agreed {
            waited.settled += 1;
            waited.longest = waited.longest.max(took);
        } else {
            waited.unsettled += 1;
        }
    }

    pub(super) fn waited(&self) -> Waited {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
