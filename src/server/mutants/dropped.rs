//! Dropping one member of an answer, with every residue that a serialiser may leave in its place.
//!
//! What is compared with nothing holds by accident: each mutant here must break the rule of the
//! member that it drops, whatever it writes instead.

use serde_json::{Map, Value, json};

use super::mutation::{Mutant, Mutation, Op};
use crate::contract::RuleId;
use crate::wire::WireResponse;

/// What is left of a member that is dropped.
#[derive(Clone, Copy)]
enum Residue {
    Absent,
    Null,
    Text,
    Object,
    List,
}

impl Residue {
    fn leave(self, members: &mut Map<String, Value>, name: &str) {
        let value = match self {
            Self::Absent => {
                members.shift_remove(name);
                return;
            }
            Self::Null => Value::Null,
            Self::Text => json!(""),
            Self::Object => json!({}),
            Self::List => json!([]),
        };
        if members.contains_key(name) {
            members.insert(name.to_owned(), value);
        }
    }
}

/// Drops a condition. The last one of its operator leaves the residue in the place of the operator,
/// the last one of all in the place of Condition.
fn condition(statement: &mut Map<String, Value>, operator: &str, key: &str, residue: Residue) {
    let Some(Value::Object(operators)) = statement.get_mut("Condition") else { return };
    let Some(Value::Object(keys)) = operators.get_mut(operator) else { return };
    if keys.shift_remove(key).is_none() || !keys.is_empty() {
        return;
    }
    if operators.len() > 1 {
        residue.leave(operators, operator);
    } else {
        residue.leave(statement, "Condition");
    }
}

/// Drops a condition, and leaves its operator and Condition, however empty.
fn emptied(statement: &mut Map<String, Value>, operator: &str, key: &str) {
    let keys = statement.get_mut("Condition").and_then(|all| all.get_mut(operator));
    if let Some(keys) = keys.and_then(Value::as_object_mut) {
        keys.shift_remove(key);
    }
}

/// Drops a member of the JSON body of the answers to one operation.
fn body(response: &mut WireResponse, is_meant: bool, name: &str, residue: Residue) {
    if !is_meant {
        return;
    }
    let Some(Value::Object(mut members)) = response.json() else { return };
    let known = members.keys().find(|known| known.eq_ignore_ascii_case(name)).cloned();
    if let Some(known) = known {
        residue.leave(&mut members, &known);
        response.body = Value::Object(members).to_string().into_bytes();
    }
}

macro_rules! mutant {
    ($name:expr, $about:expr, $rules:expr, $plant:expr) => {
        Mutant {
            name: $name,
            about: $about,
            rules: $rules,
            member: None,
            advisory: false,
            plants: &[$plant],
        }
    };
}

/// Five mutants a member, one a residue.
macro_rules! each_residue {
    ($list:ident: $($name:literal [$($rule:ident)+] => $residue:ident $plant:expr;)+) => {
        /// The mutants of this part of an answer.
        pub(super) static $list: &[Mutant] = &[
            $(each_residue!(@ $name "absent" [$($rule)+] $residue Absent $plant),
              each_residue!(@ $name "null" [$($rule)+] $residue Null $plant),
              each_residue!(@ $name "text" [$($rule)+] $residue Text $plant),
              each_residue!(@ $name "object" [$($rule)+] $residue Object $plant),
              each_residue!(@ $name "list" [$($rule)+] $residue List $plant),)+
        ];
    };
    (@ $name:literal $kind:literal [$($rule:ident)+] $residue:ident $variant:ident $plant:expr) => {
        mutant!(
            concat!("dropped-", $name, "-", $kind),
            concat!("drops ", $name, "; what is left is ", $kind),
            &[$(RuleId::$rule),+],
            {
                const $residue: Residue = Residue::$variant;
                $plant
            }
        )
    };
}

each_residue! { STATEMENT:
    "sid" [StatementSid] => R Mutation::EditStatement(|s, _| R.leave(s, "Sid"));
    "effect" [StatementEffect] => R Mutation::EditStatement(|s, _| R.leave(s, "Effect"));
    "principal" [PrincipalService StatementMembers]
        => R Mutation::EditStatement(|s, _| R.leave(s, "Principal"));
    "action" [StatementAction] => R Mutation::EditStatement(|s, _| R.leave(s, "Action"));
    "resource" [StatementResource] => R Mutation::EditStatement(|s, _| R.leave(s, "Resource"));
    "source-arn" [ConditionSourceArn]
        => R Mutation::EditStatement(|s, _| condition(s, "ArnLike", "AWS:SourceArn", R));
    "source-account" [ConditionSourceAccount]
        => R Mutation::EditStatement(|s, _| condition(s, "StringEquals", "AWS:SourceAccount", R));
    "principal-org-id" [ConditionPrincipalOrgId]
        => R Mutation::EditStatement(|s, _| condition(s, "StringEquals", "aws:PrincipalOrgID", R));
    "event-source-token" [ConditionEventSourceToken]
        => R Mutation::EditStatement(|s, _| {
            condition(s, "StringEquals", "lambda:EventSourceToken", R);
        });
    "function-url-auth-type" [ConditionFunctionUrlAuthType]
        => R Mutation::EditStatement(|s, _| {
            condition(s, "StringEquals", "lambda:FunctionUrlAuthType", R);
        });
}

each_residue! { DOCUMENT:
    "version" [PolicyDocument] => R Mutation::EditPolicy(|p| R.leave(p, "Version"));
    "id" [PolicyDocument] => R Mutation::EditPolicy(|p| R.leave(p, "Id"));
    "statements" [PolicyDocument PolicyExact]
        => R Mutation::EditPolicy(|p| R.leave(p, "Statement"));
}

each_residue! { ANSWER:
    "statement" [SuccessEnvelope]
        => R Mutation::EditAnswer(|answer, op| {
            let is_meant = op == Op::AddPermission && answer.status == 201;
            body(answer, is_meant, "Statement", R);
        });
    "policy" [PolicyDocument]
        => R Mutation::EditAnswer(|answer, op| {
            let is_meant = op == Op::GetPolicy && answer.status == 200;
            body(answer, is_meant, "Policy", R);
        });
    "revision-id" [PolicyDocument]
        => R Mutation::EditAnswer(|answer, op| {
            let is_meant = op == Op::GetPolicy && answer.status == 200;
            body(answer, is_meant, "RevisionId", R);
        });
}

/// Conditions of which an empty operator is left.
pub(super) static EMPTIED: &[Mutant] = &[
    mutant!(
        "emptied-source-arn",
        "drops SourceArn and leaves its operator empty",
        &[RuleId::ConditionSourceArn],
        Mutation::EditStatement(|s, _| emptied(s, "ArnLike", "AWS:SourceArn"))
    ),
    mutant!(
        "emptied-source-account",
        "drops SourceAccount and leaves its operator empty",
        &[RuleId::ConditionSourceAccount],
        Mutation::EditStatement(|s, _| emptied(s, "StringEquals", "AWS:SourceAccount"))
    ),
    mutant!(
        "emptied-principal-org-id",
        "drops PrincipalOrgID and leaves its operator empty",
        &[RuleId::ConditionPrincipalOrgId],
        Mutation::EditStatement(|s, _| emptied(s, "StringEquals", "aws:PrincipalOrgID"))
    ),
    mutant!(
        "emptied-event-source-token",
        "drops EventSourceToken and leaves its operator empty",
        &[RuleId::ConditionEventSourceToken],
        Mutation::EditStatement(|s, _| emptied(s, "StringEquals", "lambda:EventSourceToken"))
    ),
    mutant!(
        "emptied-function-url-auth-type",
        "drops FunctionUrlAuthType and leaves its operator empty",
        &[RuleId::ConditionFunctionUrlAuthType],
        Mutation::EditStatement(|s, _| emptied(s, "StringEquals", "lambda:FunctionUrlAuthType"))
    ),
];
