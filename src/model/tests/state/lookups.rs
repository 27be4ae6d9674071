//! Targets of grants that do not exist: which fault that is, how certain, and what AWS says.

use rstest::rstest;

use super::known::{F, resource, told, world};
use crate::contract::{ErrorCode, Evidence, Member, RuleId};
use crate::model::lookup::missing;
use crate::model::{RejectKind, Requirement, Statuses};

#[rstest]
#[case::the_function("f", None)]
#[case::another_function("g", None)]
#[case::a_version("f", Some("2"))]
#[case::an_alias("f", Some("live"))]
#[case::the_unpublished_version("f", Some("$LATEST"))]
fn nothing_is_missing_of_a_target_that_exists(
    #[case] function: &str,
    #[case] qualifier: Option<&str>,
) {
    assert_eq!(missing(&world(), &resource(function, qualifier)), []);
}

#[rstest]
#[case::alone(None, "Function not found: {}")]
#[case::with_a_version(Some("1"), "Function not found: {}:1")]
#[case::with_an_alias(Some("live"), "Cannot find alias arn: {}:live")]
#[case::with_an_alias_of_digits_and_a_dash(Some("1-2"), "Cannot find alias arn: {}:1-2")]
#[case::with_an_alias_of_underscores(Some("_"), "Cannot find alias arn: {}:_")]
#[case::with_what_can_be_neither(Some("a$b"), "Function not found: {}:a$b")]
fn an_unknown_function_is_not_found_whatever_the_qualifier(
    #[case] qualifier: Option<&str>,
    #[case] message: &str,
) {
    let found = missing(&world(), &resource("nope", qualifier));
    let arn = world().arn("nope", None);
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(told, [(RejectKind::FunctionNotFound, RuleId::ErrorNotFound, Requirement::Must)]);
    assert_eq!(found[0].member, Some(Member::FunctionName));
    assert_eq!(found[0].message, message.replace("{}", &arn));
    assert_eq!(found[0].refusal.code, ErrorCode::ResourceNotFoundException);
    assert_eq!(found[0].refusal.statuses, Statuses::Only(404));
}

#[test]
fn that_a_function_is_found_in_other_case_is_only_reported() {
    let found = missing(&world(), &resource("F", None));
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(told, [(RejectKind::NameCase, RuleId::FunctionNameCase, Requirement::Should)]);
    assert_eq!(found[0].member, Some(Member::FunctionName));
}

#[rstest]
#[case::a_version(
    "42",
    RejectKind::VersionNotFound,
    RuleId::QualifierUnknownVersion,
    "Function not found"
)]
#[case::an_alias(
    "nope",
    RejectKind::AliasNotFound,
    RuleId::QualifierUnknownAlias,
    "Cannot find alias arn"
)]
#[case::an_alias_with_a_dash(
    "a-1",
    RejectKind::AliasNotFound,
    RuleId::QualifierUnknownAlias,
    "Cannot find alias arn"
)]
#[case::an_alias_with_an_underscore(
    "1_",
    RejectKind::AliasNotFound,
    RuleId::QualifierUnknownAlias,
    "Cannot find alias arn"
)]
#[case::what_can_be_neither(
    "valid-with-$-but-doesnotexist",
    RejectKind::QualifierNotFound,
    RuleId::QualifierUnknownAlias,
    "Function not found"
)]
fn an_unknown_qualifier_is_not_found(
    #[case] qualifier: &str,
    #[case] kind: RejectKind,
    #[case] rule: RuleId,
    #[case] begins: &str,
) {
    let found = missing(&world(), &resource("f", Some(qualifier)));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [(kind, rule, Requirement::Must)]);
    assert_eq!(found[0].member, Some(Member::Qualifier));
    assert_eq!(found[0].message, format!("{begins}: {F}:{qualifier}"));
    assert_eq!(found[0].refusal.code, ErrorCode::ResourceNotFoundException);
    assert_eq!(found[0].refusal.statuses, Statuses::Only(404));
    assert_eq!(found[0].refusal.code_evidence, Evidence::Recorded);
}

#[rstest]
#[case::of_a_version("02", Requirement::May)]
#[case::of_the_unpublished_one("000", Requirement::May)]
#[case::of_no_version("042", Requirement::Must)]
#[case::behind_the_number("20", Requirement::Must)]
fn a_version_with_leading_zeros_may_be_read_as_the_number(
    #[case] qualifier: &str,
    #[case] requirement: Requirement,
) {
    let found = missing(&world(), &resource("f", Some(qualifier)));
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(
        told,
        [(RejectKind::VersionNotFound, RuleId::QualifierUnknownVersion, requirement)],
        "{qualifier}"
    );
}

#[test]
fn that_an_alias_is_found_in_other_case_is_only_reported() {
    let found = missing(&world(), &resource("f", Some("LIVE")));
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(
        told,
        [(RejectKind::AliasNotFound, RuleId::QualifierUnknownAlias, Requirement::Should)]
    );
}

#[rstest]
fn near_the_unpublished_version_any_client_error_will_do(
    #[values("$latest", "$Latest", "$LATEST.PUBLISHED")] qualifier: &str,
) {
    let found = missing(&world(), &resource("f", Some(qualifier)));
    let told = found.iter().map(told).collect::<Vec<_>>();
    let kind = RejectKind::QualifierNotFound;
    assert_eq!(told, [(kind, RuleId::QualifierUnknownAlias, Requirement::Must)]);
    assert_eq!(found[0].refusal.statuses, Statuses::AnyClient);
    assert_eq!(found[0].refusal.code_evidence, Evidence::Sibling);
}
