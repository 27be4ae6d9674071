//! Races: operations that were sent at once, and whether an order of them explains the answers.

use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::contract::{Aspect, EvidenceFloor};
use crate::judge::race::{RaceCall, RaceVerdict, judge_race};
use crate::observation::TransportFault;

/// One clock's time from sending to the answer.
pub(super) type Span = (u64, u64);

/// What comes of nothing: the time ran out.
pub(super) const LOST: u16 = 0;

pub(super) fn call(
    request: &WireRequest,
    observation: Observation,
    (started, ended): Span,
) -> RaceCall {
    let analysis = analyse(&world(), request, Judging::default().edition);
    RaceCall { analysis, observation, started, ended, names_current: false, has_rival: false }
}

pub(super) fn answered(status: u16) -> Observation {
    if status == LOST {
        Observation::Fault(TransportFault::Timeout)
    } else {
        answer(status, &[], "{}")
    }
}

pub(super) fn adds(sid: &str, status: u16, span: Span) -> RaceCall {
    call(&add(&with(&json!({"StatementId": sid}))), answered(status), span)
}

pub(super) fn removes(sid: &str, status: u16, span: Span) -> RaceCall {
    call(&remove("f", None, sid), answered(status), span)
}

pub(super) fn gets(observation: Observation, span: Span) -> RaceCall {
    call(&get("f", None), observation, span)
}

/// A read that shows statements of these ids; without any, it is 404.
pub(super) fn reads(sids: &[&str], span: Span) -> RaceCall {
    let statements: Vec<_> = sids.iter().map(|sid| json!({"Sid": sid})).collect();
    let policy = json!({"Statement": statements}).to_string();
    let shown = answer(200, &[], &json!({"Policy": policy}).to_string());
    gets(if sids.is_empty() { answered(404) } else { shown }, span)
}

/// The call names the revision that was current before the race.
pub(super) fn conditional(call: RaceCall) -> RaceCall {
    RaceCall { names_current: true, ..call }
}

pub(super) const EARLY: Span = (0, 10);
pub(super) const MIDST: Span = (5, 15);
pub(super) const LATER: Span = (20, 30);

/// Judges a round that began with statements of the ids `before`, and after which a read showed
/// those of `after`.
pub(super) fn race(before: &[&str], calls: &[RaceCall], after: &[&str]) -> RaceVerdict {
    race_by(before, calls, Some(after), Judging::default())
}

pub(super) fn race_by(
    before: &[&str],
    calls: &[RaceCall],
    after: Option<&[&str]>,
    judging: Judging,
) -> RaceVerdict {
    let before: BTreeSet<String> = before.iter().map(|sid| (*sid).to_owned()).collect();
    let after = after.map(|sids| reads(sids, (1000, 1010)));
    judge_race(&before, calls, after.as_ref(), Judgement::new(judging), 7)
}

#[rstest]
#[case::two_adds(&[], &[adds("a", 201, EARLY), adds("b", 201, MIDST)], &["a", "b"])]
#[case::one_winner_of_an_id(&[], &[adds("a", 201, EARLY), adds("a", 409, MIDST)], &["a"])]
#[case::a_taken_id(&["a"], &[adds("a", 409, EARLY)], &["a"])]
#[case::a_conflict_beside_another_write(
    &[], &[adds("a", 201, EARLY), adds("b", 409, MIDST)], &["a"]
)]
#[case::a_removal_in_conflict_beside_another_write(
    &["x"], &[adds("a", 201, EARLY), removes("x", 409, MIDST)], &["a", "x"]
)]
#[case::one_winner_of_a_revision(
    &["x"],
    &[conditional(adds("a", 201, EARLY)), conditional(adds("b", 412, MIDST))],
    &["a", "x"]
)]
#[case::a_removal_that_came_too_late_for_its_revision(
    &["x"],
    &[conditional(adds("a", 201, EARLY)), conditional(removes("x", 412, MIDST))],
    &["a", "x"]
)]
#[case::a_conditional_write_after_one_that_was_refused(
    &["x"], &[adds("a", 400, EARLY), conditional(adds("b", 201, LATER))], &["b", "x"]
)]
#[case::a_removal_beside_an_add(&["x"], &[removes("x", 204, EARLY), adds("b", 201, MIDST)], &["b"])]
#[case::one_of_two_removals(&["x"], &[removes("x", 204, EARLY), removes("x", 404, MIDST)], &[])]
#[case::an_id_that_was_freed(
    &["x"], &[removes("x", 204, EARLY), adds("x", 201, MIDST)], &["x"]
)]
#[case::an_id_that_was_freed_between_two_adds(
    &[], &[adds("a", 201, EARLY), removes("a", 204, MIDST), adds("a", 201, LATER)], &["a"]
)]
#[case::refused_writes_that_did_nothing(
    &["x"], &[adds("a", 400, EARLY), removes("x", 400, MIDST)], &["x"]
)]
#[case::a_lost_add_that_happened(&[], &[adds("a", LOST, EARLY)], &["a"])]
#[case::a_lost_add_that_never_happened(&[], &[adds("a", LOST, EARLY)], &[])]
#[case::an_add_that_failed_and_happened(&[], &[adds("a", 500, EARLY)], &["a"])]
#[case::an_add_that_failed_and_never_happened(&[], &[adds("a", 500, EARLY)], &[])]
#[case::a_lost_add_of_a_taken_id(&["a"], &[adds("a", LOST, EARLY)], &["a"])]
#[case::a_lost_add_that_happened_late(
    &[], &[adds("a", LOST, EARLY), reads(&[], LATER)], &["a"]
)]
#[case::a_lost_add_that_took_the_id(
    &[], &[adds("a", LOST, EARLY), adds("a", 409, LATER)], &["a"]
)]
#[case::a_conflict_with_a_lost_add_of_another_id_that_may_still_be_under_way(
    &[], &[adds("a", LOST, EARLY), adds("b", 409, LATER)], &[]
)]
#[case::a_lost_removal_that_happened(&["x"], &[removes("x", LOST, EARLY)], &[])]
#[case::a_lost_removal_that_never_happened(&["x"], &[removes("x", LOST, EARLY)], &["x"])]
#[case::a_lost_removal_of_what_is_not_there(&[], &[removes("x", LOST, EARLY)], &[])]
#[case::a_lost_conditional_add_that_came_too_late(
    &["x"], &[adds("a", 201, EARLY), conditional(adds("b", LOST, LATER))], &["a", "x"]
)]
#[case::reads_of_the_states_between(
    &["x"],
    &[
        removes("x", 204, (0, 100)),
        adds("a", 201, (0, 100)),
        reads(&["x"], (1, 2)),
        reads(&[], (3, 4)),
        reads(&["a"], (5, 6)),
    ],
    &["a"]
)]
#[case::a_read_that_was_lost(
    &[], &[adds("a", 201, EARLY), gets(answered(LOST), MIDST)], &["a"]
)]
#[case::a_read_that_failed(&[], &[adds("a", 201, EARLY), gets(answered(500), MIDST)], &["a"])]
#[case::a_read_that_cannot_be_read(
    &[], &[adds("a", 201, EARLY), gets(answered(200), MIDST)], &["a"]
)]
fn answers_that_an_order_explains_break_nothing(
    #[case] before: &[&str],
    #[case] calls: &[RaceCall],
    #[case] after: &[&str],
) {
    let verdict = race(before, calls, after);
    assert_eq!(verdict.judgement.findings, []);
    assert_eq!(verdict.judgement.unjudged, None);
}

#[rstest]
#[case::an_add_that_does_not_show(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 201, EARLY), adds("b", 201, MIDST)], &["a"]
)]
#[case::a_removal_that_does_not_show(
    RuleId::RaceNoLostUpdate,
    &["x"],
    &[removes("x", 204, EARLY), adds("a", 201, MIDST)],
    &["a", "x"]
)]
#[case::a_statement_that_nobody_added(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 201, EARLY)], &["a", "b"]
)]
#[case::a_refused_add_that_shows(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 400, EARLY)], &["a"]
)]
#[case::an_add_in_conflict_that_shows(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 409, EARLY), adds("b", 201, MIDST)], &["a", "b"]
)]
#[case::a_refused_removal_that_shows(
    RuleId::RaceNoLostUpdate, &["x"], &[removes("x", 400, EARLY)], &[]
)]
#[case::an_add_of_a_taken_id(
    RuleId::RaceNoLostUpdate, &["a"], &[adds("a", 201, EARLY)], &["a"]
)]
#[case::an_add_of_what_was_not_found(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 404, EARLY)], &[]
)]
#[case::a_removal_of_what_is_not_there(
    RuleId::RaceNoLostUpdate, &[], &[removes("x", 204, EARLY)], &[]
)]
#[case::a_statement_that_is_there_and_was_not_found(
    RuleId::RaceNoLostUpdate, &["x"], &[removes("x", 404, EARLY)], &["x"]
)]
#[case::a_conflict_of_nothing(RuleId::RaceNoLostUpdate, &[], &[adds("a", 409, EARLY)], &[])]
#[case::a_conflict_beside_a_read(
    RuleId::RaceNoLostUpdate, &["x"], &[adds("a", 409, EARLY), reads(&["x"], MIDST)], &["x"]
)]
#[case::a_conflict_before_another_write(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 409, EARLY), adds("b", 201, LATER)], &["b"]
)]
#[case::a_conflict_after_another_write(
    RuleId::RaceNoLostUpdate, &[], &[adds("b", 201, EARLY), adds("a", 409, LATER)], &["b"]
)]
#[case::a_removal_in_conflict_with_nothing(
    RuleId::RaceNoLostUpdate, &["x"], &[removes("x", 409, EARLY)], &["x"]
)]
#[case::a_failed_precondition_of_no_revision(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 201, EARLY), adds("b", 412, MIDST)], &["a"]
)]
#[case::a_failed_precondition_of_a_removal_of_no_revision(
    RuleId::RaceNoLostUpdate,
    &["x"],
    &[adds("a", 201, EARLY), removes("x", 412, MIDST)],
    &["a", "x"]
)]
#[case::a_failed_precondition_of_the_current_revision(
    RuleId::RaceNoLostUpdate, &["x"], &[conditional(adds("a", 412, EARLY))], &["x"]
)]
#[case::a_removal_that_failed_the_current_revision(
    RuleId::RaceNoLostUpdate, &["x"], &[conditional(removes("x", 412, EARLY))], &["x"]
)]
#[case::an_add_with_a_revision_that_is_past(
    RuleId::RaceNoLostUpdate,
    &["x"],
    &[adds("a", 201, EARLY), conditional(adds("b", 201, LATER))],
    &["a", "b", "x"]
)]
#[case::a_removal_with_a_revision_that_is_past(
    RuleId::RaceNoLostUpdate,
    &["x"],
    &[adds("a", 201, EARLY), conditional(removes("x", 204, LATER))],
    &["a"]
)]
#[case::a_revision_that_a_removal_made_past(
    RuleId::RaceNoLostUpdate,
    &["x", "y"],
    &[removes("x", 204, EARLY), conditional(adds("a", 201, LATER))],
    &["a", "y"]
)]
#[case::a_lost_add_of_a_revision_that_was_past(
    RuleId::RaceNoLostUpdate,
    &["x"],
    &[adds("a", 201, EARLY), conditional(adds("b", LOST, LATER))],
    &["a", "b", "x"]
)]
#[case::a_revision_past_by_a_lost_add_of_a_taken_id(
    RuleId::RaceNoLostUpdate,
    &["a"],
    &[adds("a", LOST, EARLY), conditional(adds("b", 412, MIDST))],
    &["a"]
)]
#[case::a_revision_past_by_a_lost_removal_of_nothing(
    RuleId::RaceNoLostUpdate,
    &["a"],
    &[removes("x", LOST, EARLY), conditional(adds("b", 412, MIDST))],
    &["a"]
)]
#[case::two_winners_of_an_id(
    RuleId::RaceOneWinnerPerId, &[], &[adds("a", 201, EARLY), adds("a", 201, MIDST)], &["a"]
)]
#[case::two_winners_of_an_id_apart_from_each_other(
    RuleId::RaceOneWinnerPerId,
    &[],
    &[adds("b", 201, EARLY), adds("a", 201, EARLY), adds("b", 201, MIDST)],
    &["a", "b"]
)]
#[case::winners_of_an_id_that_a_removal_may_have_freed(
    RuleId::RaceNoLostUpdate,
    &[],
    &[
        adds("a", 201, EARLY),
        adds("a", 201, EARLY),
        adds("a", 201, MIDST),
        removes("a", 204, MIDST),
    ],
    &["a"]
)]
#[case::two_adds_of_a_revision(
    RuleId::RaceOneWinnerPerRevision,
    &["x"],
    &[conditional(adds("a", 201, EARLY)), conditional(adds("b", 201, MIDST))],
    &["a", "b", "x"]
)]
#[case::two_removals_of_a_revision(
    RuleId::RaceOneWinnerPerRevision,
    &["x", "y"],
    &[conditional(removes("x", 204, EARLY)), conditional(removes("y", 204, MIDST))],
    &[]
)]
#[case::an_add_and_a_removal_of_a_revision(
    RuleId::RaceOneWinnerPerRevision,
    &["x"],
    &[conditional(adds("a", 201, EARLY)), conditional(removes("x", 204, MIDST))],
    &["a"]
)]
#[case::one_winner_of_a_revision_that_does_not_show(
    RuleId::RaceNoLostUpdate,
    &["x"],
    &[conditional(adds("a", 201, EARLY)), conditional(adds("b", 412, MIDST))],
    &["x"]
)]
#[case::a_read_of_a_state_that_never_was(
    RuleId::RaceReadsConsistent, &[], &[adds("a", 201, EARLY), reads(&["b"], MIDST)], &["a"]
)]
#[case::reads_that_go_back_in_time(
    RuleId::RaceReadsConsistent,
    &[],
    &[adds("a", 201, (0, 100)), reads(&["a"], (1, 2)), reads(&[], (3, 4))],
    &["a"]
)]
#[case::a_read_of_what_was_removed_before(
    RuleId::RaceReadsConsistent, &["x"], &[removes("x", 204, EARLY), reads(&["x"], LATER)], &[]
)]
#[case::a_broken_read_beside_broken_writes(
    RuleId::RaceNoLostUpdate, &[], &[adds("a", 201, EARLY), reads(&["b"], MIDST)], &[]
)]
fn answers_that_no_order_explains_break_a_rule(
    #[case] rule: RuleId,
    #[case] before: &[&str],
    #[case] calls: &[RaceCall],
    #[case] after: &[&str],
) {
    let RaceVerdict { judgement, .. } = race(before, calls, after);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [rule]);
    assert_eq!(finding.direction, Direction::Shape);
    assert_eq!(finding.expected, ["an order of the operations that explains every answer"]);
    assert_eq!(finding.actual, "no order of the operations explains these answers");
    assert_eq!(finding.key, "no order");
    assert_eq!(judgement.unjudged, None);
}

#[rstest]
#[case::winners(&[adds("a", 201, EARLY), adds("a", 201, MIDST)], &["a"], Aspect::Status, false)]
#[case::losses(&[adds("a", 201, EARLY), adds("b", 201, MIDST)], &["a"], Aspect::Policy, false)]
#[case::assumed(&[adds("a", 201, EARLY), reads(&["b"], MIDST)], &["a"], Aspect::Policy, true)]
fn a_finding_speaks_of_the_aspect_of_its_rule(
    #[case] calls: &[RaceCall],
    #[case] after: &[&str],
    #[case] aspect: Aspect,
    #[case] advisory: bool,
) {
    for evidence in [EvidenceFloor::Documented, EvidenceFloor::Reported] {
        let judging = Judging { evidence, ..Judging::default() };
        let RaceVerdict { judgement, .. } = race_by(&[], calls, Some(after), judging);
        let finding = only(&judgement);
        assert_eq!((finding.aspect, finding.advisory), (aspect, advisory));
    }
}
