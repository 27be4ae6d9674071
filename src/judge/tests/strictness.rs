//! Refusals of requests that deserve no error, or that an implementation may take either way.

use rstest::rstest;

use super::*;
use crate::contract::Member;

const VALIDATION: &str = "ValidationException";
const INVALID: &str = "InvalidParameterValueException";
const CONFLICT: &str = "ResourceConflictException";
const STALE: &str = "PreconditionFailedException";

#[test]
fn a_refusal_of_a_good_request_is_too_strict() {
    let judgement = judged(&world(), &add(&plain()), &refused(400, VALIDATION, ""));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::StatementIdLength, RuleId::SuccessStatus]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Accept));
    assert_eq!(finding.expected, ["201 (documented)"]);
    assert_eq!(finding.actual, "400 ValidationException");
    assert_eq!(finding.key, "400 ValidationException");
    assert_eq!(differences(finding), [("status", json!(201), json!(400))]);
    assert!(!finding.advisory);
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers, RuleId::ErrorNoServerFault]);
}

#[rstest]
#[case::plainest(json!({"StatementId": "aaa"}), 400, &[RuleId::SuccessStatus])]
#[case::one_symbol(json!({}), 400, &[RuleId::StatementIdLength, RuleId::SuccessStatus])]
#[case::what_is_not_found(json!({}), 404, &[RuleId::SuccessStatus])]
#[case::counted_up(json!({"StatementId": "b7"}), 400, &[RuleId::SuccessStatus, RuleId::StatementIdPattern])]
#[case::counted_up_and_no_400(json!({"StatementId": "b7"}), 404, &[RuleId::SuccessStatus])]
#[case::symbols(json!({"StatementId": "A-b"}), 400, &[RuleId::StatementIdPattern])]
#[case::long(json!({"StatementId": "a".repeat(100)}), 400, &[RuleId::StatementIdLength, RuleId::SuccessStatus])]
#[case::action(
    json!({"StatementId": "aa", "Action": "lambda:GetFunction"}),
    400,
    &[RuleId::ActionPattern]
)]
#[case::action_or_length(
    json!({"Action": "lambda:GetFunction"}),
    400,
    &[RuleId::ActionPattern, RuleId::StatementIdLength]
)]
#[case::source(
    json!({"StatementId": "bb", "SourceArn": "arn:aws:s3:::b"}),
    400,
    &[RuleId::SourceArnPattern, RuleId::StatementIdPattern]
)]
fn the_rules_that_the_request_puts_to_the_test_are_suspect(
    #[case] others: Value,
    #[case] status: u16,
    #[case] suspects: &[RuleId],
) {
    let judgement = judged(&world(), &add(&with(&others)), &refused(status, "Oops", ""));
    assert_eq!(only(&judgement).suspects, suspects);
}

/// `f` holds Aa and has had gone; its version 1 holds other.
fn eventful() -> World {
    let mut world = holding(&["Aa"]);
    world.policy_mut("f", None).unwrap().last_mut().removed.insert("gone".into());
    let elsewhere = Policy { statements: vec![json!({"Sid": "other"})], ..Policy::default() };
    *world.policy_mut("f", Some("1")).unwrap() = PolicyState::Known(elsewhere);
    world
}

#[rstest]
#[case::reused(json!({"StatementId": "gone"}), 409, CONFLICT, &[RuleId::StatementIdReusable])]
#[case::in_other_case(json!({"StatementId": "aa"}), 409, CONFLICT, &[RuleId::StatementIdCaseSensitive])]
#[case::taken_elsewhere(json!({"StatementId": "other"}), 409, CONFLICT, &[RuleId::StatementIdUniquePerPolicy])]
#[case::current_revision(
    json!({"StatementId": "aa", "RevisionId": "current"}),
    412,
    STALE,
    &[RuleId::RevisionIdCurrentAccepted]
)]
#[case::a_conflict_is_not_of_the_revision(
    json!({"StatementId": "gone", "RevisionId": "current"}),
    409,
    CONFLICT,
    &[RuleId::StatementIdReusable]
)]
#[case::a_precondition_is_not_of_the_id(
    json!({"StatementId": "gone", "RevisionId": "current"}),
    412,
    STALE,
    &[RuleId::RevisionIdCurrentAccepted]
)]
#[case::a_conflict_is_not_of_other_members(
    json!({"StatementId": "gone", "SourceArn": "arn:aws:s3:::b"}),
    409,
    CONFLICT,
    &[RuleId::StatementIdReusable]
)]
#[case::other_errors_are_of_other_members(
    json!({"StatementId": "aa", "SourceArn": "arn:aws:s3:::b", "RevisionId": "current"}),
    400,
    VALIDATION,
    &[RuleId::SourceArnPattern]
)]
#[case::where_nothing_else_is_tested_the_state_is_suspect(
    json!({"StatementId": "aa", "RevisionId": "current"}),
    400,
    VALIDATION,
    &[RuleId::StatementIdCaseSensitive, RuleId::RevisionIdCurrentAccepted]
)]
#[case::a_conflict_over_nothing_tells_nothing(
    json!({"StatementId": "fresh", "SourceArn": "arn:aws:s3:::b"}),
    409,
    CONFLICT,
    &[RuleId::SourceArnPattern]
)]
fn a_conflict_speaks_of_the_id_and_a_failed_precondition_of_the_revision(
    #[case] others: Value,
    #[case] status: u16,
    #[case] code: &str,
    #[case] suspects: &[RuleId],
) {
    let judgement = judged(&eventful(), &add(&with(&others)), &refused(status, code, ""));
    assert_eq!(only(&judgement).suspects, suspects);
}

#[rstest]
#[case::forbidden(refused(403, "AccessDeniedException", ""), 403)]
#[case::unauthorised(refused(401, "UnrecognizedClientException", ""), 401)]
#[case::without_a_code(answer(403, &[], ""), 403)]
#[case::with_a_code_of_their_own(refused(403, "NotYours", ""), 403)]
fn what_the_caller_may_not_do_shows_nothing(
    #[case] observation: Observation,
    #[case] status: u16,
    #[values(json!({}), json!({"StatementId": "a b"}))] others: Value,
) {
    let judgement = judged(&world(), &add(&with(&others)), &observation);
    assert_eq!(judgement.findings, []);
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers, RuleId::ErrorNoServerFault]);
    assert_eq!(judgement.unjudged, Some(format!("access was denied: {status}")));
}

#[rstest]
#[case::forbidden_by_status_alone(403, VALIDATION)]
#[case::unauthorised_by_status_alone(401, INVALID)]
#[case::policy_length(403, "PolicyLengthExceededException")]
#[case::precondition(403, STALE)]
#[case::conflict(403, CONFLICT)]
#[case::not_found(403, "ResourceNotFoundException")]
#[case::public(403, "PublicPolicyException")]
#[case::serialization(403, "SerializationException")]
#[case::denied_by_code_alone(400, "AccessDeniedException")]
fn a_code_that_speaks_of_the_request_is_no_denial(#[case] status: u16, #[case] code: &str) {
    let judgement = judged(&world(), &add(&plain()), &refused(status, code, ""));
    assert_eq!(judgement.unjudged, None);
    assert_eq!(only(&judgement).direction, Direction::Accept);
}

#[test]
fn a_denial_is_the_right_answer_where_another_account_is_named() {
    let arn = "arn:aws:lambda:us-east-1:999999999999:function:f";
    let observation = refused(403, "AccessDeniedException", "");
    let judgement = judged(&world(), &add_to(arn, &plain()), &observation);
    assert_eq!(judgement.unjudged, None);
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Refuse), [RuleId::FunctionNameOtherAccount]);
}

#[rstest]
#[case::principal(add(&with(&json!({"Principal": "999999999999"}))), 400, INVALID)]
#[case::principal_otherwise(add(&with(&json!({"Principal": "999999999999"}))), 404, "ResourceNotFoundException")]
#[case::action(add(&with(&json!({"Action": "lambda:Nap"}))), 400, INVALID)]
#[case::disputed_name(add_to("dotted.name", &plain()), 400, VALIDATION)]
#[case::unknown_member(add(&with(&json!({"Colour": "red"}))), 400, VALIDATION)]
#[case::public_grant(add(&with(&json!({"Principal": "*"}))), 400, "PublicPolicyException")]
fn what_may_be_refused_is_refused_without_a_finding_or_a_case_but_its_form_counts(
    #[case] request: WireRequest,
    #[case] status: u16,
    #[case] code: &str,
) {
    let mut world = world();
    world.functions.insert("dotted.name".into(), Function::default());
    let judgement = judged(&world, &request, &refused(status, code, ""));
    assert_eq!(judgement.findings, []);
    assert_eq!(
        all_counted(&judgement),
        [RuleId::WireAnswers, RuleId::ErrorNoServerFault, RuleId::ErrorShape]
    );
}

#[rstest]
#[case::another_code(refused(400, INVALID, ""))]
#[case::no_code(answer(400, &[], ""))]
fn only_a_block_on_public_grants_excuses_the_refusal_of_one(#[case] observation: Observation) {
    let request = add(&with(&json!({"Principal": "*"})));
    let judgement = judged(&world(), &request, &observation);
    let suspects = [RuleId::PrincipalAccepted, RuleId::StatementIdLength];
    assert_eq!(only(&judgement).suspects, suspects);
}

#[test]
fn a_redirection_is_no_refusal() {
    let request = add(&with(&json!({"Principal": "999999999999"})));
    let judgement = judged(&world(), &request, &answer(302, &[], ""));
    assert_eq!(only(&judgement).rule(), RuleId::PrincipalAccepted);
    assert_eq!(only(&judgement).direction, Direction::Accept);
}

#[rstest]
#[case::first(500)]
#[case::another(503)]
fn where_refusing_is_open_a_server_fault_is_a_server_fault_and_no_more(#[case] status: u16) {
    let request = add(&with(&json!({"Principal": "999999999999"})));
    let judgement = judged(&world(), &request, &refused(status, "ServiceException", ""));
    assert_eq!(only(&judgement).rule(), RuleId::ErrorNoServerFault);
}

#[test]
fn another_form_of_name_that_is_refused_is_not_resolved_to_another_function() {
    let observation = refused(404, "ResourceNotFoundException", "");
    let judgement = judged(&world(), &add_to("function:f", &plain()), &observation);
    assert_eq!(judgement.findings, []);
    let case = judgement.cases.iter().find(|case| case.rule == RuleId::FunctionNameOtherForms);
    let case = case.unwrap();
    assert_eq!(case.direction, Direction::Shape);
    assert!(case.repair.is_some(), "it counts beside some success only");
    let accepted = judged(&world(), &add(&plain()), &created(&plain_statement()));
    assert!(accepted.repairs.contains(&case.repair.unwrap()));
}

#[rstest]
#[case::alone(add_to("F", &plain()), 404, &[RuleId::FunctionNameCase])]
#[case::with_another_status(add_to("F", &plain()), 400, &[])]
#[case::beside_an_open_one(add_to("F", &with(&json!({"Principal": "999999999999"}))), 404, &[])]
fn an_error_that_only_should_come_counts_where_it_is_the_only_reason(
    #[case] request: WireRequest,
    #[case] status: u16,
    #[case] rules: &[RuleId],
) {
    let judgement = judged(&world(), &request, &refused(status, "ResourceNotFoundException", ""));
    assert_eq!(counted(&judgement, Direction::Refuse), rules);
    assert!(judgement.findings.iter().all(|finding| finding.rule() == RuleId::ErrorShape));
}

fn with_nulls(others: &Value, names: &[&str]) -> WireRequest {
    let mut members = with(others);
    for name in names {
        members[name] = Value::Null;
    }
    add(&members)
}

#[test]
fn the_refusal_of_an_explicit_null_is_reported() {
    let request = with_nulls(&json!({}), &["SourceArn"]);
    let judgement = judged(&world(), &request, &refused(400, VALIDATION, ""));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::MemberNullOptional]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Accept));
    assert_eq!(finding.expected, ["201 (assumed)"]);
    assert_eq!(finding.member, Some(Member::SourceArn));
    assert_eq!(finding.key, "400 ValidationException");
    assert_eq!(differences(finding), [("status", json!(201), json!(400))]);
    assert!(finding.advisory);
    assert_eq!(counted(&judgement, Direction::Refuse), []);
}

#[test]
fn two_nulls_are_one_suspect_where_a_request_is_redirected() {
    let account = json!({"SourceAccount": "123456789012"});
    let request = with_nulls(&account, &["EventSourceToken", "SourceArn"]);
    let judgement = judged(&world(), &request, &answer(302, &[], ""));
    let suspects =
        [RuleId::MemberNullOptional, RuleId::SourceAccountPattern, RuleId::StatementIdLength];
    assert_eq!(only(&judgement).suspects, suspects);
}

#[rstest]
#[case::another_null(with_nulls(&json!({}), &["SourceArn", "SourceAccount"]))]
#[case::an_open_fault(with_nulls(&json!({"Principal": "999999999999"}), &["SourceArn"]))]
fn beside_another_reason_the_refusal_of_a_null_tells_nothing(#[case] request: WireRequest) {
    let judgement = judged(&world(), &request, &refused(400, VALIDATION, ""));
    assert_eq!(judgement.findings, []);
}
