//! Requests as a whole: which are alike, and which are none of ours.

use rstest::rstest;

use super::*;
use crate::contract::RuleId;

/// A world with two functions of names as the suite gives them.
fn of_two() -> World {
    let f = world().functions["f"].clone();
    World {
        functions: [("ps-5d1f-a".to_owned(), f.clone()), ("ps-5d1f-b".to_owned(), f)].into(),
        ..world()
    }
}

fn number(request: &WireRequest) -> u64 {
    analysed(&of_two(), request).distinct
}

#[test]
fn requests_that_differ_in_the_functions_name_alone_are_alike() {
    assert_eq!(number(&named("ps-5d1f-a", None)), number(&named("ps-5d1f-b", None)));
    let arn = |name| format!("arn:aws:lambda:us-east-1:123456789012:function:{name}:live");
    assert_eq!(number(&named(&arn("ps-5d1f-a"), None)), number(&named(&arn("ps-5d1f-b"), None)));
}

#[rstest]
#[case::a_suffix(named("ps-5d1f-a:live", None))]
#[case::a_form(named("123456789012:function:ps-5d1f-a", None))]
#[case::a_qualifier(named("ps-5d1f-a", Some("live")))]
#[case::a_member(add_to("ps-5d1f-a", &with(&json!({"StatementId": "x"}))))]
#[case::another_functions_name(named("nope", None))]
#[case::the_method(WireRequest { method: "GET", ..named("ps-5d1f-a", None) })]
fn requests_that_differ_otherwise_are_told_apart(#[case] other: WireRequest) {
    assert_ne!(number(&other), number(&named("ps-5d1f-a", None)));
}

#[rstest]
#[case::empty("")]
#[case::a_dot(".")]
#[case::a_slash("a%2Fb")]
fn a_label_that_routers_lose_may_be_refused_and_is_not_scored(#[case] label: &str) {
    let request = WireRequest::new("POST", format!("/2015-03-31/functions/{label}/policy"));
    let analysis = analysed(&world(), &request);
    let expected =
        "may 4xx UnknownOperationException by function-name.pattern for Unroutable of FunctionName";
    assert_eq!(analysis.faults.iter().map(line).collect::<Vec<_>>(), [expected]);
    assert!(analysis.unscored);
    assert_eq!((analysis.resource, analysis.statement), (None, None));
}

#[test]
fn another_operation_is_not_for_us_to_judge() {
    let request = WireRequest::new("GET", "/2015-03-31/functions/f".into());
    let analysis = analysed(&world(), &request);
    assert!(analysis.unscored);
    assert_eq!(analysis.faults, []);
}

#[rstest]
#[case::reading("GET", "policy", "policy.absent")]
#[case::removing("DELETE", "policy/ab", "remove.not-found")]
fn the_neighbouring_operations_are_analysed_too(
    #[case] method: &'static str,
    #[case] path: &str,
    #[case] rule: &str,
) {
    let request = WireRequest::new(method, format!("/2015-03-31/functions/f/{path}"));
    let analysis = analysed(&world(), &request);
    assert!(!analysis.unscored);
    let rules: Vec<_> = analysis.faults.iter().map(|fault| fault.rule.name()).collect();
    assert_eq!(rules, [rule]);
}

#[rstest]
#[case::no_fault(plain(), false)]
#[case::an_open_fault(with(&json!({"SourceArn": null})), false)]
#[case::a_certain_fault(without("Action"), true)]
#[case::both(with(&json!({"SourceArn": null, "Action": 1})), true)]
fn only_a_certain_fault_keeps_a_request_from_putting_rules_to_the_test(
    #[case] mut members: Value,
    #[case] certain: bool,
) {
    members["StatementId"] = json!("Ab");
    let analysis = analysed(&world(), &add(&members));
    assert_eq!(analysis.must_be_rejected(), certain);
    assert_eq!(analysis.accepts.contains(&RuleId::StatementIdPattern), !certain);
}
