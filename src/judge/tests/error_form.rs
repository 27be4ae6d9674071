//! The form of an error: its code in the header, a JSON object with a message, and a status that
//! fits the code.

use rstest::rstest;

use super::*;
use crate::contract::EvidenceFloor;

const JSON: (&str, &str) = ("content-type", "application/json");
const CODE: (&str, &str) = ("x-amzn-errortype", "ValidationException");
const MESSAGE: &str = r#"{"message":"m"}"#;

/// What is judged of an error to a request that deserves one and whose code is not scored, so that
/// only the form is left.
fn form(observation: &Observation) -> Judgement {
    judged(&world(), &add(&with(&json!({"Action": null}))), observation)
}

fn shapes(judgement: &Judgement) -> Vec<&Finding> {
    judgement.findings.iter().filter(|finding| finding.rule() == RuleId::ErrorShape).collect()
}

fn is_case(judgement: &Judgement) -> bool {
    counted(judgement, Direction::Shape).contains(&RuleId::ErrorShape)
}

#[rstest]
#[case::as_recorded(&[JSON, CODE], MESSAGE)]
#[case::message_in_capitals(&[JSON, CODE], r#"{"Message":"m"}"#)]
#[case::message_of_nothing(&[JSON, CODE], r#"{"message":null}"#)]
#[case::with_the_url_behind_the_code(&[JSON, ("x-amzn-errortype", "ValidationException:http://a/")], MESSAGE)]
#[case::another_json(&[("content-type", "application/x-amz-JSON-1.1"), CODE], MESSAGE)]
#[case::a_code_of_its_own(&[JSON, ("x-amzn-errortype", "Oops")], MESSAGE)]
fn an_error_in_aws_s_form_counts(#[case] headers: &[(&str, &str)], #[case] body: &str) {
    let judgement = form(&answer(400, headers, body));
    assert!(shapes(&judgement).is_empty());
    assert!(is_case(&judgement));
}

#[rstest]
#[case::no_code(&[JSON], MESSAGE, "x-amzn-errortype", json!("an error code"), Value::Null)]
#[case::no_content_type(&[CODE], MESSAGE, "content-type", json!("application/json"), Value::Null)]
#[case::html(
    &[("content-type", "text/html"), CODE],
    MESSAGE,
    "content-type",
    json!("application/json"),
    json!("text/html")
)]
#[case::json_in_a_parameter(
    &[("content-type", "text/html; from=json"), CODE],
    MESSAGE,
    "content-type",
    json!("application/json"),
    json!("text/html; from=json")
)]
#[case::no_message(&[JSON, CODE], r#"{"a":1}"#, "body", json!("an object with a message"), json!({"a": 1}))]
#[case::no_object(
    &[JSON, CODE],
    r#"["message"]"#,
    "body",
    json!("an object with a message"),
    json!(["message"])
)]
#[case::no_json(&[JSON, CODE], "message", "body", json!("an object with a message"), json!("(no JSON)"))]
#[case::status_of_another_code(
    &[JSON, ("x-amzn-errortype", "ResourceNotFoundException")],
    MESSAGE,
    "status of the code",
    json!(404),
    json!(400)
)]
fn an_error_in_another_form_breaks_the_rule_of_the_form(
    #[case] headers: &[(&str, &str)],
    #[case] body: &str,
    #[case] key: &str,
    #[case] expected: Value,
    #[case] actual: Value,
) {
    let observation = answer(400, headers, body);
    let judgement = form(&observation);
    let [finding] = shapes(&judgement)[..] else { panic!("{judgement:#?}") };
    assert_eq!((finding.aspect, finding.direction), (Aspect::Wire, Direction::Shape));
    assert_eq!(
        finding.expected,
        ["an error with its code in x-amzn-errortype and a JSON object with a message"]
    );
    assert_eq!((finding.key.as_str(), finding.actual.clone()), (key, observation.brief()));
    assert_eq!(differences(finding), [(key, expected, actual)]);
    assert!(!finding.advisory);
    assert!(!is_case(&judgement));
}

#[test]
fn each_part_of_the_form_is_found_for_itself() {
    let judgement = form(&answer(400, &[], ""));
    let keys: Vec<_> = shapes(&judgement).iter().map(|finding| finding.key.as_str()).collect();
    assert_eq!(keys, ["x-amzn-errortype", "content-type", "body"]);
}

#[test]
fn a_code_that_stands_in_the_body_alone_is_reported_and_the_form_counts() {
    let body = r#"{"__type":"ValidationException","message":"m"}"#;
    let judgement = form(&answer(400, &[JSON], body));
    let [finding] = shapes(&judgement)[..] else { panic!("{judgement:#?}") };
    assert!(finding.advisory);
    let key = "x-amzn-errortype (code only in the body)";
    assert_eq!(finding.key, key);
    assert_eq!(differences(finding), [(key, json!("ValidationException"), Value::Null)]);
    assert!(is_case(&judgement));
}

#[test]
fn what_cannot_be_read_may_be_refused_with_another_status() {
    let observation = refused(422, "SerializationException", "m");
    let judgement = judged(&world(), &add(&with(&json!({"Action": 1}))), &observation);
    assert!(shapes(&judgement).is_empty());
    assert!(is_case(&judgement));
}

#[rstest]
#[case::a_denial(403, "AccessDeniedException", true)]
#[case::another_error(404, "ResourceNotFoundException", false)]
fn only_a_denial_may_lack_a_message(
    #[case] status: u16,
    #[case] code: &str,
    #[case] advisory: bool,
) {
    let arn = "arn:aws:lambda:us-east-1:999999999999:function:f";
    let observation = answer(status, &[JSON, ("x-amzn-errortype", code)], "{}");
    let judgement = judged(&world(), &add_to(arn, &plain()), &observation);
    let [finding] = shapes(&judgement)[..] else { panic!("{judgement:#?}") };
    assert_eq!(finding.key, "body");
    assert_eq!(finding.advisory, advisory);
    assert!(!is_case(&judgement));
}

#[rstest]
#[case::admitted_by_a_fault(add(&with(&json!({"StatementId": "a b"}))), 1)]
#[case::excused_by_an_open_question(add(&with(&json!({"Principal": "999999999999"}))), 1)]
#[case::too_strict(add(&plain()), 0)]
fn the_form_is_judged_of_errors_that_were_admitted(
    #[case] request: WireRequest,
    #[case] findings: usize,
) {
    let judgement = judged(&world(), &request, &answer(400, &[JSON, CODE], "{}"));
    assert_eq!(shapes(&judgement).len(), findings);
}

#[test]
fn at_documented_evidence_the_form_is_only_reported() {
    let judging = Judging { evidence: EvidenceFloor::Documented, ..Judging::default() };
    let request = add(&with(&json!({"StatementId": "a b"})));
    let judgement = judged_by(&world(), &request, &answer(400, &[JSON, CODE], "{}"), judging);
    assert!(shapes(&judgement)[0].advisory);
}
