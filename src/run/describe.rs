//! Short descriptions of scenarios.

use serde_json::Value;

use crate::contract::Member;
use crate::generate::plain;
use crate::observation::printable;
use crate::scenario::{AddPermission, Body, Operation, Scenario, Step};

/// A description of a scenario in one line.
pub fn describe(scenario: &Scenario) -> String {
    let parts: Vec<String> = scenario.steps.iter().map(describe_step).collect();
    match parts.len() {
        0 => "nothing".into(),
        1..=4 => parts.join("; "),
        more => format!("{} steps: {}; …; {}", more, parts[0], parts[more - 1]),
    }
}

fn describe_step(step: &Step) -> String {
    match step {
        Step::One(operation) => describe_operation(operation),
        Step::Together { together } => {
            let parts: Vec<String> = together.iter().take(3).map(describe_operation).collect();
            let more = together.len().saturating_sub(3);
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("at once: {}{tail}", parts.join(" | "))
        }
    }
}

/// A short description of an operation.
pub fn describe_operation(operation: &Operation) -> String {
    match operation {
        Operation::AddPermission(add) => format!("AddPermission {}", describe_add(add)),
        Operation::GetPolicy(get) => {
            let qualifier = get.qualifier.as_ref().map(|q| format!(" {q}")).unwrap_or_default();
            format!("GetPolicy{}", printable(&qualifier, 40))
        }
        Operation::RemovePermission(remove) => {
            format!("RemovePermission {}", printable(remove.statement_id.as_str(), 40))
        }
        Operation::PublishVersion(_) => "PublishVersion".into(),
        Operation::CreateAlias(alias) => format!("CreateAlias {}", alias.name),
        Operation::UpdateAlias(alias) => format!("UpdateAlias {}", alias.name),
        Operation::DeleteAlias(alias) => format!("DeleteAlias {}", alias.name),
        Operation::CreateFunction(_) => "CreateFunction".into(),
        Operation::DeleteFunction(_) => "DeleteFunction".into(),
    }
}

/// The differences between an AddPermission request and the plain one.
fn describe_add(add: &AddPermission) -> String {
    let mut parts = Vec::new();
    if add.function_name.as_str() != "${function.a}" {
        parts.push(format!("FunctionName {}", quoted(add.function_name.as_str())));
    }
    if let Some(qualifier) = &add.qualifier {
        parts.push(format!("Qualifier {}", quoted(qualifier.as_str())));
    }
    match &add.body {
        Body::Members(members) => {
            for member in Member::in_body() {
                match members.get(member.name()) {
                    None if member.required() => parts.push(format!("no {member}")),
                    None => {}
                    Some(value)
                        if member != Member::StatementId
                            && *value == plain::plain_value(member) => {}
                    Some(value) => parts.push(format!("{member} {}", short(value))),
                }
            }
            for (name, value) in members {
                if Member::from_name(name).is_none() {
                    parts.push(format!("{} {}", printable(name, 40), short(value)));
                }
            }
        }
        Body::Raw(bytes) => parts.push(format!("body {}", quoted(&String::from_utf8_lossy(bytes)))),
    }
    parts.join(", ")
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        other => printable(&other.to_string(), 60),
    }
}

fn quoted(text: &str) -> String {
    let length = text.chars().count();
    if length > 60 {
        format!("\"{}\" ({length} characters)", printable(text, 24))
    } else {
        // As JSON, so that trailing white space and control characters are visible.
        printable(&Value::String(text.to_owned()).to_string(), 400)
    }
}

/// The members of AddPermission with another value than in the plain request.
pub fn members_of(operation: &Operation) -> Vec<Member> {
    let Operation::AddPermission(add) = operation else { return Vec::new() };
    let mut members = Vec::new();
    if add.function_name.as_str() != "${function.a}" {
        members.push(Member::FunctionName);
    }
    if add.qualifier.is_some() {
        members.push(Member::Qualifier);
    }
    match &add.body {
        Body::Members(body) => members.extend(Member::in_body().filter(|member| {
            body.get(member.name())
                .map_or(member.required(), |value| *value != plain::plain_value(*member))
        })),
        Body::Raw(_) => {}
    }
    members
}
