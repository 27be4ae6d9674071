//! What GetPolicy deserves: the policy where there is one, 404 where nothing is granted.

use rstest::rstest;

use super::known::{F, analysed, faults, get, holding, policy, remove, resource, told, world};
use crate::contract::{ErrorCode, Member, RuleId};
use crate::model::{PolicyState, RejectKind, Requirement, Statuses};
use crate::wire::WireRequest;

fn absent(requirement: Requirement) -> Vec<(RejectKind, RuleId, Requirement)> {
    vec![(RejectKind::PolicyAbsent, RuleId::PolicyAbsent, requirement)]
}

#[test]
fn a_policy_that_is_known_is_read_without_a_fault() {
    let world = holding(None, PolicyState::Known(policy(&["a"])));
    let analysis = analysed(&world, &get("f", None));
    assert_eq!(faults(&analysis), []);
    assert_eq!(analysis.resource, Some(resource("f", None)));
    assert!(!analysis.unscored);
}

#[test]
fn a_policy_that_is_not_known_may_be_there_or_not() {
    for last in [policy(&["a"]), policy(&[])] {
        let world = holding(None, PolicyState::Unknown(last));
        assert_eq!(faults(&analysed(&world, &get("f", None))), absent(Requirement::May));
    }
}

#[rstest]
#[case::the_function("f", None)]
#[case::a_version("f", Some("1"))]
#[case::an_alias("f", Some("live"))]
#[case::a_function_that_does_not_exist("nope", None)]
#[case::a_version_that_does_not_exist("f", Some("42"))]
#[case::an_alias_that_does_not_exist("f", Some("nope"))]
fn reading_what_nothing_is_granted_on_is_not_found(
    #[case] function: &str,
    #[case] qualifier: Option<&str>,
) {
    let analysis = analysed(&world(), &get(function, qualifier));
    assert_eq!(faults(&analysis), absent(Requirement::Must));
    assert_eq!(analysis.resource, Some(resource(function, qualifier)));
    let fault = &analysis.faults[0];
    assert_eq!(fault.member, None);
    assert_eq!(fault.refusal.code, ErrorCode::ResourceNotFoundException);
    assert_eq!(fault.refusal.statuses, Statuses::Only(404));
    assert_eq!(fault.message, "The resource you requested does not exist.");
}

#[test]
fn that_a_name_in_other_case_is_read_is_only_reported() {
    let world = holding(None, PolicyState::Known(policy(&["a"])));
    assert_eq!(faults(&analysed(&world, &get("F", None))), absent(Requirement::Should));
}

#[rstest]
#[case::the_version("f", Some("1"))]
#[case::the_function("f", None)]
#[case::another_function("g", None)]
fn a_grant_on_one_target_is_no_grant_on_another(
    #[case] function: &str,
    #[case] qualifier: Option<&str>,
) {
    let world = holding(Some("live"), PolicyState::Known(policy(&["a"])));
    assert_eq!(faults(&analysed(&world, &get(function, qualifier))), absent(Requirement::Must));
    assert_eq!(faults(&analysed(&world, &get("f", Some("live")))), []);
}

#[rstest]
#[case::a_name_with_a_suffix("f:live", None, Some("live"))]
#[case::a_name_and_a_qualifier("f", Some("live"), Some("live"))]
#[case::a_suffix_and_the_same_qualifier("f:live", Some("live"), Some("live"))]
#[case::a_partial_arn("123456789012:function:f", None, None)]
#[case::an_arn(F, None, None)]
#[case::an_arn_and_a_qualifier(F, Some("1"), Some("1"))]
fn the_page_shows_forms_of_a_name_that_reach_the_same_policy(
    #[case] name: &str,
    #[case] qualifier: Option<&str>,
    #[case] meant: Option<&str>,
) {
    let analysis = analysed(&world(), &get(name, qualifier));
    assert_eq!(analysis.resource, Some(resource("f", meant)));
    assert!(!analysis.unscored);
}

#[rstest]
#[case::no_name_at_all("f!", None)]
#[case::another_region("arn:aws:lambda:eu-west-1:123456789012:function:f", None)]
#[case::another_account("arn:aws:lambda:us-east-1:210987654321:function:f", None)]
#[case::another_account_in_short("210987654321:function:f", None)]
#[case::another_partition("arn:aws-cn:lambda:us-east-1:123456789012:function:f", None)]
#[case::a_form_that_the_page_does_not_show("function:f", None)]
#[case::a_suffix_and_another_qualifier("f:live", Some("1"))]
#[case::a_suffix_and_an_empty_qualifier("f:live", Some(""))]
#[case::an_empty_qualifier("f", Some(""))]
#[case::the_unpublished_version("f", Some("$LATEST"))]
#[case::the_unpublished_version_as_suffix("f:$LATEST", None)]
fn reads_and_removals_of_what_no_recording_shows_are_not_judged(
    #[case] name: &str,
    #[case] qualifier: Option<&str>,
) {
    for request in [get(name, qualifier), remove(name, qualifier, "a")] {
        let analysis = analysed(&world(), &request);
        assert!(analysis.unscored, "{}", request.method);
        assert_eq!(analysis.resource, None);
        assert_eq!(faults(&analysis), []);
    }
}

const NAME: (Member, RuleId) = (Member::FunctionName, RuleId::FunctionNamePattern);
const QUALIFIER: (Member, RuleId) = (Member::Qualifier, RuleId::QualifierPattern);
const ID: (Member, RuleId) = (Member::StatementId, RuleId::StatementIdPattern);

#[rstest]
#[case::the_name_of_a_read(get("a.b", None), NAME)]
#[case::the_qualifier_of_a_read(get("f", Some("a b")), QUALIFIER)]
#[case::the_name_of_a_removal(remove("a.b", None, "a"), NAME)]
#[case::the_qualifier_of_a_removal(remove("f", Some("a b"), "a"), QUALIFIER)]
#[case::the_id_of_a_removal(remove("f", None, "a%20b"), ID)]
fn what_is_malformed_may_be_refused_for_that_with_any_client_error(
    #[case] request: WireRequest,
    #[case] (member, rule): (Member, RuleId),
) {
    let found = analysed(&world(), &request).faults;
    let [_not_there, malformed] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(told(malformed), (RejectKind::Pattern, rule, Requirement::May));
    assert_eq!(malformed.member, Some(member));
    assert_eq!(malformed.refusal.statuses, Statuses::AnyClient);
    assert_eq!(malformed.refusal.code, ErrorCode::ValidationException);
}
