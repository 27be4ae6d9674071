//! Answers as the snapshots hold them: what the target decides stands as in the recording
//! (`${account}`, `<revision:1>`), everything else to the letter.
//!
//! A statement or a policy is the text that came, so the order of its keys and its spacing count;
//! the members of the body around it are sorted. Of what is documented without an answer in
//! full, status, code and the ids of the statements are known.

use std::fmt::Write as _;

use permspec::observation::{Answer, Observation};
use permspec::scenario::CorpusFile;
use permspec::scenario::file::{FileStep, Recorded};
use serde_json::Value;

use super::replay::{Exchange, Known};

/// What was recorded.
pub fn recorded(file: &CorpusFile) -> String {
    let mut out = String::new();
    for (at, step) in file.steps.iter().enumerate() {
        if let FileStep::One { send, recorded: Some(recorded), .. } = step {
            let Recorded { id, status, code, body, .. } = recorded.as_ref();
            head(&mut out, at + 1, send.name(), Some(id));
            outcome(&mut out, *status, code.as_deref());
            if let Some(body) = body {
                members(&mut out, body, |_, value| value.clone());
            }
        }
    }
    out
}

/// What the target answered, as far as it is known what it should: with `brief`, also where no
/// answer was recorded.
pub fn given(exchanges: &[Exchange], brief: bool) -> String {
    let mut out = String::new();
    for exchange in exchanges {
        let Exchange { step, operation, recorded, answer, .. } = exchange;
        if recorded.is_none() && !brief {
            continue;
        }
        head(&mut out, *step, operation, recorded.as_ref().map(|known| known.told.id.as_str()));
        let answer = match answer {
            Observation::Answer(answer) => answer,
            Observation::Fault(fault) => {
                let _ = writeln!(out, "   {fault}");
                continue;
            }
        };
        outcome(&mut out, answer.status(), answer.code.as_deref());
        match recorded {
            Some(Known {
                told: Recorded { body: Some(told), .. }, body: Some(resolved), ..
            }) => {
                let empty = Value::String(String::from_utf8_lossy(&answer.response.body).into());
                members(&mut out, answer.json.as_ref().unwrap_or(&empty), |name, value| {
                    let as_told = resolved.get(name) == Some(value);
                    told.get(name).filter(|_| as_told).unwrap_or(value).clone()
                });
            }
            Some(_) => {}
            None => statement_ids(&mut out, answer),
        }
    }
    out
}

fn head(out: &mut String, step: usize, operation: &str, id: Option<&str>) {
    let id = id.map(|id| format!("  {id}")).unwrap_or_default();
    let _ = writeln!(out, "{step}  {operation}{id}");
}

fn outcome(out: &mut String, status: u16, code: Option<&str>) {
    let code = code.map(|code| format!(" {code}")).unwrap_or_default();
    let _ = writeln!(out, "   {status}{code}");
}

fn members(out: &mut String, body: &Value, show: impl Fn(&str, &Value) -> Value) {
    let Value::Object(members) = body else {
        let _ = writeln!(out, "   {body}");
        return;
    };
    let mut names: Vec<&String> = members.keys().collect();
    names.sort();
    for name in names {
        match show(name, &members[name]) {
            Value::String(text) => {
                let _ = writeln!(out, "   {name}: {text}");
            }
            other => {
                let _ = writeln!(out, "   {name}: (not a string) {other}");
            }
        }
    }
}

fn statement_ids(out: &mut String, answer: &Answer) {
    let Some(policy) = answer.nested("Policy") else { return };
    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
    let ids: Vec<&str> = statements.iter().filter_map(|one| one["Sid"].as_str()).collect();
    let _ = writeln!(out, "   statements {}", ids.join(", "));
}
