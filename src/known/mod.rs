//! Known failures of a target, and why they are tolerated.
//!
//! This module parses files of known failures ([`KnownFile`]), decides whether an entry covers a
//! cause ([`KnownFile::covers`]), and adds and removes entries ([`update`]). The format is an
//! interface. Nothing here sends requests: the runner replays counterexamples to find stale
//! entries.
//!
//! Such files belong to an implementation; none is compiled into permspec.

mod glob;
mod parse;
pub mod update;
mod when;

use std::path::PathBuf;

pub use parse::{KnownError, Problem};
pub use when::{Predicate, When};

use crate::contract::RuleId;
use crate::event::Cause;
use crate::scenario::CorpusFile;

/// The version of the format that this program writes and reads.
pub const FORMAT: &str = "permspec.known/1";

/// A known-failure file.
#[derive(Clone, Debug, Default)]
pub struct KnownFile {
    /// Where it was read from, as the user named it.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// The known failures.
    pub known: Vec<Entry>,
    /// The rules that are known to be flaky.
    pub flaky: Vec<FlakyEntry>,
    /// The rules that are known not to be judged on this target.
    pub unjudged: Vec<FlakyEntry>,
}

/// One known failure.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The rule, or a glob of rules, as it is spelled.
    pub rule: String,
    /// The rules that it means.
    pub rules: Vec<RuleId>,
    /// What the failing request must hold.
    pub when: When,
    /// The fingerprint of the one cause that is meant.
    pub cause: Option<String>,
    /// The id of the bug that is meant: everything that it explains, whatever the rule. The rule
    /// is then that of the counterexample.
    pub bug: Option<String>,
    /// Why it is tolerated.
    pub reason: String,
    /// Where it is followed up.
    pub issue: Option<String>,
    /// The last day on which it is tolerated (`2027-01-31`).
    pub until: Option<String>,
    /// A scenario that shows it.
    pub counterexample: CorpusFile,
    /// Where that scenario is stored; absent where it is in the file itself.
    pub stored: Option<PathBuf>,
    /// The location of the entry.
    pub place: Place,
}

/// A rule that is known to be flaky: that it fails now and then leaves the run whole. A failure
/// that repeats is a violation all the same.
#[derive(Clone, Debug)]
pub struct FlakyEntry {
    /// The rule, or a glob of rules, as it is spelled.
    pub rule: String,
    /// The rules that it means.
    pub rules: Vec<RuleId>,
    /// Why it is tolerated.
    pub reason: String,
    /// Where it is followed up.
    pub issue: Option<String>,
    /// The last day on which it is tolerated.
    pub until: Option<String>,
    /// The location of the entry.
    pub place: Place,
}

/// The location of an entry in its file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its first line, from 1.
    pub first: usize,
    /// Its last line.
    pub last: usize,
    /// The byte at which it begins, with the comment directly above it.
    pub start: usize,
    /// The byte after it, with the empty lines that follow it.
    pub end: usize,
}

impl Place {
    /// The lines in words.
    pub fn lines(&self) -> String {
        if self.first == self.last {
            format!("line {}", self.first)
        } else {
            format!("lines {} to {}", self.first, self.last)
        }
    }
}

impl Entry {
    /// Whether it means this cause: its bug, where one is given, or rule, predicate and, where one
    /// is given, fingerprint.
    pub fn covers(&self, cause: &Cause) -> bool {
        if let Some(bug) = &self.bug {
            return cause.bug.as_ref().is_some_and(|known| known.id == *bug);
        }
        let named = self.cause.as_ref().is_none_or(|fingerprint| *fingerprint == cause.fingerprint);
        let example = &cause.counterexample;
        named
            && self.rules.contains(&cause.rule)
            && self.when.holds_at(&example.scenario, example.step)
    }

    /// Whether its time is over.
    pub fn is_expired(&self, today: &str) -> bool {
        is_over(self.until.as_deref(), today)
    }
}

impl FlakyEntry {
    /// Whether its time is over.
    pub fn is_expired(&self, today: &str) -> bool {
        is_over(self.until.as_deref(), today)
    }
}

/// Dates of one form compare as texts do.
fn is_over(until: Option<&str>, today: &str) -> bool {
    until.is_some_and(|until| until < today)
}

impl KnownFile {
    /// Why it is put up with that a rule could not be judged, where an entry says so that is not
    /// over by `today`.
    pub fn excuses(&self, rule: RuleId, today: &str) -> Option<&str> {
        let entry = self.unjudged.iter().find(|entry| entry.rules.contains(&rule))?;
        (!entry.is_expired(today)).then_some(entry.reason.as_str())
    }

    /// Why a cause is known, where it is: the reason, and where it is followed up.
    pub fn covers(&self, cause: &Cause) -> Option<String> {
        let found = if cause.flaky {
            let entry = self.flaky.iter().find(|entry| entry.rules.contains(&cause.rule))?;
            (&entry.reason, &entry.issue)
        } else {
            let entry = self.known.iter().find(|entry| entry.covers(cause))?;
            (&entry.reason, &entry.issue)
        };
        Some(match found {
            (reason, Some(issue)) => format!("{reason} ({issue})"),
            (reason, None) => reason.clone(),
        })
    }
}
