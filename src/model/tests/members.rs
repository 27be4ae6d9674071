//! Single members: missing, null, of another type, outside their constraints.

use rstest::rstest;

use super::*;
use crate::contract::{EditionChoice, Evidence};
use crate::model::analyse;

#[rstest]
#[case::statement_id("StatementId", "statement-id.required")]
#[case::action("Action", "action.required")]
#[case::principal("Principal", "principal.required")]
fn a_required_member_may_be_neither_missing_nor_null(#[case] name: &str, #[case] rule: &str) {
    let expected = [format!("must 400 ValidationException by {rule} for Missing of {name}")];
    assert_eq!(faults(&add(&without(name))), expected);
    assert_eq!(faults(&add(&with(&json!({ name: null })))), expected);
}

#[rstest]
#[case::source_arn("SourceArn")]
#[case::source_account("SourceAccount")]
#[case::principal_org_id("PrincipalOrgID")]
#[case::event_source_token("EventSourceToken")]
#[case::function_url_auth_type("FunctionUrlAuthType")]
#[case::revision_id("RevisionId")]
fn null_for_an_optional_member_may_be_refused(#[case] name: &str) {
    assert_eq!(
        faults(&add(&with(&json!({ name: null })))),
        [format!("may 400 ValidationException by member.null-optional for NullOptional of {name}")]
    );
}

#[rstest]
#[case::a_number("StatementId", json!(5), "NUMBER_VALUE")]
#[case::a_fraction("SourceAccount", json!(1.5), "NUMBER_VALUE")]
#[case::yes("Action", json!(true), "TRUE_VALUE")]
#[case::no("Principal", json!(false), "FALSE_VALUE")]
#[case::an_array("SourceArn", json!(["arn:aws:s3:::b"]), "START_ARRAY")]
#[case::an_object("PrincipalOrgID", json!({}), "START_OBJECT")]
#[case::an_enum("FunctionUrlAuthType", json!(0), "NUMBER_VALUE")]
#[case::a_revision("RevisionId", json!([]), "START_ARRAY")]
fn a_string_member_of_another_type_is_refused(
    #[case] name: &str,
    #[case] value: Value,
    #[case] token: &str,
) {
    let fault = fault(&add(&with(&json!({ name: value }))));
    assert_eq!(
        line(&fault),
        format!(
            "must 4xx SerializationException by member.type for WrongType({token:?}) of {name}"
        )
    );
    assert_eq!(fault.message, format!("{token} can not be converted to a String"));
    assert_eq!(fault.refusal.status_evidence, Evidence::Documented);
    assert_eq!(fault.refusal.code_evidence, Evidence::Sibling);
}

#[rstest]
#[case::a_string(json!("true"), "STRING_VALUE")]
#[case::a_number(json!(1), "NUMBER_VALUE")]
#[case::an_array(json!([true]), "START_ARRAY")]
fn a_boolean_that_only_one_edition_knows_may_be_refused_for_its_type(
    #[case] value: Value,
    #[case] token: &str,
) {
    let request = add(&with(&json!({"InvokedViaFunctionUrl": value})));
    // The first page lacks the member: there it is no input at all.
    let [fault, unknown] = analysed(&world(), &request).faults.try_into().unwrap();
    assert_eq!(line(&unknown), "may 4xx ValidationException by member.unknown for UnknownMember");
    assert_eq!(
        line(&fault),
        format!(
            "may 4xx SerializationException by member.type for WrongType({token:?}) of InvokedViaFunctionUrl"
        )
    );
    assert_eq!(fault.message, format!("{token} can not be converted to a Boolean"));
}

#[rstest]
#[case::of_a_statement("Effect")]
#[case::in_other_case("sourceArn")]
#[case::invented("Nope")]
fn a_member_that_is_no_input_may_be_refused(#[case] name: &str) {
    let fault = fault(&add(&with(&json!({ name: "x" }))));
    assert_eq!(line(&fault), "may 4xx ValidationException by member.unknown for UnknownMember");
}

#[rstest]
#[case::statement_id("StatementId", "a b", &["must statement-id.pattern Pattern"])]
#[case::a_long_statement_id("StatementId", &"a".repeat(101), &["must statement-id.length TooLong(100)"])]
#[case::the_longest_statement_id("StatementId", &"a".repeat(100), &[])]
#[case::an_empty_statement_id("StatementId", "",
    &["must statement-id.length TooShort(1)", "must statement-id.pattern Pattern"])]
#[case::action("Action", "s3:GetObject", &["must action.pattern Pattern"])]
#[case::an_empty_action("Action", "", &["must action.pattern Pattern"])]
#[case::principal("Principal", "a b", &["must principal.pattern Pattern"])]
#[case::an_empty_principal("Principal", "", &["must principal.pattern Pattern"])]
#[case::source_arn("SourceArn", "arn:aws:s3::", &["must source-arn.pattern Pattern"])]
#[case::source_account("SourceAccount", "12345678901", &["must source-account.pattern Pattern"])]
#[case::a_long_source_account("SourceAccount", "1234567890123",
    &["must source-account.length TooLong(12)", "must source-account.pattern Pattern"])]
#[case::principal_org_id("PrincipalOrgID", "o-123456789A", &["must principal-org-id.pattern Pattern"])]
#[case::a_short_principal_org_id("PrincipalOrgID", "o-123456789",
    &["must principal-org-id.length TooShort(12)", "must principal-org-id.pattern Pattern"])]
#[case::a_long_principal_org_id("PrincipalOrgID", &format!("o-{}", "a".repeat(33)),
    &["must principal-org-id.length TooLong(34)", "must principal-org-id.pattern Pattern"])]
#[case::event_source_token("EventSourceToken", "a,b", &["must event-source-token.pattern Pattern"])]
#[case::a_long_event_source_token("EventSourceToken", &"a".repeat(257),
    &["must event-source-token.length TooLong(256)"])]
fn a_value_outside_its_constraint_is_a_fault_for_each_constraint(
    #[case] name: &str,
    #[case] value: &str,
    #[case] expected: &[&str],
) {
    assert_eq!(breaches(&add(&with(&json!({ name: value })))), expected_breaches(expected, name));
}

#[rstest]
#[case::invented("OAUTH")]
#[case::in_other_case("none")]
#[case::empty("")]
fn an_auth_type_is_one_of_the_documented_values(#[case] value: &str) {
    let members = json!({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": value});
    assert_eq!(
        breaches(&add(&with(&members))),
        expected_breaches(&["must function-url-auth-type.enum NotAValue"], "FunctionUrlAuthType")
    );
}

#[rstest]
#[case::qualifier("a b", &["must qualifier.pattern Pattern"])]
#[case::a_long_qualifier(&"a".repeat(129), &["must qualifier.length TooLong(128)"])]
#[case::an_empty_qualifier("", &["may qualifier.length TooShort(1)", "may qualifier.pattern Pattern"])]
#[case::only_the_current_model_knows_it("$LATEST.PUBLISHED", &["may qualifier.pattern Pattern"])]
fn a_qualifier_outside_its_constraint_is_a_fault(#[case] value: &str, #[case] expected: &[&str]) {
    assert_eq!(breaches(&named("f", Some(value))), expected_breaches(expected, "Qualifier"));
}

/// The lines of faults that are breaches, for lines of force, rule and breach.
fn expected_breaches(expected: &[&str], member: &str) -> Vec<String> {
    let parts = expected.iter().map(|line| line.split(' ').collect::<Vec<_>>());
    parts
        .map(|parts| {
            let (requirement, rule, breach) = (parts[0], parts[1], parts[2]);
            format!("{requirement} 400 ValidationException by {rule} for {breach} of {member}")
        })
        .collect()
}

/// The faults of values outside their constraint.
fn breaches(request: &WireRequest) -> Vec<String> {
    let lines = faults(request);
    lines.into_iter().filter(|line| line.contains(" 400 ValidationException ")).collect()
}

#[rstest]
#[case::a_long_action("Action", format!("lambda:{}", "a".repeat(10_000)), "action.pattern for TooLong(10000)")]
#[case::a_long_principal("Principal", "a".repeat(2049), "principal.pattern for TooLong(2048)")]
#[case::a_long_source_arn(
    "SourceArn",
    format!("arn:aws:s3:::{}", "a".repeat(10_000)),
    "source-arn.pattern for TooLong(10000)"
)]
#[case::a_new_region("SourceArn", "arn:aws:s3:us-iso-east-1::b".into(), "source-arn.pattern for Pattern")]
fn what_one_edition_alone_refuses_may_be_refused(
    #[case] name: &str,
    #[case] value: String,
    #[case] expected: &str,
) {
    assert_eq!(
        breaches(&add(&with(&json!({ name: value })))),
        [format!("may 400 ValidationException by {expected} of {name}")]
    );
}

#[rstest]
#[case::page(EditionChoice::Page, &["must"])]
#[case::current(EditionChoice::Current, &[])]
#[case::either(EditionChoice::Either, &["may"])]
fn the_edition_that_a_run_judges_by_decides(
    #[case] editions: EditionChoice,
    #[case] forces: &[&str],
) {
    let request = add(&with(&json!({"SourceArn": "arn:aws:s3:us-iso-east-1::b"})));
    let faults = analyse(&world(), &request, editions).faults;
    let pattern = "400 ValidationException by source-arn.pattern for Pattern of SourceArn";
    let expected: Vec<_> =
        forces.iter().map(|requirement| format!("{requirement} {pattern}")).collect();
    assert_eq!(faults.iter().map(line).collect::<Vec<_>>(), expected);
}

#[rstest]
#[case::a_token_that_may_count_as_absent("EventSourceToken", "", "event-source-token.pattern")]
#[case::a_line_separator("SourceArn", "arn:aws:s3:::a\u{2028}b", "source-arn.pattern")]
#[case::a_next_line("SourceArn", "arn:aws:s3:::a\u{85}b", "source-arn.pattern")]
#[case::a_space_beyond_ascii("Principal", "a\u{a0}b", "principal.pattern")]
fn what_readers_of_a_pattern_may_take_either_way_may_be_refused(
    #[case] name: &str,
    #[case] value: &str,
    #[case] rule: &str,
) {
    assert_eq!(
        breaches(&add(&with(&json!({ name: value })))),
        [format!("may 400 ValidationException by {rule} for Pattern of {name}")]
    );
}

#[test]
fn all_members_at_fault_are_told() {
    let members = json!({"StatementId": "a b", "Action": 1, "SourceAccount": "x"});
    assert_eq!(
        faults(&add(&members)),
        [
            "must 4xx SerializationException by member.type for WrongType(\"NUMBER_VALUE\") of Action",
            "must 400 ValidationException by principal.required for Missing of Principal",
            "must 400 ValidationException by source-account.pattern for Pattern of SourceAccount",
            "must 400 ValidationException by statement-id.pattern for Pattern of StatementId",
        ]
    );
}
