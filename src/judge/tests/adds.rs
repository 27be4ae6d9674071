//! Successes of AddPermission.

use rstest::rstest;

use super::*;
use crate::contract::{Edition, Evidence, EvidenceFloor};

/// Every rule that each statement puts to the test.
const OF_EVERY_STATEMENT: [RuleId; 5] = [
    RuleId::StatementSid,
    RuleId::StatementEffect,
    RuleId::StatementAction,
    RuleId::StatementMembers,
    RuleId::StatementResource,
];

/// The plainest statement with another member, or without one where it is null.
fn statement_with(name: &str, value: &Value) -> Value {
    let mut statement = plain_statement();
    if value.is_null() {
        statement.as_object_mut().unwrap().remove(name);
    } else {
        statement[name] = value.clone();
    }
    statement
}

fn created_as(content_type: Option<&str>, body: &Value) -> Observation {
    let headers: Vec<_> = content_type.map(|kind| ("content-type", kind)).into_iter().collect();
    answer(201, &headers, &body.to_string())
}

#[test]
fn a_good_answer_to_a_good_request_is_a_case_of_all_that_it_shows() {
    let judgement = judged(&world(), &add(&plain()), &created(&plain_statement()));
    assert_eq!(judgement.findings, []);
    assert_eq!(judgement.unjudged, None);
    let accepted = counted(&judgement, Direction::Accept);
    assert_eq!(accepted, [RuleId::StatementIdLength, RuleId::SuccessStatus]);
    let shapes = counted(&judgement, Direction::Shape);
    let rest = [RuleId::SuccessEnvelope, RuleId::PrincipalService, RuleId::ConditionAbsent];
    for rule in OF_EVERY_STATEMENT.iter().chain(&rest) {
        assert!(shapes.contains(rule), "{rule}");
    }
    assert_eq!(counted(&judgement, Direction::Refuse), []);
    assert!(!judgement.repairs.is_empty());
}

#[test]
fn what_the_request_puts_to_the_test_is_accepted_with_it() {
    let members = with(&json!({"StatementId": "A-b", "Principal": "*"}));
    let mut statement = plain_statement();
    statement["Sid"] = json!("A-b");
    statement["Principal"] = json!("*");
    let judgement = judged(&world(), &add(&members), &created(&statement));
    assert_eq!(judgement.findings, []);
    assert_eq!(
        counted(&judgement, Direction::Accept),
        [RuleId::StatementIdPattern, RuleId::PrincipalAccepted, RuleId::SuccessStatus]
    );
}

#[test]
fn another_status_than_201_is_found_and_the_rest_is_judged_all_the_same() {
    let answer = answer_json(200, &json!({"Statement": plain_statement().to_string()}));
    let judgement = judged(&world(), &add(&plain()), &answer);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::SuccessStatus]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Accept));
    assert_eq!(finding.expected, ["201 (documented)"]);
    assert_eq!((finding.actual.as_str(), finding.key.as_str()), ("200", "200"));
    assert_eq!(differences(finding), [("status", json!(201), json!(200))]);
    assert!(!finding.advisory);
    assert_eq!(counted(&judgement, Direction::Accept), [RuleId::StatementIdLength]);
    assert!(counted(&judgement, Direction::Shape).contains(&RuleId::StatementSid));
}

#[rstest]
#[case::plain("application/json")]
#[case::of_aws("application/x-amz-json-1.1")]
#[case::with_charset("application/json; charset=utf-8")]
#[case::in_capitals("Application/JSON")]
fn a_content_type_of_json_fits(#[case] kind: &str) {
    let body = json!({"Statement": plain_statement().to_string()});
    let judgement = judged(&world(), &add(&plain()), &created_as(Some(kind), &body));
    assert_eq!(judgement.findings, []);
    assert!(counted(&judgement, Direction::Shape).contains(&RuleId::SuccessEnvelope));
}

#[rstest]
#[case::none(None)]
#[case::html(Some("text/html"))]
#[case::json_only_as_a_parameter(Some("text/plain; profile=json"))]
fn another_content_type_breaks_the_envelope(#[case] kind: Option<&str>) {
    let body = json!({"Statement": plain_statement().to_string()});
    let judgement = judged(&world(), &add(&plain()), &created_as(kind, &body));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::SuccessEnvelope]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Wire, Direction::Shape));
    assert_eq!(finding.key, "content-type");
    assert_eq!(differences(finding), [("content-type", json!("application/json"), json!(kind))]);
    assert!(!counted(&judgement, Direction::Shape).contains(&RuleId::SuccessEnvelope));
    assert!(counted(&judgement, Direction::Shape).contains(&RuleId::StatementSid));
}

#[test]
fn a_statement_that_is_an_object_breaks_the_envelope_and_is_judged() {
    let body = json!({"Statement": plain_statement()});
    let judgement = judged(&world(), &add(&plain()), &answer_json(201, &body));
    assert_eq!(only(&judgement).suspects, [RuleId::SuccessEnvelope]);
    assert!(counted(&judgement, Direction::Shape).contains(&RuleId::StatementSid));
    assert!(!counted(&judgement, Direction::Shape).contains(&RuleId::SuccessEnvelope));
}

#[rstest]
#[case::a_string_that_is_no_json(json!({"Statement": "Sid: a"}), json!("Sid: a"))]
#[case::a_string_of_a_list(json!({"Statement": "[]"}), json!("[]"))]
#[case::no_statement(json!({"Sid": "a"}), json!({"Sid": "a"}))]
#[case::no_object(json!([]), json!([]))]
fn a_success_without_a_statement_breaks_the_envelope_and_accepts_nothing(
    #[case] body: Value,
    #[case] found: Value,
) {
    let observation = created_as(Some("application/json"), &body);
    let judgement = judged(&world(), &add(&plain()), &observation);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::SuccessEnvelope]);
    assert_eq!(
        finding.expected,
        ["a JSON object whose member Statement is a string that holds one JSON object"]
    );
    assert_eq!((finding.actual.as_str(), finding.key.as_str()), ("201", "Statement"));
    assert_eq!(
        differences(finding),
        [("Statement", json!("a string that holds a JSON object"), found)]
    );
    assert_eq!(counted(&judgement, Direction::Accept), [RuleId::SuccessStatus]);
    assert!(!counted(&judgement, Direction::Shape).contains(&RuleId::StatementSid));
    assert!(judgement.repairs.is_empty());
}

#[test]
fn a_body_that_is_no_json_holds_no_statement() {
    let observation = answer(201, &[("content-type", "application/json")], "<ok/>");
    let judgement = judged(&world(), &add(&plain()), &observation);
    assert_eq!(differences(only(&judgement))[0].2, Value::Null);
}

#[rstest]
#[case::sid("Sid", json!("b"), RuleId::StatementSid, json!("a"))]
#[case::effect("Effect", json!("Deny"), RuleId::StatementEffect, json!("Allow"))]
#[case::action("Action", json!(["lambda:InvokeFunction"]), RuleId::StatementAction, json!("lambda:InvokeFunction"))]
#[case::resource("Resource", json!("*"), RuleId::StatementResource, json!("arn:aws:lambda:us-east-1:123456789012:function:f"))]
#[case::principal("Principal", json!({"AWS": "*"}), RuleId::PrincipalService, json!({"Service": "s3.amazonaws.com"}))]
#[case::another_member("Note", json!(1), RuleId::StatementMembers, Value::Null)]
#[case::missing("Effect", Value::Null, RuleId::StatementEffect, json!("Allow"))]
fn a_statement_that_differs_breaks_the_rule_of_the_part_and_counts_for_the_others(
    #[case] part: &str,
    #[case] actual: Value,
    #[case] rule: RuleId,
    #[case] expected: Value,
) {
    let observation = created(&statement_with(part, &actual));
    let judgement = judged(&world(), &add(&plain()), &observation);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [rule]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Statement, Direction::Shape));
    assert_eq!(finding.expected, [format!("Statement {}", plain_statement())]);
    assert_eq!((finding.actual.as_str(), finding.key.as_str()), ("201", part));
    assert_eq!(differences(finding), [(format!("statement.{part}").as_str(), expected, actual)]);
    assert!(!finding.advisory);
    let shapes = counted(&judgement, Direction::Shape);
    for other in OF_EVERY_STATEMENT {
        assert_eq!(shapes.contains(&other), other != rule, "{other}");
    }
}

#[test]
fn what_follows_from_an_explicit_null_is_only_reported() {
    let mut members = plain();
    members["SourceArn"] = Value::Null;
    let condition = json!({"ArnLike": {"AWS:SourceArn": "null"}});
    let observation = created(&statement_with("Condition", &condition));
    let judgement = judged(&world(), &add(&members), &observation);
    assert_eq!(only(&judgement).rule(), RuleId::ConditionAbsent);
    assert!(only(&judgement).advisory);
    assert!(counted(&judgement, Direction::Accept).contains(&RuleId::MemberNullOptional));
}

#[rstest]
#[case::another_fault_beside(json!({"Principal": "999999999999", "StatementId": "a"}))]
#[case::an_unknown_member(json!({"Colour": "red"}))]
fn an_open_question_beside_it_leaves_a_mismatch_scored(#[case] others: Value) {
    let request = add(&with(&others));
    let judgement = judged(&world(), &request, &created(&statement_with("Sid", &json!("b"))));
    let sid = judgement.findings.iter().find(|finding| finding.rule() == RuleId::StatementSid);
    assert!(!sid.unwrap().advisory);
}

#[rstest]
#[case::shown_as_it_is(json!({"Colour": "red"}), "Colour", json!("red"), "a member")]
#[case::another_shown_as_it_is(json!({"Flavour": "sour"}), "Flavour", json!("sour"), "a member")]
#[case::shown_as_a_condition(
    json!({"sourceaccount": "123456789012"}),
    "Condition",
    json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}}),
    "a condition"
)]
fn members_that_are_no_input_are_one_cause_whatever_their_names(
    #[case] others: Value,
    #[case] part: &str,
    #[case] shown: Value,
    #[case] key: &str,
) {
    let observation = created(&statement_with(part, &shown));
    let judgement = judged(&world(), &add(&with(&others)), &observation);
    let finding = only(&judgement);
    assert_eq!((finding.rule(), finding.key.as_str()), (RuleId::MemberUnknown, key));
}

#[rstest]
#[case::honoured(json!(true), Some(json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})), Some(Edition::Current))]
#[case::ignored(json!(true), None, Some(Edition::Page))]
#[case::lost_among_others(json!(true), Some(json!({"StringEquals": {}})), Some(Edition::Page))]
#[case::not_asked_for(json!(false), None, None)]
#[case::absent(Value::Null, None, None)]
#[case::invented(Value::Null, Some(json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})), None)]
fn a_success_follows_the_edition_that_knows_what_became_of_it(
    #[case] via_url: Value,
    #[case] condition: Option<Value>,
    #[case] followed: Option<Edition>,
) {
    let members = with(&json!({"InvokedViaFunctionUrl": via_url}));
    let statement = statement_with("Condition", &condition.unwrap_or_default());
    let judgement = judged(&world(), &add(&members), &created(&statement));
    assert_eq!(judgement.followed, followed);
}

#[test]
fn only_the_boolean_of_the_current_model_tells_the_editions_apart() {
    let members = with(&json!({"EventSourceToken": "true"}));
    let condition = json!({"StringEquals": {"lambda:EventSourceToken": "true"}});
    let judgement =
        judged(&world(), &add(&members), &created(&statement_with("Condition", &condition)));
    assert_eq!(judgement.findings, []);
    assert_eq!(judgement.followed, None);
}

#[test]
fn at_documented_evidence_what_was_only_recorded_is_reported() {
    let request = add(&with(&json!({"Principal": "*"})));
    let observation = created(&statement_with("Principal", &json!({"AWS": "*"})));
    let scored = judged(&world(), &request, &observation);
    assert_eq!(only(&scored).rule(), RuleId::PrincipalWildcard);
    assert_eq!(only(&scored).evidence, Evidence::Recorded);
    assert!(!only(&scored).advisory);
    let judging = Judging { evidence: EvidenceFloor::Documented, ..Judging::default() };
    let reported = judged_by(&world(), &request, &observation, judging);
    assert!(only(&reported).advisory);
}
