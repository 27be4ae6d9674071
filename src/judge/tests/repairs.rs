//! Which accepted request is the repair of which refused one.

use rstest::rstest;

use super::*;
use crate::contract::Member;
use crate::judge::cause::{repair_key, repair_keys};
use crate::model::Request;

/// A request that was refused for this member.
fn refused_for(request: &WireRequest, member: Option<Member>) -> u64 {
    repair_key(&Request::read(request), member)
}

fn accepted(request: &WireRequest) -> Vec<u64> {
    repair_keys(&Request::read(request))
}

/// Whether the acceptance of `good` shows that `bad` was refused for `member` alone.
fn repairs(good: &WireRequest, bad: &WireRequest, member: Member) -> bool {
    accepted(good).contains(&refused_for(bad, Some(member)))
}

fn qualified(qualifier: &str) -> WireRequest {
    add(&plain()).with_query("Qualifier", qualifier)
}

fn members(others: &Value) -> WireRequest {
    add(&with(others))
}

fn url(action: &str, auth_type: &str) -> WireRequest {
    members(&json!({"Action": action, "FunctionUrlAuthType": auth_type}))
}

#[rstest]
#[case::statement_id(json!({"StatementId": "a b"}), Member::StatementId)]
#[case::action(json!({"Action": "s3:*"}), Member::Action)]
#[case::missing(json!({"Principal": null}), Member::Principal)]
#[case::of_another_type(json!({"Principal": 1}), Member::Principal)]
#[case::optional(json!({"SourceArn": "x"}), Member::SourceArn)]
#[case::optional_at_fault_and_another_id(
    json!({"SourceArn": "x", "StatementId": "b"}),
    Member::SourceArn
)]
fn the_request_without_the_member_at_fault_is_its_repair(
    #[case] bad: Value,
    #[case] member: Member,
) {
    assert!(repairs(&add(&plain()), &members(&bad), member));
}

#[rstest]
#[case::lacks_a_member(json!({"StatementId": "a b", "SourceArn": "arn:aws:s3:::b"}), Member::StatementId)]
#[case::another_value(json!({"StatementId": "a b", "Principal": "*"}), Member::StatementId)]
#[case::another_fault(json!({"Action": "s3:*", "Principal": ""}), Member::Action)]
#[case::another_member_blamed(json!({"Action": "s3:*"}), Member::Principal)]
fn a_request_that_differs_elsewhere_is_no_repair(#[case] bad: Value, #[case] member: Member) {
    assert!(!repairs(&add(&plain()), &members(&bad), member));
}

#[test]
fn a_null_is_as_if_absent() {
    let mut bad = with(&json!({"StatementId": "a b"}));
    bad["SourceArn"] = Value::Null;
    assert!(repairs(&add(&plain()), &add(&bad), Member::StatementId));
}

#[test]
fn the_function_s_name_tells_no_repairs_apart() {
    let bad = add_to("f", &with(&json!({"StatementId": "a b"})));
    assert!(repairs(&add_to("g", &plain()), &bad, Member::StatementId));
    assert!(repairs(&add(&plain()), &add_to("f!", &plain()), Member::FunctionName));
}

#[rstest]
#[case::the_same(qualified("1"), true)]
#[case::as_a_suffix(add_to("f:1", &plain()), true)]
#[case::another(qualified("2"), false)]
#[case::another_suffix(add_to("f:2", &plain()), false)]
#[case::none(add(&plain()), false)]
fn the_qualifier_tells_repairs_apart_wherever_it_stands(
    #[case] good: WireRequest,
    #[case] same: bool,
) {
    let bad = members(&json!({"StatementId": "a b"})).with_query("Qualifier", "1");
    assert_eq!(repairs(&good, &bad, Member::StatementId), same);
}

#[rstest]
#[case::qualifier(Member::Qualifier)]
#[case::name(Member::FunctionName)]
fn a_qualifier_at_fault_is_repaired_by_any_other_or_none(#[case] member: Member) {
    for good in [add(&plain()), qualified("1"), add_to("f:live", &plain())] {
        assert!(repairs(&good, &qualified("$LATEST"), member));
        assert!(repairs(&good, &add_to("f:$LATEST", &plain()), member));
    }
    let other = members(&json!({"Principal": "*"}));
    assert!(!repairs(&other, &qualified("$LATEST"), member));
}

#[rstest]
#[case::another_type(
    url("lambda:InvokeFunctionUrl", "NONE"),
    "none",
    Member::FunctionUrlAuthType,
    true
)]
#[case::another_action(add(&plain()), "NONE", Member::FunctionUrlAuthType, true)]
#[case::another_principal(
    members(&json!({"Principal": "*"})),
    "NONE",
    Member::FunctionUrlAuthType,
    false
)]
#[case::another_type_is_no_other_action(
    url("lambda:InvokeFunctionUrl", "AWS_IAM"),
    "NONE",
    Member::Action,
    false
)]
fn the_url_s_authentication_and_the_action_are_repaired_together(
    #[case] good: WireRequest,
    #[case] auth_type: &str,
    #[case] member: Member,
    #[case] same: bool,
) {
    assert_eq!(repairs(&good, &url("lambda:GetFunction", auth_type), member), same);
}

#[rstest]
#[case::no_object(add(&json!([])))]
#[case::no_json(WireRequest { body: b"{".to_vec(), ..add(&plain()) })]
#[case::another_grant(qualified("live"))]
fn where_no_member_is_at_fault_any_accepted_request_will_do(#[case] bad: WireRequest) {
    for good in [add(&plain()), members(&json!({"Principal": "*"})), qualified("1")] {
        assert!(accepted(&good).contains(&refused_for(&bad, None)));
    }
}

#[test]
fn a_body_that_holds_no_members_is_no_body_with_members() {
    let bad = add(&json!([]));
    assert!(!repairs(&add(&plain()), &bad, Member::Action));
}

#[test]
fn what_adds_nothing_repairs_no_refused_grant() {
    let get = get("f", None);
    let add = add(&plain());
    for member in Member::ALL {
        assert!(!repairs(&get, &add, member), "{member}");
        assert!(!repairs(&add, &get, member), "{member}");
    }
    assert!(!accepted(&get).contains(&refused_for(&add, None)));
}

#[test]
fn a_refused_grant_waits_for_its_repair_and_a_refused_read_for_nothing() {
    let bad = members(&json!({"StatementId": "a b"}));
    let judgement = judged(&world(), &bad, &refused(400, "ValidationException", ""));
    let case = judgement.cases.iter().find(|case| case.rule == RuleId::StatementIdPattern);
    let good = judged(&world(), &add(&plain()), &created(&plain_statement()));
    assert!(good.repairs.contains(&case.unwrap().repair.unwrap()));
    let other = members(&json!({"Action": "lambda:GetFunction"}));
    assert!(!accepted(&other).contains(&case.unwrap().repair.unwrap()));

    let get = get("f", None);
    let judgement = judged(&world(), &get, &refused(404, "ResourceNotFoundException", ""));
    let case = judgement.cases.iter().find(|case| case.direction == Direction::Refuse);
    assert_eq!(case.unwrap().repair, None);
}
