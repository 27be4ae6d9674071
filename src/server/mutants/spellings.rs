//! Wrong with requests that are written in other ways than most clients do, and with answers
//! that are long or have no body.

use super::mutation::Mutation::{EditAnswer, EditError, RewriteRequest};
use super::mutation::Op;
use super::tools::list;
use crate::server::reply::ErrorReply;
use crate::wire::{WireRequest, WireResponse};

fn is_add(request: &WireRequest) -> bool {
    request.method == "POST" && request.path.ends_with("/policy")
}

/// Whether the request has a header, spelled in exactly this way.
fn has_header(request: &WireRequest, name: &str) -> bool {
    request.headers.iter().any(|(known, _)| known == name)
}

/// The body as text.
fn text(request: &WireRequest) -> String {
    String::from_utf8_lossy(&request.body).into_owned()
}

/// Escapes the percent signs of a part of the path, so that it is decoded to what it was.
fn keep_escapes(path: &str, is_kept: impl Fn(&str) -> bool) -> String {
    let mut parts = path.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let kept = part.get(..2).is_some_and(&is_kept);
        out.push_str(if kept { "%25" } else { "%" });
        out.push_str(part);
    }
    out
}

/// Whether the two digits of an escape stand for an unreserved character.
fn is_unreserved(digits: &str) -> bool {
    u8::from_str_radix(digits, 16)
        .is_ok_and(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Cuts the body of an error.
fn cut_error(response: &mut WireResponse, op: Op, most: usize) {
    if op != Op::Other && response.status >= 400 {
        response.body.truncate(most);
    }
}

list! {
    "header-case-kept" "reads no body whose content type is spelled Content-Type"
        [SuccessStatus StatementIdLength StatementIdPattern FunctionNameForms QualifierAliasOnLatest] ()
        => RewriteRequest(|request, _| {
            if is_add(request) && has_header(request, "Content-Type") {
                request.body.clear();
            }
        });
    "chunked-unread" "reads no body that comes in chunks"
        [SuccessStatus StatementIdLength FunctionNameForms QualifierAliasOnLatest] ()
        => RewriteRequest(|request, _| {
            if is_add(request)
                && request.headers.iter().any(|(name, _)| {
                    name.eq_ignore_ascii_case("transfer-encoding")
                })
            {
                request.body.clear();
            }
        });
    "lower-case-escapes-kept" "leaves escapes with lower-case digits as they are"
        [FunctionNameForms SuccessStatus StatementIdLength] ()
        => RewriteRequest(|request, _| {
            request.path = keep_escapes(&request.path, |digits| {
                digits.bytes().any(|byte| byte.is_ascii_lowercase())
            });
        });
    "unreserved-escapes-kept" "leaves escapes of letters and digits as they are"
        [FunctionNameForms SuccessStatus StatementIdLength] ()
        => RewriteRequest(|request, _| {
            request.path = keep_escapes(&request.path, is_unreserved);
        });
    "bare-colon-ends-name" "ends a name at a colon that is not escaped"
        [FunctionNameForms StatementResource SuccessStatus] ()
        => RewriteRequest(|request, _| {
            let Some((start, rest)) = request.path.split_once("/functions/") else { return };
            let Some((label, rest)) = rest.split_once('/') else { return };
            if label.contains("function:") {
                let label = label.rsplit(':').next().unwrap_or_default();
                request.path = format!("{start}/functions/{label}/{rest}");
            } else if let Some((name, _)) = label.split_once(':') {
                request.path = format!("{start}/functions/{name}/{rest}");
            }
        });
    "escaped-slash-kept" "keeps the backslash of an escaped slash"
        [ConditionSourceArn SourceArnPattern] (SourceArn)
        => RewriteRequest(|request, _| {
            if is_add(request) {
                request.body = text(request).replace("\\/", "\\\\/").into_bytes();
            }
        });
    "surrogates-apart" "reads the halves of a surrogate pair as two characters"
        [ConditionSourceArn SourceArnPattern] (SourceArn)
        => RewriteRequest(|request, _| {
            if is_add(request) {
                let lower = text(request);
                let pair = ["\\ud83d\\ude80", "\\uD83D\\uDE80"];
                if let Some(pair) = pair.iter().find(|pair| lower.contains(**pair)) {
                    request.body = lower.replace(pair, "\\ufffd\\ufffd").into_bytes();
                }
            }
        });
    "first-eight-members" "reads the first eight members of a body"
        [ConditionMerged ConditionSourceArn SuccessStatus StatementMembers ConditionSourceAccount
            StatementIdLength MemberUnknown EventSourceTokenLength] ()
        => RewriteRequest(|request, _| super::tools::edit_body(request, |members| {
            while members.len() > 8 {
                let last = members.keys().next_back().cloned().unwrap_or_default();
                members.shift_remove(&last);
            }
        }));
    "order-of-members" "looks for StatementId among the first three members"
        [SuccessStatus StatementIdLength StatementIdRequired ActionPattern] ()
        => RewriteRequest(|request, _| super::tools::edit_body(request, |members| {
            if members.keys().position(|name| name == "StatementId").is_some_and(|at| at > 2) {
                members.shift_remove("StatementId");
            }
        }));
    "large-numbers-fail" "fails on numbers beyond 64 bits"
        [ErrorNoServerFault StatementIdPattern EventSourceTokenPattern] () advisory
        => RewriteRequest(|request, _| {
            if is_add(request) && text(request).contains("1e400") {
                request.path = "/".into();
            }
        }),
        EditAnswer(|response, op| {
            if op == Op::Other && response.status == 403 {
                response.status = 500;
            }
        });
    "second-parameter-lost" "reads only the first parameter of a query"
        [RemoveOneOnly RemoveNotFound PolicyPerTarget PolicyExact RemoveStatus
            RevisionIdStaleRefused ErrorPrecondition] ()
        => RewriteRequest(|request, _| {
            if let Some((first, _)) = request.query.split_once('&') {
                request.query = first.to_owned();
            }
        });
    "qualifier-last-only" "reads Qualifier only where it ends the query"
        [RemoveOneOnly RemoveNotFound PolicyPerTarget PolicyExact RemoveStatus] ()
        => RewriteRequest(|request, _| {
            if request.method == "DELETE"
                && let Some((first, second)) = request.query.split_once('&')
                && first.starts_with("Qualifier=")
            {
                request.query = second.to_owned();
            }
        });
    "error-cut-at-1024" "cuts the body of an error at 1024 bytes"
        [ErrorShape] () => EditAnswer(|response, op| cut_error(response, op, 1024));
    "error-cut-at-4096" "cuts the body of an error at 4096 bytes"
        [ErrorShape] () => EditAnswer(|response, op| cut_error(response, op, 4096));
    "error-cut-at-8192" "cuts the body of an error at 8192 bytes"
        [ErrorShape] () => EditAnswer(|response, op| cut_error(response, op, 8192));
    "long-error-untyped" "leaves out x-amzn-errortype where an error is long"
        [ErrorShape StatementIdPattern StatementIdLength] ()
        => EditAnswer(|response, op| {
            if op != Op::Other && response.status >= 400 && response.body.len() > 2048 {
                response.headers.retain(|(name, _)| name != "x-amzn-errortype");
            }
        });
    "long-error-500" "fails where the text of an error is long"
        [ErrorShape ErrorNoServerFault StatementIdLength StatementIdPattern EventSourceTokenLength
            SourceArnPattern ActionPattern PrincipalPattern PrincipalOrgIdLength SourceAccountLength] ()
        => EditError(|reply, _| {
            if reply.message.len() > 8_192 {
                *reply = ErrorReply { status: 500, ..reply.clone() };
            }
        });
    "removal-with-body" "answers a removal with a body behind its 204"
        [RemoveStatus] ()
        => EditAnswer(|response, op| {
            if op == Op::RemovePermission && response.status == 204 {
                response.headers.push(("content-type".into(), "application/json".into()));
                response.headers.push(("content-length".into(), "2".into()));
                response.body = b"{}".to_vec();
            }
        });
}
