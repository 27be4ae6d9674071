//! Targets of grants that do not exist: which fault that is, how certain, and what AWS says.

use rstest::rstest;

use super::known::{F, grant, told, world};
use crate::model::lookup::missing;
use crate::model::{FaultKind, Force, Statuses};
use crate::spec::{ErrorCode, Evidence, Member, RuleId};

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
    assert_eq!(missing(&world(), &grant(function, qualifier)), []);
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
    let found = missing(&world(), &grant("nope", qualifier));
    let arn = world().arn("nope", None);
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(told, [(FaultKind::FunctionNotFound, RuleId::ErrorNotFound, Force::Certain)]);
    assert_eq!(found[0].member, Some(Member::FunctionName));
    assert_eq!(found[0].message, message.replace("{}", &arn));
    assert_eq!(found[0].refusal.code, ErrorCode::ResourceNotFoundException);
    assert_eq!(found[0].refusal.statuses, Statuses::Only(404));
}

#[test]
fn that_a_function_is_found_in_other_case_is_only_reported() {
    let found = missing(&world(), &grant("F", None));
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(told, [(FaultKind::NameCase, RuleId::FunctionNameCase, Force::Advisory)]);
    assert_eq!(found[0].member, Some(Member::FunctionName));
}

#[rstest]
#[case::a_version(
    "42",
    FaultKind::VersionNotFound,
    RuleId::QualifierUnknownVersion,
    "Function not found"
)]
#[case::an_alias(
    "nope",
    FaultKind::AliasNotFound,
    RuleId::QualifierUnknownAlias,
    "Cannot find alias arn"
)]
#[case::an_alias_with_a_dash(
    "a-1",
    FaultKind::AliasNotFound,
    RuleId::QualifierUnknownAlias,
    "Cannot find alias arn"
)]
#[case::an_alias_with_an_underscore(
    "1_",
    FaultKind::AliasNotFound,
    RuleId::QualifierUnknownAlias,
    "Cannot find alias arn"
)]
#[case::what_can_be_neither(
    "valid-with-$-but-doesnotexist",
    FaultKind::QualifierNotFound,
    RuleId::QualifierUnknownAlias,
    "Function not found"
)]
fn an_unknown_qualifier_is_not_found(
    #[case] qualifier: &str,
    #[case] kind: FaultKind,
    #[case] rule: RuleId,
    #[case] begins: &str,
) {
    let found = missing(&world(), &grant("f", Some(qualifier)));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), [(kind, rule, Force::Certain)]);
    assert_eq!(found[0].member, Some(Member::Qualifier));
    assert_eq!(found[0].message, format!("{begins}: {F}:{qualifier}"));
    assert_eq!(found[0].refusal.code, ErrorCode::ResourceNotFoundException);
    assert_eq!(found[0].refusal.statuses, Statuses::Only(404));
    assert_eq!(found[0].refusal.code_evidence, Evidence::Recorded);
}

#[rstest]
#[case::of_a_version("02", Force::Open)]
#[case::of_the_unpublished_one("000", Force::Open)]
#[case::of_no_version("042", Force::Certain)]
#[case::behind_the_number("20", Force::Certain)]
fn a_version_with_leading_zeros_may_be_read_as_the_number(
    #[case] qualifier: &str,
    #[case] force: Force,
) {
    let found = missing(&world(), &grant("f", Some(qualifier)));
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(
        told,
        [(FaultKind::VersionNotFound, RuleId::QualifierUnknownVersion, force)],
        "{qualifier}"
    );
}

#[test]
fn that_an_alias_is_found_in_other_case_is_only_reported() {
    let found = missing(&world(), &grant("f", Some("LIVE")));
    let told = found.iter().map(told).collect::<Vec<_>>();
    assert_eq!(told, [(FaultKind::AliasNotFound, RuleId::QualifierUnknownAlias, Force::Advisory)]);
}

#[rstest]
fn near_the_unpublished_version_any_client_error_will_do(
    #[values("$latest", "$Latest", "$LATEST.PUBLISHED")] qualifier: &str,
) {
    let found = missing(&world(), &grant("f", Some(qualifier)));
    let told = found.iter().map(told).collect::<Vec<_>>();
    let kind = FaultKind::QualifierNotFound;
    assert_eq!(told, [(kind, RuleId::QualifierUnknownAlias, Force::Certain)]);
    assert_eq!(found[0].refusal.statuses, Statuses::AnyClient);
    assert_eq!(found[0].refusal.code_evidence, Evidence::Sibling);
}
