//! Wrong everywhere at once: the faults that real servers have, each above many special ones.

use serde_json::{Value, json};

use super::mutation::Mutation::{AddFault, DropFault, EditAnswer, EditStatement, EditStored};
use super::mutation::{Op, RequestContext};
use super::tools::list;
use crate::contract::{ErrorCode, Member};
use crate::model::{PolicyState, RejectKind, RejectReason, constraint};
use crate::server::reply::ErrorReply;

/// Whether the fault is about what a member of the body or Qualifier may hold.
fn is_constraint(fault: &RejectReason) -> bool {
    fault.member.is_some_and(|member| member != Member::FunctionName)
        && matches!(
            fault.kind,
            RejectKind::Pattern
                | RejectKind::TooLong(_)
                | RejectKind::TooShort(_)
                | RejectKind::NotAValue
        )
}

/// The text of the member whose pattern is broken.
fn outside_pattern<'a>(
    fault: &RejectReason,
    ask: &'a RequestContext<'_>,
) -> Option<(Member, &'a str)> {
    let member = fault.member.filter(|_| is_constraint(fault))?;
    (fault.kind == RejectKind::Pattern).then_some((member, ask.text(member)?))
}

/// Whether the policy that the request speaks of holds so many statements.
fn holds(ask: &RequestContext<'_>, least: usize) -> bool {
    ask.resource.is_some_and(|resource| {
        let policy = ask.world.policy(&resource.function, resource.qualifier.as_deref());
        policy.last().statements.len() >= least
    })
}

list! {
    "constraints-unchecked" "holds no member against its pattern, its length or its values"
        [StatementIdPattern StatementIdLength ActionPattern PrincipalPattern SourceAccountPattern] ()
        => DropFault(|fault, _| is_constraint(fault));
    "patterns-unchecked" "holds no member against its pattern"
        [StatementIdPattern ActionPattern PrincipalPattern SourceAccountPattern] ()
        => DropFault(|fault, _| is_constraint(fault) && fault.kind == RejectKind::Pattern);
    "lengths-unchecked" "holds no member against its length"
        [StatementIdLength SourceAccountLength EventSourceTokenLength] ()
        => DropFault(|fault, _| {
            is_constraint(fault)
                && matches!(fault.kind, RejectKind::TooLong(_) | RejectKind::TooShort(_))
        });
    "patterns-searched" "finds every pattern anywhere in its member instead of matching the whole"
        [StatementIdPattern ActionPattern PrincipalPattern SourceAccountPattern] ()
        => DropFault(|fault, ask| {
            outside_pattern(fault, ask)
                .is_some_and(|(member, text)| constraint::holds_a_match(member, text))
        });
    "patterns-prefix-matched" "holds only the beginning of every member against its pattern"
        [StatementIdPattern ActionPattern PrincipalPattern SourceAccountPattern] ()
        => DropFault(|fault, ask| {
            outside_pattern(fault, ask)
                .is_some_and(|(member, text)| constraint::begins_with_a_match(member, text))
        });
    "patterns-allow-trailing-newline" "takes a newline behind every member, as $ in some languages does"
        [StatementIdPattern ActionPattern SourceAccountPattern] ()
        => DropFault(|fault, ask| {
            outside_pattern(fault, ask).is_some_and(|(member, text)| {
                text.strip_suffix('\n').is_some_and(|text| constraint::is_clean(member, text))
            })
        });
    "only-presence-checked" "checks that required members are there, and nothing of what they hold"
        [StatementIdPattern ActionPattern PrincipalPattern PrincipalInvalid] ()
        => DropFault(|fault, _| {
            is_constraint(fault)
                || matches!(
                    fault.kind,
                    RejectKind::WrongType(_)
                        | RejectKind::AuthTypeAction
                        | RejectKind::PrincipalInvalid
                        | RejectKind::MalformedArn
                )
        });
    "nothing-checked" "checks nothing of what the body's members hold, nor that required ones are there"
        [StatementIdPattern ActionPattern PrincipalPattern PrincipalInvalid StatementIdRequired ActionRequired PrincipalRequired] ()
        => DropFault(|fault, _| {
            is_constraint(fault)
                || matches!(
                    fault.kind,
                    RejectKind::WrongType(_)
                        | RejectKind::AuthTypeAction
                        | RejectKind::PrincipalInvalid
                        | RejectKind::MalformedArn
                        | RejectKind::Missing
                        | RejectKind::BodyEmpty
                )
        });
    "types-unchecked" "takes members of any JSON type"
        [MemberType] ()
        => DropFault(|fault, _| matches!(fault.kind, RejectKind::WrongType(_))),
        EditStatement(|statement, ask| {
            let sent = |member: Member| ask.body().and_then(|body| body.get(member.name()));
            for (member, key) in [(Member::StatementId, "Sid"), (Member::Action, "Action")] {
                if let Some(value) = sent(member).filter(|value| !value.is_string()) {
                    statement.insert(key.into(), value.clone());
                }
            }
        });
    "required-unchecked" "takes a request that lacks required members"
        [StatementIdRequired ActionRequired PrincipalRequired] ()
        => DropFault(|fault, _| matches!(fault.kind, RejectKind::Missing | RejectKind::BodyEmpty));
    "qualifiers-unchecked" "grants on versions and aliases that do not exist"
        [QualifierUnknownAlias QualifierUnknownVersion] ()
        => DropFault(|fault, _| {
            matches!(
                fault.kind,
                RejectKind::AliasNotFound
                    | RejectKind::VersionNotFound
                    | RejectKind::QualifierNotFound
            )
        });
    "conditions-lost" "stores and returns every grant without its conditions"
        [ConditionSourceArn ConditionSourceAccount] ()
        => EditStatement(|statement, _| drop(statement.shift_remove("Condition")));
    "members-become-statement" "returns and stores the members of the request as the statement"
        [StatementMembers StatementSid] ()
        => EditStatement(|statement, ask| {
            if let Some(body) = ask.body() {
                statement.clone_from(body);
            }
        });
    "policy-as-statement" "returns the whole policy as Statement"
        [StatementMembers SuccessEnvelope] ()
        => EditStatement(|statement, ask| {
            let known = ask.resource.map(|resource| {
                ask.world.policy(&resource.function, resource.qualifier.as_deref()).into_owned()
            });
            let mut list = known.as_ref().map(PolicyState::last).map_or_else(Vec::new, |policy| policy.statements.clone());
            list.push(Value::Object(std::mem::take(statement)));
            statement.insert("Version".into(), json!("2012-10-17"));
            statement.insert("Id".into(), json!("default"));
            statement.insert("Statement".into(), Value::Array(list));
        }),
        EditStored(|statement, _| {
            let own = statement.get_mut("Statement").and_then(Value::as_array_mut).and_then(Vec::pop);
            if let Some(Value::Object(own)) = own {
                *statement = own;
            }
        });
    "second-statement-500" "fails once the policy holds a statement"
        [StatementIdLength StatementIdPattern SuccessStatus PolicyOrder PrincipalAccepted] ()
        => AddFault(|ask| {
            holds(ask, 1).then(|| ErrorReply::new(ErrorCode::ServiceException, "Internal error"))
        });
    "every-refusal-500-page" "answers every refusal with a page and status 500"
        [ErrorShape ErrorNoServerFault] ()
        => EditAnswer(|response, op| {
            if response.status >= 400 && op != Op::Other {
                response.status = 500;
                response.headers.retain(|(name, _)| name != "x-amzn-errortype" && name != "content-type");
                response.headers.push(("content-type".into(), "text/html".into()));
                response.body = b"<html><h1>Internal Server Error</h1></html>".to_vec();
            }
        });
}
