//! What a value means: principals that are accepted, and members that want a certain action.

use rstest::rstest;

use super::*;
use crate::contract::Evidence;

fn principal(text: &str) -> WireRequest {
    add(&with(&json!({"Principal": text})))
}

#[rstest]
#[case::a_service("sns.amazonaws.com")]
#[case::the_logs_of_the_region("logs.us-east-1.amazonaws.com")]
#[case::alexa("alexa-appkit.amazon.com")]
#[case::the_own_account("123456789012")]
#[case::the_account_of_the_example("223456789012")]
#[case::the_own_role("arn:aws:iam::123456789012:role/mine")]
fn a_principal_that_must_be_accepted_is_no_fault(#[case] text: &str) {
    assert_eq!(faults(&principal(text)), [] as [&str; 0]);
}

#[rstest]
#[case::a_foreign_domain("invalid.nonaws.com", "PrincipalInvalid")]
#[case::another_foreign_domain("example.org", "PrincipalInvalid")]
#[case::no_service_at_all("amazonaws.com", "PrincipalInvalid")]
#[case::a_colon_short("arn:aws:iam:123456789012:role/x", "MalformedArn")]
fn a_principal_of_the_recorded_kinds_must_be_refused(#[case] text: &str, #[case] kind: &str) {
    let fault = fault(&principal(text));
    let code = "InvalidParameterValueException";
    assert_eq!(
        line(&fault),
        format!("must 400 {code} by principal.invalid for {kind} of Principal")
    );
    assert_eq!(fault.refusal.status_evidence, Evidence::Recorded);
    assert_eq!(fault.refusal.code_evidence, Evidence::Recorded);
}

#[rstest]
#[case::another_account("999999999999")]
#[case::another_role("arn:aws:iam::123456789012:role/other")]
#[case::an_unknown_service("nosuchservice.amazonaws.com")]
#[case::the_logs_of_another_region("logs.us-west-2.amazonaws.com")]
#[case::an_assumed_role("arn:aws:sts::123456789012:assumed-role/r/s")]
#[case::a_word("nobody")]
fn a_principal_that_may_not_exist_may_be_refused_and_with_what_code_is_a_guess(#[case] text: &str) {
    let fault = fault(&principal(text));
    let code = "InvalidParameterValueException";
    assert_eq!(
        line(&fault),
        format!("may 400 {code} by principal.invalid for PrincipalOpen of Principal")
    );
    assert_eq!(fault.refusal.code_evidence, Evidence::Assumed);
}

#[test]
fn a_public_grant_may_be_blocked() {
    let expected =
        "may 400 PublicPolicyException by principal.accepted for PublicPolicy of Principal";
    assert_eq!(faults(&principal("*")), [expected]);
}

#[rstest]
#[case::principal("Principal", "example org")]
#[case::action("Action", "lambda:Nope!")]
fn the_meaning_of_a_value_outside_its_constraint_does_not_count(
    #[case] name: &str,
    #[case] value: &str,
) {
    let rule = format!("{}.pattern", name.to_lowercase());
    assert_eq!(
        faults(&add(&with(&json!({ name: value })))),
        [format!("must 400 ValidationException by {rule} for Pattern of {name}")]
    );
}

#[rstest]
#[case::invoke("lambda:InvokeFunction")]
#[case::get("lambda:GetFunction")]
#[case::invoke_by_url("lambda:InvokeFunctionUrl")]
#[case::all_of_lambda("lambda:*")]
#[case::all("*")]
fn an_action_that_recordings_or_the_page_show_is_no_fault(#[case] action: &str) {
    assert_eq!(faults(&add(&with(&json!({"Action": action})))), [] as [&str; 0]);
}

#[test]
fn an_invented_action_may_be_refused_and_with_what_code_is_a_guess() {
    let fault = fault(&add(&with(&json!({"Action": "lambda:Nope"}))));
    let expected =
        "may 400 InvalidParameterValueException by action.pattern for ActionOpen of Action";
    assert_eq!(line(&fault), expected);
    assert_eq!(fault.refusal.code_evidence, Evidence::Assumed);
}

/// The faults of FunctionUrlAuthType and the action together.
fn of_auth_type(members: &Value) -> Vec<String> {
    let lines = faults(&add(members));
    lines.into_iter().filter(|line| line.contains("AuthTypeAction")).collect()
}

#[rstest]
#[case::the_one_that_it_goes_with("lambda:InvokeFunctionUrl", None)]
#[case::invoke("lambda:InvokeFunction", Some("must"))]
#[case::get("lambda:GetFunction", Some("must"))]
#[case::all_of_lambda("lambda:*", Some("may"))]
#[case::all("*", Some("may"))]
#[case::an_invented_one("lambda:Nope", Some("may"))]
#[case::one_outside_the_pattern("nope", Some("may"))]
fn an_auth_type_wants_the_action_of_function_urls(
    #[case] action: &str,
    #[case] requirement: Option<&str>,
) {
    let members = with(&json!({"Action": action, "FunctionUrlAuthType": "NONE"}));
    let expected = requirement.map(|requirement| {
        format!("{requirement} 400 InvalidParameterValueException by function-url-auth-type.action for AuthTypeAction of FunctionUrlAuthType")
    });
    assert_eq!(of_auth_type(&members), Vec::from_iter(expected));
}

#[test]
fn an_auth_type_without_any_action_may_be_told_as_the_wrong_one() {
    let mut members = without("Action");
    members["FunctionUrlAuthType"] = json!("NONE");
    assert!(of_auth_type(&members)[0].starts_with("may 400 "));
}

#[test]
fn that_an_auth_type_wants_its_action_is_reported() {
    let refusal = fault(&add(&with(&json!({"FunctionUrlAuthType": "NONE"})))).refusal;
    assert_eq!(refusal.status_evidence, Evidence::Reported);
    assert_eq!(refusal.code_evidence, Evidence::Reported);
}

#[rstest]
#[case::with_the_action_that_reports_show(true, "lambda:InvokeFunction", "")]
#[case::with_the_one_that_a_report_shows_refused(
    true,
    "lambda:InvokeFunctionUrl",
    "should 400 InvalidParameterValueException by invoked-via-function-url.action for UrlFlagAction of InvokedViaFunctionUrl"
)]
#[case::with_all(
    true,
    "lambda:*",
    "may 400 InvalidParameterValueException by invoked-via-function-url.condition for UrlConditionOpen of InvokedViaFunctionUrl"
)]
#[case::false_with_the_action_that_reports_show(false, "lambda:InvokeFunction", "")]
#[case::false_with_another(false, "lambda:InvokeFunctionUrl", "")]
fn a_grant_for_calls_by_url_may_be_refused_with_another_action(
    #[case] value: bool,
    #[case] action: &str,
    #[case] wanted: &str,
) {
    let members = with(&json!({"Action": action, "InvokedViaFunctionUrl": value}));
    // The first page lacks the member: it may be refused as no input.
    let unknown = "may 4xx ValidationException by member.unknown for UnknownMember";
    let expected: Vec<&str> =
        [unknown, wanted].into_iter().filter(|line| !line.is_empty()).collect();
    assert_eq!(faults(&add(&members)), expected);
}
