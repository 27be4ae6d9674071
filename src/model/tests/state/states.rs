//! What is known of policies, and how it becomes doubtful.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::json;

use super::known::{F, holding, policy, sids, statement, world};
use crate::model::world::{Seen, statement_id};
use crate::model::{Function, Policy, PolicyState, World};

/// A policy with a statement, just read at the revision `now`.
fn read() -> Policy {
    Policy {
        revision: Some("now".into()),
        seen: Some(Seen { revision: "now".into(), ..Seen::default() }),
        ..policy(&["a"])
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_statement_is_found_by_its_exact_id() {
    let policy = policy(&["a", "b"]);
    assert_eq!(policy.statement("b"), Some(&statement("b")));
    assert_eq!(policy.statement("B"), None);
}

#[test]
fn only_a_string_is_the_id_of_a_statement() {
    assert_eq!(statement_id(&statement("a")), Some("a"));
    for without in [json!({"Sid": 1}), json!({}), json!(["Sid"]), json!("Sid")] {
        assert_eq!(statement_id(&without), None, "{without}");
    }
}

#[test]
fn a_policy_exists_as_long_as_it_holds_a_statement() {
    assert!(policy(&["a"]).exists());
    assert!(!Policy { revision: Some("now".into()), ..Policy::default() }.exists());
}

#[test]
fn each_write_makes_the_current_revision_a_past_one_and_counts_against_the_one_read() {
    let mut policy = read();
    policy.written();
    policy.written();
    assert_eq!(policy.revision, None);
    assert_eq!(policy.past, set(&["now"]));
    let seen = Seen { revision: "now".into(), writes: 2, ..Seen::default() };
    assert_eq!(policy.seen, Some(seen));
}

#[test]
fn a_revision_in_doubt_proves_nothing_any_more() {
    let mut policy = read();
    policy.revision_in_doubt();
    assert_eq!((&policy.revision, &policy.seen), (&None, &None));
    assert_eq!(policy.past, set(&["now"]));
    assert!(policy.exists());
}

#[test]
fn each_refusal_counts_and_names_the_statement_that_must_not_show() {
    let mut policy = read();
    policy.refused(Some("b"));
    policy.refused(None);
    assert_eq!(policy.refused, set(&["b"]));
    let seen = Seen { revision: "now".into(), refusals: 2, ..Seen::default() };
    assert_eq!(policy.seen, Some(seen));
    assert_eq!(policy.revision.as_deref(), Some("now"), "a refusal is no write");
}

#[test]
fn a_refused_statement_whose_id_was_taken_is_there_by_right() {
    let mut policy = read();
    policy.refused(Some("a"));
    assert_eq!(policy.refused, set(&[]));
    assert_eq!(policy.seen.map(|seen| seen.refusals), Some(1));
}

#[test]
fn what_is_last_known_of_a_policy_outlives_the_knowledge() {
    let mut state = PolicyState::Known(read());
    assert_eq!(state.known(), Some(&read()));
    state.forget();
    assert_eq!(state.known(), None);
    assert_eq!(sids(&state), ["a"]);
    let last = state.last();
    assert_eq!((&last.revision, &last.seen), (&None, &None));
    assert_eq!(last.past, set(&["now"]));
}

#[test]
fn a_policy_that_is_not_known_can_be_changed_and_stays_so() {
    let mut state = PolicyState::Unknown(read());
    state.last_mut().statements.push(statement("b"));
    assert_eq!(sids(&state), ["a", "b"]);
    assert_eq!(state.known(), None);
    let mut state = PolicyState::Known(read());
    state.last_mut().statements.clear();
    assert_eq!(state.known().map(Policy::exists), Some(false));
}

#[rstest]
#[case::the_function("us-east-1", "aws", None, F)]
#[case::a_version(
    "us-east-1",
    "aws",
    Some("1"),
    "arn:aws:lambda:us-east-1:123456789012:function:f:1"
)]
#[case::in_china(
    "cn-north-1",
    "aws-cn",
    Some("live"),
    "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:live"
)]
fn an_arn_names_partition_region_account_function_and_qualifier(
    #[case] region: &str,
    #[case] partition: &str,
    #[case] qualifier: Option<&str>,
    #[case] arn: &str,
) {
    let world = World { region: region.into(), partition: partition.into(), ..world() };
    assert_eq!(world.arn("f", qualifier), arn);
}

#[test]
fn a_target_that_is_not_listed_has_no_policy_and_is_known() {
    let world = holding(Some("1"), PolicyState::Unknown(read()));
    assert_eq!(*world.policy("f", Some("1")), PolicyState::Unknown(read()));
    for (function, qualifier) in [("f", None), ("f", Some("live")), ("g", None), ("nope", None)] {
        let state = world.policy(function, qualifier);
        assert_eq!(state.known(), Some(&Policy::default()), "{function} {qualifier:?}");
    }
}

#[test]
fn a_policy_can_be_changed_where_the_function_is_known() {
    let mut world = world();
    world.policy_mut("f", Some("1")).unwrap().last_mut().statements.push(statement("a"));
    assert!(world.policy("f", Some("1")).last().exists());
    assert!(!world.policy("f", None).last().exists());
    assert_eq!(world.policy_mut("nope", None), None);
}

#[test]
fn a_write_to_one_policy_must_not_move_the_revision_of_any_other() {
    let mut world = world();
    for (function, qualifier) in [("f", None), ("f", Some("1")), ("g", None)] {
        *world.policy_mut(function, qualifier).unwrap() = PolicyState::Known(read());
    }
    world.happened(Some(("f", Some("1"))));
    world.happened(Some(("f", Some("1"))));
    let others = |function, qualifier| {
        world.policy(function, qualifier).last().seen.as_ref().map(|seen| seen.others)
    };
    assert_eq!(others("f", Some("1")), Some(0));
    assert_eq!(others("f", None), Some(2));
    assert_eq!(others("g", None), Some(2));
}

#[test]
fn a_version_that_was_published_must_not_move_any_revision() {
    let mut world = holding(None, PolicyState::Known(read()));
    world.happened(None);
    let seen = Seen { revision: "now".into(), others: 1, ..Seen::default() };
    assert_eq!(world.policy("f", None).last().seen, Some(seen));
}

#[test]
fn a_function_is_forgotten_with_all_that_can_be_granted_on() {
    let mut world = holding(Some("gone"), PolicyState::Known(read()));
    world.functions.get_mut("f").unwrap().forget();
    for qualifier in [None, Some("1"), Some("2"), Some("live"), Some("gone")] {
        assert_eq!(world.policy("f", qualifier).known(), None, "{qualifier:?}");
    }
    assert_eq!(sids(&world.policy("f", Some("gone"))), ["a"]);
    assert!(world.policy("g", None).known().is_some());
    world.forget_all();
    assert_eq!(world.policy("g", None).known(), None);
}

#[test]
fn a_function_has_its_versions_and_its_aliases() {
    let f = &world().functions["f"];
    assert!(f.has("1") && f.has("2") && f.has("live"));
    assert!(!f.has("3") && !f.has("LIVE") && !f.has("$LATEST"));
    assert!(!Function::default().has("1"));
}

#[rstest]
#[case::nothing_was_granted(None, true, true)]
#[case::everything_was_removed(Some(PolicyState::Known(policy(&[]))), true, true)]
#[case::something_is_granted(Some(PolicyState::Known(policy(&["a"]))), true, false)]
#[case::something_may_be_granted(Some(PolicyState::Unknown(policy(&[]))), false, false)]
#[case::something_was_granted(Some(PolicyState::Unknown(policy(&["a"]))), false, false)]
fn a_world_is_known_and_clean_by_all_its_policies(
    #[case] state: Option<PolicyState>,
    #[case] known: bool,
    #[case] clean: bool,
) {
    let mut world = holding(None, PolicyState::default());
    if let Some(state) = state {
        *world.policy_mut("f", Some("live")).unwrap() = state;
    }
    assert_eq!((world.is_known(), world.is_clean()), (known, clean));
}

#[test]
fn of_earlier_scenarios_only_what_may_still_be_granted_is_remembered() {
    let removed = Policy { removed: set(&["a"]), ..Policy::default() };
    let mut world = holding(None, PolicyState::Known(removed.clone()));
    *world.policy_mut("f", Some("1")).unwrap() = PolicyState::Known(read());
    *world.policy_mut("f", Some("live")).unwrap() = PolicyState::Unknown(removed.clone());
    world.sent = set(&["a"]);
    world.forget_history();
    assert_eq!(world.sent, set(&[]));
    assert_eq!(*world.policy("f", None), PolicyState::default());
    assert_eq!(*world.policy("f", Some("1")), PolicyState::Known(read()));
    assert_eq!(*world.policy("f", Some("live")), PolicyState::Unknown(removed));
}
