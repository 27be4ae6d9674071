//! Wrong in the policy as it is read.

use serde_json::{Value, json};

use super::mutation::Mutation::{EditAnswer, EditPolicy, EditStored, State};
use super::mutation::Op;
use super::mutation::StateMutation as S;
use super::tools::list;

list! {
    "policy-without-id" "leaves Id out of the policy, as fakecloud does"
        [PolicyDocument] ()
        => EditPolicy(|policy| drop(policy.shift_remove("Id")));
    "policy-without-version" "leaves Version out of the policy"
        [PolicyDocument] ()
        => EditPolicy(|policy| drop(policy.shift_remove("Version")));
    "policy-old-version" "writes Version 2008-10-17"
        [PolicyDocument] ()
        => EditPolicy(|policy| drop(policy.insert("Version".into(), json!("2008-10-17"))));
    "policy-other-id" "writes another Id"
        [PolicyDocument] ()
        => EditPolicy(|policy| drop(policy.insert("Id".into(), json!("policy"))));
    "policy-single-statement" "writes a single statement without a list"
        [PolicyDocument PolicyExact] ()
        => EditPolicy(|policy| {
            let only = policy.get("Statement").and_then(Value::as_array).map(Vec::as_slice);
            if let Some([only]) = only {
                let only = only.clone();
                policy.insert("Statement".into(), only);
            }
        });
    "policy-without-statement" "leaves Statement out of the policy"
        [PolicyDocument PolicyExact] ()
        => EditPolicy(|policy| drop(policy.shift_remove("Statement")));
    "policy-as-object" "writes the policy as JSON object instead of text"
        [PolicyDocument PolicyExact] ()
        => EditAnswer(|response, op| {
            if op == Op::GetPolicy
                && let Some(Value::Object(mut body)) = response.json()
                && let Some(policy) = body.get("Policy").and_then(Value::as_str)
            {
                let policy: Value = serde_json::from_str(policy).unwrap_or_default();
                body.insert("Policy".into(), policy);
                response.body = Value::Object(body).to_string().into_bytes();
            }
        });
    "policy-without-revision" "leaves RevisionId out of GetPolicy's answer"
        [PolicyDocument RevisionIdChangesOnWrite] ()
        => State(S::RevisionAbsentInPolicy);
    "policy-reversed-on-read" "returns the statements in reverse"
        [PolicyOrder] ()
        => EditPolicy(|policy| {
            if let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) {
                statements.reverse();
            }
        });
    "policy-first-only" "returns only the first statement"
        [PolicyExact] ()
        => EditPolicy(|policy| {
            if let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) {
                statements.truncate(1);
            }
        });
    "policy-at-most-three" "returns at most three statements"
        [PolicyExact] ()
        => EditPolicy(|policy| {
            if let Some(statements) = policy.get_mut("Statement").and_then(Value::as_array_mut) {
                statements.truncate(3);
            }
        });
    "condition-not-stored" "stores a statement without its Condition"
        [PolicyExact] ()
        => EditStored(|statement, _| drop(statement.shift_remove("Condition")));
    "sid-lower-case-stored" "stores Sid in lower case"
        [PolicyExact] ()
        => EditStored(|statement, _| {
            if let Some(Value::String(sid)) = statement.get_mut("Sid") {
                *sid = sid.to_lowercase();
            }
        });
    "action-list-stored" "stores Action as a list"
        [PolicyExact] ()
        => EditStored(|statement, _| {
            if let Some(action) = statement.get_mut("Action") {
                *action = json!([action.clone()]);
            }
        });
    "wildcard-stored-as-aws" "stores * as {\"AWS\":\"*\"}"
        [PolicyExact] ()
        => EditStored(|statement, _| {
            if statement.get("Principal") == Some(&json!("*")) {
                statement.insert("Principal".into(), json!({ "AWS": "*" }));
            }
        });
    "resource-stored-unqualified" "stores the statement with the unqualified Resource"
        [PolicyExact] ()
        => EditStored(|statement, ask| {
            if let Some(resource) = ask.resource {
                statement.insert("Resource".into(), json!(ask.world.arn(&resource.function, None)));
            }
        });
    "get-policy-500" "fails where there is no policy"
        [PolicyAbsent ErrorNoServerFault] ()
        => super::mutation::Mutation::EditError(|reply, cause| {
            if cause.op == Op::GetPolicy && reply.status == 404 {
                reply.status = 500;
            }
        });
}
