//! What a target is known never to answer, and how long an answer is waited for.
//!
//! A server that never answers requests with one certain member would cost a run the whole time
//! for one request, hundreds of times. What such requests have in common is counted: where nothing
//! with it was ever answered and a few were waited for in vain, no more need be sent to know it.
//! Where a target that otherwise answers soon let several requests wait, further ones are waited
//! for less long.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::wire::{Members, WireRequest};

/// Requests with something in common that are waited for in vain until no more are sent.
const IN_VAIN: u32 = 3;
/// Timeouts from which on further requests are waited for less long.
const SEVERAL: u32 = 4;
/// Answers that must have come before the usual time of one is known.
const KNOWN: u32 = 30;
/// How many times the longest answer so far is waited for.
const FACTOR: u32 = 20;
/// The shortest time that an answer is waited for.
const SHORTEST: Duration = Duration::from_secs(2);
/// How long a deletion is waited for where nothing is known of the target's pace.
const A_FEW_SECONDS: Duration = Duration::from_secs(5);
/// The most traits that are counted: they are made of what we send, so this is never reached.
const TRAITS: usize = 4_096;

/// Counts answers and timeouts.
#[derive(Debug, Default)]
pub(super) struct Hanging(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    answers: u32,
    timeouts: u32,
    /// Timeouts since the last answer.
    in_a_row: u32,
    longest: Duration,
    /// By trait: whether one with it was answered, and how many were not.
    traits: HashMap<String, (bool, u32)>,
}

impl Hanging {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request was answered after this time, or not at all.
    pub(super) fn note(&self, request: &WireRequest, answered: Option<Duration>) {
        let traits = traits(request);
        let counts = &mut *self.counts();
        if let Some(took) = answered {
            counts.answers = counts.answers.saturating_add(1);
            counts.longest = counts.longest.max(took);
            counts.in_a_row = 0;
        } else {
            counts.timeouts = counts.timeouts.saturating_add(1);
            counts.in_a_row = counts.in_a_row.saturating_add(1);
        }
        for name in traits {
            if counts.traits.len() >= TRAITS && !counts.traits.contains_key(&name) {
                continue;
            }
            let (was_answered, in_vain) = counts.traits.entry(name).or_default();
            match answered {
                Some(_) => *was_answered = true,
                None => *in_vain = in_vain.saturating_add(1),
            }
        }
    }

    /// What a request has in common with several that were waited for in vain, where nothing with
    /// it was ever answered.
    pub(super) fn hopeless(&self, request: &WireRequest) -> Option<String> {
        let counts = self.counts();
        if counts.timeouts < IN_VAIN {
            return None;
        }
        traits(request).into_iter().find(|name| {
            counts.traits.get(name).is_some_and(|(answered, tries)| !answered && *tries >= IN_VAIN)
        })
    }

    /// How long an answer is waited for, at most `usual`.
    pub(super) fn limit(&self, usual: Duration) -> Duration {
        let counts = self.counts();
        if counts.timeouts < SEVERAL || counts.answers < KNOWN {
            return usual;
        }
        (counts.longest * FACTOR).max(SHORTEST).min(usual)
    }

    /// How long an answer is waited for while things are cleaned up: the longer answers took so
    /// far, the longer; and not for long where nothing was answered lately.
    pub(super) fn silence(&self, usual: Duration) -> Duration {
        let counts = self.counts();
        let shortest = if counts.in_a_row >= IN_VAIN { SHORTEST } else { A_FEW_SECONDS };
        (counts.longest * 3).max(shortest).min(usual)
    }

    /// Whether the last requests, several of them, were all waited for in vain.
    pub(super) fn is_silent(&self) -> bool {
        self.counts().in_a_row >= IN_VAIN
    }
}

/// What requests can have in common: the operation, and with it each member.
fn traits(request: &WireRequest) -> Vec<String> {
    let operation = match request.path.rsplit('/').next() {
        Some("policy") => "policy",
        _ if request.path.contains("/policy/") => "statement",
        _ => return Vec::new(),
    };
    let operation = format!("{} {operation}", request.method);
    let members = match serde_json::from_slice::<Members>(&request.body) {
        Ok(Members(members)) => members.into_iter().map(|(name, _)| name).collect(),
        Err(_) => Vec::new(),
    };
    let parameters = request.query.split('&').filter_map(|pair| pair.split('=').next());
    let names = members.into_iter().chain(parameters.map(str::to_owned));
    let mut traits: Vec<String> = names
        .filter(|name| !name.is_empty() && name.len() <= 64)
        .map(|name| format!("{operation} with {name}"))
        .collect();
    traits.push(operation);
    traits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(body: &str) -> WireRequest {
        let path = "/2015-03-31/functions/f/policy".to_owned();
        WireRequest::new("POST", path).with_json(body.as_bytes().to_vec())
    }

    const FINE: &str = r#"{"Action":"x"}"#;
    const HANGS: &str = r#"{"Action":"x","SourceAccount":"1"}"#;

    #[test]
    fn what_is_never_answered_is_known_by_what_it_has_in_common() {
        let hanging = Hanging::default();
        hanging.note(&add(FINE), Some(Duration::from_millis(5)));
        for _ in 0..IN_VAIN {
            assert_eq!(hanging.hopeless(&add(HANGS)), None);
            hanging.note(&add(HANGS), None);
        }
        assert_eq!(
            hanging.hopeless(&add(HANGS)).as_deref(),
            Some("POST policy with SourceAccount")
        );
        assert_eq!(hanging.hopeless(&add(FINE)), None);
        hanging.note(&add(HANGS), Some(Duration::from_millis(5)));
        assert_eq!(hanging.hopeless(&add(HANGS)), None);
    }

    #[test]
    fn a_target_that_answers_soon_is_waited_for_less_long_after_several_timeouts() {
        let usual = Duration::from_secs(10);
        let hanging = Hanging::default();
        for _ in 0..KNOWN {
            hanging.note(&add(FINE), Some(Duration::from_millis(20)));
        }
        assert_eq!(hanging.limit(usual), usual);
        for _ in 0..SEVERAL {
            hanging.note(&add(HANGS), None);
        }
        assert_eq!(hanging.limit(usual), SHORTEST);
        assert_eq!(hanging.limit(Duration::from_secs(1)), Duration::from_secs(1));
        hanging.note(&add(FINE), Some(Duration::from_secs(4)));
        assert_eq!(hanging.limit(usual), usual);
        assert_eq!(hanging.silence(usual), usual);
    }
}
