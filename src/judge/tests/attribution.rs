//! Which rule is blamed where one fault of a target shows in several ways: the one that is broken,
//! not those that its consequences look like.

use rstest::rstest;

use super::*;
use crate::contract::EvidenceFloor;
use crate::model::{PolicyResource, apply};
use crate::observation::TransportFault;

/// A statement of that id whose Resource is that part of an ARN.
fn granted_to(sid: &str, resource: &str) -> Value {
    let mut statement = statement(sid);
    statement["Resource"] =
        json!(format!("arn:aws:lambda:us-east-1:123456789012:function:{resource}"));
    statement
}

fn policy_of(statements: &[Value]) -> Observation {
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
    answer_json(200, &json!({"Policy": policy.to_string(), "RevisionId": "r"}))
}

fn remove(sid: &str, revision: Option<&str>) -> WireRequest {
    let request = testing::remove("f", None, sid);
    match revision {
        Some(revision) => request.with_query("RevisionId", revision),
        None => request,
    }
}

/// A world in which `f` holds these statements, and has refused `no` and removed `gone`.
fn holding(statements: &[Value]) -> World {
    let policy = Policy {
        statements: statements.to_vec(),
        revision: Some("r".into()),
        refused: ["no".to_owned()].into(),
        removed: ["gone".to_owned()].into(),
        ..Policy::default()
    };
    let mut world = testing::holding(None, PolicyState::Known(policy));
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
    let judgement = judged(&holding(&[own]), &get("f", None), &answer);
    assert_eq!(only(&judgement).rule(), rule);
    assert_eq!(only(&judgement).key, "stray");
}

#[test]
fn a_statement_of_an_alias_with_an_id_that_is_here_too_is_the_alias_s() {
    let own = granted_to("own", "f");
    let mut world = holding(std::slice::from_ref(&own));
    let of_alias = granted_to("own", "f:live");
    world.policy_mut("f", Some("live")).unwrap().last_mut().statements.push(of_alias.clone());
    let judgement = judged(&world, &get("f", None), &policy_of(&[own, of_alias]));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyPerTarget);
}

#[test]
fn an_own_statement_with_another_s_resource_was_changed() {
    let world = holding(&[granted_to("own", "f")]);
    let judgement = judged(&world, &get("f", None), &policy_of(&[granted_to("own", "f:live")]));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyExact);
    assert_eq!(only(&judgement).key, "changed");
}

#[test]
fn what_a_shared_policy_lost_is_no_further_fault() {
    let own = granted_to("own", "f");
    let judgement =
        judged(&holding(&[own]), &get("f", None), &policy_of(&[granted_to("s", "f:live")]));
    assert_eq!(only(&judgement).rule(), RuleId::PolicyPerTarget);
}

#[test]
fn a_policy_where_none_should_be_is_blamed_on_whose_it_is() {
    let answer = policy_of(&[granted_to("own", "f")]);
    let world = holding(&[granted_to("own", "f")]);
    let judgement = judged(&world, &get("f", Some("live")), &answer);
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
    assert_eq!(analysis.resource, Some(PolicyResource { function: "f".into(), qualifier: None }));
    apply::apply(&mut world, &analysis, &answer(204, &[], ""));
    assert!(world.policy("f", None).known().is_none());
}

#[test]
fn a_lost_policy_is_only_reported_where_nothing_that_was_recorded_is_scored() {
    let judging = Judging { evidence: EvidenceFloor::Documented, ..Judging::default() };
    let world = holding(&[granted_to("own", "f")]);
    let absent = refused(404, "ResourceNotFoundException", "no");
    assert!(only(&judged_by(&world, &get("f", None), &absent, judging)).advisory);
    assert!(!only(&judged(&world, &get("f", None), &absent)).advisory);
}

#[test]
fn a_removal_that_is_refused_without_reason_should_have_been_204() {
    let world = holding(&[granted_to("own", "f")]);
    let judgement =
        judged(&world, &remove("own", None), &refused(400, "ValidationException", "no"));
    assert_eq!(only(&judgement).rule(), RuleId::RemoveStatus);
    assert_eq!(only(&judgement).expected, ["204 (recorded)"]);
}

#[rstest]
#[case::a_name_in_other_case(add_to("F", &plain()))]
#[case::a_read_of_it(get("F", None))]
fn a_server_fault_is_no_refusal_of_what_should_be_refused(#[case] request: WireRequest) {
    let judgement = judged(&world(), &request, &refused(500, "ServiceException", "oops"));
    assert_eq!(only(&judgement).rule(), RuleId::ErrorNoServerFault);
    assert!(!only(&judgement).advisory);
}

#[rstest]
#[case::of_a_version_by_zeros_and_its_number("01", "1")]
#[case::of_an_alias_in_other_case("LIVE", "live")]
fn a_grant_that_went_where_the_name_nearly_points_is_no_stray(
    #[case] sent: &str,
    #[case] meant: &str,
) {
    let mut world = world();
    let request = add(&plain()).with_query("Qualifier", sent);
    let mut statement = plain_statement();
    let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:f:{meant}");
    statement["Resource"] = json!(arn);
    let answer = created(&statement);
    let analysis = analyse(&world, &request, Judging::default().edition);
    apply::apply(&mut world, &analysis, &answer);
    for qualifier in [sent, meant] {
        let shown = policy_of(std::slice::from_ref(&statement));
        let judgement = judged(&world, &get("f", Some(qualifier)), &shown);
        assert!(judgement.findings.iter().all(|finding| finding.advisory), "{qualifier}");
    }
}

#[test]
fn a_statement_that_is_only_feared_to_exist_is_no_certain_conflict() {
    let mut world = holding(&[granted_to("a", "f")]);
    world.policy_mut("f", None).unwrap().forget();
    let created = created(&plain_statement());
    assert_eq!(judged(&world, &add(&plain()), &created).findings, []);
}

#[test]
fn a_removal_that_was_never_sent_is_no_refusal() {
    let mut world = holding(&[granted_to("own", "f")]);
    let seen = crate::model::world::Seen { revision: "r".into(), ..Default::default() };
    world.policy_mut("f", None).unwrap().last_mut().seen = Some(seen.clone());
    let analysis = analyse(&world, &remove("own", None), Judging::default().edition);
    let unsent = Observation::Fault(TransportFault::Connect("refused".into()));
    apply::apply(&mut world, &analysis, &unsent);
    assert_eq!(world.policy("f", None).last().seen, Some(seen));
}
