//! The texts of errors, where they were recorded: SHOULD, and judged only where one fault alone
//! can have made the text.

use rstest::rstest;

use super::*;
use crate::contract::Member;

const PATTERN: &str = "1 validation error detected: Value 'a b' at 'statementId' failed to satisfy constraint: Member must satisfy regular expression pattern: ";
const LENGTH: &str =
    " failed to satisfy constraint: Member must have length less than or equal to 100";
const MISMATCH: &str =
    "The derived qualifier from the function name does not match the specified qualifier.";

fn bad_sid() -> WireRequest {
    add(&with(&json!({"StatementId": "a b"})))
}

fn long_sid() -> WireRequest {
    add(&with(&json!({"StatementId": "a".repeat(101)})))
}

fn mismatch() -> WireRequest {
    add_to("f:live", &plain()).with_query("Qualifier", "1")
}

fn missing_function() -> WireRequest {
    add_to("nope", &plain())
}

/// An error whose body is this object.
fn error(status: u16, code: &str, body: &Value) -> Observation {
    let headers = [("content-type", "application/json"), ("x-amzn-errortype", code)];
    answer(status, &headers, &body.to_string())
}

fn validation(message: &str) -> Observation {
    error(400, "ValidationException", &json!({"message": message}))
}

fn is_case(judgement: &Judgement) -> bool {
    counted(judgement, Direction::Shape).contains(&RuleId::ErrorMessages)
}

#[rstest]
#[case::pattern(bad_sid(), validation(&format!("{PATTERN}([a-zA-Z0-9-_]+)")))]
#[case::pattern_of_another_edition(bad_sid(), validation(&format!("{PATTERN}[a-z]+")))]
#[case::length(
    long_sid(),
    validation(&format!("1 validation error detected: Value '{}' at 'statementId'{LENGTH}", "a".repeat(101)))
)]
#[case::mismatch(mismatch(), error(400, "InvalidParameterValueException", &json!({"Type": "User", "message": MISMATCH})))]
#[case::in_capitals(
    missing_function(),
    error(404, "ResourceNotFoundException", &json!({"Message": "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nope"}))
)]
fn a_text_as_recorded_counts(#[case] request: WireRequest, #[case] observation: Observation) {
    let judgement = judged(&world(), &request, &observation);
    assert_eq!(judgement.findings, []);
    assert!(is_case(&judgement));
}

#[rstest]
#[case::another_text(
    bad_sid(),
    validation("no"),
    "text of ValidationException",
    json!("no"),
    Some(Member::StatementId)
)]
#[case::another_text_before_the_pattern(
    bad_sid(),
    validation("bad, regular expression pattern: ([a-zA-Z0-9-_]+)"),
    "text of ValidationException",
    json!("bad, regular expression pattern: ([a-zA-Z0-9-_]+)"),
    Some(Member::StatementId)
)]
#[case::reported_text(
    long_sid(),
    validation("too long"),
    "text of ValidationException",
    json!("too long"),
    Some(Member::StatementId)
)]
#[case::validation_text_of_another_error(
    mismatch(),
    error(400, "InvalidParameterValueException", &json!({"message": format!("1 validation error detected: {MISMATCH}")})),
    "text of InvalidParameterValueException",
    json!(format!("1 validation error detected: {MISMATCH}")),
    Some(Member::Qualifier)
)]
#[case::other_spelling_of_message(
    mismatch(),
    error(400, "InvalidParameterValueException", &json!({"Message": MISMATCH})),
    "message or Message of InvalidParameterValueException",
    json!(MISMATCH),
    Some(Member::Qualifier)
)]
#[case::no_text(
    mismatch(),
    error(400, "InvalidParameterValueException", &json!({"message": 1})),
    "text of InvalidParameterValueException",
    Value::Null,
    Some(Member::Qualifier)
)]
fn another_text_is_reported(
    #[case] request: WireRequest,
    #[case] observation: Observation,
    #[case] key: &str,
    #[case] text: Value,
    #[case] member: Option<Member>,
) {
    let judgement = judged(&world(), &request, &observation);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::ErrorMessages]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Message, Direction::Shape));
    assert_eq!((finding.key.as_str(), finding.actual.clone()), (key, observation.brief()));
    assert_eq!(finding.member, member);
    let [(path, expected, found)] = &differences(finding)[..] else { panic!("{finding:#?}") };
    assert_eq!((*path, found), ("message", &text));
    assert_eq!(finding.expected, [format!("message: {}", expected.as_str().unwrap())]);
    assert!(finding.advisory);
    assert!(!is_case(&judgement));
}

#[test]
fn a_pattern_may_differ_in_texts_about_patterns_only() {
    let text = "regular expression pattern: x";
    let observation = error(400, "InvalidParameterValueException", &json!({"message": text}));
    assert_eq!(only(&judged(&world(), &mismatch(), &observation)).rule(), RuleId::ErrorMessages);
}

#[test]
fn texts_gate_when_strict() {
    let judging = Judging { strict: true, ..Judging::default() };
    let judgement = judged_by(&world(), &bad_sid(), &validation("no"), judging);
    assert!(!only(&judgement).advisory);
}

#[rstest]
#[case::modelled(world(), add(&with(&json!({"Action": "s3:*"}))), validation("no"))]
#[case::of_a_sibling(world(), add(&with(&json!({"Action": null}))), validation("no"))]
#[case::assumed(
    world(),
    add(&json!([])),
    error(400, "SerializationException", &json!({"Message": "no"}))
)]
#[case::number_that_is_not_known(
    full(),
    add(&plain()),
    error(400, "PolicyLengthExceededException", &json!({"message": "no"}))
)]
#[case::one_of_two_faults(
    world(),
    add(&with(&json!({"StatementId": "a b", "Principal": "nope.org"}))),
    validation("no")
)]
#[case::a_fault_beside_an_open_one(
    world(),
    add(&with(&json!({"StatementId": "a b", "Principal": "999999999999"}))),
    validation("no")
)]
fn a_text_that_is_not_known_is_not_judged(
    #[case] world: World,
    #[case] request: WireRequest,
    #[case] observation: Observation,
) {
    let judgement = judged(&world, &request, &observation);
    assert_eq!(judgement.findings, []);
    assert!(!is_case(&judgement));
}
