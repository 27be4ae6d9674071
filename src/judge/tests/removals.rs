//! Answers to RemovePermission.

use rstest::rstest;

use super::policies::{holding, not_found, own};
use super::*;
use crate::contract::{Aspect, EvidenceFloor};

fn remove(sid: &str) -> WireRequest {
    testing::remove("f", None, sid)
}

/// A world where `f` has the statement `a`, and `r1` was read as its revision.
fn world_with_a() -> World {
    let mut world = holding(&["a"]);
    own(&mut world).revision = Some("r1".into());
    world.issued = ["r0".into(), "r1".into()].into();
    world
}

fn removed(status: u16) -> Observation {
    answer(status, &[], "")
}

fn absent() -> Observation {
    not_found("Statement b is not found in resource policy.")
}

#[test]
fn a_removal_is_a_case_of_its_status() {
    let judgement = judged(&world_with_a(), &remove("a"), &removed(204));
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Accept), [RuleId::RemoveStatus]);
}

#[test]
fn a_removal_with_the_current_revision_is_a_case_of_that_too() {
    let request = remove("a").with_query("RevisionId", "r1");
    let judgement = judged(&world_with_a(), &request, &removed(204));
    assert_eq!(judgement.findings, []);
    let rules = [RuleId::RevisionIdCurrentAccepted, RuleId::RemoveStatus];
    assert_eq!(counted(&judgement, Direction::Accept), rules);
}

#[rstest]
#[case::ok(200)]
#[case::accepted(202)]
fn another_status_of_success_breaks_its_rule_and_no_other(#[case] status: u16) {
    let request = remove("a").with_query("RevisionId", "r1");
    let judgement = judged(&world_with_a(), &request, &removed(status));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::RemoveStatus]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Accept));
    assert_eq!(finding.expected, ["204 (recorded)"]);
    assert_eq!(finding.actual, status.to_string());
    assert_eq!(finding.differences[0].path, "status");
    assert_eq!(finding.differences[0].expected, json!(204));
    assert_eq!(finding.differences[0].actual, json!(status));
    assert!(!finding.advisory);
    let rules = [RuleId::RevisionIdCurrentAccepted];
    assert_eq!(counted(&judgement, Direction::Accept), rules);
}

#[test]
fn the_recorded_status_is_advisory_where_only_documents_score() {
    let judging = Judging { evidence: EvidenceFloor::Documented, ..Judging::default() };
    let judgement = judged_by(&world_with_a(), &remove("a"), &removed(200), judging);
    assert!(only(&judgement).advisory);
}

#[test]
fn a_statement_that_is_not_there_is_refused() {
    let judgement = judged(&world_with_a(), &remove("b"), &absent());
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Refuse), [RuleId::RemoveNotFound]);
    assert_eq!(counted(&judgement, Direction::Accept), []);
}

#[test]
fn a_removal_of_what_is_not_there_breaks_a_rule() {
    let judgement = judged(&world_with_a(), &remove("b"), &removed(204));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::RemoveNotFound]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Refuse));
    assert_eq!(finding.key, "accepted");
    assert_eq!(counted(&judgement, Direction::Accept), []);
}

#[test]
fn a_removal_that_is_refused_for_nothing_breaks_a_rule() {
    let judgement = judged(&world_with_a(), &remove("a"), &absent());
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::RemoveStatus]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Accept));
    assert_eq!(finding.actual, "404 ResourceNotFoundException");
    assert_eq!(counted(&judgement, Direction::Accept), []);
}

#[test]
fn a_removal_with_a_revision_that_is_past_must_be_refused() {
    let request = remove("a").with_query("RevisionId", "r0");
    let judgement = judged(&world_with_a(), &request, &removed(204));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::RevisionIdStaleRefused]);
    assert!(!finding.advisory);
}

#[rstest]
#[case::removed(removed(204), &[RuleId::RemoveStatus])]
#[case::not_found(absent(), &[])]
fn either_answer_is_good_where_the_policy_is_not_known(
    #[case] observation: Observation,
    #[case] rules: &[RuleId],
) {
    let mut world = world_with_a();
    world.policy_mut("f", None).unwrap().forget();
    let judgement = judged(&world, &remove("a"), &observation);
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Accept), rules);
    assert_eq!(counted(&judgement, Direction::Refuse), []);
}
