//! The walk through the AWS command line: members become flags, and errors are read as they are
//! told to a person.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Map, Value};

use super::walk::{Client, RecordedOutcome, Step};

/// It tells neither statuses nor the member Type.
pub const CLIENT: Client =
    Client { base: "ValidationException", tells_status: false, tells_type: false };

/// Takes the steps, each by a command of its own.
pub fn walk(steps: &[Step], command: impl Fn() -> Command) -> Vec<RecordedOutcome> {
    let mut revisions = BTreeMap::new();
    steps
        .iter()
        .map(|step| {
            let mut command = command();
            command.arg("lambda").arg(kebab(&step.call)).args(["--output", "json"]);
            command.args(flags(&step.with, &revisions));
            let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
            if output.status.success() {
                let answer: Map<String, Value> = match output.stdout.as_slice() {
                    [] => Map::new(),
                    text => serde_json::from_slice(text).unwrap(),
                };
                if let Some(revision) = answer.get("RevisionId").and_then(Value::as_str) {
                    revisions.insert(step.name.clone(), revision.to_owned());
                }
                let gives = answer.into_iter().filter(|(name, _)| step.gives.contains_key(name));
                RecordedOutcome { gives: gives.collect(), ..RecordedOutcome::default() }
            } else {
                refused(&step.call, &String::from_utf8(output.stderr).unwrap())
            }
        })
        .collect()
}

fn flags(members: &Map<String, Value>, revisions: &BTreeMap<String, String>) -> Vec<String> {
    let mut flags = Vec::new();
    for (name, value) in members {
        let flag = format!("--{}", kebab(name));
        match value {
            Value::Bool(true) => flags.push(flag),
            Value::Bool(false) => flags.push(format!("--no-{}", kebab(name))),
            Value::String(text) => {
                let earlier = text.strip_prefix("$revision.").map(|step| revisions[step].clone());
                flags.extend([flag, earlier.unwrap_or_else(|| text.clone())]);
            }
            other => flags.extend([flag, other.to_string()]),
        }
    }
    flags
}

/// Reads `An error occurred (CODE) when calling the CALL operation: MESSAGE`.
fn refused(call: &str, text: &str) -> RecordedOutcome {
    let read = || {
        let (_, text) = text.trim().split_once("An error occurred (")?;
        let (code, text) = text.split_once(')')?;
        let (_, text) = text.split_once(&format!("{call} operation"))?;
        // Where it gave up trying again it says so first.
        let text = match text.strip_prefix(" (reached max retries: ") {
            Some(rest) => rest.split_once(')')?.1,
            None => text,
        };
        let message = text.strip_prefix(": ")?;
        Some((code.to_owned(), message.to_owned()))
    };
    let (code, message) = read().unwrap_or_else(|| panic!("{call} failed: {text}"));
    // Its own kind of an error is the code in that line.
    RecordedOutcome {
        class: Some(code.clone()),
        code: Some(code),
        message: Some(message),
        ..RecordedOutcome::default()
    }
}

/// `PrincipalOrgID` as `principal-org-id`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_uppercase() && after_small {
            out.push('-');
        }
        after_small = letter.is_lowercase();
        out.extend(letter.to_lowercase());
    }
    out
}
