//! Which errors a fault admits, and what a run that scores by weaker or stronger evidence demands
//! of it.

use rstest::rstest;

use crate::contract::{ErrorCode, Evidence, EvidenceFloor, Member, RuleId};
use crate::model::{RejectKind, RejectReason, Requirement, Statuses};

const FLOORS: [EvidenceFloor; 2] = [EvidenceFloor::Documented, EvidenceFloor::Reported];

/// A bad StatementId: the page documents that it is refused, a recording shows with which code.
fn bad_statement_id() -> RejectReason {
    fault(RuleId::StatementIdPattern, ErrorCode::ValidationException)
}

fn fault(rule: RuleId, code: ErrorCode) -> RejectReason {
    RejectReason::new(RejectKind::Pattern, Some(Member::StatementId), rule, code, "text".into())
}

#[rstest]
#[case::the_status(Statuses::Only(404), 404, true)]
#[case::another_client_error(Statuses::Only(404), 400, false)]
#[case::a_success(Statuses::Only(404), 201, false)]
#[case::the_first_client_error(Statuses::AnyClient, 400, true)]
#[case::the_last_client_error(Statuses::AnyClient, 499, true)]
#[case::a_redirection(Statuses::AnyClient, 399, false)]
#[case::a_server_error(Statuses::AnyClient, 500, false)]
fn a_status_is_admitted_alone_or_as_any_client_error(
    #[case] statuses: Statuses,
    #[case] status: u16,
    #[case] admitted: bool,
) {
    assert_eq!(statuses.admit(status), admitted);
}

#[test]
fn admitted_statuses_are_written_as_a_report_shows_them() {
    assert_eq!(Statuses::Only(412).to_string(), "412");
    assert_eq!(Statuses::AnyClient.to_string(), "4xx");
}

#[test]
fn a_fault_takes_its_status_from_the_code_and_its_evidence_from_the_rule() {
    let fault = bad_statement_id();
    assert_eq!(fault.requirement, Requirement::Must);
    assert_eq!(fault.refusal.statuses, Statuses::Only(400));
    assert_eq!(fault.refusal.status_evidence, Evidence::Documented);
    assert_eq!(fault.refusal.code_evidence, Evidence::Recorded);
}

#[test]
fn a_code_that_the_rule_says_nothing_of_is_assumed() {
    let fault = fault(RuleId::FunctionNameCase, ErrorCode::ResourceNotFoundException);
    assert_eq!(fault.refusal.code_evidence, Evidence::Assumed);
    assert!(FLOORS.iter().all(|floor| !fault.code_scored(*floor)));
}

#[test]
fn forcing_a_fault_changes_nothing_but_its_force() {
    let fault = bad_statement_id();
    let open = fault.clone().requiring(Requirement::May);
    assert_eq!(open.requirement, Requirement::May);
    assert_eq!(open.requiring(Requirement::Must), fault);
}

#[test]
fn a_fault_that_admits_any_client_error_keeps_its_code() {
    let fault = bad_statement_id();
    assert!(fault.admits_status(400) && !fault.admits_status(404));
    let loose = fault.any_client_error();
    assert!(loose.admits_status(400) && loose.admits_status(404) && !loose.admits_status(201));
    assert_eq!(loose.refusal.code, ErrorCode::ValidationException);
}

#[rstest]
#[case::documented(RuleId::StatementIdPattern, [Requirement::Must, Requirement::Must])]
#[case::recorded(RuleId::QualifierMismatch, [Requirement::Should, Requirement::Must])]
#[case::reported(RuleId::FunctionUrlAuthTypeAction, [Requirement::Should, Requirement::Must])]
#[case::assumed(RuleId::FunctionNameCase, [Requirement::Should, Requirement::Should])]
fn a_certain_fault_must_be_answered_where_the_evidence_for_its_status_is_scored(
    #[case] rule: RuleId,
    #[case] forces: [Requirement; 2],
) {
    let fault = fault(rule, ErrorCode::InvalidParameterValueException);
    assert_eq!(FLOORS.map(|floor| fault.requirement_at(floor)), forces);
}

#[rstest]
fn no_evidence_makes_more_of_a_fault_than_it_is(
    #[values(Requirement::May, Requirement::Should)] requirement: Requirement,
    #[values(RuleId::StatementIdPattern, RuleId::FunctionNameCase)] rule: RuleId,
) {
    let fault = fault(rule, ErrorCode::ValidationException).requiring(requirement);
    assert_eq!(FLOORS.map(|floor| fault.requirement_at(floor)), [requirement; 2]);
}

#[test]
fn a_recorded_code_is_demanded_unless_a_run_judges_by_the_pages_alone() {
    let fault = bad_statement_id();
    assert!(fault.code_scored(EvidenceFloor::Reported));
    assert!(!fault.code_scored(EvidenceFloor::Documented));
}

#[rstest]
#[case::its_own_code("ValidationException", [true, true])]
#[case::the_one_the_page_lists("InvalidParameterValueException", [true, false])]
#[case::another_of_the_same_status("PolicyLengthExceededException", [false, false])]
#[case::another_of_another_status("ResourceNotFoundException", [false, false])]
#[case::one_that_nobody_knows("BadThing", [false, false])]
fn by_the_pages_alone_a_bad_value_may_carry_either_code_for_it(
    #[case] code: &str,
    #[case] admitted: [bool; 2],
) {
    let fault = bad_statement_id();
    assert_eq!(FLOORS.map(|floor| fault.admits_code(Some(code), floor)), admitted);
}

#[test]
fn by_the_pages_alone_a_fault_of_meaning_may_carry_the_code_for_a_bad_value() {
    let fault = fault(RuleId::QualifierLatest, ErrorCode::InvalidParameterValueException);
    let admits = |floor| fault.admits_code(Some("ValidationException"), floor);
    assert_eq!(FLOORS.map(admits), [true, false]);
}

#[rstest]
fn an_error_that_is_no_400_admits_its_own_code_alone(
    #[values("InvalidParameterValueException", "ValidationException")] other: &str,
    #[values(EvidenceFloor::Documented, EvidenceFloor::Reported)] floor: EvidenceFloor,
) {
    let fault = fault(RuleId::ErrorNotFound, ErrorCode::ResourceNotFoundException);
    assert!(fault.admits_code(Some("ResourceNotFoundException"), floor));
    assert!(!fault.admits_code(Some(other), floor));
}

#[test]
fn an_answer_without_a_code_carries_none_that_is_admitted() {
    assert!(FLOORS.iter().all(|floor| !bad_statement_id().admits_code(None, *floor)));
}
