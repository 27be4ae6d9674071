//! Statements that should not be where they are.

use rstest::rstest;

use super::absences::function;
use super::policies::{
    Change, counted_beyond_form, give, holding, own, read, shows, shows_statements, statement_for,
};
use super::*;
use crate::contract::{Aspect, Evidence};

#[rstest]
#[case::of_unknown_origin(|_: &mut World| (), None, RuleId::PolicyExact)]
#[case::refused(
    |world: &mut World| own(world).refused = ["x".into()].into(), None, RuleId::ErrorNotStored
)]
#[case::refused_and_removed_before(
    |world: &mut World| {
        own(world).refused = ["x".into()].into();
        own(world).removed = ["x".into()].into();
    },
    None,
    RuleId::ErrorNotStored
)]
#[case::removed(
    |world: &mut World| own(world).removed = ["x".into()].into(),
    None, RuleId::RemoveOneOnly
)]
#[case::removed_here_and_granted_elsewhere(
    |world: &mut World| {
        own(world).removed = ["x".into()].into();
        give(world, "f", Some("live"), &["x"]);
    },
    None,
    RuleId::RemoveOneOnly
)]
#[case::of_another_target(
    |world: &mut World| give(world, "f", Some("live"), &["b", "x"]), None, RuleId::PolicyPerTarget
)]
#[case::beside_others_of_another_target(
    |world: &mut World| give(world, "f", Some("live"), &["b"]), None, RuleId::PolicyExact
)]
#[case::of_another_target_and_another_function(
    |world: &mut World| {
        give(world, "f", Some("live"), &["x"]);
        give(world, "g", None, &["x"]);
    },
    None,
    RuleId::PolicyPerTarget
)]
#[case::of_a_function_whose_version_was_published(
    |world: &mut World| {
        give(world, "f", None, &["x"]);
        function(world).late_versions = ["1".into()].into();
    },
    Some("1"),
    RuleId::PolicyPublishCopiesNothing
)]
#[case::of_unknown_origin_on_a_published_version(
    |world: &mut World| function(world).late_versions = ["1".into()].into(),
    Some("1"), RuleId::PolicyExact
)]
#[case::of_a_function_whose_version_was_there_before(
    |world: &mut World| give(world, "f", None, &["x"]), Some("1"), RuleId::PolicyPerTarget
)]
#[case::of_another_function(
    |world: &mut World| give(world, "g", None, &["b", "x"]), None, RuleId::FunctionIsolated
)]
#[case::of_an_alias_of_another_function(
    |world: &mut World| give(world, "g", Some("live"), &["x"]), None, RuleId::FunctionIsolated
)]
#[case::beside_others_of_another_function(
    |world: &mut World| give(world, "g", None, &["b"]), None, RuleId::PolicyExact
)]
#[case::of_another_function_on_one_made_anew(
    |world: &mut World| {
        give(world, "g", None, &["x"]);
        function(world).recreated = true;
    },
    None,
    RuleId::FunctionIsolated
)]
#[case::on_a_function_made_anew(
    |world: &mut World| function(world).recreated = true, None, RuleId::FunctionRecreatedEmpty
)]
#[case::on_an_alias_made_anew(
    |world: &mut World| function(world).recreated_aliases = ["live".into()].into(),
    Some("live"),
    RuleId::AliasRecreatedEmpty
)]
#[case::on_an_alias_made_anew_of_a_function_made_anew(
    |world: &mut World| {
        function(world).recreated = true;
        function(world).recreated_aliases = ["live".into()].into();
    },
    Some("live"),
    RuleId::AliasRecreatedEmpty
)]
#[case::beside_an_alias_made_anew(
    |world: &mut World| function(world).recreated_aliases = ["live".into()].into(),
    None, RuleId::PolicyExact
)]
fn a_statement_that_should_not_be_there_breaks_the_rule_of_where_it_comes_from(
    #[case] change: Change,
    #[case] qualifier: Option<&str>,
    #[case] rule: RuleId,
) {
    let mut empty = world();
    change(&mut empty);
    let [a, x] = ["a", "x"].map(|sid| statement_for("f", qualifier, sid));
    let mut with_another = empty.clone();
    let state = with_another.policy_mut("f", qualifier).unwrap();
    state.last_mut().statements.push(a.clone());
    for (world, shown) in [(empty, vec![x.clone()]), (with_another, vec![a, x.clone()])] {
        let judgement = judged(&world, &get("f", qualifier), &shows_statements(&shown));
        let finding = only(&judgement);
        assert_eq!(finding.suspects, [rule]);
        assert_eq!((finding.aspect, finding.direction), (Aspect::Policy, Direction::Shape));
        assert_eq!(finding.expected, ["no statement x in this policy"]);
        assert_eq!((finding.key.as_str(), finding.actual.as_str()), ("stray", "200"));
        assert_eq!(finding.differences[0].path, "policy.Statement");
        assert_eq!(finding.differences[0].expected, Value::Null);
        assert_eq!(finding.differences[0].actual, x);
        assert_eq!(finding.advisory, finding.evidence == Evidence::Assumed);
        assert!(!counted_beyond_form(&judgement).contains(&RuleId::PolicyExact));
    }
}

#[rstest]
#[case::of_the_function_on_an_alias(Some("live"), statement("a"), RuleId::PolicyPerTarget)]
#[case::of_a_version_on_an_alias(
    Some("live"),
    statement_for("f", Some("1"), "a"),
    RuleId::PolicyPerTarget
)]
#[case::of_an_alias_on_the_function(
    None,
    statement_for("f", Some("live"), "a"),
    RuleId::PolicyPerTarget
)]
#[case::of_a_version_on_the_function(
    None,
    statement_for("f", Some("1"), "a"),
    RuleId::PolicyPerTarget
)]
#[case::of_the_function_on_a_version_from_before(
    Some("1"),
    statement("a"),
    RuleId::PolicyPerTarget
)]
#[case::of_the_function_on_a_published_version(
    Some("2"),
    statement("a"),
    RuleId::PolicyPublishCopiesNothing
)]
#[case::of_an_alias_on_a_published_version(
    Some("2"),
    statement_for("f", Some("live"), "a"),
    RuleId::PolicyPublishCopiesNothing
)]
#[case::of_another_function(None, statement_for("g", None, "a"), RuleId::FunctionIsolated)]
#[case::of_an_alias_of_another_function(
    None,
    statement_for("g", Some("blue"), "a"),
    RuleId::FunctionIsolated
)]
#[case::of_another_function_on_a_published_version(
    Some("2"),
    statement_for("g", None, "a"),
    RuleId::FunctionIsolated
)]
fn a_statement_that_grants_another_target_is_in_the_wrong_policy(
    #[case] qualifier: Option<&str>,
    #[case] misplaced: Value,
    #[case] rule: RuleId,
) {
    let mut empty = world();
    function(&mut empty).late_versions.insert("2".into());
    let other = empty.functions.get_mut("g").unwrap();
    other.aliases.insert("blue".into(), "$LATEST".into());
    let mut refused = empty.clone();
    let policy = refused.policy_mut("f", qualifier).unwrap().last_mut();
    policy.refused.insert("a".into());
    policy.removed.insert("a".into());
    let mut with_another = empty.clone();
    give(&mut with_another, "f", qualifier, &["b"]);
    for world in [empty, refused, with_another] {
        let observation = shows_statements(std::slice::from_ref(&misplaced));
        let judgement = judged(&world, &get("f", qualifier), &observation);
        let finding = only(&judgement);
        assert_eq!((finding.suspects.as_slice(), finding.key.as_str()), (&[rule][..], "stray"));
        assert_eq!(finding.differences[0].actual, misplaced);
        assert!(!counted_beyond_form(&judgement).contains(&RuleId::PolicyExact));
    }
}

#[rstest]
#[case::of_a_function_that_is_not_known(json!(world().arn("h", None)))]
#[case::of_a_qualifier_that_is_not_known(json!(world().arn("f", Some("9"))))]
#[case::of_a_target_that_never_had_the_id(json!(world().arn("f", Some("live"))))]
#[case::of_a_function_that_never_had_the_id(json!(world().arn("g", None)))]
#[case::of_a_list(json!([world().arn("f", Some("live"))]))]
#[case::of_nothing(Value::Null)]
fn a_statement_with_the_resource_of_what_never_had_it_is_one_that_changed(#[case] resource: Value) {
    let mut other = statement("a");
    other["Resource"] = resource;
    let judgement = read(&holding(&["a"]), &shows_statements(&[other]));
    let finding = only(&judgement);
    assert_eq!((finding.rule(), finding.key.as_str()), (RuleId::PolicyExact, "changed"));
}

#[rstest]
#[case::has(|world: &mut World| give(world, "f", Some("live"), &["a"]))]
#[case::had(|world: &mut World| {
    let state = world.policy_mut("f", Some("live")).unwrap();
    state.last_mut().removed.insert("a".into());
})]
#[case::may_have(|world: &mut World| world.policy_mut("f", Some("live")).unwrap().forget())]
fn a_statement_of_a_target_that_has_its_id_too_is_in_the_wrong_policy(#[case] change: Change) {
    let mut world = holding(&["a", "b"]);
    change(&mut world);
    let observation = shows_statements(&[statement_for("f", Some("live"), "a")]);
    let judgement = read(&world, &observation);
    let finding = only(&judgement);
    assert_eq!((finding.rule(), finding.key.as_str()), (RuleId::PolicyPerTarget, "stray"));
}

#[test]
fn a_statement_without_an_id_should_not_be_there() {
    let mut nameless = statement("a");
    nameless.as_object_mut().unwrap().remove("Sid");
    let observation = shows_statements(&[statement("a"), nameless.clone()]);
    let judgement = read(&holding(&["a"]), &observation);
    assert_eq!(only(&judgement).rule(), RuleId::PolicyExact);
    assert_eq!(only(&judgement).differences[0].actual, nameless);
}

#[test]
fn every_statement_that_should_not_be_there_is_found() {
    for world in [world(), holding(&["a"])] {
        let mut sids = vec!["x", "y"];
        sids.extend(world.policy("f", None).last().exists().then_some("a"));
        let judgement = read(&world, &shows(&sids));
        assert_eq!(judgement.findings.len(), 2);
    }
}
