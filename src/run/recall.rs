//! What scenarios showed while causes were confirmed and shrunk, so that none is sent twice.
//!
//! Many causes shrink through the same few scenarios: the plain request with one more member, say.
//! On a fixture that is as good as new they show the same each time. Guesses and tries are therefore
//! looked up here; what is reported in the end is always sent, on a fixture of its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::scenario::Scenario;

use super::played::Played;

/// The most scenarios that are remembered.
const MOST: usize = 4_000;

/// The longest scenario that is remembered: long ones are not met again.
const LONGEST: usize = 6;

/// Scenarios and what they showed.
#[derive(Default)]
pub struct Recall(Mutex<HashMap<Scenario, Played>>);

impl Recall {
    /// What a scenario showed, if it was played before.
    pub fn get(&self, scenario: &Scenario) -> Option<Played> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(scenario).cloned()
    }

    /// Remembers what a scenario showed. Races may go otherwise the next time, and what could not be
    /// judged may be judged then.
    pub fn keep(&self, scenario: &Scenario, played: &Played) {
        let is_lost =
            played.records.iter().any(|(_, record)| record.observation.answer().is_none());
        if scenario.has_race()
            || scenario.steps.len() > LONGEST
            || played.unjudged.is_some()
            || is_lost
        {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST {
            known.insert(scenario.clone(), played.clone());
        }
    }
}
