//! Names and qualifiers: what they mean, and whether it is there.

use rstest::rstest;

use super::*;
use crate::contract::{Evidence, RuleId};

const MISMATCH: &str =
    "must 400 InvalidParameterValueException by qualifier.mismatch for Mismatch of Qualifier";
const LATEST: &str =
    "must 400 InvalidParameterValueException by qualifier.latest for Latest of Qualifier";
const NO_FUNCTION: &str =
    "must 404 ResourceNotFoundException by error.not-found for FunctionNotFound of FunctionName";
const OTHER_FORM: &str =
    "may 4xx ResourceNotFoundException by function-name.other-forms for OtherForm of FunctionName";

#[rstest]
#[case::name("f", None, None)]
#[case::partial_arn("123456789012:function:f", None, None)]
#[case::arn("arn:aws:lambda:us-east-1:123456789012:function:f", None, None)]
#[case::name_with_version("f:1", None, Some("1"))]
#[case::partial_arn_with_alias("123456789012:function:f:live", None, Some("live"))]
#[case::arn_with_version("arn:aws:lambda:us-east-1:123456789012:function:f:1", None, Some("1"))]
#[case::name_beside_qualifier("f", Some("live"), Some("live"))]
#[case::partial_arn_beside_qualifier("123456789012:function:f", Some("1"), Some("1"))]
#[case::suffix_and_equal_qualifier("f:live", Some("live"), Some("live"))]
#[case::an_alias_that_points_at_latest("f:next", None, Some("next"))]
fn every_documented_form_reaches_the_function(
    #[case] name: &str,
    #[case] qualifier: Option<&str>,
    #[case] reached: Option<&str>,
) {
    let analysis = analysed(&world(), &named(name, qualifier));
    assert_eq!(analysis.faults, []);
    assert_eq!(analysis.resource, Some(resource("f", reached)));
    let statement = analysis.statement.unwrap();
    let suffix = reached.map(|name| format!(":{name}")).unwrap_or_default();
    let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:f{suffix}");
    assert_eq!(statement.resource, arn);
    assert_eq!(statement.resource_rule, RuleId::StatementResource);
}

#[rstest]
#[case::keyword("function:f", None)]
#[case::account("123456789012:f:1", Some("1"))]
#[case::region("us-east-1:f", None)]
#[case::region_and_account("us-east-1:123456789012:function:f", None)]
#[case::a_short_arn("arn:aws:lambda:f", None)]
#[case::an_arn_without_partition("arn::lambda:us-east-1:123456789012:function:f", None)]
fn a_form_that_the_page_does_not_show_reaches_the_function_or_nothing(
    #[case] name: &str,
    #[case] suffix: Option<&str>,
) {
    let analysis = analysed(&world(), &named(name, None));
    assert_eq!(analysis.faults.iter().map(line).collect::<Vec<_>>(), [OTHER_FORM]);
    assert_eq!(analysis.resource, Some(resource("f", suffix)));
    assert_eq!(analysis.statement.unwrap().resource_rule, RuleId::FunctionNameOtherForms);
}

#[rstest]
#[case::function("function:nope", "error.not-found for FunctionNotFound of FunctionName")]
#[case::alias("function:f:nope", "qualifier.unknown-alias for AliasNotFound of Qualifier")]
fn nothing_is_known_of_what_only_such_a_form_would_reach(#[case] name: &str, #[case] what: &str) {
    let missing = format!("may 404 ResourceNotFoundException by {what}");
    assert_eq!(faults(&named(name, None)), [OTHER_FORM, missing.as_str()]);
}

#[rstest]
#[case::region("us-west-2:f")]
#[case::account("999999999999:f")]
fn such_a_form_that_names_another_place_is_never_resolved_here(#[case] name: &str) {
    let analysis = analysed(&world(), &named(name, None));
    assert_eq!(analysis.faults.iter().map(line).collect::<Vec<_>>(), [OTHER_FORM]);
    assert_eq!((analysis.resource, analysis.statement), (None, None));
}

const REGION: &str = "must 4xx ResourceNotFoundException by function-name.other-region for OtherRegion(\"us-west-2\") of FunctionName";
const ACCOUNT: &str = "must 4xx AccessDeniedException by function-name.other-account for OtherAccount of FunctionName";
const PARTITION: &str = "may 4xx ResourceNotFoundException by function-name.other-region for OtherPartition of FunctionName";

#[rstest]
#[case::region("arn:aws:lambda:us-west-2:123456789012:function:f", &[REGION])]
#[case::account("arn:aws:lambda:us-east-1:999999999999:function:f:1", &[ACCOUNT])]
#[case::account_of_a_partial_arn("999999999999:function:f", &[ACCOUNT])]
#[case::partition("arn:aws-cn:lambda:us-east-1:123456789012:function:f", &[PARTITION])]
#[case::region_and_account("arn:aws:lambda:us-west-2:999999999999:function:f", &[REGION, ACCOUNT])]
fn a_name_of_another_place_never_means_the_local_function(
    #[case] name: &str,
    #[case] expected: &[&str],
) {
    let analysis = analysed(&world(), &named(name, None));
    assert_eq!(analysis.faults.iter().map(line).collect::<Vec<_>>(), expected);
    assert_eq!((analysis.resource, analysis.statement), (None, None));
}

#[test]
fn what_is_elsewhere_is_not_held_against_the_local_policy() {
    let mut world = holding(None, known(&["ab"]));
    world.contended = true;
    assert_eq!(faults_in(&world, &named("999999999999:function:f", None)), [ACCOUNT]);
}

#[test]
fn that_another_place_is_refused_is_documented_and_the_code_is_not_recorded() {
    for name in ["999999999999:function:f", "arn:aws:lambda:us-west-2:123456789012:function:f"] {
        let refusal = fault(&named(name, None)).refusal;
        assert_eq!(refusal.status_evidence, Evidence::Documented, "{name}");
        assert!(refusal.code_evidence >= Evidence::Sibling, "{name}");
    }
}

#[rstest]
#[case::suffix("f:$LATEST", None)]
#[case::qualifier("f", Some("$LATEST"))]
#[case::both("f:$LATEST", Some("$LATEST"))]
#[case::suffix_of_an_arn("arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", None)]
fn latest_is_refused_wherever_it_is_named(#[case] name: &str, #[case] qualifier: Option<&str>) {
    assert_eq!(faults(&named(name, qualifier)), [LATEST]);
}

#[rstest]
#[case::in_the_suffix("f:$LATEST", "1")]
#[case::in_the_qualifier("f:1", "$LATEST")]
fn latest_beside_another_qualifier_is_two_faults(#[case] name: &str, #[case] qualifier: &str) {
    assert_eq!(faults(&named(name, Some(qualifier))), [MISMATCH, LATEST]);
}

#[rstest]
#[case::both_exist("f:1", "live")]
#[case::the_version_does_not_exist("f:live", "42")]
#[case::the_alias_does_not_exist("f:1", "nope")]
#[case::neither_can_exist("f:1", "a$b")]
#[case::neither_exists("f:42", "nope")]
fn a_mismatch_is_told_before_version_and_alias_are_looked_up(
    #[case] name: &str,
    #[case] qualifier: &str,
) {
    assert_eq!(faults(&named(name, Some(qualifier))), [MISMATCH]);
}

#[test]
fn a_mismatch_on_a_missing_function_may_be_told_as_either() {
    assert_eq!(faults(&named("nope:1", Some("2"))), [MISMATCH, NO_FUNCTION]);
}

#[rstest]
#[case::alone("f", None)]
#[case::beside_a_suffix("f:1", Some("1"))]
fn an_empty_qualifier_is_as_if_absent(#[case] name: &str, #[case] reached: Option<&str>) {
    let analysis = analysed(&world(), &named(name, Some("")));
    assert!(!analysis.must_be_rejected());
    assert_eq!(analysis.resource, Some(resource("f", reached)));
}

#[rstest]
#[case::version("f:42", "qualifier.unknown-version for VersionNotFound of Qualifier")]
#[case::alias("f:nope", "qualifier.unknown-alias for AliasNotFound of Qualifier")]
#[case::function("nope:1", "error.not-found for FunctionNotFound of FunctionName")]
fn what_does_not_exist_is_not_found(#[case] name: &str, #[case] expected: &str) {
    let expected = format!("must 404 ResourceNotFoundException by {expected}");
    assert_eq!(faults(&named(name, None)), [expected]);
}

#[rstest]
#[case::of_the_documented_length(64, None, &[])]
#[case::one_longer(65, None, &["may 64"])]
#[case::longer(66, None, &["may 64"])]
#[case::longer_with_a_suffix(66, Some("live"), &["may 64"])]
#[case::beyond_the_page(141, None, &["may 140", "may 64"])]
#[case::as_long_as_the_current_model_allows(256, None, &["may 140", "may 64"])]
#[case::beyond_both_editions(257, None, &["must 256", "may 64"])]
fn a_bare_name_beyond_64_characters_may_be_refused_for_its_length(
    #[case] length: usize,
    #[case] suffix: Option<&str>,
    #[case] expected: &[&str],
) {
    let name = "n".repeat(length);
    let mut world = world();
    world.functions.insert(name.clone(), world.functions["f"].clone());
    let name = suffix.map_or_else(|| name.clone(), |suffix| format!("{name}:{suffix}"));
    let expected: Vec<_> = expected
        .iter()
        .filter_map(|line| line.split_once(' '))
        .map(|(requirement, max)| {
            format!(
                "{requirement} 400 ValidationException by function-name.length for TooLong({max}) of FunctionName"
            )
        })
        .collect();
    assert_eq!(faults_in(&world, &named(&name, None)), expected);
}

#[test]
fn the_limit_of_a_bare_name_is_none_of_a_name_within_an_arn() {
    let name = format!("arn:aws:lambda:us-east-1:123456789012:function:{}", "n".repeat(65));
    assert_eq!(faults(&named(&name, None)), [NO_FUNCTION]);
}

#[rstest]
#[case::a_mark("f!")]
#[case::two_suffixes("f:1:2")]
#[case::an_arn_without_region("arn:aws:lambda:123456789012:function:f:1:2")]
fn a_name_outside_the_pattern_means_nothing(#[case] name: &str) {
    let analysis = analysed(&world(), &named(name, None));
    assert_eq!(
        analysis.faults.iter().map(line).collect::<Vec<_>>(),
        ["must 400 ValidationException by function-name.pattern for Pattern of FunctionName"]
    );
    assert_eq!((analysis.resource, analysis.statement), (None, None));
}

#[test]
fn a_name_that_only_the_current_model_knows_may_be_refused_or_not_found() {
    let pattern =
        "may 400 ValidationException by function-name.pattern for Pattern of FunctionName";
    assert_eq!(faults(&named("dotted.name", None)), [pattern, NO_FUNCTION]);
}
