//! What AWS was recorded to answer, to the letter.

use rstest::rstest;
use serde_json::{Value, json};

use super::{add, create, furnished, get, json_of, plain, post, remove, revision, text};
use crate::server::{ReferenceServer, ServerOptions};
use crate::wire::WireRequest;

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function";

#[test]
fn the_examples_of_the_boto3_page_are_answered_to_the_letter() {
    let server = ReferenceServer::new(ServerOptions {
        region: "us-east-2".into(),
        ..ServerOptions::default()
    });
    assert_eq!(server.handle(&create("my-function")).status, 201);
    let first = server.handle(&add(
        "my-function",
        None,
        &json!({
            "StatementId": "s3",
            "SourceAccount": "123456789012",
            "SourceArn": "arn:aws:s3:::my-bucket-1xpuxmplzrlbh",
        }),
    ));
    assert_eq!(first.status, 201);
    assert_eq!(
        json_of(&first)["Statement"],
        r#"{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-2:123456789012:function:my-function","Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::my-bucket-1xpuxmplzrlbh"}}}"#
    );
    let second = server.handle(&add(
        "my-function",
        None,
        &json!({
            "StatementId": "xaccount",
            "Principal": "223456789012",
        }),
    ));
    assert_eq!(
        text(&second),
        r#"{"Statement":"{\"Sid\":\"xaccount\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::223456789012:root\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"arn:aws:lambda:us-east-2:123456789012:function:my-function\"}"}"#
    );
    assert_eq!(second.header("content-type"), Some("application/json"));
}

const QUALIFIER: &str = r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";
const NAME: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

fn broken(value: &str, path: &str, constraint: &str) -> String {
    format!("Value '{value}' at '{path}' failed to satisfy constraint: Member must {constraint}")
}

fn one(text: &str) -> String {
    format!("1 validation error detected: {text}")
}

fn pattern(value: &str, path: &str, pattern: &str) -> String {
    one(&broken(value, path, &format!("satisfy regular expression pattern: {pattern}")))
}

/// The rows of the table of errors, in its order.
#[rstest]
#[case::missing_function(add("doesnotexist", None, &json!({})), 404, "ResourceNotFoundException", format!("Function not found: {ARN}:doesnotexist"))]
#[case::missing_version(add("f", Some("42"), &json!({})), 404, "ResourceNotFoundException", format!("Function not found: {ARN}:f:42"))]
#[case::missing_alias(add("f:nope", None, &json!({})), 404, "ResourceNotFoundException", format!("Cannot find alias arn: {ARN}:f:nope"))]
#[case::dollar(add("f", Some("valid-with-$-but-doesnotexist"), &json!({})), 404, "ResourceNotFoundException", format!("Function not found: {ARN}:f:valid-with-$-but-doesnotexist"))]
#[case::missing_function_and_alias(add("nope", Some("noalias"), &json!({})), 404, "ResourceNotFoundException", format!("Cannot find alias arn: {ARN}:nope:noalias"))]
#[case::missing_function_and_version(add("nope", Some("1"), &json!({})), 404, "ResourceNotFoundException", format!("Function not found: {ARN}:nope:1"))]
#[case::latest(add("f:$LATEST", Some("$LATEST"), &json!({})), 400, "InvalidParameterValueException", "We currently do not support adding policies for $LATEST.".into())]
#[case::mismatch(add("f:alias-not-42", Some("42"), &json!({})), 400, "InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier.".into())]
#[case::bad_name(add("f!", None, &json!({})), 400, "ValidationException", pattern("f!", "functionName", NAME))]
#[case::long_name(add(&"f".repeat(257), None, &json!({})), 400, "ValidationException", one(&broken(&"f".repeat(257), "functionName", "have length less than or equal to 256")))]
#[case::bare_name_of_65(add(&"f".repeat(65), None, &json!({})), 404, "ResourceNotFoundException", format!("Function not found: {ARN}:{}", "f".repeat(65)))]
#[case::other_region(add("arn:aws:lambda:eu-west-1:123456789012:function:f", None, &json!({})), 404, "ResourceNotFoundException", "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')".into())]
#[case::bad_qualifier(add("f", Some("invalid-qualifier-with-?-char"), &json!({})), 400, "ValidationException", pattern("invalid-qualifier-with-?-char", "qualifier", QUALIFIER))]
#[case::long_qualifier(add("f", Some(&"a".repeat(129)), &json!({})), 400, "ValidationException", one(&broken(&"a".repeat(129), "qualifier", "have length less than or equal to 128")))]
#[case::bad_statement_id(add("f", None, &json!({"StatementId": "example.com"})), 400, "ValidationException", pattern("example.com", "statementId", "([a-zA-Z0-9-_]+)"))]
#[case::long_statement_id(add("f", None, &json!({"StatementId": "a".repeat(101)})), 400, "ValidationException", one(&broken(&"a".repeat(101), "statementId", "have length less than or equal to 100")))]
#[case::enumeration(add("f", None, &json!({"FunctionUrlAuthType": "X", "Action": "lambda:InvokeFunctionUrl"})), 400, "ValidationException", one(&broken("X", "functionUrlAuthType", "satisfy enum value set: [NONE, AWS_IAM]")))]
#[case::null(add("f", None, &json!({"StatementId": null})), 400, "ValidationException", one("Value null at 'statementId' failed to satisfy constraint: Member must not be null"))]
#[case::foreign_domain(add("f", None, &json!({"Principal": "invalid.nonaws.com"})), 400, "InvalidParameterValueException", "The provided principal was invalid. Please check the principal and try again.".into())]
#[case::malformed_arn(add("f", None, &json!({"Principal": "arn:aws:iam:000000000000:role/xxxx"})), 400, "InvalidParameterValueException", r"The provided input'arn:aws:iam:000000000000:role/xxxx'was invalid. Member must satisfy expression: [\w+=,.@-]* Please check your input and try again.".into())]
#[case::auth_type(add("f", None, &json!({"FunctionUrlAuthType": "NONE"})), 400, "InvalidParameterValueException", "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action".into())]
#[case::wrong_type(add("f", None, &json!({"StatementId": 5})), 400, "SerializationException", "NUMBER_VALUE can not be converted to a String".into())]
#[case::taken(add("f", None, &json!({"StatementId": "first"})), 409, "ResourceConflictException", "The statement id (first) provided already exists. Please provide a new statement id, or remove the existing statement.".into())]
#[case::revision(add("f", None, &json!({"RevisionId": "wrong"})), 412, "PreconditionFailedException", "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id".into())]
#[case::get_missing_function(get("doesnotexist", None), 404, "ResourceNotFoundException", "The resource you requested does not exist.".into())]
#[case::get_missing_version(get("f", Some("77")), 404, "ResourceNotFoundException", "The resource you requested does not exist.".into())]
#[case::get_without_policy(get("g", None), 404, "ResourceNotFoundException", "The resource you requested does not exist.".into())]
#[case::get_latest(get("f", Some("$LATEST")), 404, "ResourceNotFoundException", "The resource you requested does not exist.".into())]
#[case::remove_without_policy(remove("g", None, "s3"), 404, "ResourceNotFoundException", "No policy is associated with the given resource.".into())]
#[case::remove_missing_function(remove("doesnotexist", None, "s3"), 404, "ResourceNotFoundException", format!("No policy found for: {ARN}:doesnotexist"))]
#[case::remove_missing_alias(remove("f", Some("nope"), "s3"), 404, "ResourceNotFoundException", format!("Cannot find alias arn: {ARN}:f:nope"))]
#[case::remove_missing_sid(remove("f", None, "s3"), 404, "ResourceNotFoundException", "Statement s3 is not found in resource policy.".into())]
#[case::no_operation(WireRequest::new("POST", "/2015-03-31/nothing".into()), 403, "AccessDeniedException", "Unable to determine service/operation name to be authorized".into())]
fn errors_have_the_recorded_status_code_and_text(
    #[case] request: WireRequest,
    #[case] status: u16,
    #[case] code: &str,
    #[case] message: String,
) {
    let server = plain();
    assert_eq!(server.handle(&add("f", None, &json!({"StatementId": "first"}))).status, 201);
    let answer = server.handle(&request);
    let body = json_of(&answer);
    let found = body.get("message").or_else(|| body.get("Message"));
    assert_eq!(found.and_then(Value::as_str), Some(message.as_str()));
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (status, Some(code)));
}

#[test]
fn an_account_that_is_not_ours_is_denied() {
    let request = add("999999999999:function:f", None, &json!({}));
    let answer = plain().handle(&request);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("x-amzn-errortype"), Some("AccessDeniedException"));
}

#[test]
fn several_validation_errors_are_told_together() {
    let answer = plain().handle(&add(
        "f",
        None,
        &json!({"StatementId": "", "SourceAccount": "1234567890123"}),
    ));
    let message = json_of(&answer)["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.starts_with("4 validation errors detected: Value "), "{message}");
    assert_eq!(message.matches("; Value ").count(), 3);
    let empty = post("/2015-03-31/functions/f/policy", &json!({}));
    let message =
        json_of(&plain().handle(&empty))["message"].as_str().unwrap_or_default().to_owned();
    assert!(message.starts_with("3 validation errors detected: Value null at "), "{message}");
    let mut empty = empty;
    empty.body.clear();
    let without =
        json_of(&plain().handle(&empty))["message"].as_str().unwrap_or_default().to_owned();
    assert!(without.starts_with("3 validation errors detected: Value null at "), "{without}");
}

#[test]
fn all_conditions_together_stand_as_recorded() {
    let answer = plain().handle(&add(
        "f",
        None,
        &json!({
            "StatementId": "fld",
            "Principal": "*",
            "Action": "lambda:InvokeFunctionUrl",
            "SourceArn": "arn:aws:s3:::test-bucket",
            "SourceAccount": "111111111111",
            "PrincipalOrgID": "o-1234567890",
            "FunctionUrlAuthType": "NONE",
        }),
    ));
    let statement = json_of(&answer)["Statement"].as_str().unwrap_or_default().to_owned();
    assert!(statement.ends_with(r#""Condition":{"StringEquals":{"AWS:SourceAccount":"111111111111","lambda:FunctionUrlAuthType":"NONE","aws:PrincipalOrgID":"o-1234567890"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::test-bucket"}}}"#), "{statement}");
    assert!(statement.contains(r#""Principal":"*""#));
}

#[test]
fn the_policy_keeps_statements_in_order_and_changes_its_revision() {
    let server = plain();
    server.handle(&add("f", None, &json!({"StatementId": "s3"})));
    let first = revision(&server, "f", None);
    assert_eq!(revision(&server, "f", None), first);
    let current = add("f", None, &json!({"StatementId": "s3_2", "RevisionId": first}));
    assert_eq!(server.handle(&current).status, 201);
    assert_ne!(revision(&server, "f", None), first);
    let body = json_of(&server.handle(&get("f", None)));
    let policy = body["Policy"].as_str().unwrap_or_default();
    assert!(
        policy.starts_with(r#"{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"s3","#)
    );
    assert!(policy.find(r#""Sid":"s3""#) < policy.find(r#""Sid":"s3_2""#));
    assert_eq!(server.handle(&current).status, 412, "the revision is stale now");
    let removal = remove("f", None, "s3");
    assert_eq!(server.handle(&removal).status, 204);
    assert_eq!(server.handle(&remove("f", None, "s3_2")).status, 204);
    assert_eq!(server.handle(&get("f", None)).status, 404);
}

#[test]
fn function_version_and_alias_have_policies_of_their_own() {
    let server = plain();
    for (name, qualifier) in
        [("f", None), ("f:1", Some("1")), ("f", Some("live")), ("f:edge", None)]
    {
        assert_eq!(server.handle(&add(name, qualifier, &json!({}))).status, 201, "{name}");
    }
    let alias = server.handle(&get("f", Some("live")));
    assert!(text(&alias).contains("function:f:live"), "{}", text(&alias));
    assert_eq!(text(&alias).matches("Sid").count(), 1);
}

#[test]
fn an_alias_without_policy_takes_its_own_revision_as_current() {
    let server = plain();
    let alias =
        server.handle(&WireRequest::new("GET", "/2015-03-31/functions/f/aliases/live".into()));
    let own = json_of(&alias)["RevisionId"].clone();
    let wrong = add("f", Some("live"), &json!({"RevisionId": "wrong"}));
    assert_eq!(server.handle(&wrong).status, 412);
    let right = add("f:live", Some("live"), &json!({"RevisionId": own}));
    assert_eq!(server.handle(&right).status, 201);
}

#[test]
fn a_policy_beyond_its_limit_is_refused_and_not_stored() {
    let server = plain();
    let token = "a".repeat(256);
    let mut added = 0;
    let refused = loop {
        let body = json!({"StatementId": format!("s{added}"), "EventSourceToken": token});
        let answer = server.handle(&add("f", None, &body));
        if answer.status != 201 {
            break answer;
        }
        added += 1;
        assert!(added < 200, "no limit was reached");
    };
    assert_eq!(refused.header("x-amzn-errortype"), Some("PolicyLengthExceededException"));
    assert!(text(&refused).contains("is bigger than the limit (20480)."));
    assert_eq!(text(&server.handle(&get("f", None))).matches("Sid").count(), added);
}

#[test]
fn the_unrecorded_is_answered_as_aws_is_thought_to() {
    let server = furnished(ServerOptions::default());
    for (body, status) in [
        (json!({"StatementId": "a", "Action": "lambda:Nope"}), 201),
        (json!({"StatementId": "b", "Principal": "nosuch.amazonaws.com"}), 201),
        (json!({"StatementId": "c", "Principal": "999999999999"}), 201),
        (json!({"StatementId": "d", "SourceArn": null}), 201),
        (json!({"StatementId": "e", "Unknown": 5}), 201),
        (json!({"StatementId": "g", "EventSourceToken": ""}), 400),
        (json!({"StatementId": "h", "Principal": "a"}), 400),
    ] {
        assert_eq!(server.handle(&add("f", None, &body)).status, status, "{body}");
    }
    let via = add("f", None, &json!({"StatementId": "via", "InvokedViaFunctionUrl": true}));
    assert!(
        text(&server.handle(&via))
            .contains(r#"{\"Bool\":{\"lambda:InvokedViaFunctionUrl\":\"true\"}}"#)
    );
    assert_eq!(server.handle(&add("F", None, &json!({}))).status, 404);
    assert_eq!(server.handle(&add("function:f", None, &json!({}))).status, 201);
}
