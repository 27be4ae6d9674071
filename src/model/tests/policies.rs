//! What a request meets in the policy that it writes to.

use rstest::rstest;

use super::*;
use crate::model::RejectKind;

fn conflict(requirement: &str, rule: &str) -> String {
    format!("{requirement} 409 ResourceConflictException by {rule} for Conflict of StatementId")
}

fn with_sid(sid: &str) -> WireRequest {
    add(&with(&json!({"StatementId": sid})))
}

#[rstest]
#[case::by_the_only_statement(&["ab"], Some("error.conflict"))]
#[case::by_the_last_statement(&["x", "y", "ab"], Some("error.conflict"))]
#[case::by_the_last_statement_and_an_earlier_one(&["ab", "x", "ab"], Some("error.conflict"))]
#[case::by_an_earlier_statement(&["x", "ab", "y"], Some("statement-id.unique-per-policy"))]
#[case::by_the_first_statement(&["ab", "x", "y"], Some("statement-id.unique-per-policy"))]
#[case::by_none(&["x", "AB", "a"], None)]
#[case::by_none_at_all(&[], None)]
fn a_statement_id_that_is_taken_is_a_conflict(#[case] taken: &[&str], #[case] rule: Option<&str>) {
    let world = holding(None, known(taken));
    let expected = Vec::from_iter(rule.map(|rule| conflict("must", rule)));
    assert_eq!(faults_in(&world, &with_sid("ab")), expected);
}

#[test]
fn a_conflict_has_the_recorded_text() {
    let faults = analysed(&holding(None, known(&["ab"])), &with_sid("ab")).faults;
    assert_eq!(
        faults[0].message,
        "The statement id (ab) provided already exists. Please provide a new statement id, or remove the existing statement."
    );
}

#[rstest]
#[case::the_function("f", None)]
#[case::the_version("f:1", Some("1"))]
#[case::the_alias("f:live", Some("live"))]
fn a_statement_id_is_taken_in_one_policy_only(#[case] name: &str, #[case] own: Option<&str>) {
    for (target, qualifier) in [("f", None), ("f:1", Some("1")), ("f:live", Some("live"))] {
        let faults = faults_in(&holding(qualifier, known(&["ab"])), &named(name, None));
        assert_eq!(!faults.is_empty(), qualifier == own, "{name} while {target} holds it");
    }
}

#[rstest]
#[case::sent_before(&["ab"], &[], Some("error.conflict"))]
#[case::last_seen_among_others(&["ab"], &["ab", "x"], Some("statement-id.unique-per-policy"))]
#[case::never_sent(&["x"], &["x"], None)]
fn in_a_policy_that_is_not_known_only_an_id_that_was_sent_may_be_taken(
    #[case] sent: &[&str],
    #[case] last: &[&str],
    #[case] rule: Option<&str>,
) {
    let mut world = holding(None, PolicyState::Unknown(policy(last)));
    world.sent = sent.iter().map(|sid| (*sid).to_owned()).collect();
    let expected = Vec::from_iter(rule.map(|rule| conflict("may", rule)));
    assert_eq!(faults_in(&world, &with_sid("ab")), expected);
}

#[test]
fn an_id_that_was_sent_is_free_in_a_policy_that_is_known_without_it() {
    let mut world = holding(None, known(&["x"]));
    world.sent = ["ab".to_owned(), "x".to_owned()].into();
    assert_eq!(faults_in(&world, &with_sid("ab")), [] as [&str; 0]);
}

#[rstest]
#[case::the_current_one("now", None)]
#[case::an_earlier_one("then", Some("revision-id.stale-refused"))]
#[case::one_that_was_never_issued("nope", Some("error.precondition"))]
fn a_revision_that_is_not_current_fails_the_precondition(
    #[case] revision: &str,
    #[case] rule: Option<&str>,
) {
    let policy = Policy { revision: Some("now".to_owned()), ..policy(&["x"]) };
    let mut world = holding(None, PolicyState::Known(policy));
    world.issued = ["now".to_owned(), "then".to_owned()].into();
    let expected = Vec::from_iter(rule.map(|rule| {
        format!("must 412 PreconditionFailedException by {rule} for Precondition of RevisionId")
    }));
    let request = add(&with(&json!({"RevisionId": revision})));
    assert_eq!(faults_in(&world, &request), expected);
}

#[test]
fn while_another_write_is_under_way_any_write_may_conflict() {
    let mut world = world();
    world.contended = true;
    let expected = "may 409 ResourceConflictException by error.conflict for Concurrent";
    assert_eq!(faults_in(&world, &add(&plain())), [expected]);
}

/// The request that the tests of sizes send.
fn last_straw() -> WireRequest {
    let arn = format!("arn:aws:s3:::{}", "b".repeat(300));
    add(&with(&json!({"SourceArn": arn})))
}

/// A policy of many statements whose text takes about this many bytes.
fn of_about(size: usize) -> Policy {
    let mut statement = analysed(&world(), &add(&plain())).statement.unwrap().render();
    let mut policy = Policy::default();
    for sid in 0..size / statement.to_string().len() {
        statement["Sid"] = json!(format!("s{sid}"));
        policy.statements.push(statement.clone());
    }
    policy
}

fn text_of(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string()
}

/// What is said of a policy that grows too long: whether it must be refused, and its size.
fn too_long(state: PolicyState) -> Option<(Requirement, usize)> {
    let faults = analysed(&holding(None, state), &last_straw()).faults;
    assert!(faults.len() <= 1, "{faults:?}");
    let fault = faults.first()?;
    assert!(line(fault).contains(" 400 PolicyLengthExceededException by error.policy-length for "));
    match fault.kind {
        RejectKind::PolicyLength(size) => Some((fault.requirement, size)),
        _ => None,
    }
}

#[rstest]
#[case::far_below_the_limit(10_000, None)]
#[case::near_the_limit(20_000, Some(Requirement::May))]
#[case::just_beyond_the_limit(21_000, Some(Requirement::May))]
#[case::far_beyond_the_limit(30_000, Some(Requirement::Must))]
fn a_policy_must_not_grow_far_beyond_its_limit(
    #[case] size: usize,
    #[case] expected: Option<Requirement>,
) {
    assert_eq!(
        too_long(PolicyState::Known(of_about(size))).map(|(requirement, _)| requirement),
        expected
    );
    let open = expected.map(|_| Requirement::May);
    let of_unknown =
        too_long(PolicyState::Unknown(of_about(size))).map(|(requirement, _)| requirement);
    assert_eq!(of_unknown, open, "nothing is certain of a policy that is not known");
}

#[test]
fn the_size_is_that_of_the_policys_text_and_a_little_more() {
    let mut policy = of_about(25_000);
    let (_, size) = too_long(PolicyState::Known(policy.clone())).unwrap();
    policy.statements.push(analysed(&world(), &last_straw()).statement.unwrap().render());
    let real = text_of(&policy.statements).len();
    assert!((real..=real + 100).contains(&size), "{size} of {real}");
}

#[test]
fn a_size_in_the_message_is_the_one_that_is_compared() {
    let world = holding(None, PolicyState::Known(of_about(25_000)));
    let fault = &analysed(&world, &last_straw()).faults[0];
    let RejectKind::PolicyLength(size) = fault.kind else { panic!("{fault:?}") };
    let expected = format!("The final policy size ({size}) is bigger than the limit (20480).");
    assert_eq!(fault.message, expected);
}

#[rstest]
#[case::the_greatest_that_is_certainly_accepted(18_000, None)]
#[case::the_least_that_may_be_refused(18_001, Some(Requirement::May))]
#[case::the_greatest_that_may_be_accepted(24_000, Some(Requirement::May))]
#[case::the_least_that_is_certainly_refused(24_001, Some(Requirement::Must))]
fn the_margin_about_the_limit_is_exact(#[case] size: usize, #[case] expected: Option<Requirement>) {
    let padded = |by: usize| {
        let mut policy = of_about(17_000);
        policy.statements.push(json!({"Sid": "p".repeat(by)}));
        PolicyState::Known(policy)
    };
    let (_, with_much) = too_long(padded(9_000)).unwrap();
    let requirement =
        too_long(padded(9_000 - (with_much - size))).map(|(requirement, _)| requirement);
    assert_eq!(requirement, expected);
}
