//! Reads where nothing is granted, and of policies that are gone.

use rstest::rstest;

use super::policies::{Change, counted_beyond_form, give, holding, not_found, own, read, shows};
use super::*;
use crate::contract::{Aspect, Evidence};

fn absent() -> Observation {
    not_found("The resource you requested does not exist.")
}

pub(super) fn function(world: &mut World) -> &mut Function {
    world.functions.get_mut("f").unwrap()
}

#[rstest]
#[case::nothing_more(|_: &mut World| (), None, &[])]
#[case::an_alias_with_nothing_more(|_: &mut World| (), Some("live"), &[])]
#[case::other_targets_without_statements(
    |world: &mut World| give(world, "f", Some("live"), &[]), None, &[]
)]
#[case::after_a_refusal(
    |world: &mut World| own(world).refused = ["a".into()].into(), None, &[RuleId::ErrorNotStored]
)]
#[case::beside_another_target(
    |world: &mut World| give(world, "f", Some("live"), &["a"]), None, &[RuleId::PolicyPerTarget]
)]
#[case::an_alias_beside_the_function(
    |world: &mut World| give(world, "f", None, &["a"]), Some("live"), &[RuleId::PolicyPerTarget]
)]
#[case::a_version_that_was_published_beside_a_policy(
    |world: &mut World| {
        give(world, "f", None, &["a"]);
        function(world).late_versions = ["1".into()].into();
    },
    Some("1"),
    &[RuleId::PolicyPerTarget, RuleId::PolicyPublishCopiesNothing]
)]
#[case::a_version_that_was_published_beside_none(
    |world: &mut World| function(world).late_versions = ["1".into()].into(), Some("1"), &[]
)]
#[case::an_alias_beside_a_version_that_was_published(
    |world: &mut World| {
        give(world, "f", None, &["a"]);
        function(world).late_versions = ["1".into()].into();
    },
    Some("live"),
    &[RuleId::PolicyPerTarget]
)]
#[case::a_function_made_anew(
    |world: &mut World| function(world).recreated = true, None, &[RuleId::FunctionRecreatedEmpty]
)]
#[case::an_alias_made_anew(
    |world: &mut World| function(world).recreated_aliases = ["live".into()].into(),
    Some("live"),
    &[RuleId::AliasRecreatedEmpty]
)]
#[case::the_function_of_an_alias_made_anew(
    |world: &mut World| function(world).recreated_aliases = ["live".into()].into(), None, &[]
)]
#[case::beside_another_function(
    |world: &mut World| give(world, "g", None, &["a"]), None, &[RuleId::FunctionIsolated]
)]
#[case::beside_an_alias_of_another_function(
    |world: &mut World| give(world, "g", Some("live"), &["a"]), None, &[RuleId::FunctionIsolated]
)]
#[case::beside_another_function_without_statements(
    |world: &mut World| give(world, "g", None, &[]), None, &[]
)]
fn that_nothing_is_there_counts_for(
    #[case] change: Change,
    #[case] qualifier: Option<&str>,
    #[case] rules: &[RuleId],
) {
    let mut world = world();
    change(&mut world);
    let judgement = judged(&world, &get("f", qualifier), &absent());
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Refuse), [RuleId::PolicyAbsent]);
    assert_eq!(counted_beyond_form(&judgement), rules);
    for case in &judgement.cases {
        assert_eq!(case.repair.is_some(), case.rule == RuleId::ErrorNotStored, "{}", case.rule);
    }
}

#[test]
fn that_a_function_is_not_there_shows_nothing_of_others() {
    let mut world = world();
    give(&mut world, "g", None, &["a"]);
    let request = get("h", None);
    let judgement = judged(&world, &request, &absent());
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Refuse), [RuleId::PolicyAbsent]);
    assert_eq!(counted_beyond_form(&judgement), []);
}

#[test]
fn another_error_shows_nothing_of_what_is_absent() {
    let mut world = world();
    give(&mut world, "g", None, &["a"]);
    let judgement = read(&world, &refused(400, "ValidationException", ""));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyAbsent);
    assert_eq!(counted_beyond_form(&judgement), []);
}

#[test]
fn that_nothing_is_there_shows_nothing_where_that_was_not_known() {
    let mut world = holding(&["a"]);
    world.policy_mut("f", None).unwrap().forget();
    give(&mut world, "g", None, &["a"]);
    let judgement = read(&world, &absent());
    assert_eq!(judgement.findings, []);
    assert_eq!(counted(&judgement, Direction::Refuse), []);
    assert_eq!(counted_beyond_form(&judgement), []);
}

#[rstest]
#[case::without_statements(shows(&[]))]
#[case::that_cannot_be_read(answer(200, &[], "{}"))]
fn a_policy_where_there_should_be_none_breaks_a_rule(#[case] observation: Observation) {
    let judgement = read(&world(), &observation);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::PolicyAbsent]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Status, Direction::Refuse));
    assert_eq!(finding.expected, ["404 (recorded)  ResourceNotFoundException (recorded)"]);
    assert_eq!((finding.key.as_str(), finding.actual.as_str()), ("empty policy", "200"));
    assert_eq!(finding.differences[0].path, "status");
    assert_eq!(finding.differences[0].expected, json!(404));
    assert_eq!(finding.differences[0].actual, json!(200));
    assert_eq!(counted_beyond_form(&judgement), []);
}

#[rstest]
#[case::for_nothing(|_: &mut World| (), RuleId::PolicyExact, "ap-02, ver-12, mu-03, rm-06")]
#[case::with_what_was_removed(
    |world: &mut World| own(world).removed = ["b".into()].into(), RuleId::RemoveOneOnly, "rm-06"
)]
fn a_policy_that_is_gone_breaks_the_rule_of_what_is_missing(
    #[case] change: Change,
    #[case] rule: RuleId,
    #[case] source: &str,
) {
    let mut world = holding(&["a"]);
    change(&mut world);
    let judgement = read(&world, &absent());
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [rule]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Policy, Direction::Shape));
    assert_eq!(finding.expected, ["200 with the statements that were accepted"]);
    assert_eq!(finding.actual, "404 ResourceNotFoundException");
    assert_eq!(finding.key, "the policy is gone");
    assert_eq!((finding.evidence, finding.source.as_str()), (Evidence::Recorded, source));
    assert!(!finding.advisory);
    assert_eq!(counted(&judgement, Direction::Refuse), []);
}

#[test]
fn a_read_that_is_refused_otherwise_shows_no_policy_gone() {
    let judgement = read(&holding(&["a"]), &refused(400, "ValidationException", ""));
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::PolicyDocument]);
    assert_eq!((finding.aspect, finding.direction), (Aspect::Policy, Direction::Shape));
    assert_eq!(finding.key, "400 ValidationException");
    assert_eq!(finding.differences[0].expected, 200);
}

#[test]
fn a_server_fault_stays_one_beside_the_policy_that_is_not_shown() {
    let judgement = read(&holding(&["a"]), &refused(500, "ServiceException", ""));
    let found = judgement.findings.iter().map(|finding| (finding.rule(), finding.aspect));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [(RuleId::ErrorNoServerFault, Aspect::Status), (RuleId::PolicyDocument, Aspect::Policy)]
    );
}
