//! Which rule is blamed where one fault of a target shows in several ways: the one that is broken,
//! not those that its consequences look like.

use rstest::rstest;

use super::*;
use crate::model::world::{Policy, PolicyState};
use crate::model::{Grant, apply};

/// A statement of that id whose Resource is that part of an ARN.
fn granted_to(sid: &str, resource: &str) -> Value {
    let mut statement = plain_statement();
    statement["Sid"] = json!(sid);
    statement["Resource"] =
        json!(format!("arn:aws:lambda:us-east-1:123456789012:function:{resource}"));
    statement
}

fn policy_of(statements: &[Value]) -> Observation {
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
    let body = json!({"Policy": policy.to_string(), "RevisionId": "r"}).to_string();
    answer(200, &[("content-type", "application/json")], &body)
}

fn read(qualifier: Option<&str>) -> WireRequest {
    let request = WireRequest::new("GET", "/2015-03-31/functions/f/policy".into());
    match qualifier {
        Some(qualifier) => request.with_query("Qualifier", qualifier),
        None => request,
    }
}

fn remove(sid: &str, revision: Option<&str>) -> WireRequest {
    let path = format!("/2015-03-31/functions/f/policy/{sid}");
    let request = WireRequest::new("DELETE", path);
    match revision {
        Some(revision) => request.with_query("RevisionId", revision),
        None => request,
    }
}

/// A world in which `f` holds these statements, and has refused `no` and removed `gone`.
fn holding(statements: &[Value]) -> World {
    let mut world = world();
    let state = world.policy_mut("f", None).unwrap();
    *state = PolicyState::Known(Policy {
        statements: statements.to_vec(),
        revision: Some("r".into()),
        refused: ["no".to_owned()].into(),
        removed: ["gone".to_owned()].into(),
        ..Policy::default()
    });
    world.issued.insert("r".into());
    world
}

#[rstest]
#[case::of_an_alias("s", "f:live", RuleId::PolicyPerTarget)]
#[case::of_a_version("s", "f:1", RuleId::PolicyPerTarget)]
#[case::of_an_alias_whose_id_was_refused_here("no", "f:live", RuleId::PolicyPerTarget)]
#[case::of_an_alias_whose_id_was_removed_here("gone", "f:live", RuleId::PolicyPerTarget)]
#[case::of_another_function("s", "g", RuleId::FunctionIsolated)]
#[case::of_another_function_whose_id_was_refused_here("no", "g", RuleId::FunctionIsolated)]
#[case::of_this_function_and_refused("no", "f", RuleId::ErrorNotStored)]
#[case::of_this_function_and_removed("gone", "f", RuleId::RemoveOneOnly)]
#[case::of_nobody_that_is_known("s", "h", RuleId::PolicyExact)]
fn a_statement_that_is_too_much_is_blamed_on_where_it_comes_from(
    #[case] sid: &str,
    #[case] resource: &str,
    #[case] rule: RuleId,
) {
    let own = granted_to("own", "f");
    let answer = policy_of(&[own.clone(), granted_to(sid, resource)]);
    let judgement = judged(&holding(&[own]), &read(None), &answer);
    assert_eq!(only(&judgement).rule(), rule);
    assert_eq!(only(&judgement).key, "stray");
}

#[test]
fn a_statement_of_an_alias_with_an_id_that_is_here_too_is_the_alias_s() {
    let own = granted_to("own", "f");
    let mut world = holding(std::slice::from_ref(&own));
    let of_alias = granted_to("own", "f:live");
    world.policy_mut("f", Some("live")).unwrap().last_mut().statements.push(of_alias.clone());
    let judgement = judged(&world, &read(None), &policy_of(&[own, of_alias]));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyPerTarget);
}

#[test]
fn an_own_statement_with_another_s_resource_was_changed() {
    let world = holding(&[granted_to("own", "f")]);
    let judgement = judged(&world, &read(None), &policy_of(&[granted_to("own", "f:live")]));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyExact);
    assert_eq!(only(&judgement).key, "changed");
}

#[test]
fn what_a_shared_policy_lost_is_no_further_fault() {
    let own = granted_to("own", "f");
    let judgement = judged(&holding(&[own]), &read(None), &policy_of(&[granted_to("s", "f:live")]));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyPerTarget);
}

#[test]
fn a_policy_where_none_should_be_is_blamed_on_whose_it_is() {
    let answer = policy_of(&[granted_to("own", "f")]);
    let world = holding(&[granted_to("own", "f")]);
    let judgement = judged(&world, &read(Some("live")), &answer);
    assert_eq!(only(&judgement).rule(), RuleId::PolicyPerTarget);
}

#[rstest]
#[case::a_removal_of_nothing(remove("none", Some("r")))]
#[case::an_add_of_an_id_that_is_taken(add(&with(&json!({"StatementId": "own", "RevisionId": "r"}))))]
fn a_failed_precondition_speaks_of_the_revision(#[case] request: WireRequest) {
    let world = holding(&[granted_to("own", "f")]);
    let answer = refused(412, "PreconditionFailedException", "no");
    let judgement = judged(&world, &request, &answer);
    let finding = only(&judgement);
    assert_eq!(finding.suspects, [RuleId::RevisionIdCurrentAccepted]);
    assert_eq!((finding.direction, finding.advisory), (Direction::Accept, false));
}

#[test]
fn without_a_revision_a_failed_precondition_is_a_wrong_status_like_another() {
    let world = holding(&[granted_to("own", "f")]);
    let answer = refused(412, "PreconditionFailedException", "no");
    let judgement = judged(&world, &remove("none", None), &answer);
    assert_eq!(only(&judgement).rule(), RuleId::RemoveNotFound);
    let unknown = remove("none", Some("other"));
    assert!(judged(&world, &unknown, &answer).findings.iter().all(|f| f.advisory));
}

#[test]
fn a_qualifier_outside_its_pattern_that_is_not_found_was_refused() {
    let request = add(&plain()).with_query("Qualifier", "a b");
    let answer = refused(404, "ResourceNotFoundException", "no such thing");
    let judgement = judged(&world(), &request, &answer);
    assert!(counted(&judgement, Direction::Refuse).contains(&RuleId::QualifierPattern));
}

#[test]
fn what_follows_from_an_odd_type_that_was_taken_is_only_reported() {
    let request = add(&with(&json!({"InvokedViaFunctionUrl": ""})));
    let mut statement = plain_statement();
    statement["Condition"] = json!({"Bool": {"lambda:InvokedViaFunctionUrl": "false"}});
    let judgement = judged(&world(), &request, &created(&statement));
    assert!(!judgement.findings.is_empty());
    assert!(judgement.findings.iter().all(|finding| finding.advisory));
}

#[test]
fn nobody_says_which_of_two_statements_of_one_id_a_removal_takes() {
    let mut world = holding(&[granted_to("own", "f"), granted_to("own", "f")]);
    let analysis = analyse(&world, &remove("own", None), Judging::default().edition);
    assert_eq!(analysis.grant, Some(Grant { function: "f".into(), qualifier: None }));
    apply::apply(&mut world, &analysis, &answer(204, &[], ""));
    assert!(world.policy("f", None).known().is_none());
}
