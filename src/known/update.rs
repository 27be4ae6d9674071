//! The text of a known-failure file with entries added and removed; every other line is kept.

use std::fmt::Write as _;

use super::{FORMAT, KnownFile};
use crate::event::Cause;

/// An entry to be added.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The rule.
    pub rule: String,
    /// The fingerprint of the cause, where no bug explains it.
    pub cause: Option<String>,
    /// The id of the bug that is listed with everything that it explains.
    pub bug: Option<String>,
    /// Where the counterexample is stored, relative to the file.
    pub counterexample: String,
    /// Why it is tolerated.
    pub reason: String,
    /// What is wrong, in a line: a comment.
    pub brief: String,
}

impl NewEntry {
    /// The entry for a cause.
    pub fn new(cause: &Cause, counterexample: String, reason: &str) -> Self {
        Self {
            rule: cause.rule.name().to_owned(),
            cause: cause.bug.is_none().then(|| cause.fingerprint.clone()),
            bug: cause.bug.as_ref().map(|bug| bug.id.clone()),
            counterexample,
            reason: reason.to_owned(),
            brief: cause.brief.clone(),
        }
    }
}

/// The text of `file` without the known failures of these numbers and with new ones at its end.
pub fn updated(file: &KnownFile, gone: &[usize], new: &[NewEntry]) -> String {
    let mut text = file.text.clone();
    let mut places: Vec<_> =
        gone.iter().filter_map(|at| file.known.get(*at)).map(|entry| entry.place).collect();
    // From the end, so that what is cut moves nothing that is still to be cut.
    places.sort_by_key(|place| std::cmp::Reverse(place.start));
    for place in places {
        text.replace_range(place.start..place.end, "");
    }
    if text.trim().is_empty() {
        text = format!(
            "# Known failures: what is listed here is reported and does not fail a run.\n\
             format = \"{FORMAT}\"\n"
        );
    }
    for entry in new {
        let kept = text.trim_end().len();
        text.truncate(kept);
        let NewEntry { rule, cause, bug, counterexample, reason, brief } = entry;
        let (kind, id) = match (bug, cause) {
            (Some(bug), _) => ("bug", bug.as_str()),
            (None, cause) => ("cause", cause.as_deref().unwrap_or_default()),
        };
        let _ = write!(
            text,
            "\n\n# {}\n[[known]]\nrule = {}\nreason = {}\n{kind} = {}\ncounterexample = {}\n",
            comment(brief),
            quoted(rule),
            quoted(reason),
            quoted(id),
            quoted(counterexample)
        );
    }
    text
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text as the rest of a comment: what a target said must not end the line.
fn comment(text: &str) -> String {
    crate::observation::printable(text, 160)
}
