//! What is judged of every answer, for every request: that it came, that the target supports the
//! operation, that the server did not fail.

use rstest::rstest;

use super::*;
use crate::observation::TransportFault;

#[rstest]
#[case::timeout(TransportFault::Timeout, "timeout", "no answer in time")]
#[case::dropped(
    TransportFault::Dropped("reset".into()),
    "dropped",
    "the connection ended early: reset"
)]
#[case::garbled(TransportFault::Garbled("SSH-2.0".into()), "garbled", "the answer is not HTTP: SSH-2.0")]
fn a_lost_answer_breaks_the_rule_of_whole_answers_and_shows_nothing_else(
    #[case] fault: TransportFault,
    #[case] key: &str,
    #[case] text: &str,
) {
    let judgement = judged(&world(), &add(&plain()), &Observation::Fault(fault));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::WireAnswers]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Wire, Direction::Shape));
    assert_eq!(finding.expected, ["a whole HTTP response"]);
    assert_eq!((finding.actual.as_str(), finding.key.as_str()), (text, key));
    assert!(!finding.advisory);
    assert_eq!(judgement.unjudged.as_deref(), Some(text));
    assert_eq!(judgement.cases, []);
}

#[rstest]
#[case::connect(TransportFault::Connect("refused".into()), "no connection: refused")]
#[case::untransportable(
    TransportFault::Untransportable("a dot".into()),
    "the request cannot be sent: a dot"
)]
#[case::withheld(TransportFault::Withheld("real AWS".into()), "not sent: real AWS")]
fn a_request_that_was_never_sent_is_nobodys_fault(
    #[case] fault: TransportFault,
    #[case] text: &str,
) {
    let judgement = judged(&world(), &add(&plain()), &Observation::Fault(fault));
    assert_eq!(judgement.findings, []);
    assert_eq!(judgement.cases, []);
    assert_eq!(judgement.unjudged.as_deref(), Some(text));
}

#[rstest]
#[case::by_status(answer(501, &[], ""), "501")]
#[case::by_status_and_code(refused(501, "Oops", ""), "501 Oops")]
#[case::not_implemented(refused(400, "NotImplemented", ""), "400 NotImplemented")]
#[case::exception(refused(500, "NotImplementedException", ""), "500 NotImplementedException")]
#[case::operation(refused(404, "UnknownOperationException", ""), "404 UnknownOperationException")]
#[case::unsupported(refused(405, "UnsupportedOperation", ""), "405 UnsupportedOperation")]
#[case::unsupported_exception(
    refused(499, "UnsupportedOperationException", ""),
    "499 UnsupportedOperationException"
)]
fn a_target_that_lacks_the_operation_is_not_judged(
    #[case] observation: Observation,
    #[case] brief: &str,
) {
    let judgement = judged(&world(), &add(&plain()), &observation);
    assert_eq!(judgement.findings, []);
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers]);
    let why = format!("the target does not support it: {brief}");
    assert_eq!(judgement.unjudged, Some(why));
}

#[test]
fn a_success_is_a_success_whatever_code_stands_beside_it() {
    let body = json!({"Statement": plain_statement().to_string()}).to_string();
    let headers =
        [("content-type", "application/json"), ("x-amzn-errortype", "UnsupportedOperation")];
    let judgement = judged(&world(), &add(&plain()), &answer(201, &headers, &body));
    assert_eq!(judgement.unjudged, None);
    assert!(counted(&judgement, Direction::Accept).contains(&RuleId::SuccessStatus));
}

#[test]
fn throttling_shows_nothing() {
    let observation = refused(429, "TooManyRequestsException", "Rate exceeded");
    let judgement = judged(&world(), &add(&with(&json!({"StatementId": "a b"}))), &observation);
    assert_eq!(judgement.findings, []);
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers]);
    assert_eq!(judgement.unjudged.as_deref(), Some("the target throttled the request"));
}

#[rstest]
#[case::internal(500)]
#[case::unavailable(503)]
#[case::last(599)]
fn a_server_fault_is_reported_and_a_refusal_of_a_good_request_as_well(#[case] status: u16) {
    let observation = refused(status, "ServiceException", "");
    let judgement = judged(&world(), &add(&plain()), &observation);
    let [fault, strict] = judgement.findings.as_slice() else { panic!("{judgement:#?}") };
    assert_eq!(fault.suspects, [RuleId::ErrorNoServerFault]);
    assert_eq!((fault.aspect, fault.direction), (Aspect::Status, Direction::Shape));
    assert_eq!(fault.expected, ["no 5xx status"]);
    assert_eq!(fault.actual, format!("{status} ServiceException"));
    assert!(!fault.advisory);
    assert_eq!((strict.direction, strict.advisory), (Direction::Accept, false));
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers]);
}

#[rstest]
#[case::success(created(&plain_statement()))]
#[case::redirect(answer(302, &[], ""))]
#[case::client_error(refused(400, "ValidationException", ""))]
#[case::last_before_server_faults(refused(499, "Oops", ""))]
fn an_answer_that_is_no_server_fault_counts(#[case] observation: Observation) {
    let judgement = judged(&world(), &add(&plain()), &observation);
    let shapes = counted(&judgement, Direction::Shape);
    assert_eq!(shapes[..2], [RuleId::WireAnswers, RuleId::ErrorNoServerFault]);
    assert_eq!(judgement.unjudged, None);
}

#[rstest]
#[case::contested_body(add(&plain()), b"\xef\xbb\xbf{}")]
#[case::label_that_routers_lose(add_to("..", &plain()), b"{}")]
#[case::no_operation_of_ours(WireRequest::new("POST", "/elsewhere".into()), b"{}")]
fn of_what_is_not_scored_only_the_answer_as_such_counts(
    #[case] request: WireRequest,
    #[case] body: &[u8],
    #[values(201, 400)] status: u16,
) {
    let request = WireRequest { body: body.to_vec(), ..request };
    let judgement = judged(&world(), &request, &answer(status, &[], ""));
    assert_eq!(judgement.findings, []);
    assert_eq!(all_counted(&judgement), [RuleId::WireAnswers, RuleId::ErrorNoServerFault]);
}

#[rstest]
#[case::get_policy("GET", "/2015-03-31/functions/f/policy", RuleId::PolicyAbsent)]
#[case::remove_permission("DELETE", "/2015-03-31/functions/f/policy/a", RuleId::RemoveNotFound)]
fn each_operation_is_judged_by_its_own_rules(
    #[case] method: &'static str,
    #[case] path: &str,
    #[case] rule: RuleId,
) {
    let observation = refused(404, "ResourceNotFoundException", "");
    let judgement = judged(&world(), &WireRequest::new(method, path.into()), &observation);
    assert!(counted(&judgement, Direction::Refuse).contains(&rule));
}
