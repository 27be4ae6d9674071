//! The rules that an accepted request tests.

use serde_json::{Map, Value};

use super::input::Input;
use super::name::{Form, FunctionName};
use super::resource::PolicyResource;
use super::world::{PolicyState, World, statement_id};
use crate::contract::{Member, RuleId};

/// The rules that accepting the request tests: those about its differences from the plain request.
pub(super) fn accepted_rules(
    world: &World,
    name: &str,
    resource: Option<&PolicyResource>,
    input: &Input<'_>,
    members: &Map<String, Value>,
) -> Vec<RuleId> {
    let mut rules = Vec::new();
    let name = FunctionName::read(name);
    if let Some(name) = &name
        && (name.suffix.is_some() || matches!(name.form, Form::PartialArn | Form::Arn))
    {
        rules.push(RuleId::FunctionNameForms);
    }
    let function = resource.and_then(|resource| world.functions.get(&resource.function));
    let qualifier = resource.and_then(|resource| resource.qualifier.as_deref());
    if let (Some(function), Some(qualifier)) = (function, qualifier) {
        match function.aliases.get(qualifier).map(String::as_str) {
            Some("$LATEST") => rules.push(RuleId::QualifierAliasOnLatest),
            Some(_) => rules.push(RuleId::QualifierAlias),
            None => rules.push(RuleId::QualifierVersion),
        }
    }
    if let Some(sid) = input.get(Member::StatementId) {
        let length = sid.chars().count();
        // A long one is most likely refused for its length, a short one for its symbols.
        if length >= 99 {
            rules.push(RuleId::StatementIdLength);
        }
        if !sid.bytes().all(|byte| byte.is_ascii_lowercase()) && !is_counted_up(sid) {
            rules.push(RuleId::StatementIdPattern);
        }
        if let (Some(function), Some(resource)) = (function, resource) {
            let own = function.policies.get(&resource.qualifier).map(PolicyState::last);
            let removed = own.is_some_and(|policy| policy.removed.contains(sid));
            let other_case = own.is_some_and(|policy| {
                policy
                    .statements
                    .iter()
                    .filter_map(statement_id)
                    .any(|taken| taken != sid && taken.eq_ignore_ascii_case(sid))
            });
            let elsewhere = function.policies.iter().any(|(target, policy)| {
                *target != resource.qualifier && policy.last().statement(sid).is_some()
            });
            if removed {
                rules.push(RuleId::StatementIdReusable);
            }
            if other_case {
                rules.push(RuleId::StatementIdCaseSensitive);
            }
            if elsewhere {
                rules.push(RuleId::StatementIdUniquePerPolicy);
            }
        }
    }
    for member in Member::optional_in_body() {
        if let Some(value) = input.get(member) {
            let length = value.chars().count();
            rules.extend(match member {
                Member::SourceArn => Some(RuleId::SourceArnPattern),
                Member::SourceAccount => Some(RuleId::SourceAccountPattern),
                Member::PrincipalOrgId if length <= 12 || length >= 34 => {
                    Some(RuleId::PrincipalOrgIdLength)
                }
                Member::PrincipalOrgId => Some(RuleId::PrincipalOrgIdPattern),
                Member::EventSourceToken if length <= 1 || length >= 255 => {
                    Some(RuleId::EventSourceTokenLength)
                }
                Member::EventSourceToken => Some(RuleId::EventSourceTokenPattern),
                Member::FunctionUrlAuthType => Some(RuleId::FunctionUrlAuthTypeEnum),
                Member::RevisionId => Some(RuleId::RevisionIdCurrentAccepted),
                _ => None,
            });
        } else if members.get(member.name()) == Some(&Value::Null) {
            rules.push(RuleId::MemberNullOptional);
        }
    }
    // Last, since optional members often want another action or principal beside them.
    if input.get(Member::Action).is_some_and(|action| action != "lambda:InvokeFunction") {
        rules.push(RuleId::ActionPattern);
    }
    if input.get(Member::Principal).is_some_and(|principal| principal != "s3.amazonaws.com") {
        rules.push(RuleId::PrincipalAccepted);
    }
    if input.get(Member::StatementId).is_some_and(|sid| sid.chars().count() <= 1) {
        rules.push(RuleId::StatementIdLength);
    }
    rules
}

/// Whether a StatementId is one that only tells requests apart: letters, then digits.
fn is_counted_up(sid: &str) -> bool {
    let letters = sid.trim_end_matches(|symbol: char| symbol.is_ascii_digit());
    !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_lowercase())
}
