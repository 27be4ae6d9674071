//! Wrong in how an error is told: its status, its code, its body, its text.

use super::mutation::Mutation::{EditAnswer, EditError};
use super::mutation::Op;
use super::tools::list;
use crate::contract::Member;
use crate::model::RejectKind;

list! {
    "every-error-400" "answers every error with 400"
        [ErrorNotFound ErrorConflict ErrorPrecondition QualifierUnknownVersion QualifierUnknownAlias ErrorShape] ()
        => EditError(|reply, _| reply.status = 400);
    "every-error-500" "answers every error with 500"
        [ErrorNoServerFault ErrorNotFound StatementIdPattern ErrorConflict] ()
        => EditError(|reply, _| reply.status = 500);
    "every-error-403" "answers every error with 403"
        [ErrorShape ErrorNotFound StatementIdPattern ErrorConflict ErrorPrecondition] ()
        => EditError(|reply, _| reply.status = 403);
    "errors-as-200" "answers errors with 200"
        [ErrorNotFound StatementIdPattern ErrorConflict ErrorPrecondition ErrorShape] ()
        => EditError(|reply, _| reply.status = 200);
    "html-errors" "writes errors as HTML, as moto's server does"
        [ErrorShape] ()
        => EditAnswer(|response, _| {
            if response.status >= 400 {
                response.body = b"<!doctype html><title>Error</title>".to_vec();
                response.headers.retain(|(name, _)| name != "content-type" && name != "x-amzn-errortype");
                response.headers.push(("content-type".into(), "text/html; charset=utf-8".into()));
            }
        });
    "errors-without-code" "leaves the code of errors out"
        [ErrorShape] ()
        => EditAnswer(|response, _| {
            response.headers.retain(|(name, _)| name != "x-amzn-errortype");
        });
    "errors-without-body" "leaves the body of errors out"
        [ErrorShape] ()
        => EditAnswer(|response, _| {
            if response.status >= 400 {
                response.body.clear();
            }
        });
    "errors-without-message" "leaves the message of errors out"
        [ErrorShape] ()
        => EditError(|reply, _| reply.message_member = None);
    "errors-as-list" "writes the body of errors as a list"
        [ErrorShape] ()
        => EditAnswer(|response, _| {
            if response.status >= 400 {
                response.body = b"[]".to_vec();
            }
        });
    "errors-as-text" "writes errors as plain text"
        [ErrorShape] ()
        => EditAnswer(|response, _| {
            if response.status >= 400 {
                response.body = b"Bad Request".to_vec();
                response.headers.retain(|(name, _)| name != "content-type");
                response.headers.push(("content-type".into(), "text/plain".into()));
            }
        });
    "one-code-for-all" "says ServiceException for every error"
        [ErrorNotFound ErrorConflict ErrorPrecondition ErrorShape StatementIdPattern] ()
        => EditError(|reply, _| reply.code = "ServiceException".into());
    "codes-without-exception" "drops the word Exception from codes"
        [ErrorNotFound ErrorConflict ErrorPrecondition StatementIdPattern] ()
        => EditError(|reply, _| reply.code = reply.code.replace("Exception", ""));
    "bad-request-code" "says BadRequestException for validation errors"
        [StatementIdPattern StatementIdLength QualifierPattern] ()
        => EditError(|reply, _| {
            if reply.code == "ValidationException" {
                reply.code = "BadRequestException".into();
            }
        });
    "pattern-409" "answers a bad StatementId with 409"
        [StatementIdPattern StatementIdLength] (StatementId)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.member == Some(Member::StatementId) && fault.kind == RejectKind::Pattern) {
                reply.status = 409;
            }
        });
    "pattern-500" "fails on a bad SourceArn"
        [SourceArnPattern ErrorNoServerFault] (SourceArn)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.member == Some(Member::SourceArn) && fault.kind == RejectKind::Pattern) {
                reply.status = 500;
            }
        });
    "length-413" "answers a StatementId that is too long with 413"
        [StatementIdLength] (StatementId)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.member == Some(Member::StatementId) && matches!(fault.kind, RejectKind::TooLong(_))) {
                reply.status = 413;
            }
        });
    "required-422" "answers a missing member with 422"
        [StatementIdRequired ActionRequired PrincipalRequired] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Missing) {
                reply.status = 422;
            }
        });
    "not-found-400" "calls a missing function invalid"
        [ErrorNotFound] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::FunctionNotFound) {
                *reply = crate::server::reply::ErrorReply::invalid("no such function");
            }
        });
    "not-found-code" "says FunctionNotFoundException for a missing function"
        [ErrorNotFound] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::FunctionNotFound) {
                reply.code = "FunctionNotFoundException".into();
            }
        });
    "conflict-400" "calls a taken StatementId invalid"
        [ErrorConflict StatementIdUniquePerPolicy] (StatementId)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Conflict) {
                *reply = crate::server::reply::ErrorReply::invalid("taken");
            }
        });
    "conflict-code" "says ResourceExistsException for a taken StatementId"
        [ErrorConflict StatementIdUniquePerPolicy] (StatementId)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Conflict) {
                reply.code = "ResourceExistsException".into();
            }
        });
    "precondition-409" "calls a wrong RevisionId a conflict"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Precondition) {
                *reply = reply.clone().coded(crate::contract::ErrorCode::ResourceConflictException);
            }
        });
    "precondition-code" "says ConditionalCheckFailedException for a wrong RevisionId"
        [ErrorPrecondition RevisionIdStaleRefused] (RevisionId)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Precondition) {
                reply.code = "ConditionalCheckFailedException".into();
            }
        });
    "policy-length-code" "says InvalidParameterValueException for a policy that is too long"
        [ErrorPolicyLength] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| matches!(fault.kind, RejectKind::PolicyLength(_))) {
                *reply = reply.clone().coded(crate::contract::ErrorCode::InvalidParameterValueException);
            }
        });
    "policy-length-413" "answers a policy that is too long with 413"
        [ErrorPolicyLength] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| matches!(fault.kind, RejectKind::PolicyLength(_))) {
                reply.status = 413;
            }
        });
    "latest-code" "says ValidationException for $LATEST"
        [QualifierLatest] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Latest) {
                *reply = reply.clone().coded(crate::contract::ErrorCode::ValidationException);
            }
        });
    "mismatch-code" "says ValidationException for a suffix that differs from Qualifier"
        [QualifierMismatch] ()
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Mismatch) {
                *reply = reply.clone().coded(crate::contract::ErrorCode::ValidationException);
            }
        });
    "principal-code" "says MalformedPolicyDocumentException for an invalid Principal"
        [PrincipalInvalid] (Principal)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::PrincipalInvalid) {
                reply.code = "MalformedPolicyDocumentException".into();
            }
        });
    "principal-404" "does not find an invalid Principal"
        [PrincipalInvalid] (Principal)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| matches!(fault.kind, RejectKind::PrincipalInvalid | RejectKind::MalformedArn)) {
                *reply = crate::server::reply::ErrorReply::not_found("no such principal");
            }
        });
    "auth-type-action-code" "says ResourceConflictException for FunctionUrlAuthType with another action"
        [FunctionUrlAuthTypeAction] (FunctionUrlAuthType)
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::AuthTypeAction) {
                *reply = reply.clone().coded(crate::contract::ErrorCode::ResourceConflictException);
            }
        });
    "status-and-code-differ" "says ResourceNotFoundException with status 400 and the other way round"
        [ErrorShape ErrorNotFound StatementIdPattern] ()
        => EditError(|reply, _| match reply.status {
            404 => reply.status = 400,
            400 => reply.code = "ResourceNotFoundException".into(),
            _ => {}
        });
    "conflict-text" "has a shorter text for a taken StatementId, as fakecloud"
        [ErrorMessages] () advisory
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Conflict) {
                reply.message = "The statement id (s) provided already exists".into();
            }
        });
    "precondition-text" "has the page's text for a wrong RevisionId, as moto"
        [ErrorMessages] () advisory
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::Precondition) {
                reply.message = "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. Call the GetFunction or the GetAlias API operation to retrieve the latest RevisionId for your resource.".into();
            }
        });
    "alias-text" "says Function not found for a missing alias, as moto and MiniStack do"
        [ErrorMessages] () advisory
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::AliasNotFound) {
                reply.message = reply.message.replace("Cannot find alias arn", "Function not found");
            }
        });
    "get-policy-text" "says Function not found for an absent policy, as moto does"
        [ErrorMessages] () advisory
        => EditError(|reply, cause| {
            if cause.op == Op::GetPolicy {
                reply.message = "Function not found: f".into();
            }
        });
    "remove-text" "says that no policy is associated for a missing Sid, as moto and MiniStack do"
        [ErrorMessages] () advisory
        => EditError(|reply, cause| {
            if cause.fault.is_some_and(|fault| fault.kind == RejectKind::StatementNotFound) {
                reply.message = "No policy is associated with the given resource.".into();
            }
        });
    "get-policy-400" "calls an absent policy invalid"
        [PolicyAbsent] ()
        => EditError(|reply, cause| {
            if cause.op == Op::GetPolicy {
                *reply = crate::server::reply::ErrorReply::invalid("no policy");
            }
        });
    "get-policy-code" "says PolicyNotFoundException for an absent policy"
        [PolicyAbsent] ()
        => EditError(|reply, cause| {
            if cause.op == Op::GetPolicy {
                reply.code = "PolicyNotFoundException".into();
            }
        });
    "remove-missing-400" "calls a removal of what is not there invalid"
        [RemoveNotFound] ()
        => EditError(|reply, cause| {
            if cause.op == Op::RemovePermission && reply.status == 404 {
                *reply = crate::server::reply::ErrorReply::invalid("not there");
            }
        });
    "remove-missing-code" "says NoSuchEntityException for a removal of what is not there"
        [RemoveNotFound] ()
        => EditError(|reply, cause| {
            if cause.op == Op::RemovePermission && reply.status == 404 {
                reply.code = "NoSuchEntityException".into();
            }
        });
}
