//! The texts of errors, as recordings and reports have them.

use rstest::rstest;

use super::*;

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function";

#[rstest]
#[case::pe_01(add(&with(&json!({"StatementId": "example.com"}))),
    r"Value 'example.com' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)")]
#[case::gh_08(add(&with(&json!({"StatementId": "a".repeat(101)}))),
    &format!("Value '{}' at 'statementId' failed to satisfy constraint: Member must have length less than or equal to 100", "a".repeat(101)))]
#[case::sib_null(add(&without("StatementId")),
    "Value null at 'statementId' failed to satisfy constraint: Member must not be null")]
#[case::pe_02(
    named("f:1", Some("live")),
    "The derived qualifier from the function name does not match the specified qualifier."
)]
#[case::pe_03(
    named("f:$LATEST", Some("$LATEST")),
    "We currently do not support adding policies for $LATEST."
)]
#[case::pe_04(add(&with(&json!({"Principal": "invalid.nonaws.com"}))),
    "The provided principal was invalid. Please check the principal and try again.")]
#[case::gh_06(add(&with(&json!({"FunctionUrlAuthType": "NONE"}))),
    "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")]
#[case::gh_14(add(&with(&json!({"Principal": "arn:aws:iam:000000000000:role/xxxx"}))),
    r"The provided input'arn:aws:iam:000000000000:role/xxxx'was invalid. Member must satisfy expression: [\w+=,.@-]* Please check your input and try again.")]
#[case::sib_region(
    named("arn:aws:lambda:us-west-2:123456789012:function:f", None),
    "Functions from 'us-west-2' are not reachable in this region ('us-east-1')"
)]
#[case::pe_07(named("nope", None), &format!("Function not found: {FUNCTION}:nope"))]
#[case::pe_09(named("f", Some("nope")), &format!("Cannot find alias arn: {FUNCTION}:f:nope"))]
#[case::pe_10(named("f", Some("42")), &format!("Function not found: {FUNCTION}:f:42"))]
fn a_fault_has_the_recorded_text(#[case] request: WireRequest, #[case] expected: &str) {
    assert_eq!(fault(&request).message, expected);
}

#[test]
fn a_pattern_that_differs_by_edition_is_told_as_the_current_model_has_it() {
    let faults = analysed(&world(), &named("f", Some("a b"))).faults;
    assert_eq!(
        faults[0].message,
        r"Value 'a b' at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"
    );
}

#[test]
fn a_length_below_the_least_is_told_in_the_same_words() {
    let members = with(&json!({"PrincipalOrgID": "o-1"}));
    let faults = analysed(&world(), &add(&members)).faults;
    assert_eq!(
        faults[0].message,
        "Value 'o-1' at 'principalOrgID' failed to satisfy constraint: Member must have length greater than or equal to 12"
    );
}

#[test]
fn the_text_for_another_account_names_what_was_asked_for() {
    let message = fault(&named("999999999999:function:f", None)).message;
    assert!(message.contains("not authorized to perform: lambda:AddPermission"), "{message}");
    assert!(message.ends_with("on resource: 999999999999:function:f"), "{message}");
}

#[test]
fn an_empty_body_is_told_as_three_nulls() {
    let message = fault(&add_bytes("f", b"")).message;
    let parts: Vec<_> = message.split("; ").collect();
    let null = |path| {
        format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
    };
    assert_eq!(parts, [null("statementId"), null("action"), null("principal")]);
}

#[test]
fn a_value_outside_an_enum_is_told_with_its_set() {
    let members = json!({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "X"});
    let message = fault(&add(&with(&members))).message;
    let start = "Value 'X' at 'functionUrlAuthType' failed to satisfy constraint: Member must satisfy enum value set: [";
    let set = message.strip_prefix(start).unwrap();
    assert!(set.contains("NONE") && set.contains("AWS_IAM"), "{message}");
}
