//! Wrong with the body as a whole and with the JSON types of its members.

use serde_json::{Value, json};

use super::mutation::Mutation::{DropFault, EditError, EditStatement, RewriteRequest};
use super::tools::{edit_body, list};
use crate::contract::{Kind, Member};
use crate::model::{ParsedBody, RejectKind};

list! {
    "body-empty-accepted" "takes an empty body, as MiniStack does"
        [BodyEmpty] ()
        => DropFault(|fault, _| fault.kind == RejectKind::BodyEmpty);
    "body-malformed-accepted" "takes a body that is not JSON as an empty object and grants, as MiniStack does"
        [BodyMalformed] ()
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::BodyMalformed && ask.add.body == ParsedBody::Malformed
        });
    "body-list-accepted" "takes a JSON body that is no object"
        [BodyNotAnObject] ()
        => DropFault(|fault, _| fault.kind == RejectKind::BodyNotAnObject);
    "body-tail-ignored" "overlooks what stands behind the JSON object"
        [BodyMalformed] () advisory
        => RewriteRequest(|request, _| {
            let mut values = serde_json::Deserializer::from_slice(&request.body).into_iter::<Value>();
            if let Some(Ok(first)) = values.next()
                && first.is_object()
            {
                request.body = first.to_string().into_bytes();
            }
        });
    "body-bad-utf8-replaced" "replaces bytes that are not UTF-8"
        [BodyMalformed StatementIdPattern] ()
        => RewriteRequest(|request, _| {
            if std::str::from_utf8(&request.body).is_err() {
                request.body =
                    br#"{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"*"}"#.to_vec();
            }
        });
    "body-unclosed-accepted" "closes an object that was left open"
        [BodyMalformed] ()
        => RewriteRequest(|request, _| {
            if request.body.starts_with(b"{") && request.body.ends_with(b"\"") {
                request.body.push(b'}');
            }
        });
    "malformed-500" "fails on a body that is not JSON, as moto does"
        [BodyMalformed ErrorNoServerFault] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::BodyMalformed) {
                reply.status = 500;
                reply.code = "ServiceException".into();
            }
        });
    "empty-body-500" "fails on an empty body, as moto does"
        [BodyEmpty ErrorNoServerFault] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::BodyEmpty) {
                reply.status = 500;
                reply.code = "ServiceException".into();
            }
        });
    "list-body-500" "fails on a JSON body that is no object, as MiniStack does"
        [BodyNotAnObject ErrorNoServerFault] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::BodyNotAnObject) {
                reply.status = 500;
                reply.code = "ServiceException".into();
            }
        });
    "wrong-type-500" "fails on a member of a wrong type, as MiniStack does"
        [MemberType ErrorNoServerFault] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| matches!(fault.kind, RejectKind::WrongType(_))) {
                reply.status = 500;
                reply.code = "ServiceException".into();
            }
        });
    "numbers-become-text" "takes a number for a text"
        [MemberType] ()
        => RewriteRequest(|request, _| edit_body(request, |members| {
            for (_, value) in members.iter_mut().filter(|(_, value)| value.is_number()) {
                *value = json!(value.to_string());
            }
        }));
    "booleans-become-text" "takes true and false for texts"
        [MemberType] ()
        => RewriteRequest(|request, _| edit_body(request, |members| {
            for (name, value) in members.iter_mut() {
                let is_flag = Member::from_name(name).is_some_and(|m| m.kind() == Kind::Boolean);
                if value.is_boolean() && !is_flag {
                    *value = json!(value.to_string());
                }
            }
        }));
    "lists-are-unpacked" "takes a list of one text for the text"
        [MemberType] ()
        => RewriteRequest(|request, _| edit_body(request, |members| {
            for (_, value) in members.iter_mut() {
                if let Some([only]) = value.as_array().map(Vec::as_slice) {
                    *value = only.clone();
                }
            }
        }));
    "objects-are-ignored" "takes an optional member that is an object as absent"
        [MemberType] ()
        => RewriteRequest(|request, _| edit_body(request, |members| {
            let optional = |name: &str| Member::from_name(name).is_some_and(|m| !m.required());
            members.retain(|name, value| !(value.is_object() && optional(name)));
        }));
    "wrong-types-are-ignored" "takes an optional member of a wrong type as absent"
        [MemberType] ()
        => DropFault(|fault, _| {
            matches!(fault.kind, RejectKind::WrongType(_)) && fault.member.is_some_and(|m| !m.required())
        });
    "wrong-type-of-token-ignored" "takes an EventSourceToken of a wrong type as absent"
        [MemberType] (EventSourceToken)
        => DropFault(|fault, _| {
            matches!(fault.kind, RejectKind::WrongType(_)) && fault.member == Some(Member::EventSourceToken)
        });
    "wrong-type-of-revision-ignored" "takes a RevisionId of a wrong type as absent"
        [MemberType] (RevisionId)
        => DropFault(|fault, _| {
            matches!(fault.kind, RejectKind::WrongType(_)) && fault.member == Some(Member::RevisionId)
        });
    "account-number" "takes a SourceAccount that is a number"
        [MemberType] (SourceAccount)
        => DropFault(|fault, _| {
            fault.kind == RejectKind::WrongType("NUMBER_VALUE")
                && fault.member == Some(Member::SourceAccount)
        });
    "member-names-any-case" "reads sourceArn as SourceArn"
        [ConditionAbsent SourceArnPattern MemberUnknown SuccessStatus] ()
        => RewriteRequest(|request, _| edit_body(request, |members| {
            if let Some(value) = members.shift_remove("sourceArn") {
                members.insert("SourceArn".into(), value);
            }
        }));
    "unknown-members-copied" "copies members that it does not know into the statement, as moto does"
        [MemberUnknown] ()
        => EditStatement(|statement, ask| {
            for (name, value) in ask.body().into_iter().flatten() {
                if Member::from_name(name).is_none() && !statement.contains_key(name) {
                    statement.insert(name.clone(), value.clone());
                }
            }
        });
    "effect-from-body" "takes Effect from the body"
        [MemberUnknown StatementEffect] ()
        => EditStatement(|statement, ask| {
            if let Some(effect) = ask.body().and_then(|members| members.get("Effect")) {
                statement.insert("Effect".into(), effect.clone());
            }
        });
    "resource-from-body" "takes Resource from the body"
        [MemberUnknown StatementResource] ()
        => EditStatement(|statement, ask| {
            if let Some(resource) = ask.body().and_then(|members| members.get("Resource")) {
                statement.insert("Resource".into(), resource.clone());
            }
        });
    "condition-from-body" "takes Condition from the body"
        [MemberUnknown ConditionAbsent ConditionMerged] ()
        => EditStatement(|statement, ask| {
            if let Some(condition) = ask.body().and_then(|members| members.get("Condition")) {
                statement.insert("Condition".into(), condition.clone());
            }
        });
    "sid-from-body" "takes Sid from the body"
        [MemberUnknown StatementSid] ()
        => EditStatement(|statement, ask| {
            if let Some(sid) = ask.body().and_then(|members| members.get("Sid")) {
                statement.insert("Sid".into(), sid.clone());
            }
        });
    "null-becomes-condition" "makes a condition of an optional member that is null"
        [MemberNullOptional ConditionAbsent ConditionMerged] (SourceArn) advisory
        => EditStatement(|statement, ask| {
            if ask.body().and_then(|members| members.get("SourceArn")) == Some(&Value::Null) {
                statement.insert("Condition".into(), json!({"ArnLike": {"AWS:SourceArn": null}}));
            }
        });
    "null-500" "fails on an optional member that is null"
        [MemberNullOptional ErrorNoServerFault SuccessStatus] () advisory
        => DropFault(|_, _| false),
        super::mutation::Mutation::AddFault(|ask| {
            let null = ask.body()?.iter().any(|(name, value)| {
                value.is_null() && Member::from_name(name).is_some_and(|member| !member.required())
            });
            null.then(|| {
                crate::server::reply::ErrorReply::new(crate::contract::ErrorCode::ServiceException, "oops")
            })
        });
}
