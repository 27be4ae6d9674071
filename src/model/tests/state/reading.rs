//! How a read settles what is known of a policy.

use rstest::rstest;
use serde_json::{Value, json};

use super::known::{
    add, answer, answer_json, created, follow, get, granted, holding, just_read, plain, policy,
    seen, sids, statement, world,
};
use crate::model::PolicyState;
use crate::observation::{Observation, TransportFault};

/// A success of GetPolicy with these statements.
fn shown(sids: &[&str], revision: Option<&str>) -> Observation {
    let statements: Vec<Value> = sids.iter().copied().map(statement).collect();
    let document = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
    answer_json(200, &json!({"Policy": document.to_string(), "RevisionId": revision}))
}

#[rstest]
#[case::that_held_the_same(just_read(&["a"]))]
#[case::that_held_something_else(just_read(&["x"]))]
#[case::that_held_nothing(PolicyState::default())]
#[case::that_was_not_known(PolicyState::Unknown(policy(&["x"])))]
fn a_read_settles_what_is_known_of_a_policy(#[case] before: PolicyState) {
    let mut world = holding(None, before);
    world.policy_mut("f", None).unwrap().last_mut().refused.insert("y".into());
    world.policy_mut("f", None).unwrap().last_mut().removed.insert("z".into());
    follow(&mut world, &get("f", None), &shown(&["b", "a"], Some("then")));
    let state = world.policy("f", None);
    let policy = state.known().unwrap();
    assert_eq!(sids(&state), ["b", "a"]);
    assert_eq!(policy.revision.as_deref(), Some("then"));
    assert_eq!(policy.seen, Some(seen("then")));
    assert!(policy.refused.is_empty(), "what was refused did not show");
    assert!(policy.removed.contains("z"), "it may still come back");
    assert!(world.issued.contains("then"));
}

#[test]
fn a_revision_that_is_read_again_is_not_past_and_one_that_moved_is() {
    let mut world = granted();
    follow(&mut world, &get("f", None), &shown(&["a"], Some("now")));
    assert!(world.policy("f", None).last().past.is_empty());
    follow(&mut world, &get("f", None), &shown(&["a"], Some("then")));
    assert_eq!(world.policy("f", None).last().past, ["now".to_owned()].into());
}

#[test]
fn a_read_starts_the_count_of_what_happened_anew() {
    let mut world = granted();
    follow(&mut world, &add(&plain("d")), &created(&statement("d")));
    follow(&mut world, &add(&plain("d")), &answer(409, "{}"));
    follow(&mut world, &get("f", None), &shown(&["a", "d"], Some("now")));
    assert_eq!(world.policy("f", None).last().seen, Some(seen("now")));
}

#[test]
fn a_read_without_a_revision_leaves_none_to_compare_with() {
    let mut world = granted();
    follow(&mut world, &get("f", None), &shown(&["a"], None));
    let state = world.policy("f", None);
    let policy = state.known().unwrap();
    assert_eq!((&policy.revision, &policy.seen), (&None, &None));
    assert!(policy.past.contains("now"));
}

#[rstest]
#[case::that_held_something(just_read(&["a"]))]
#[case::that_was_not_known(PolicyState::Unknown(policy(&["a"])))]
fn not_found_says_that_nothing_is_granted_by_a_policy(#[case] before: PolicyState) {
    let mut world = holding(None, before);
    world.policy_mut("f", None).unwrap().last_mut().refused.insert("y".into());
    follow(&mut world, &get("f", None), &answer(404, "{}"));
    let state = world.policy("f", None);
    let policy = state.known().unwrap();
    assert!(!policy.exists());
    assert!(policy.refused.is_empty());
    assert_eq!((&policy.revision, &policy.seen), (&None, &None));
}

#[rstest]
#[case::throttling(answer(429, "{}"))]
#[case::forbidding(answer(403, "{}"))]
#[case::failing(answer(500, "{}"))]
#[case::a_policy_that_cannot_be_read(answer(200, r#"{"Policy":"{"}"#))]
#[case::a_policy_without_a_list(answer(200, r#"{"Policy":"{\"Statement\":{}}"}"#))]
#[case::no_policy(answer(200, "{}"))]
#[case::nothing(Observation::Fault(TransportFault::Timeout))]
fn a_read_settles_nothing_by(#[case] observation: Observation) {
    for state in [just_read(&["a"]), PolicyState::Unknown(policy(&["a"]))] {
        let mut world = holding(None, state);
        let before = world.clone();
        follow(&mut world, &get("f", None), &observation);
        assert_eq!(world, before);
    }
}

#[test]
fn a_revision_counts_as_issued_even_beside_a_policy_that_cannot_be_read() {
    let mut world = world();
    follow(&mut world, &get("f", None), &answer(200, r#"{"RevisionId":"then"}"#));
    assert!(world.issued.contains("then"));
}
