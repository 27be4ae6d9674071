//! Findings as such: what they hold, when they are scored, when two are one cause; and by what
//! requests are counted.

use std::collections::HashSet;

use rstest::rstest;

use super::*;
use crate::contract::{EditionChoice, ErrorCode, Evidence, EvidenceFloor, Member};
use crate::model::{Analysis, RejectKind, RejectReason};

fn answered(status: u16, code: &str) -> Answer {
    refused(status, code, "").answer().unwrap().clone()
}

fn fault(member: Member) -> RejectReason {
    let (rule, code) = (RuleId::StatementIdPattern, ErrorCode::ValidationException);
    RejectReason::new(RejectKind::Pattern, Some(member), rule, code, String::new())
}

fn finding() -> Finding {
    Finding::new(RuleId::StatementIdPattern, Aspect::Status, Direction::Refuse)
        .at(&fault(Member::StatementId))
        .keyed("accepted")
}

#[rstest]
#[case::status(Aspect::Status, Evidence::Documented)]
#[case::code(Aspect::Code, Evidence::Recorded)]
#[case::an_aspect_the_rule_does_not_speak_of(Aspect::Policy, Evidence::Assumed)]
fn a_finding_is_known_as_its_rule_s_aspect_is(#[case] aspect: Aspect, #[case] evidence: Evidence) {
    let finding = Finding::new(RuleId::StatementIdPattern, aspect, Direction::Refuse);
    let known = RuleId::StatementIdPattern.rule().evidence(aspect);
    assert_eq!(finding.evidence, evidence);
    assert_eq!(finding.source, known.map_or("", |known| known.source));
    assert_eq!((finding.rule(), finding.aspect), (RuleId::StatementIdPattern, aspect));
    assert!(!finding.advisory);
}

#[test]
fn the_key_is_what_came_unless_another_is_given() {
    let plain = Finding::new(RuleId::SuccessStatus, Aspect::Status, Direction::Accept);
    let answer = answered(400, "Oops");
    let unkeyed = plain.clone().actual(&answer);
    assert_eq!((unkeyed.actual.as_str(), unkeyed.key.as_str()), ("400 Oops", "400 Oops"));
    let before = plain.clone().keyed("k").actual(&answer);
    assert_eq!((before.actual.as_str(), before.key.as_str()), ("400 Oops", "k"));
    let behind = plain.clone().actual(&answer).keyed("k");
    assert_eq!((behind.actual.as_str(), behind.key.as_str()), ("400 Oops", "k"));
    let lost = plain.actual_text("nothing".into());
    assert_eq!((lost.actual.as_str(), lost.key.as_str()), ("nothing", ""));
}

#[test]
fn differences_and_expectations_are_kept_in_order() {
    let finding = finding()
        .expected(vec!["400".into(), "404".into()])
        .differs("status", 400, 201)
        .differs("code", "Oops", Value::Null);
    assert_eq!(finding.expected, ["400", "404"]);
    assert_eq!(
        differences(&finding),
        [("status", json!(400), json!(201)), ("code", json!("Oops"), Value::Null)]
    );
    assert_eq!(finding.member, Some(Member::StatementId));
}

const REPORTED: EvidenceFloor = EvidenceFloor::Reported;
const DOCUMENTED: EvidenceFloor = EvidenceFloor::Documented;

#[rstest]
#[case::must_documented(RuleId::SuccessStatus, Evidence::Documented, REPORTED, false, true)]
#[case::must_documented_at_documented(
    RuleId::SuccessStatus,
    Evidence::Documented,
    DOCUMENTED,
    false,
    true
)]
#[case::must_reported(RuleId::SuccessStatus, Evidence::Reported, REPORTED, false, true)]
#[case::must_recorded_at_documented(
    RuleId::SuccessStatus,
    Evidence::Recorded,
    DOCUMENTED,
    false,
    false
)]
#[case::must_of_a_sibling(RuleId::SuccessStatus, Evidence::Sibling, REPORTED, false, false)]
#[case::must_assumed_and_strict(RuleId::SuccessStatus, Evidence::Assumed, REPORTED, true, false)]
#[case::should_recorded(RuleId::ErrorMessages, Evidence::Recorded, REPORTED, false, false)]
#[case::should_recorded_and_strict(RuleId::ErrorMessages, Evidence::Recorded, REPORTED, true, true)]
#[case::should_recorded_at_documented_and_strict(
    RuleId::ErrorMessages,
    Evidence::Recorded,
    DOCUMENTED,
    true,
    false
)]
fn what_the_evidence_does_not_carry_or_strength_does_not_gate_is_advisory(
    #[case] rule: RuleId,
    #[case] evidence: Evidence,
    #[case] floor: EvidenceFloor,
    #[case] strict: bool,
    #[case] scored: bool,
) {
    let judging = Judging { edition: EditionChoice::Either, evidence: floor, strict };
    let mut judgement = Judgement::new(judging);
    let mut finding = Finding::new(rule, Aspect::Status, Direction::Shape);
    finding.evidence = evidence;
    judgement.find(finding.clone());
    judgement.find(finding.advisory());
    let advisory: Vec<bool> = judgement.findings.iter().map(|finding| finding.advisory).collect();
    assert_eq!(advisory, [!scored, true]);
}

#[test]
fn a_judgement_begins_with_nothing() {
    let judgement = Judgement::new(Judging::default());
    assert_eq!((judgement.findings, judgement.cases), (vec![], vec![]));
    assert_eq!((judgement.unjudged, judgement.followed, judgement.state), (None, None, 0));
}

/// The same finding with one thing changed that makes it another cause.
#[rstest]
#[case::rule(Finding { suspects: vec![RuleId::StatementIdLength], ..finding() })]
#[case::aspect(Finding { aspect: Aspect::Code, ..finding() })]
#[case::direction(Finding { direction: Direction::Accept, ..finding() })]
#[case::advisory(finding().advisory())]
#[case::member(finding().at(&fault(Member::Action)))]
#[case::key(finding().keyed("200"))]
fn another_rule_aspect_direction_weight_member_or_key_is_another_cause(#[case] other: Finding) {
    assert!(!finding().is_same_cause(&other));
    assert!(!other.is_same_cause(&finding()));
    assert_ne!(finding().fingerprint_text(), other.fingerprint_text());
}

#[rstest]
#[case::expectation(finding().expected(vec!["403".into()]))]
#[case::answer(finding().actual_text("201".into()))]
#[case::difference(finding().differs("status", 400, 201))]
#[case::evidence(Finding { evidence: Evidence::Assumed, ..finding() })]
#[case::source(Finding { source: "elsewhere".into(), ..finding() })]
fn what_only_describes_a_finding_makes_no_other_cause(#[case] other: Finding) {
    assert!(finding().is_same_cause(&other));
    assert_eq!(finding().fingerprint_text(), other.fingerprint_text());
}

/// A finding that suspects these rules at this member.
fn suspecting(suspects: &[RuleId], member: Option<Member>) -> Finding {
    Finding { suspects: suspects.to_vec(), member, ..finding() }
}

#[rstest]
#[case::fewer_suspects_at_another_member(
    suspecting(&[RuleId::ActionPattern], Some(Member::Action)),
    suspecting(&[RuleId::StatementIdPattern, RuleId::ActionPattern], Some(Member::StatementId)),
    true
)]
#[case::no_suspect_in_common(
    suspecting(&[RuleId::PrincipalPattern], Some(Member::StatementId)),
    suspecting(&[RuleId::StatementIdPattern, RuleId::ActionPattern], Some(Member::StatementId)),
    false
)]
#[case::more_suspects_at_another_member(
    suspecting(&[RuleId::StatementIdPattern, RuleId::ActionPattern], Some(Member::Action)),
    suspecting(&[RuleId::StatementIdPattern], Some(Member::StatementId)),
    false
)]
#[case::a_member_where_none_was_named(
    suspecting(&[RuleId::MemberType], Some(Member::Action)),
    suspecting(&[RuleId::MemberType], None),
    true
)]
#[case::no_member_where_one_was_named(
    suspecting(&[RuleId::MemberType], None),
    suspecting(&[RuleId::MemberType], Some(Member::Action)),
    false
)]
fn a_smaller_scenario_may_narrow_suspects_and_name_the_member(
    #[case] smaller: Finding,
    #[case] first: Finding,
    #[case] same: bool,
) {
    assert_eq!(smaller.is_same_cause(&first), same);
}

#[test]
fn the_fingerprint_names_all_suspects() {
    let two = suspecting(&[RuleId::StatementIdPattern, RuleId::ActionPattern], None);
    let one = suspecting(&[RuleId::StatementIdPattern], None);
    assert_ne!(two.fingerprint_text(), one.fingerprint_text());
    assert!(two.fingerprint_text().contains("statement-id.pattern"));
    assert!(two.fingerprint_text().contains("action.pattern"));
}

fn counted_once(judgement: &mut Judgement, analysis: &Analysis) {
    judgement.case(RuleId::PolicyExact, Direction::Shape, analysis);
}

fn counted_beside_success(judgement: &mut Judgement, analysis: &Analysis) {
    judgement.case_beside_success(RuleId::ErrorNotStored, analysis);
}

fn counted_as_refusal(judgement: &mut Judgement, analysis: &Analysis) {
    judgement.refusal_case(RuleId::StatementIdPattern, analysis, &fault(Member::StatementId));
}

#[rstest]
#[case::plain(counted_once)]
#[case::beside_success(counted_beside_success)]
#[case::refusal(counted_as_refusal)]
fn a_request_counts_once_a_state(#[case] count: fn(&mut Judgement, &Analysis)) {
    let distinct = |request: u64, state: u64| {
        let analysis = analyse(&world(), &add(&plain()), EditionChoice::Either);
        let mut judgement = Judgement::new(Judging::default());
        judgement.state = state;
        count(&mut judgement, &Analysis { distinct: request, ..analysis });
        judgement.cases[0].distinct
    };
    let numbers = [0, 1, 2, 3, u64::MAX];
    for one in numbers {
        let by_state: HashSet<u64> = numbers.iter().map(|state| distinct(one, *state)).collect();
        let by_request: HashSet<u64> = numbers.iter().map(|other| distinct(*other, one)).collect();
        assert_eq!((by_state.len(), by_request.len()), (numbers.len(), numbers.len()));
        assert_eq!(distinct(one, 1), distinct(one, 1));
    }
}
