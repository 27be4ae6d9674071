//! Requests that deserve an error: was there one, with the right status and code, and for which
//! rules does it count.

use rstest::rstest;

use super::*;
use crate::contract::{Evidence, EvidenceFloor, Member};

const VALIDATION: &str = "ValidationException";
const INVALID: &str = "InvalidParameterValueException";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// A StatementId outside its pattern and nothing else wrong.
fn bad_sid() -> WireRequest {
    add(&with(&json!({"StatementId": "a b"})))
}

fn at_documented() -> Judging {
    Judging { evidence: EvidenceFloor::Documented, ..Judging::default() }
}

/// The rules of the findings, but for those of an error's form and text.
fn found(judgement: &Judgement) -> Vec<RuleId> {
    judgement.findings.iter().map(Finding::rule).collect()
}

fn refusals(judgement: &Judgement) -> Vec<RuleId> {
    counted(judgement, Direction::Refuse)
}

#[test]
fn a_success_where_an_error_was_due_is_too_lax_and_counts_for_nothing() {
    let judgement = judged(&world(), &bad_sid(), &created(&plain_statement()));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::StatementIdPattern]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Refuse));
    assert_eq!(finding.expected, ["400 (documented)  ValidationException (recorded)"]);
    assert_eq!((finding.actual.as_str(), finding.key.as_str()), ("201", "accepted"));
    assert_eq!(differences(finding), [("status", json!("400"), json!(201))]);
    assert_eq!(finding.member, Some(Member::StatementId));
    assert_eq!(finding.evidence, Evidence::Documented);
    assert!(!finding.advisory);
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers, RuleId::ErrorNoServerFault]);
    assert!(judgement.repairs.is_empty());
}

#[test]
fn each_fault_that_was_let_through_is_found() {
    let request = add(&with(&json!({"StatementId": "a b", "Action": 1})));
    let judgement = judged(&world(), &request, &created(&plain_statement()));
    assert_eq!(found(&judgement), [RuleId::MemberType, RuleId::StatementIdPattern]);
    let lines = [
        "4xx (documented)  SerializationException (sibling)",
        "400 (documented)  ValidationException (recorded)",
    ];
    for finding in &judgement.findings {
        assert_eq!(finding.expected, lines);
    }
    let expected: Vec<Value> =
        judgement.findings.iter().map(|finding| differences(finding)[0].1.clone()).collect();
    assert_eq!(expected, [json!("4xx"), json!("400")]);
}

#[test]
fn an_error_that_is_not_scored_is_missed_in_a_report_only() {
    let judgement = judged(&world(), &add_to("F", &plain()), &created(&plain_statement()));
    let finding = only(&judgement);
    assert_eq!(finding.rule(), RuleId::FunctionNameCase);
    assert_eq!(finding.expected, ["404 (assumed)  ResourceNotFoundException (assumed)"]);
    assert!(finding.advisory);
    assert_eq!(counted(&judgement, Direction::Accept), []);
}

#[test]
fn at_documented_evidence_a_success_beside_a_recorded_error_is_only_reported() {
    let request = add_to("f:live", &plain()).with_query("Qualifier", "1");
    let scored = judged(&world(), &request, &created(&plain_statement()));
    assert_eq!(only(&scored).rule(), RuleId::QualifierMismatch);
    assert!(!only(&scored).advisory);
    let reported = judged_by(&world(), &request, &created(&plain_statement()), at_documented());
    assert!(only(&reported).advisory);
    assert_eq!(only(&reported).key, "accepted");
}

#[test]
fn what_may_be_refused_or_accepted_is_not_missed_and_not_expected() {
    let open = with(&json!({"Principal": "999999999999"}));
    let mut statement = plain_statement();
    statement["Principal"] = json!({"AWS": "arn:aws:iam::999999999999:root"});
    let judgement = judged(&world(), &add(&open), &created(&statement));
    assert_eq!(judgement.findings, []);
    // It might as well have been refused: that it was not shows nothing of the rule.
    let accepted = counted(&judgement, Direction::Accept);
    assert!(!accepted.contains(&RuleId::PrincipalAccepted));

    let beside = add(&with(&json!({"Principal": "999999999999", "StatementId": "a b"})));
    let judgement = judged(&world(), &beside, &created(&statement));
    let finding = only(&judgement);
    assert_eq!(finding.rule(), RuleId::StatementIdPattern);
    assert_eq!(finding.expected, ["400 (documented)  ValidationException (recorded)"]);
}

#[test]
fn equal_expectations_are_one_line() {
    let request = add(&with(&json!({"SourceAccount": "1234567890123"})));
    let judgement = judged(&world(), &request, &refused(404, NOT_FOUND, ""));
    let finding = &judgement.findings[0];
    assert_eq!(
        finding.suspects,
        [RuleId::SourceAccountLength, RuleId::SourceAccountPattern],
        "two rules are suspect"
    );
    assert_eq!(finding.expected, ["400 (documented)  ValidationException (modelled)"]);
}

#[rstest]
#[case::client_error(refused(404, NOT_FOUND, ""), json!(404))]
#[case::redirect(answer(302, &[], ""), json!(302))]
fn an_error_of_another_status_breaks_the_rule_of_the_fault(
    #[case] observation: Observation,
    #[case] status: Value,
) {
    let judgement = judged(&world(), &bad_sid(), &observation);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::StatementIdPattern]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Refuse));
    assert_eq!(finding.expected, ["400 (documented)  ValidationException (recorded)"]);
    assert_eq!(finding.actual, observation.brief());
    assert_eq!(finding.key, observation.brief());
    assert_eq!(differences(finding), [("status", json!("400"), status)]);
    assert_eq!(finding.member, Some(Member::StatementId));
    assert_eq!(finding.evidence, Evidence::Documented);
    assert!(!finding.advisory);
    assert_eq!(refusals(&judgement), []);
}

#[test]
fn with_several_faults_any_ones_error_is_admitted_and_another_makes_all_suspect() {
    let request = add_to("nope", &with(&json!({"StatementId": "a b", "Principal": "nope.org"})));
    for (status, code, rule) in [
        (400, VALIDATION, RuleId::StatementIdPattern),
        (400, INVALID, RuleId::PrincipalInvalid),
        (404, NOT_FOUND, RuleId::ErrorNotFound),
    ] {
        let judgement = judged(&world(), &request, &refused(status, code, "m"));
        assert_eq!(judgement.findings, [], "{code}");
        assert_eq!(refusals(&judgement), [rule]);
    }
    let judgement = judged(&world(), &request, &refused(409, "ResourceConflictException", ""));
    let suspects = [RuleId::StatementIdPattern, RuleId::ErrorNotFound, RuleId::PrincipalInvalid];
    assert_eq!(judgement.findings[0].suspects, suspects);
    assert_eq!(refusals(&judgement), []);
}

#[rstest]
#[case::pattern(bad_sid(), 400, VALIDATION, &[RuleId::StatementIdPattern])]
#[case::action(add(&with(&json!({"Action": "s3:*"}))), 400, VALIDATION, &[RuleId::ActionPattern])]
#[case::principal(add(&with(&json!({"Principal": "nope.org"}))), 400, INVALID, &[RuleId::PrincipalInvalid])]
#[case::missing(add(&with(&json!({"Action": null}))), 400, VALIDATION, &[RuleId::ActionRequired])]
#[case::body(add(&json!([])), 400, "SerializationException", &[RuleId::BodyNotAnObject])]
#[case::not_found(add_to("nope", &plain()), 404, NOT_FOUND, &[RuleId::ErrorNotFound])]
#[case::two_rules_of_one_member(
    add(&with(&json!({"SourceAccount": "1234567890123"}))),
    400,
    VALIDATION,
    &[RuleId::SourceAccountLength, RuleId::SourceAccountPattern]
)]
#[case::one_rule_of_two_members(
    add(&with(&json!({"Action": 1, "Principal": 2}))),
    400,
    "SerializationException",
    &[RuleId::MemberType, RuleId::MemberType]
)]
#[case::the_other_fault_answers_otherwise(
    add_to("nope", &with(&json!({"StatementId": "a b"}))),
    404,
    NOT_FOUND,
    &[RuleId::ErrorNotFound]
)]
#[case::the_other_fault_has_another_code(
    add(&with(&json!({"StatementId": "a b", "Principal": "nope.org"}))),
    400,
    INVALID,
    &[RuleId::PrincipalInvalid]
)]
#[case::two_rules_of_two_members(
    add(&with(&json!({"StatementId": "a b", "Action": "s3:*"}))),
    400,
    VALIDATION,
    &[]
)]
#[case::an_open_fault_of_another_member(
    add(&with(&json!({"StatementId": "a b", "Principal": "999999999999"}))),
    400,
    VALIDATION,
    &[]
)]
#[case::the_open_fault_alone(
    add(&with(&json!({"StatementId": "a b", "Principal": "999999999999"}))),
    400,
    INVALID,
    &[]
)]
#[case::an_open_fault_of_no_member(
    add(&json!({"StatementId": "a", "Action": "lambda:InvokeFunction", "Colour": "red"})),
    400,
    "Oops",
    &[]
)]
fn a_refusal_counts_only_where_nothing_else_could_have_caused_it(
    #[case] request: WireRequest,
    #[case] status: u16,
    #[case] code: &str,
    #[case] rules: &[RuleId],
) {
    let judgement = judged(&world(), &request, &refused(status, code, ""));
    assert_eq!(refusals(&judgement), rules);
}

#[test]
fn a_right_refusal_breaks_nothing_and_shows_the_form_of_errors() {
    let request = add(&with(&json!({"Action": "s3:*"})));
    let judgement = judged(&world(), &request, &refused(400, VALIDATION, ""));
    assert_eq!(judgement.findings, []);
    assert_eq!(judgement.unjudged, None);
    assert_eq!(refusals(&judgement), [RuleId::ActionPattern]);
    assert!(counted(&judgement, Direction::Shape).contains(&RuleId::ErrorShape));
    assert!(judgement.repairs.is_empty());
}

#[rstest]
#[case::another(refused(400, INVALID, ""), json!(INVALID))]
#[case::none(answer(400, &[("content-type", "application/json")], r#"{"message":""}"#), Value::Null)]
fn another_code_than_is_known_breaks_the_rule_of_the_fault(
    #[case] observation: Observation,
    #[case] code: Value,
) {
    let judgement = judged(&world(), &bad_sid(), &observation);
    let finding = &judgement.findings[0];
    assert_eq!(finding.suspects, [RuleId::StatementIdPattern]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Code, Direction::Refuse));
    assert_eq!(finding.expected, ["400 (documented)  ValidationException (recorded)"]);
    assert_eq!(finding.actual, observation.brief());
    assert_eq!(finding.key, observation.brief());
    assert_eq!(differences(finding), [("code", json!(VALIDATION), code)]);
    assert_eq!(finding.member, Some(Member::StatementId));
    assert_eq!(finding.evidence, Evidence::Recorded);
    assert!(!finding.advisory);
    assert_eq!(refusals(&judgement), []);
}

#[test]
fn a_wrong_code_is_no_riddle_of_faults_of_another_status() {
    let request = add_to("nope", &with(&json!({"StatementId": "a b", "Action": "s3:*"})));
    let judgement = judged(&world(), &request, &refused(400, INVALID, ""));
    let suspects = [RuleId::ActionPattern, RuleId::StatementIdPattern];
    assert_eq!(only(&judgement).suspects, suspects);
}

#[rstest]
#[case::missing(add(&with(&json!({"Action": null}))), RuleId::ActionRequired, json!(VALIDATION), "400 (documented)  ValidationException (sibling)")]
#[case::wrong_type(add(&with(&json!({"Action": 1}))), RuleId::MemberType, json!("400 SerializationException"), "4xx (documented)  SerializationException (sibling)")]
#[case::malformed(WireRequest { body: b"{".to_vec(), ..add(&plain()) }, RuleId::BodyMalformed, json!("400 SerializationException"), "4xx (documented)  SerializationException (assumed)")]
fn a_code_that_is_not_known_well_enough_is_only_reported_and_the_refusal_counts(
    #[case] request: WireRequest,
    #[case] rule: RuleId,
    #[case] expected: Value,
    #[case] line: &str,
) {
    let judgement = judged(&world(), &request, &refused(400, INVALID, ""));
    let finding = only(&judgement);
    assert_eq!((finding.suspects.as_slice(), finding.aspect), ([rule].as_slice(), Aspect::Code));
    assert_eq!(finding.expected, [line]);
    assert_eq!(differences(finding), [("code", expected, json!(INVALID))]);
    assert!(finding.advisory);
    assert!(finding.evidence > Evidence::Reported);
    assert_eq!(refusals(&judgement), [rule]);
}

#[rstest]
#[case::as_aws(400, true)]
#[case::unprocessable(422, false)]
fn where_any_client_error_is_admitted_the_codes_own_status_is_reported_on(
    #[case] status: u16,
    #[case] fits: bool,
) {
    let request = add(&with(&json!({"Action": 1})));
    let judgement = judged(&world(), &request, &refused(status, "SerializationException", ""));
    assert_eq!(judgement.findings.is_empty(), fits);
    assert!(judgement.findings.iter().all(|finding| finding.advisory));
    assert_eq!(refusals(&judgement), [RuleId::MemberType]);
}

#[test]
fn at_documented_evidence_the_page_s_code_does_as_well() {
    let observation = refused(400, INVALID, "");
    let judgement = judged_by(&world(), &bad_sid(), &observation, at_documented());
    assert!(judgement.findings.iter().all(|finding| finding.aspect != Aspect::Code));
    assert_eq!(refusals(&judgement), [RuleId::StatementIdPattern]);
}

#[rstest]
#[case::name(add_to(&"f".repeat(257), &plain()), &[RuleId::FunctionNameLength, RuleId::ErrorNotFound])]
#[case::qualifier(
    add(&plain()).with_query("Qualifier", &"q".repeat(129)),
    &[RuleId::QualifierLength, RuleId::QualifierUnknownAlias]
)]
#[case::length_that_the_editions_dispute(add_to(&"f".repeat(200), &plain()), &[RuleId::ErrorNotFound])]
#[case::short_name(add_to("nope", &plain()), &[RuleId::ErrorNotFound])]
#[case::another_length(
    add_to("nope", &with(&json!({"StatementId": "a".repeat(101)}))),
    &[RuleId::ErrorNotFound]
)]
fn that_a_name_too_long_is_not_found_is_a_refusal_of_its_length_too(
    #[case] request: WireRequest,
    #[case] rules: &[RuleId],
) {
    let judgement = judged(&world(), &request, &refused(404, NOT_FOUND, ""));
    assert_eq!(refusals(&judgement), rules);
}

#[test]
fn a_name_that_is_refused_for_its_length_counts_once() {
    let observation = refused(400, VALIDATION, "");
    let judgement = judged(&world(), &add_to(&"f".repeat(257), &plain()), &observation);
    assert_eq!(refusals(&judgement), [RuleId::FunctionNameLength]);
}

#[test]
fn two_reasons_that_lie_in_no_member_are_two_reasons() {
    let observation = refused(400, "PolicyLengthExceededException", "");
    let alone = judged(&full(), &add(&plain()), &observation);
    assert_eq!(alone.findings, []);
    assert_eq!(refusals(&alone), [RuleId::ErrorPolicyLength]);
    let beside = judged(&full(), &add(&with(&json!({"Colour": "red"}))), &observation);
    assert_eq!(beside.findings, []);
    assert_eq!(refusals(&beside), []);
}

#[rstest]
#[case::conflict(json!({"StatementId": "one"}), 409, "ResourceConflictException", RuleId::StatementIdUniquePerPolicy)]
#[case::conflict_with_the_last(json!({"StatementId": "two"}), 409, "ResourceConflictException", RuleId::ErrorConflict)]
#[case::precondition(json!({"RevisionId": "mine"}), 412, "PreconditionFailedException", RuleId::ErrorPrecondition)]
fn what_the_policy_holds_is_a_reason_to_refuse(
    #[case] others: Value,
    #[case] status: u16,
    #[case] code: &str,
    #[case] rule: RuleId,
) {
    let (world, request) = (holding(&["one", "two"]), add(&with(&others)));
    let lax = judged(&world, &request, &created(&plain_statement()));
    assert_eq!(only(&lax).suspects, [rule]);
    let right = judged(&world, &request, &refused(status, code, ""));
    assert_eq!(refusals(&right), [rule]);
    assert!(right.findings.iter().all(|finding| finding.aspect == Aspect::Message));
}

#[test]
fn members_that_are_wrong_in_the_same_way_suspect_their_rule_once() {
    let request = add(&with(&json!({"Action": 1, "Principal": 2})));
    let judgement = judged(&world(), &request, &answer(302, &[], ""));
    assert_eq!(only(&judgement).suspects, [RuleId::MemberType]);
}

/// A body of which some readers see the whole request, and then something more.
fn tailed() -> WireRequest {
    let mut request = add(&plain());
    request.body.extend(b"{}");
    request
}

#[test]
fn a_body_with_a_tail_may_be_read_up_to_it_which_is_reported_and_not_scored() {
    let judgement = judged(&world(), &tailed(), &created(&plain_statement()));
    let finding = only(&judgement);
    assert_eq!(
        (finding.suspects.as_slice(), finding.advisory),
        (&[RuleId::BodyMalformed][..], true)
    );
    assert!(judgement.repairs.is_empty());
}

#[test]
fn a_body_with_a_tail_that_is_refused_is_a_case_of_malformed_bodies() {
    let judgement = judged(&world(), &tailed(), &refused(400, "SerializationException", "m"));
    assert_eq!(found(&judgement), []);
    assert_eq!(refusals(&judgement), [RuleId::BodyMalformed]);
}

#[rstest]
#[case::is_taken(created(&plain_statement()))]
#[case::is_refused(refused(400, "SerializationException", "m"))]
fn nothing_is_found_where_a_body_in_which_a_name_stands_twice(#[case] observation: Observation) {
    let mut request = add(&plain());
    request.body = br#"{"StatementId":"a","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com","StatementId":"b"}"#.to_vec();
    assert_eq!(judged(&world(), &request, &observation).findings, []);
}

#[rstest]
#[case::a_read("GET", "f/policy?Qualifier=a%20b", 400)]
#[case::a_read_by_a_name_that_one_edition_refuses("GET", "a.b/policy", 400)]
#[case::a_removal("DELETE", "f/policy/a%20b", 400)]
#[case::a_removal_by_a_name_that_one_edition_refuses("DELETE", "a.b/policy/x", 400)]
#[case::a_removal_from_something_malformed("DELETE", "f/policy/ab?Qualifier=a%20b", 400)]
#[case::a_removal_that_looks_first("DELETE", "f/policy/a%20b", 404)]
fn what_is_malformed_may_be_refused_for_that_before_it_is_looked_up(
    #[case] method: &'static str,
    #[case] path: &str,
    #[case] status: u16,
) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut request = WireRequest::new(method, format!("/2015-03-31/functions/{path}"));
    request.query = query.to_owned();
    let code = if status == 400 { VALIDATION } else { NOT_FOUND };
    let judgement = judged(&holding(&["x"]), &request, &refused(status, code, "m"));
    assert_eq!(found(&judgement), []);
}
