//! The complexity of a scenario.
//!
//! Every step of shrinking strictly reduces the weight, and only finitely many weights are smaller,
//! so shrinking ends.

use serde_json::Value;

use super::plain::{body_member, plain_value};
use crate::contract::Member;
use crate::scenario::{AddPermission, Body, Operation, Scenario, Step, Template};

/// The components of the complexity, compared in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    operations: usize,
    fixture: usize,
    members: usize,
    /// Values that are not the plain ones.
    peculiar: usize,
    /// Characters and bytes in those.
    characters: usize,
    /// How odd the characters are.
    oddity: usize,
}

/// The weight of a scenario.
pub fn weight(scenario: &Scenario) -> Weight {
    let mut weight = Weight {
        operations: scenario
            .steps
            .iter()
            .map(|step| match step {
                Step::One(_) => 1,
                Step::Together { together } => 1 + together.len(),
            })
            .sum(),
        fixture: scenario
            .fixture
            .functions
            .iter()
            .map(|function| {
                let named = usize::from(function.name_length > 0);
                1 + function.versions as usize + function.aliases.len() + named
            })
            .sum(),
        ..Weight::default()
    };
    for operation in scenario.operations() {
        weight.add_operation(operation);
    }
    weight
}

impl Weight {
    fn add_operation(&mut self, operation: &Operation) {
        self.peculiar += usize::from(!operation.spelling().is_plain());
        match operation {
            Operation::AddPermission(request) => self.add_request(request),
            Operation::GetPolicy(get) => {
                self.add_target(&get.function_name, get.qualifier.as_ref());
            }
            Operation::RemovePermission(remove) => {
                self.add_target(&remove.function_name, remove.qualifier.as_ref());
                self.add_text(Member::StatementId, remove.statement_id.as_str());
                if let Some(revision) = &remove.revision_id {
                    self.members += 1;
                    self.add_text(Member::RevisionId, revision.as_str());
                }
            }
            // What these hold is bound to the fixture, which is weighed.
            Operation::PublishVersion(_)
            | Operation::CreateAlias(_)
            | Operation::UpdateAlias(_)
            | Operation::DeleteAlias(_)
            | Operation::CreateFunction(_)
            | Operation::DeleteFunction(_) => {}
        }
    }

    fn add_request(&mut self, request: &AddPermission) {
        self.add_target(&request.function_name, request.qualifier.as_ref());
        match &request.body {
            Body::Members(members) => {
                for (name, value) in members {
                    self.members += 1;
                    let member = body_member(name);
                    if member.is_none_or(|member| plain_value(member) != *value) {
                        self.peculiar += 1;
                        self.add_value(value);
                    }
                }
            }
            Body::Raw(bytes) => {
                self.characters += bytes.len();
                self.oddity += bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>();
            }
        }
    }

    fn add_target(&mut self, function_name: &Template, qualifier: Option<&Template>) {
        self.add_text(Member::FunctionName, function_name.as_str());
        if let Some(qualifier) = qualifier {
            self.members += 1;
            self.add_text(Member::Qualifier, qualifier.as_str());
        }
    }

    fn add_text(&mut self, member: Member, text: &str) {
        if plain_value(member) != *text {
            self.peculiar += 1;
            self.add_characters(text);
        }
    }

    fn add_characters(&mut self, text: &str) {
        for c in text.chars() {
            self.characters += 1;
            self.oddity += oddity(c);
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::Null | Value::Bool(false) => {}
            Value::Bool(true) => self.oddity += 1,
            Value::Number(number) => self.add_characters(&number.to_string()),
            Value::String(text) => self.add_characters(text),
            Value::Array(items) => {
                for item in items {
                    self.characters += 1;
                    self.add_value(item);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.characters += 1;
                    self.add_characters(name);
                    self.add_value(member);
                }
            }
        }
    }
}

/// How odd a character is to a reader: small letters, digits, capitals, the rest of ASCII, the
/// rest of Unicode.
fn oddity(c: char) -> usize {
    let code = c as usize;
    match c {
        'a'..='z' => code - 'a' as usize,
        '0'..='9' => 30 + code - '0' as usize,
        'A'..='Z' => 50 + code - 'A' as usize,
        '!'..='~' => 100 + code,
        _ if c.is_ascii() => 300 + code,
        _ => 500 + code,
    }
}
