//! What a RevisionId deserves that an AddPermission request names: nothing where it is the current
//! one, a failed precondition where it certainly is not.

use rstest::rstest;
use serde_json::json;

use super::known::{add, analysed, holding, plain, policy, told};
use crate::contract::{ErrorCode, Member, RuleId};
use crate::model::{Policy, PolicyState, RejectKind, RejectReason, Requirement, Statuses, World};

/// The fault of naming this revision of a policy in this state, where `old`, `now` and `foreign`
/// were issued.
fn named(state: PolicyState, revision: &str) -> Option<RejectReason> {
    let issued = ["old", "now", "foreign"].map(ToOwned::to_owned).into();
    let world = World { issued, ..holding(None, state) };
    let mut members = plain("b");
    members["RevisionId"] = json!(revision);
    let faults = analysed(&world, &add(&members)).faults;
    faults.into_iter().find(|fault| fault.kind == RejectKind::Precondition)
}

/// A policy with a statement, at this revision.
fn at(revision: Option<&str>) -> Policy {
    Policy { revision: revision.map(ToOwned::to_owned), ..policy(&["a"]) }
}

fn requirement(fault: Option<RejectReason>) -> Option<(RuleId, Requirement)> {
    fault.map(|fault| (fault.rule, fault.requirement))
}

#[test]
fn the_current_revision_is_no_fault() {
    assert_eq!(named(PolicyState::Known(at(Some("now"))), "now"), None);
}

#[rstest]
#[case::an_earlier_one("old", RuleId::RevisionIdStaleRefused)]
#[case::that_of_another_policy("foreign", RuleId::RevisionIdStaleRefused)]
#[case::one_that_was_never_issued("garbage", RuleId::ErrorPrecondition)]
#[case::the_current_one_in_other_case("NOW", RuleId::ErrorPrecondition)]
fn any_other_revision_than_the_current_one_is_a_failed_precondition(
    #[case] revision: &str,
    #[case] rule: RuleId,
) {
    let fault = named(PolicyState::Known(at(Some("now"))), revision).unwrap();
    assert_eq!(told(&fault), (RejectKind::Precondition, rule, Requirement::Must));
    assert_eq!(fault.member, Some(Member::RevisionId));
    assert_eq!(fault.refusal.code, ErrorCode::PreconditionFailedException);
    assert_eq!(fault.refusal.statuses, Statuses::Only(412));
    assert_eq!(
        fault.message,
        "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id"
    );
}

#[rstest]
#[case::was_written_since_its_revision_was_read(PolicyState::Known(at(None)))]
#[case::does_not_exist(PolicyState::Known(Policy::default()))]
#[case::was_read_without_statements(
    PolicyState::Known(Policy { revision: Some("now".into()), ..Policy::default() })
)]
#[case::is_not_known(PolicyState::Unknown(at(Some("now"))))]
#[case::is_not_known_and_held_nothing(PolicyState::Unknown(Policy::default()))]
fn only_a_value_that_was_never_issued_is_wrong_for_certain_where_a_policy(
    #[case] state: PolicyState,
) {
    for issued in ["old", "now", "foreign"] {
        let expected = Some((RuleId::RevisionIdStaleRefused, Requirement::May));
        assert_eq!(requirement(named(state.clone(), issued)), expected, "{issued}");
    }
    let expected = Some((RuleId::ErrorPrecondition, Requirement::Must));
    assert_eq!(requirement(named(state, "garbage")), expected);
}

#[rstest]
#[case::known(PolicyState::Known(at(Some("now"))))]
#[case::absent(PolicyState::Known(Policy::default()))]
#[case::not_known(PolicyState::Unknown(at(None)))]
fn an_empty_revision_may_be_taken_as_absent_or_refused(#[case] state: PolicyState) {
    let expected = Some((RuleId::RevisionIdStaleRefused, Requirement::May));
    assert_eq!(requirement(named(state, "")), expected);
}
