//! Rounds of races: which of them count, for which rules, and which cannot be judged.

use rstest::rstest;

use super::races::{
    EARLY, LATER, LOST, MIDST, adds, answered, call, conditional, gets, race, race_by, reads,
    removes,
};
use super::*;
use crate::judge::race::RaceCall;

#[rstest]
#[case::an_overlap(&[adds("a", 201, EARLY), adds("b", 201, MIDST)], true)]
#[case::an_overlap_the_other_way_round(&[adds("a", 201, MIDST), adds("b", 201, EARLY)], true)]
#[case::an_overlap_with_a_read(&[adds("a", 201, EARLY), reads(&["a"], MIDST)], true)]
#[case::an_overlap_of_the_last_two(
    &[adds("a", 201, LATER), adds("b", 201, EARLY), adds("c", 201, MIDST)], true
)]
#[case::a_success_beside_a_refusal(&[adds("a", 400, EARLY), adds("b", 201, MIDST)], true)]
#[case::a_removal(&[removes("x", 204, EARLY), reads(&["x"], MIDST)], true)]
#[case::no_call(&[], false)]
#[case::a_call_alone(&[adds("a", 201, EARLY)], false)]
#[case::one_after_the_other(&[adds("a", 201, EARLY), adds("b", 201, LATER)], false)]
#[case::one_before_the_other(&[adds("a", 201, LATER), adds("b", 201, EARLY)], false)]
#[case::one_when_the_other_ends(&[adds("a", 201, EARLY), adds("b", 201, (10, 20))], false)]
#[case::one_that_ends_when_the_other_begins(
    &[adds("a", 201, (10, 20)), adds("b", 201, EARLY)], false
)]
#[case::refusals(&[adds("a", 400, EARLY), adds("b", 409, MIDST)], false)]
#[case::a_lost_write(&[adds("a", LOST, EARLY), adds("b", 500, MIDST)], false)]
#[case::reads(&[reads(&["x"], EARLY), reads(&["x"], MIDST)], false)]
fn a_round_counts_where_calls_overlap_and_a_write_succeeds(
    #[case] calls: &[RaceCall],
    #[case] counts: bool,
) {
    let verdict = race_by(&["x"], calls, None, Judging::default());
    assert_eq!(verdict.counts, counts);
}

#[test]
fn a_round_that_does_not_count_is_no_case_of_any_rule() {
    let calls = [adds("a", 201, EARLY), adds("a", 409, LATER), reads(&["a"], (40, 50))];
    let verdict = race(&[], &calls, &["a"]);
    assert!(!verdict.counts);
    assert_eq!(verdict.judgement.cases, []);
}

#[rstest]
#[case::one_id(
    &[adds("a", 201, EARLY), adds("b", 201, EARLY), adds("a", 409, MIDST)],
    &[RuleId::RaceOneWinnerPerId]
)]
#[case::different_ids(&[adds("a", 201, EARLY), adds("b", 201, MIDST)], &[])]
#[case::different_ids_beside_a_removal(
    &[adds("a", 201, EARLY), removes("a", 404, MIDST), removes("x", 204, MIDST)], &[]
)]
#[case::one_revision(
    &[conditional(adds("a", 201, EARLY)), conditional(adds("b", 412, MIDST))],
    &[RuleId::RaceOneWinnerPerRevision]
)]
#[case::one_revision_for_removals(
    &[conditional(removes("x", 204, EARLY)), conditional(removes("y", 412, MIDST))],
    &[RuleId::RaceOneWinnerPerRevision]
)]
#[case::one_revision_for_an_add_and_a_removal(
    &[conditional(removes("x", 204, EARLY)), conditional(adds("b", 412, MIDST))],
    &[RuleId::RaceOneWinnerPerRevision]
)]
#[case::one_write_with_a_revision(
    &[conditional(adds("a", 201, EARLY)), adds("b", 201, MIDST)], &[]
)]
#[case::one_removal_with_a_revision(
    &[conditional(removes("x", 204, EARLY)), removes("y", 204, MIDST)], &[]
)]
#[case::a_read(
    &[adds("a", 201, EARLY), reads(&["x", "y"], MIDST)], &[RuleId::RaceReadsConsistent]
)]
#[case::a_read_that_shows_nothing(&[adds("a", 201, EARLY), gets(answered(LOST), MIDST)], &[])]
#[case::one_id_and_one_revision_and_a_read(
    &[
        conditional(adds("a", 201, EARLY)),
        conditional(adds("a", 409, MIDST)),
        reads(&["x", "y"], MIDST),
    ],
    &[
        RuleId::RaceOneWinnerPerId,
        RuleId::RaceOneWinnerPerRevision,
        RuleId::RaceReadsConsistent,
    ]
)]
fn a_round_counts_for_the_rules_that_it_puts_to_the_test(
    #[case] calls: &[RaceCall],
    #[case] rules: &[RuleId],
) {
    let verdict = race_by(&["x", "y"], calls, None, Judging::default());
    assert_eq!(verdict.judgement.findings, []);
    assert_eq!(counted(&verdict.judgement, Direction::Shape), rules);
    for case in &verdict.judgement.cases {
        assert_eq!((case.direction, case.distinct, case.repair), (Direction::Shape, 7, None));
    }
}

#[test]
fn what_is_read_afterwards_counts_for_lost_updates() {
    let calls = [adds("a", 201, EARLY), adds("b", 201, MIDST)];
    let verdict = race(&[], &calls, &["a", "b"]);
    assert_eq!(counted(&verdict.judgement, Direction::Shape), [RuleId::RaceNoLostUpdate]);
}

#[test]
fn a_round_is_no_case_of_the_rule_that_it_breaks() {
    let calls = [adds("a", 201, EARLY), adds("a", 201, MIDST)];
    let verdict = race(&[], &calls, &["a"]);
    assert!(verdict.counts);
    assert_eq!(only(&verdict.judgement).rule(), RuleId::RaceOneWinnerPerId);
    assert_eq!(counted(&verdict.judgement, Direction::Shape), [RuleId::RaceNoLostUpdate]);
}

#[rstest]
#[case::of_writes(65, 0)]
#[case::of_writes_and_reads(60, 5)]
fn too_many_calls_cannot_be_judged(#[case] writes: usize, #[case] others: usize) {
    let sids: Vec<String> = (0..writes).map(|number| format!("s{number}")).collect();
    let mut calls: Vec<RaceCall> = sids.iter().map(|sid| adds(sid, 201, EARLY)).collect();
    calls.extend((0..others).map(|_| reads(&[], EARLY)));
    let verdict = race_by(&[], &calls, None, Judging::default());
    assert!(verdict.counts);
    let reason = "the race has too many possible orders to judge";
    assert_eq!(verdict.judgement.unjudged.as_deref(), Some(reason));
    assert_eq!(verdict.judgement.findings, []);
    assert_eq!(verdict.judgement.cases, []);
}

#[rstest]
#[case::another_operation(WireRequest::new("GET", "/2015-03-31/functions/f".into()))]
#[case::a_body_without_an_id(add(&with(&json!({"StatementId": null}))))]
#[case::a_body_that_is_no_object(add(&json!([])))]
fn what_names_no_statement_has_no_place_in_the_order(#[case] request: WireRequest) {
    let calls = [call(&request, answered(400), EARLY), adds("a", 201, MIDST)];
    let verdict = race(&[], &calls, &["a"]);
    assert_eq!(verdict.judgement.findings, []);
    assert_eq!(counted(&verdict.judgement, Direction::Shape), [RuleId::RaceNoLostUpdate]);
}
