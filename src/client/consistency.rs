//! How soon a target shows what was written, and what had to be waited for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How soon reads show what was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Consistency {
    /// At once.
    #[default]
    Strong,
    /// Within this time: until then a read that contradicts what is known is repeated.
    Eventual(Duration),
}

impl Consistency {
    /// For how long a read that contradicts what is known is repeated.
    pub fn bound(self) -> Option<Duration> {
        match self {
            Self::Strong => None,
            Self::Eventual(bound) => Some(bound),
        }
    }
}

/// What had to be waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waited {
    /// Reads that were repeated until they showed what had been written.
    pub settled: u64,
    /// Reads that still contradicted it at the end of the bound.
    pub unsettled: u64,
    /// Maximum time until a write was visible.
    pub longest: Duration,
    /// The waiting in all.
    pub total: Duration,
}

/// Counts what had to be waited for.
#[derive(Debug, Default)]
pub(super) struct Waiting(Mutex<Waited>);

impl Waiting {
    /// Notes that a read was repeated for so long, and whether it then agreed.
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
