//! Reads of policies that exist: the document, the statements in it, and its revision.

use rstest::rstest;

use super::*;
use crate::contract::{Aspect, Evidence, EvidenceFloor};
use crate::model::Policy;
use crate::model::world::{PolicyState, Seen};

pub(super) type Change = fn(&mut World);

/// A statement that grants this target.
pub(super) fn statement_for(function: &str, qualifier: Option<&str>, sid: &str) -> Value {
    let mut statement = statement(sid);
    statement["Resource"] = json!(world().arn(function, qualifier));
    statement
}

/// Lets a target have a policy with statements of these ids.
pub(super) fn give(world: &mut World, function: &str, qualifier: Option<&str>, sids: &[&str]) {
    let statements = sids.iter().map(|sid| statement_for(function, qualifier, sid)).collect();
    let policy = Policy { statements, ..Policy::default() };
    *world.policy_mut(function, qualifier).unwrap() = PolicyState::Known(policy);
}

/// What is known of the policy of `f`.
pub(super) fn own(world: &mut World) -> &mut Policy {
    world.policy_mut("f", None).unwrap().last_mut()
}

/// A world where `f` has statements of these ids.
pub(super) fn holding(sids: &[&str]) -> World {
    testing::holding(None, PolicyState::Known(policy(sids)))
}

pub(super) fn read(world: &World, observation: &Observation) -> Judgement {
    judged(world, &get("f", None), observation)
}

/// An answer of GetPolicy with this policy, and with these members beside it.
fn document(policy: &Value, others: &Value) -> Observation {
    let mut body = json!({"Policy": policy.to_string()});
    for (name, value) in others.as_object().unwrap() {
        body[name] = value.clone();
    }
    answer_json(200, &body)
}

fn with_statements(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements})
}

/// A good answer of GetPolicy with these statements.
pub(super) fn shows_statements(statements: &[Value]) -> Observation {
    document(&with_statements(&json!(statements)), &json!({"RevisionId": "r1"}))
}

/// A good answer of GetPolicy with statements of these ids.
pub(super) fn shows(sids: &[&str]) -> Observation {
    shows_statements(&sids.iter().map(|sid| statement(sid)).collect::<Vec<_>>())
}

/// A 404 with its message where these operations spell it.
pub(super) fn not_found(message: &str) -> Observation {
    let body = json!({"Type": "User", "Message": message}).to_string();
    let code = ("x-amzn-errortype", "ResourceNotFoundException");
    answer(404, &[("content-type", "application/json"), code], &body)
}

/// The rules that the answer counts for by what it says, not by being an answer.
pub(super) fn counted_beyond_form(judgement: &Judgement) -> Vec<RuleId> {
    const FORM: [RuleId; 4] = [
        RuleId::WireAnswers,
        RuleId::ErrorNoServerFault,
        RuleId::ErrorShape,
        RuleId::ErrorMessages,
    ];
    let mut rules = counted(judgement, Direction::Shape);
    rules.retain(|rule| !FORM.contains(rule));
    rules
}

#[rstest]
#[case::one_statement(&["a"], |_: &mut World| (), &[])]
#[case::several_statements(&["a", "b"], |_: &mut World| (), &[RuleId::PolicyOrder])]
#[case::no_target_but_its_own(
    &["a"], |world: &mut World| give(world, "f", Some("live"), &[]), &[]
)]
#[case::beside_another_target(
    &["a"], |world: &mut World| give(world, "f", Some("live"), &["b"]), &[RuleId::PolicyPerTarget]
)]
#[case::beside_another_function(
    &["a"], |world: &mut World| give(world, "g", None, &["b"]), &[RuleId::FunctionIsolated]
)]
#[case::beside_an_alias_of_another_function(
    &["a"], |world: &mut World| give(world, "g", Some("live"), &["b"]), &[RuleId::FunctionIsolated]
)]
#[case::after_a_removal(
    &["a"], |world: &mut World| own(world).removed = ["b".into()].into(), &[RuleId::RemoveOneOnly]
)]
#[case::after_a_refusal(
    &["a"], |world: &mut World| own(world).refused = ["b".into()].into(), &[RuleId::ErrorNotStored]
)]
fn a_read_that_shows_what_was_accepted_counts_for(
    #[case] sids: &[&str],
    #[case] change: Change,
    #[case] beyond: &[RuleId],
) {
    let mut world = holding(sids);
    change(&mut world);
    let judgement = read(&world, &shows(sids));
    assert_eq!(judgement.findings, []);
    let always = [RuleId::PolicyDocument, RuleId::PolicyExact];
    assert_eq!(counted_beyond_form(&judgement), [&always, beyond].concat());
}

#[test]
fn that_a_refusal_is_not_stored_counts_only_beside_a_success() {
    let mut world = holding(&["a"]);
    own(&mut world).refused = ["b".into()].into();
    let judgement = read(&world, &shows(&["a"]));
    for case in &judgement.cases {
        assert_eq!(case.repair.is_some(), case.rule == RuleId::ErrorNotStored, "{}", case.rule);
    }
}

#[rstest]
#[case::more(|world: &mut World| own(world).statements.push(statement("b")), false)]
#[case::removed(|world: &mut World| own(world).removed = ["b".into()].into(), false)]
#[case::refused(|world: &mut World| own(world).refused = ["b".into()].into(), false)]
#[case::elsewhere(|world: &mut World| give(world, "g", None, &["b"]), true)]
fn equal_reads_are_distinct_only_in_different_states(#[case] change: Change, #[case] same: bool) {
    let distinct = |world: &World| read(world, &answered_by(world)).cases.last().unwrap().distinct;
    let mut world = holding(&["a"]);
    let before = distinct(&world);
    change(&mut world);
    assert_eq!(before == distinct(&world), same);
}

/// What shows the policy of `f` as it is.
fn answered_by(world: &World) -> Observation {
    shows_statements(&world.policy("f", None).last().statements)
}

#[rstest]
#[case::lost(|_: &mut World| (), &["a"], "lost", RuleId::PolicyExact)]
#[case::lost_after_a_removal(
    |world: &mut World| own(world).removed = ["c".into()].into(),
    &["a"], "lost", RuleId::RemoveOneOnly
)]
#[case::twice(|_: &mut World| (), &["a", "b", "b"], "twice", RuleId::PolicyExact)]
#[case::in_another_order(|_: &mut World| (), &["b", "a"], "order", RuleId::PolicyOrder)]
fn another_list_of_statements_breaks_a_rule(
    #[case] change: Change,
    #[case] sids: &[&str],
    #[case] key: &str,
    #[case] rule: RuleId,
) {
    let mut world = holding(&["a", "b"]);
    change(&mut world);
    let judgement = read(&world, &shows(sids));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [rule]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Policy, Direction::Shape));
    assert_eq!(finding.expected, [r#"the statements ["a","b"]"#]);
    assert_eq!((finding.key.as_str(), finding.actual.as_str()), (key, "200"));
    assert!(!finding.advisory);
    assert_eq!(counted_beyond_form(&judgement), [RuleId::PolicyDocument]);
}

#[rstest]
#[case::lost(&["a"], "policy.Statement", statement("b"), Value::Null)]
#[case::twice(&["a", "b", "b"], "policy.Statement", json!(1), json!(2))]
#[case::thrice(&["b", "a", "b", "b"], "policy.Statement", json!(1), json!(3))]
#[case::order(&["b", "a"], "policy.Statement order", json!(["a", "b"]), json!(["b", "a"]))]
fn a_finding_says_how_the_statements_differ(
    #[case] sids: &[&str],
    #[case] path: &str,
    #[case] expected: Value,
    #[case] actual: Value,
) {
    let judgement = read(&holding(&["a", "b"]), &shows(sids));
    let difference = &only(&judgement).differences[0];
    assert_eq!(difference.path, path);
    assert_eq!((&difference.expected, &difference.actual), (&expected, &actual));
}

#[test]
fn a_statement_that_changed_is_shown_as_it_was_and_as_it_is() {
    let mut other = statement("b");
    other["Effect"] = json!("Deny");
    let judgement =
        read(&holding(&["a", "b"]), &shows_statements(&[statement("a"), other.clone()]));
    let finding = only(&judgement);
    assert_eq!((finding.rule(), finding.key.as_str()), (RuleId::PolicyExact, "changed"));
    assert_eq!(finding.differences[0].expected, statement("b"));
    assert_eq!(finding.differences[0].actual, other);
}

#[test]
fn the_order_of_a_statements_members_is_no_change() {
    let reversed: Value = statement("a").as_object().unwrap().clone().into_iter().rev().collect();
    let judgement = read(&holding(&["a"]), &shows_statements(&[reversed]));
    assert_eq!(judgement.findings, []);
}

#[test]
fn every_statement_that_is_wrong_is_found() {
    let judgement = read(&holding(&["a", "b", "c"]), &shows(&["c", "c"]));
    let keys: Vec<_> = judgement.findings.iter().map(|finding| finding.key.as_str()).collect();
    assert_eq!(keys, ["lost", "lost", "twice"]);
}

#[rstest]
#[case::another_version(
    document(&json!({"Version": "2008-10-17", "Id": "default", "Statement": [statement("a")]}),
        &json!({"RevisionId": "r1"})),
    "Policy.Version", json!("2012-10-17"), json!("2008-10-17")
)]
#[case::no_id(
    document(&json!({"Version": "2012-10-17", "Statement": [statement("a")]}),
        &json!({"RevisionId": "r1"})),
    "Policy.Id", json!("default"), Value::Null
)]
#[case::a_statement_that_is_no_list(
    document(&with_statements(&statement("a")), &json!({"RevisionId": "r1"})),
    "Policy.Statement", json!("a list"), statement("a")
)]
#[case::no_statement(
    document(&json!({"Version": "2012-10-17", "Id": "default"}), &json!({"RevisionId": "r1"})),
    "Policy.Statement", json!("a list"), Value::Null
)]
#[case::a_policy_that_is_no_object(
    document(&json!([statement("a")]), &json!({"RevisionId": "r1"})),
    "Policy", json!("a string that holds a JSON object"),
    json!(json!([statement("a")]).to_string())
)]
#[case::a_policy_that_is_no_string(
    answer(200, &[], &json!({"Policy": {"Statement": []}, "RevisionId": "r1"}).to_string()),
    "Policy", json!("a string that holds a JSON object"), json!({"Statement": []})
)]
#[case::no_revision(
    document(&with_statements(&json!([statement("a")])), &json!({})),
    "RevisionId", json!("a string"), Value::Null
)]
#[case::an_empty_revision(
    document(&with_statements(&json!([statement("a")])), &json!({"RevisionId": ""})),
    "RevisionId", json!("a string"), json!("")
)]
#[case::a_revision_that_is_a_number(
    document(&with_statements(&json!([statement("a")])), &json!({"RevisionId": 1})),
    "RevisionId", json!("a string"), json!(1)
)]
#[case::another_status(
    answer(203, &[], &json!({
        "Policy": with_statements(&json!([statement("a")])).to_string(), "RevisionId": "r1"
    }).to_string()),
    "status", json!(200), json!(203)
)]
fn a_policy_in_another_form_breaks_the_documents_rule(
    #[case] observation: Observation,
    #[case] path: &str,
    #[case] expected: Value,
    #[case] actual: Value,
) {
    let judgement = read(&holding(&["a"]), &observation);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::PolicyDocument]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Policy, Direction::Shape));
    assert!(finding.key.starts_with(path), "{}", finding.key);
    assert_eq!(finding.differences[0].path, path);
    assert_eq!(finding.differences[0].expected, expected);
    assert_eq!(finding.differences[0].actual, actual);
    assert!(finding.expected[0].contains("Version 2012-10-17, Id default and Statement"));
    assert!(!counted_beyond_form(&judgement).contains(&RuleId::PolicyDocument));
}

#[test]
fn every_part_of_another_form_is_found_and_hides_no_statements() {
    let policy = json!({"Version": 1, "Statement": [statement("a")]});
    let judgement = read(&holding(&["a"]), &document(&policy, &json!({})));
    let keys: Vec<_> = judgement.findings.iter().map(|finding| finding.key.as_str()).collect();
    assert_eq!(keys, ["Policy.Version", "Policy.Id", "RevisionId is a string"]);
    assert_eq!(counted_beyond_form(&judgement), [RuleId::PolicyExact]);
}

#[test]
fn of_a_policy_that_is_not_known_only_the_form_is_judged() {
    let mut world = holding(&["a"]);
    world.policy_mut("f", None).unwrap().forget();
    let judgement = read(&world, &shows(&["b", "b"]));
    assert_eq!(judgement.findings, []);
    assert_eq!(counted_beyond_form(&judgement), [RuleId::PolicyDocument]);
    let judgement = read(&world, &document(&json!({}), &json!({})));
    assert_eq!(judgement.findings.len(), 4);
}

#[test]
fn what_is_recorded_is_advisory_where_only_documents_score() {
    let judging = Judging { evidence: EvidenceFloor::Documented, ..Judging::default() };
    let judgement = judged_by(&holding(&["a", "b"]), &get("f", None), &shows(&["a"]), judging);
    assert_eq!(only(&judgement).evidence, Evidence::Recorded);
    assert!(only(&judgement).advisory);
}

const MOVES: RuleId = RuleId::RevisionIdChangesOnWrite;
const STAYS: RuleId = RuleId::RevisionIdStableOtherwise;
const UNTOUCHED: RuleId = RuleId::ErrorRevisionUntouched;
const NEW: &str = "a new revision after a write";
const SAME: &str = "the same revision, since nothing was written";

/// A world where the revision `seen` was read before writes and refusals, and now reads `r1`.
fn reread(seen: &str, writes: u32, refusals: u32) -> Judgement {
    let mut world = holding(&["a"]);
    let others = 1;
    own(&mut world).seen = Some(Seen { revision: seen.into(), writes, refusals, others });
    read(&world, &shows(&["a"]))
}

#[rstest]
#[case::moved_by_a_write("r0", 1, 0, MOVES)]
#[case::moved_by_writes_beside_a_refusal("r0", 2, 1, MOVES)]
#[case::untouched_by_a_refusal("r1", 0, 1, UNTOUCHED)]
#[case::untouched_by_refusals("r1", 0, 2, UNTOUCHED)]
#[case::unmoved_by_what_is_no_write("r1", 0, 0, STAYS)]
fn a_revision_as_it_should_be_counts_for_its_rule(
    #[case] seen: &str,
    #[case] writes: u32,
    #[case] refusals: u32,
    #[case] rule: RuleId,
) {
    let judgement = reread(seen, writes, refusals);
    assert_eq!(judgement.findings, []);
    let always = [RuleId::PolicyDocument, RuleId::PolicyExact];
    assert_eq!(counted_beyond_form(&judgement), [&always[..], &[rule]].concat());
}

#[rstest]
#[case::unmoved_by_a_write("r1", 1, 0, MOVES, NEW, false)]
#[case::unmoved_by_writes_beside_a_refusal("r1", 2, 1, MOVES, NEW, false)]
#[case::moved_by_a_refusal("r0", 0, 1, UNTOUCHED, SAME, true)]
#[case::moved_by_refusals("r0", 0, 2, UNTOUCHED, SAME, true)]
#[case::moved_by_what_is_no_write("r0", 0, 0, STAYS, SAME, false)]
fn a_revision_as_it_should_not_be_breaks_its_rule(
    #[case] seen: &str,
    #[case] writes: u32,
    #[case] refusals: u32,
    #[case] rule: RuleId,
    #[case] expected: &str,
    #[case] advisory: bool,
) {
    let judgement = reread(seen, writes, refusals);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [rule]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Policy, Direction::Shape));
    assert_eq!(
        (finding.expected.as_slice(), finding.key.as_str()),
        (&[expected.into()][..], expected)
    );
    assert_eq!(finding.advisory, advisory);
    assert_eq!(finding.differences[0].path, "RevisionId");
    assert_eq!(finding.differences[0].expected, json!(seen));
    assert_eq!(finding.differences[0].actual, json!("r1"));
    assert!(!counted_beyond_form(&judgement).contains(&rule));
}

/// What a read shows of a policy that is known to hold two statements of one id.
fn read_of_a_duplicate(shown: &[&Value]) -> Vec<(RuleId, String, Value, Value)> {
    let (one, mut other) = (statement("a"), statement("a"));
    other["Action"] = json!("lambda:GetFunction");
    let mut world = holding(&["a"]);
    own(&mut world).statements = vec![one, other];
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": shown});
    let judgement = read(&world, &document(&policy, &json!({"RevisionId": "r"})));
    let parts = judgement.findings.iter();
    parts
        .map(|finding| {
            let [difference] = finding.differences.as_slice() else { panic!("{finding:?}") };
            let (expected, actual) = (difference.expected.clone(), difference.actual.clone());
            (finding.rule(), finding.key.clone(), expected, actual)
        })
        .collect()
}

#[test]
fn a_duplicate_that_was_accepted_is_shown_twice_and_rightly_so() {
    let (one, mut other) = (statement("a"), statement("a"));
    other["Action"] = json!("lambda:GetFunction");
    let at = |key: &str, expected: Value, actual: Value| {
        (RuleId::PolicyExact, key.to_owned(), expected, actual)
    };
    assert_eq!(read_of_a_duplicate(&[&one, &other]), []);
    assert_eq!(read_of_a_duplicate(&[&other, &one]), []);
    assert_eq!(read_of_a_duplicate(&[&one]), [at("lost", other.clone(), Value::Null)]);
    assert_eq!(read_of_a_duplicate(&[&one, &one]), [at("changed", other.clone(), one.clone())]);
    assert_eq!(read_of_a_duplicate(&[&one, &other, &one]), [at("twice", json!(2), json!(3))]);
}
