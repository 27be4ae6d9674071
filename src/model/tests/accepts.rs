//! Which rules a request puts to the test by being accepted: where it goes beyond the plainest.

use rstest::rstest;

use super::*;
use crate::contract::RuleId;
use crate::contract::RuleId::{
    ActionPattern, EventSourceTokenLength, EventSourceTokenPattern, FunctionNameForms,
    FunctionUrlAuthTypeEnum, MemberNullOptional, PrincipalAccepted, PrincipalOrgIdLength,
    PrincipalOrgIdPattern, QualifierAlias, QualifierAliasOnLatest, QualifierVersion,
    RevisionIdCurrentAccepted, SourceAccountPattern, SourceArnPattern, StatementIdCaseSensitive,
    StatementIdLength, StatementIdPattern, StatementIdReusable, StatementIdUniquePerPolicy,
};

#[rstest]
#[case::name("f", None, &[])]
#[case::partial_arn("123456789012:function:f", None, &[FunctionNameForms])]
#[case::arn("arn:aws:lambda:us-east-1:123456789012:function:f", None, &[FunctionNameForms])]
#[case::other_form("function:f", None, &[])]
#[case::version_as_suffix("f:1", None, &[FunctionNameForms, QualifierVersion])]
#[case::version("f", Some("1"), &[QualifierVersion])]
#[case::alias("f", Some("live"), &[QualifierAlias])]
#[case::alias_of_an_arn("arn:aws:lambda:us-east-1:123456789012:function:f", Some("live"),
    &[FunctionNameForms, QualifierAlias])]
#[case::alias_on_latest("f", Some("next"), &[QualifierAliasOnLatest])]
fn a_name_beyond_the_plainest_puts_forms_and_qualifiers_to_the_test(
    #[case] name: &str,
    #[case] qualifier: Option<&str>,
    #[case] expected: &[RuleId],
) {
    assert_eq!(analysed(&world(), &named(name, qualifier)).accepts, expected);
}

/// The rules that members beside the plainest put to the test.
fn accepts(others: &Value) -> Vec<RuleId> {
    accepts_in(&world(), others)
}

fn accepts_in(world: &World, others: &Value) -> Vec<RuleId> {
    analysed(world, &add(&with(others))).accepts
}

#[rstest]
#[case::letters("abc", &[])]
#[case::letters_and_a_number("ab12", &[])]
#[case::one_letter("a", &[StatementIdLength])]
#[case::a_capital("aB", &[StatementIdPattern])]
#[case::a_capital_before_a_number("aB1", &[StatementIdPattern])]
#[case::a_hyphen("a-b", &[StatementIdPattern])]
#[case::an_underscore("a_1", &[StatementIdPattern])]
#[case::digits("123", &[StatementIdPattern])]
#[case::a_letter_behind_digits("a1b", &[StatementIdPattern])]
#[case::one_digit("7", &[StatementIdPattern, StatementIdLength])]
#[case::not_quite_the_longest(&"a".repeat(98), &[])]
#[case::almost_the_longest(&"a".repeat(99), &[StatementIdLength])]
#[case::the_longest(&"-".repeat(100), &[StatementIdLength, StatementIdPattern])]
fn a_statement_id_is_suspected_of_its_length_or_its_symbols(
    #[case] sid: &str,
    #[case] expected: &[RuleId],
) {
    assert_eq!(accepts(&json!({"StatementId": sid})), expected);
}

#[rstest]
#[case::of_none(&[], &[])]
#[case::of_another(&["xy"], &[])]
#[case::in_capitals(&["xy", "AB"], &[StatementIdCaseSensitive])]
#[case::in_mixed_case(&["aB"], &[StatementIdCaseSensitive])]
fn a_statement_id_that_differs_in_case_from_one_that_is_taken(
    #[case] taken: &[&str],
    #[case] expected: &[RuleId],
) {
    assert_eq!(accepts_in(&holding(None, known(taken)), &json!({})), expected);
}

#[rstest]
#[case::that_one("ab", &[StatementIdReusable])]
#[case::another("xy", &[])]
fn a_statement_id_is_used_again_after_its_statement_was_removed(
    #[case] removed: &str,
    #[case] expected: &[RuleId],
) {
    let policy = Policy { removed: [removed.to_owned()].into(), ..policy(&["xy"]) };
    assert_eq!(accepts_in(&holding(None, PolicyState::Known(policy)), &json!({})), expected);
}

#[rstest]
#[case::on_the_version(Some("1"), &["ab"], &[StatementIdUniquePerPolicy])]
#[case::on_the_alias(Some("live"), &["xy", "ab"], &[StatementIdUniquePerPolicy])]
#[case::on_none(Some("live"), &["xy"], &[])]
fn a_statement_id_that_another_policy_of_the_function_holds(
    #[case] holder: Option<&str>,
    #[case] taken: &[&str],
    #[case] expected: &[RuleId],
) {
    assert_eq!(accepts_in(&holding(holder, known(taken)), &json!({})), expected);
}

#[test]
fn what_the_own_policy_may_hold_is_not_held_by_another() {
    let mut world = holding(None, PolicyState::Unknown(policy(&["ab"])));
    world.sent.insert("ab".to_owned());
    assert_eq!(accepts_in(&world, &json!({})), []);
}

#[rstest]
#[case::source_arn("SourceArn", "arn:aws:s3:::b", SourceArnPattern)]
#[case::source_account("SourceAccount", "123456789012", SourceAccountPattern)]
#[case::the_shortest_organisation("PrincipalOrgID", "o-1234567890", PrincipalOrgIdLength)]
#[case::a_longer_organisation("PrincipalOrgID", "o-12345678901", PrincipalOrgIdPattern)]
#[case::almost_the_longest_organisation("PrincipalOrgID", &format!("o-{}", "a".repeat(31)), PrincipalOrgIdPattern)]
#[case::the_longest_organisation("PrincipalOrgID", &format!("o-{}", "a".repeat(32)), PrincipalOrgIdLength)]
#[case::the_shortest_token("EventSourceToken", "t", EventSourceTokenLength)]
#[case::a_longer_token("EventSourceToken", "to", EventSourceTokenPattern)]
#[case::a_long_token("EventSourceToken", &"t".repeat(254), EventSourceTokenPattern)]
#[case::almost_the_longest_token("EventSourceToken", &"t".repeat(255), EventSourceTokenLength)]
#[case::the_longest_token("EventSourceToken", &"t".repeat(256), EventSourceTokenLength)]
fn an_optional_member_is_suspected_of_its_pattern_or_its_length(
    #[case] name: &str,
    #[case] value: &str,
    #[case] expected: RuleId,
) {
    assert_eq!(accepts(&json!({ name: value })), [expected]);
}

#[test]
fn an_auth_type_is_suspected_before_the_action_that_it_wants() {
    let members = json!({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "AWS_IAM"});
    assert_eq!(accepts(&members), [FunctionUrlAuthTypeEnum, ActionPattern]);
}

#[test]
fn a_write_that_names_the_current_revision() {
    let policy = Policy { revision: Some("now".to_owned()), ..policy(&["xy"]) };
    let mut world = holding(None, PolicyState::Known(policy));
    world.issued.insert("now".to_owned());
    assert_eq!(accepts_in(&world, &json!({"RevisionId": "now"})), [RevisionIdCurrentAccepted]);
}

#[test]
fn a_null_for_each_optional_member_that_has_one() {
    let members = json!({"SourceArn": null, "InvokedViaFunctionUrl": null});
    assert_eq!(accepts(&members), [MemberNullOptional, MemberNullOptional]);
}

#[rstest]
#[case::an_action(json!({"Action": "lambda:GetFunction"}), &[ActionPattern])]
#[case::a_principal(json!({"Principal": "*"}), &[PrincipalAccepted])]
#[case::a_boolean(json!({"InvokedViaFunctionUrl": true}), &[])]
#[case::a_member_that_is_no_input(json!({"Nope": 1}), &[])]
fn other_members_than_the_plainest(#[case] members: Value, #[case] expected: &[RuleId]) {
    assert_eq!(accepts(&members), expected);
}

#[test]
fn actions_principals_and_short_ids_are_suspected_last() {
    let members = json!({
        "StatementId": "a",
        "Action": "*",
        "Principal": "*",
        "SourceAccount": "123456789012",
        "EventSourceToken": "token",
        "SourceArn": null,
    });
    assert_eq!(
        accepts(&members),
        [
            EventSourceTokenPattern,
            SourceAccountPattern,
            MemberNullOptional,
            ActionPattern,
            PrincipalAccepted,
            StatementIdLength,
        ]
    );
}

#[rstest]
#[case::a_missing_member(&add(&without("Principal")))]
#[case::a_missing_function(&named("arn:aws:lambda:us-east-1:123456789012:function:nope", None))]
#[case::a_missing_version(&named("f:3", None))]
fn a_request_that_must_be_refused_puts_nothing_to_the_test(#[case] request: &WireRequest) {
    assert_eq!(analysed(&world(), request).accepts, []);
}

fn shown(world: &World, request: &WireRequest) -> Vec<RuleId> {
    analysed(world, request).shown_by_success().collect()
}

#[rstest]
#[case::a_principal_that_need_not_be_known(json!({"Principal": "nobody"}), &[])]
#[case::a_public_grant(json!({"Principal": "*"}), &[PrincipalAccepted])]
#[case::an_action_that_need_not_be_known(json!({"Action": "lambda:Invented"}), &[])]
#[case::an_action_that_is_known(json!({"Action": "lambda:GetFunction"}), &[ActionPattern])]
#[case::a_revision_that_may_be_stale(json!({"RevisionId": ""}), &[])]
#[case::an_auth_type_beside_any_action(
    json!({"FunctionUrlAuthType": "NONE", "Action": "*"}), &[ActionPattern])]
#[case::a_token_that_may_count_as_absent(json!({"EventSourceToken": ""}), &[])]
#[case::an_account_that_may_count_as_absent(json!({"SourceAccount": ""}), &[])]
#[case::a_source_that_only_one_edition_knows(
    json!({"SourceArn": "arn:aws:s3:us-iso-east-1::b"}), &[])]
#[case::beside_another_member(json!({"Principal": "nobody", "SourceAccount": "123456789012"}),
    &[SourceAccountPattern])]
fn a_success_shows_nothing_of_what_might_as_well_have_been_refused(
    #[case] others: Value,
    #[case] expected: &[RuleId],
) {
    assert_eq!(shown(&world(), &add(&with(&others))), expected);
}

#[test]
fn a_success_shows_nothing_of_names_in_a_form_that_is_left_open() {
    let request = named("function:f:1", None);
    assert_eq!(analysed(&world(), &request).accepts.first(), Some(&FunctionNameForms));
    assert!(!shown(&world(), &request).contains(&FunctionNameForms));
}

#[rstest]
#[case::a_version("01")]
#[case::an_alias("LIVE")]
fn a_success_shows_nothing_of_a_qualifier_that_names_something_only_nearly(#[case] name: &str) {
    assert_ne!(analysed(&world(), &named("f", Some(name))).accepts, []);
    assert_eq!(shown(&world(), &named("f", Some(name))), []);
}

#[test]
fn a_success_shows_nothing_of_a_statement_id_that_may_be_taken() {
    let mut world = world();
    let request = add(&with(&json!({"StatementId": "A-b", "SourceAccount": "123456789012"})));
    assert_eq!(shown(&world, &request), [StatementIdPattern, SourceAccountPattern]);
    *world.policy_mut("f", None).unwrap() = PolicyState::Unknown(policy(&["A-b"]));
    assert_eq!(shown(&world, &request), [SourceAccountPattern]);
}
