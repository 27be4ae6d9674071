//! What RemovePermission deserves: 204, 404 in its three cases, 412 for a wrong revision.

use rstest::rstest;

use super::known::{analysed, faults, holding, policy, remove, resource};
use crate::contract::{ErrorCode, Evidence, RuleId};
use crate::model::{Policy, PolicyState, RejectKind, Requirement, Statuses, World};

/// A world in which `f` holds the statement `a`, read at the revision `now`; `old` was issued
/// before.
fn granted() -> World {
    let known = Policy { revision: Some("now".into()), ..policy(&["a"]) };
    World {
        issued: ["old".to_owned(), "now".to_owned()].into(),
        ..holding(None, PolicyState::Known(known))
    }
}

#[test]
fn removing_a_statement_of_the_policy_is_a_case_of_its_status() {
    let analysis = analysed(&granted(), &remove("f", None, "a"));
    assert_eq!(faults(&analysis), []);
    assert_eq!(analysis.accepts, [RuleId::RemoveStatus]);
    assert_eq!(analysis.resource, Some(resource("f", None)));
    assert!(!analysis.unscored);
}

#[rstest]
#[case::the_function(
    "nope",
    None,
    RejectKind::FunctionNotFound,
    "No policy found for: arn:aws:lambda:us-east-1:123456789012:function:nope"
)]
#[case::the_function_and_the_alias(
    "nope",
    Some("live"),
    RejectKind::FunctionNotFound,
    "No policy found for: arn:aws:lambda:us-east-1:123456789012:function:nope:live"
)]
#[case::the_alias(
    "f",
    Some("nope"),
    RejectKind::AliasNotFound,
    "Cannot find alias arn: arn:aws:lambda:us-east-1:123456789012:function:f:nope"
)]
#[case::the_version(
    "f",
    Some("42"),
    RejectKind::VersionNotFound,
    "Function not found: arn:aws:lambda:us-east-1:123456789012:function:f:42"
)]
#[case::the_policy(
    "f",
    Some("live"),
    RejectKind::PolicyAbsent,
    "No policy is associated with the given resource."
)]
#[case::the_statement(
    "f",
    None,
    RejectKind::StatementNotFound,
    "Statement b is not found in resource policy."
)]
fn removing_is_not_found_without(
    #[case] function: &str,
    #[case] qualifier: Option<&str>,
    #[case] kind: RejectKind,
    #[case] message: &str,
) {
    let analysis = analysed(&granted(), &remove(function, qualifier, "b"));
    assert_eq!(faults(&analysis), [(kind, RuleId::RemoveNotFound, Requirement::Must)]);
    assert_eq!(analysis.accepts, []);
    let fault = &analysis.faults[0];
    assert_eq!(fault.member, None);
    assert_eq!(fault.message, message);
    assert_eq!(fault.refusal.code, ErrorCode::ResourceNotFoundException);
    assert_eq!(fault.refusal.statuses, Statuses::Only(404));
}

#[test]
fn a_statement_is_removed_from_the_policy_that_holds_it_alone() {
    let analysis = analysed(&granted(), &remove("f", Some("1"), "a"));
    let absent = (RejectKind::PolicyAbsent, RuleId::RemoveNotFound, Requirement::Must);
    assert_eq!(faults(&analysis), [absent]);
}

#[rstest]
#[case::a_function("F", None, RejectKind::NameCase)]
#[case::an_alias("f", Some("LIVE"), RejectKind::AliasNotFound)]
fn that_something_is_removed_under_a_name_in_other_case_is_only_reported(
    #[case] function: &str,
    #[case] qualifier: Option<&str>,
    #[case] kind: RejectKind,
) {
    let analysis = analysed(&granted(), &remove(function, qualifier, "a"));
    assert_eq!(faults(&analysis), [(kind, RuleId::RemoveNotFound, Requirement::Should)]);
    assert_eq!(analysis.accepts, [RuleId::RemoveStatus]);
}

#[rstest]
#[case::that_held_it(&["a"], RejectKind::StatementNotFound)]
#[case::that_held_another(&["b"], RejectKind::StatementNotFound)]
#[case::that_held_nothing(&[], RejectKind::PolicyAbsent)]
fn removing_from_a_policy_that_is_not_known_may_end_either_way(
    #[case] last: &[&str],
    #[case] kind: RejectKind,
) {
    let world = holding(None, PolicyState::Unknown(policy(last)));
    let analysis = analysed(&world, &remove("f", None, "a"));
    assert_eq!(faults(&analysis), [(kind, RuleId::RemoveNotFound, Requirement::May)]);
    assert_eq!(analysis.accepts, [RuleId::RemoveStatus]);
}

#[test]
fn removing_at_the_current_revision_is_a_case_of_that_as_well() {
    let request = remove("f", None, "a").with_query("RevisionId", "now");
    let analysis = analysed(&granted(), &request);
    assert_eq!(faults(&analysis), []);
    assert_eq!(analysis.accepts, [RuleId::RevisionIdCurrentAccepted, RuleId::RemoveStatus]);
}

#[test]
fn the_current_revision_saves_no_removal_of_a_statement_that_is_not_there() {
    let request = remove("f", None, "b").with_query("RevisionId", "now");
    let analysis = analysed(&granted(), &request);
    assert_eq!(
        faults(&analysis),
        [(RejectKind::StatementNotFound, RuleId::RemoveNotFound, Requirement::Must)]
    );
    assert_eq!(analysis.accepts, []);
}

#[rstest]
#[case::an_earlier_one("old", RuleId::RevisionIdStaleRefused, Requirement::Must)]
#[case::one_never_issued("garbage", RuleId::ErrorPrecondition, Requirement::Must)]
#[case::an_empty_one("", RuleId::RevisionIdStaleRefused, Requirement::May)]
fn a_removal_at_a_wrong_revision_must_be_refused(
    #[case] revision: &str,
    #[case] rule: RuleId,
    #[case] requirement: Requirement,
) {
    let request = remove("f", None, "a").with_query("RevisionId", revision);
    let analysis = analysed(&granted(), &request);
    assert_eq!(faults(&analysis), [(RejectKind::Precondition, rule, requirement)]);
    let accepts: &[RuleId] =
        if requirement == Requirement::Must { &[] } else { &[RuleId::RemoveStatus] };
    assert_eq!(analysis.accepts, accepts);
    let refusal = &analysis.faults[0].refusal;
    assert_eq!(refusal.statuses, Statuses::Only(412));
    assert_eq!(
        (refusal.status_evidence, refusal.code_evidence),
        (Evidence::Recorded, Evidence::Recorded)
    );
}

#[test]
fn beside_another_write_a_removal_may_be_refused_as_a_conflict() {
    let world = World { contended: true, ..granted() };
    let analysis = analysed(&world, &remove("f", None, "a"));
    let conflict = (RejectKind::Concurrent, RuleId::ErrorConflict, Requirement::May);
    assert_eq!(faults(&analysis), [conflict]);
    assert_eq!(analysis.faults[0].refusal.statuses, Statuses::Only(409));
    assert_eq!(analysis.accepts, [RuleId::RemoveStatus]);
}
