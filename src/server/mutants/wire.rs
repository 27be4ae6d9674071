//! Wrong in the answer of a success as a whole, and on the wire.

use std::time::Duration;

use serde_json::{Value, json};

use super::mutation::Mutation::{EditAnswer, Transport};
use super::mutation::Op;
use super::mutation::TransportMutation as T;
use super::mutation::When::{Holds, Is};
use super::tools::list;
use crate::contract::Member::{
    EventSourceToken, FunctionUrlAuthType, PrincipalOrgId, SourceAccount, SourceArn,
};
use crate::wire::WireResponse;

/// How long an answer that hangs is withheld.
const HANG: Duration = Duration::from_mins(10);

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_secs(45);

/// Changes the body of a successful AddPermission.
fn edit_success(response: &mut WireResponse, op: Op, edit: impl Fn(&Value) -> Value) {
    if op == Op::AddPermission
        && response.status == 201
        && let Some(body) = response.json()
    {
        response.body = edit(&body).to_string().into_bytes();
    }
}

/// Says another content type.
fn content_type(response: &mut WireResponse, value: &str) {
    response.headers.retain(|(name, _)| name != "content-type");
    response.headers.push(("content-type".into(), value.into()));
}

list! {
    "status-200" "answers a successful AddPermission with 200, not 201, as moto does"
        [SuccessStatus] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                response.status = 200;
            }
        });
    "status-202" "answers a successful AddPermission with 202, not 201"
        [SuccessStatus] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                response.status = 202;
            }
        });
    "statement-as-object" "answers the statement as JSON object instead of text"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |body| {
            let text = body["Statement"].as_str().unwrap_or_default();
            json!({ "Statement": serde_json::from_str::<Value>(text).unwrap_or_default() })
        }));
    "statement-bare" "answers the statement without the member Statement"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |body| {
            serde_json::from_str(body["Statement"].as_str().unwrap_or_default()).unwrap_or_default()
        }));
    "statement-lower-case-member" "answers the member statement"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |body| {
            json!({ "statement": body["Statement"] })
        }));
    "statement-twice-encoded" "answers the statement encoded twice"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |body| {
            json!({ "Statement": body["Statement"].to_string() })
        }));
    "statement-in-list" "answers a list with the statement"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |body| {
            json!({ "Statement": format!("[{}]", body["Statement"].as_str().unwrap_or_default()) })
        }));
    "statement-as-python" "answers the statement with single quotes"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |body| {
            json!({ "Statement": body["Statement"].as_str().unwrap_or_default().replace('"', "'") })
        }));
    "statement-empty" "answers an empty statement"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |_| json!({ "Statement": "" })));
    "success-without-body" "answers 201 without a body"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                response.body.clear();
            }
        });
    "success-as-html" "answers with content type text/html, as moto does"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                content_type(response, "text/html; charset=utf-8");
            }
        });
    "success-as-xml" "answers with content type application/xml"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                content_type(response, "application/xml");
            }
        });
    "success-without-content-type" "answers without a content type"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                response.headers.retain(|(name, _)| name != "content-type");
            }
        });
    "success-not-json" "puts a line before the JSON of the answer"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| {
            if op == Op::AddPermission && response.status == 201 {
                response.body.splice(0..0, *b")]}',\n");
            }
        });
    "success-with-error" "answers 201 with the body of an error"
        [SuccessEnvelope] ()
        => EditAnswer(|response, op| edit_success(response, op, |_| {
            json!({ "Type": "User", "message": "something went wrong" })
        }));
    "remove-200" "answers 200 to a removal"
        [RemoveStatus] ()
        => EditAnswer(|response, op| {
            if op == Op::RemovePermission && response.status == 204 {
                response.status = 200;
            }
        });
    "remove-202" "answers 202 to a removal"
        [RemoveStatus] ()
        => EditAnswer(|response, op| {
            if op == Op::RemovePermission && response.status == 204 {
                response.status = 202;
            }
        });
    "token-dropped" "closes the connection where there is an EventSourceToken"
        [WireAnswers] (EventSourceToken) => Transport(T::Drop(Holds(EventSourceToken)));
    "org-id-dropped" "closes the connection where there is a PrincipalOrgID"
        [WireAnswers] (PrincipalOrgId) => Transport(T::Drop(Holds(PrincipalOrgId)));
    "get-policy-dropped" "closes the connection on every GetPolicy"
        [WireAnswers] () => Transport(T::Drop(Is(Op::GetPolicy)));
    "source-arn-truncated" "closes the connection in the middle of the answer where there is a SourceArn"
        [WireAnswers] (SourceArn) => Transport(T::Truncate(Holds(SourceArn)));
    "get-policy-truncated" "closes the connection in the middle of a policy"
        [WireAnswers] () => Transport(T::Truncate(Is(Op::GetPolicy)));
    "auth-type-hangs" "never answers where there is a FunctionUrlAuthType"
        [WireAnswers] (FunctionUrlAuthType) => Transport(T::Hang(Holds(FunctionUrlAuthType), HANG));
    "source-account-slow" "takes most of a minute where there is a SourceAccount"
        [WireAnswers] (SourceAccount) => Transport(T::Slow(Holds(SourceAccount), SLOW));
    "length-too-large" "announces more bytes than come where there is a SourceArn"
        [WireAnswers] (SourceArn) => Transport(T::Length(Holds(SourceArn), 5));
    "length-too-small" "announces fewer bytes than belong to the answer where there is a SourceArn"
        [WireAnswers SuccessEnvelope] (SourceArn) => Transport(T::Length(Holds(SourceArn), -5));
}
