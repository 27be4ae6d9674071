//! The predicate of a known failure: what members of the failing request hold.

use std::borrow::Cow;

use serde_json::Value;

use super::glob;
use crate::contract::Member;
use crate::scenario::{AddPermission, Body, Operation, Scenario};

/// What the failing request must hold; nothing asked for holds always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When(pub Vec<(Member, Predicate)>);

/// What is asked of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// Its value fits a glob; a value that is not a string is taken as JSON text (`null`, `5`).
    Fits(String),
    /// It is there, or is not there.
    Present(bool),
}

impl When {
    /// Whether it holds of an operation of that step; a counterexample that is read back after
    /// its last step is judged by the last step.
    pub fn holds_at(&self, scenario: &Scenario, step: usize) -> bool {
        let step = scenario.steps.get(step).or_else(|| scenario.steps.last());
        self.0.is_empty()
            || step.is_some_and(|step| step.operations().iter().any(|o| self.holds_of(o)))
    }

    /// Whether it holds of any operation of the scenario.
    pub fn holds_somewhere(&self, scenario: &Scenario) -> bool {
        self.0.is_empty() || scenario.operations().any(|operation| self.holds_of(operation))
    }

    fn holds_of(&self, operation: &Operation) -> bool {
        self.0.iter().all(|(member, predicate)| {
            let value = value(operation, *member);
            match predicate {
                Predicate::Present(wanted) => value.is_some() == *wanted,
                Predicate::Fits(pattern) => value.is_some_and(|v| glob::fits(pattern, &v)),
            }
        })
    }
}

/// The value of a member of a request, as text.
fn value(operation: &Operation, member: Member) -> Option<Cow<'_, str>> {
    let (name, qualifier) = match operation {
        Operation::AddPermission(add) => (&add.function_name, &add.qualifier),
        Operation::GetPolicy(get) => (&get.function_name, &get.qualifier),
        Operation::RemovePermission(remove) => (&remove.function_name, &remove.qualifier),
        _ => return None,
    };
    match (member, operation) {
        (Member::FunctionName, _) => Some(name.as_str().into()),
        (Member::Qualifier, _) => qualifier.as_ref().map(|q| q.as_str().into()),
        (_, Operation::AddPermission(add)) => in_body(add, member),
        (Member::StatementId, Operation::RemovePermission(remove)) => {
            Some(remove.statement_id.as_str().into())
        }
        (Member::RevisionId, Operation::RemovePermission(remove)) => {
            remove.revision_id.as_ref().map(|revision| revision.as_str().into())
        }
        _ => None,
    }
}

fn in_body(add: &AddPermission, member: Member) -> Option<Cow<'_, str>> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match &add.body {
        Body::Members(members) => match members.get(member.name())? {
            Value::String(text) => Some(text.into()),
            other => Some(other.to_string().into()),
        },
        Body::Raw(bytes) => {
            let value: Value = serde_json::from_slice(bytes).ok()?;
            Some(text(value.get(member.name())?).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scenario::{Fixture, Template};

    fn scenario(body: Body) -> Scenario {
        let add = AddPermission {
            function_name: Template::reference("function.a"),
            qualifier: Some(Template::literal("live")),
            body,
            ..AddPermission::default()
        };
        Scenario::single(Fixture::plain(), add)
    }

    fn members(body: &Value) -> Body {
        Body::Members(body.as_object().unwrap().clone())
    }

    fn when(member: Member, glob: &str) -> When {
        When(vec![(member, Predicate::Fits(glob.into()))])
    }

    #[test]
    fn a_glob_is_held_against_path_query_and_body() {
        let dotted = scenario(members(&json!({"StatementId": "a.b", "SourceArn": null})));
        assert!(when(Member::StatementId, "*.*").holds_at(&dotted, 0));
        assert!(!when(Member::StatementId, "*-*").holds_at(&dotted, 0));
        assert!(when(Member::FunctionName, "${function.*}").holds_at(&dotted, 0));
        assert!(when(Member::Qualifier, "live").holds_at(&dotted, 0));
        assert!(when(Member::SourceArn, "null").holds_at(&dotted, 0));
        assert!(!when(Member::SourceAccount, "*").holds_at(&dotted, 0));
        assert!(when(Member::StatementId, "*.*").holds_at(&dotted, 7), "a read back after it");
    }

    #[test]
    fn a_body_in_bytes_is_read_where_it_is_an_object() {
        let object = scenario(Body::Raw(br#"{"StatementId":"a.b"}"#.to_vec()));
        assert!(when(Member::StatementId, "*.*").holds_at(&object, 0));
        let garbled = scenario(Body::Raw(b"{".to_vec()));
        assert!(!when(Member::StatementId, "*").holds_at(&garbled, 0));
        assert!(When::default().holds_at(&garbled, 0));
    }

    #[test]
    fn presence_and_absence_can_be_asked_for() {
        let plain = scenario(members(&json!({"StatementId": "a"})));
        let ask = |member, wanted| When(vec![(member, Predicate::Present(wanted))]);
        assert!(ask(Member::StatementId, true).holds_at(&plain, 0));
        assert!(ask(Member::SourceArn, false).holds_at(&plain, 0));
        assert!(!ask(Member::SourceArn, true).holds_at(&plain, 0));
    }
}
