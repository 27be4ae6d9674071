//! Successes of AddPermission.

use super::*;

#[test]
fn a_good_answer_to_a_good_request_is_a_case_and_no_finding() {
    let judgement = judged(&world(), &add(&plain()), &created(&plain_statement()));
    assert_eq!(judgement.findings, []);
    assert!(counted(&judgement, Direction::Accept).contains(&RuleId::SuccessStatus));
}

#[test]
fn another_status_than_201_is_found() {
    let body = json!({"Statement": plain_statement().to_string()}).to_string();
    let answer = answer(200, &[("content-type", "application/json")], &body);
    let judgement = judged(&world(), &add(&plain()), &answer);
    assert_eq!(only(&judgement).rule(), RuleId::SuccessStatus);
    assert_eq!(only(&judgement).actual, "200");
}

#[test]
fn a_refusal_that_is_due_is_a_case_of_its_rule() {
    let request = add(&with(&json!({"StatementId": "a b"})));
    let answer = refused(400, "ValidationException", "1 validation error detected: …");
    let judgement = judged(&world(), &request, &answer);
    assert_eq!(counted(&judgement, Direction::Refuse), [RuleId::StatementIdPattern]);
}
