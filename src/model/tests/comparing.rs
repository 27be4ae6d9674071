//! How a statement that came differs from what it must look like.

use rstest::rstest;
use serde_json::Map;

use super::statements::shape;
use super::*;
use crate::contract::{EvidenceFloor, RuleId};

const ARN: &str = "arn:aws:s3:::b";
const OWNER: &str = "123456789012";

/// The members of the statement that the members of the body deserve, changed by this.
fn changed(others: &Value, change: impl FnOnce(&mut Map<String, Value>)) -> Map<String, Value> {
    let Value::Object(mut statement) = shape(others).render() else { panic!("no object") };
    change(&mut statement);
    statement
}

/// The differences of a statement: rule, path, what should stand there and what does.
fn differences(
    others: &Value,
    floor: EvidenceFloor,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Vec<(RuleId, String, Value, Value)> {
    let found = shape(others).compare(&changed(others, change), floor);
    let parts = found.into_iter();
    parts.map(|found| (found.rule, found.path, found.expected, found.actual)).collect()
}

/// The differences that a run with default evidence sees.
fn differs(
    others: &Value,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Vec<(RuleId, String, Value, Value)> {
    differences(others, EvidenceFloor::Reported, change)
}

fn at(rule: RuleId, path: &str, expected: Value, actual: Value) -> (RuleId, String, Value, Value) {
    (rule, path.to_owned(), expected, actual)
}

fn both() -> Value {
    json!({"SourceArn": ARN, "SourceAccount": OWNER})
}

#[rstest]
#[case::plain(json!({}))]
#[case::of_an_unknown_principal(json!({"Principal": "nobody"}))]
#[case::with_conditions(both())]
#[case::with_a_member_that_is_no_input(json!({"Effect": "Deny", "sourceArn": ARN}))]
#[case::for_calls_by_url(json!({"InvokedViaFunctionUrl": true}))]
fn the_statement_as_aws_renders_it_is_as_it_must_be(#[case] members: Value) {
    for floor in [EvidenceFloor::Documented, EvidenceFloor::Reported] {
        assert_eq!(differences(&members, floor, |_| {}), []);
    }
}

#[test]
fn the_order_of_members_does_not_count() {
    let found = differs(&both(), |statement| {
        let mut reversed: Vec<_> = std::mem::take(statement).into_iter().collect();
        reversed.reverse();
        statement.extend(reversed);
    });
    assert_eq!(found, []);
}

#[rstest]
#[case::sid("Sid", RuleId::StatementSid, json!("ab"))]
#[case::action("Action", RuleId::StatementAction, json!("lambda:InvokeFunction"))]
#[case::effect("Effect", RuleId::StatementEffect, json!("Allow"))]
#[case::resource("Resource", RuleId::StatementResource,
    json!("arn:aws:lambda:us-east-1:123456789012:function:f"))]
#[case::principal("Principal", RuleId::PrincipalService, json!({"Service": "s3.amazonaws.com"}))]
fn a_member_that_is_wrong_or_missing_breaks_its_rule(
    #[case] name: &str,
    #[case] rule: RuleId,
    #[case] expected: Value,
) {
    for wrong in [json!("x"), json!([expected]), json!(null)] {
        assert_eq!(
            differs(&json!({}), |statement| statement[name] = wrong.clone()),
            [at(rule, name, expected.clone(), wrong.clone())]
        );
    }
    let missing = differs(&json!({}), |statement| drop(statement.remove(name)));
    assert_eq!(missing, [at(rule, name, expected, Value::Null)]);
}

#[test]
fn what_the_request_did_not_say_is_not_compared() {
    let shape = analysed(&world(), &add_bytes("f", b"")).statement.unwrap();
    let statement = json!({
        "Sid": "made-up",
        "Effect": "Allow",
        "Principal": "x",
        "Action": "x",
        "Resource": shape.resource,
    });
    let compared = shape.compare(statement.as_object().unwrap(), EvidenceFloor::Reported);
    assert_eq!(compared, []);
}

#[test]
fn a_principal_of_which_nothing_is_known_must_be_there_in_some_form() {
    let nobody = json!({"Principal": "nobody"});
    let other = differs(&nobody, |statement| statement["Principal"] = json!({"Service": "nobody"}));
    assert_eq!(other, []);
    let missing = differs(&nobody, |statement| drop(statement.remove("Principal")));
    let expected = at(RuleId::StatementMembers, "Principal", json!("some principal"), Value::Null);
    assert_eq!(missing, [expected]);
}

#[rstest]
#[case::that_nobody_sent(json!({}), RuleId::StatementMembers)]
#[case::that_nobody_sent_beside_another(json!({"Effect": "Deny"}), RuleId::StatementMembers)]
#[case::that_nobody_sent_beside_a_member_in_other_case(
    json!({"sourceArn": ARN}), RuleId::StatementMembers)]
#[case::of_the_body(json!({"NotPrincipal": "x"}), RuleId::MemberUnknown)]
fn a_member_that_statements_do_not_have(#[case] members: Value, #[case] rule: RuleId) {
    let found = differs(&members, |statement| {
        statement.insert("NotPrincipal".into(), json!("x"));
    });
    assert_eq!(found, [at(rule, "NotPrincipal", Value::Null, json!("x"))]);
}

#[test]
fn a_member_of_the_body_that_is_no_input_may_have_any_name() {
    let found = differs(&json!({"Not.Principal": "x"}), |statement| {
        statement.insert("Not.Principal".into(), json!("x"));
    });
    assert_eq!(found, [at(RuleId::MemberUnknown, "Not.Principal", Value::Null, json!("x"))]);
}

#[rstest]
#[case::effect("Effect")]
#[case::resource("Resource")]
#[case::sid("Sid")]
fn a_member_of_the_body_that_is_no_input_must_not_change_the_statement(#[case] name: &str) {
    let found = differs(&json!({ name: "x" }), |statement| statement[name] = json!("x"));
    let rules: Vec<_> = found.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(rules, [RuleId::MemberUnknown]);
}

fn condition(statement: &mut Map<String, Value>, condition: &Value) {
    statement.insert("Condition".into(), condition.clone());
}

#[rstest]
#[case::a_condition(json!({"Condition": {"Bool": {"x": "true"}}}), RuleId::MemberUnknown)]
#[case::a_member_in_other_case(json!({"sourceArn": ARN}), RuleId::MemberUnknown)]
#[case::something_else(json!({"Nope": ARN}), RuleId::ConditionAbsent)]
#[case::nothing(json!({}), RuleId::ConditionAbsent)]
fn a_condition_that_was_not_asked_for_is_laid_to_what_may_have_brought_it(
    #[case] members: Value,
    #[case] rule: RuleId,
) {
    let invented = json!({"ArnLike": {"AWS:SourceArn": ARN}});
    let found = differs(&members, |statement| condition(statement, &invented));
    assert_eq!(found, [at(rule, "Condition.ArnLike.AWS:SourceArn", Value::Null, json!(ARN))]);
}

#[test]
fn a_condition_that_was_asked_for_and_is_wrong_is_not_laid_to_a_member_in_other_case() {
    let members = json!({"SourceAccount": OWNER, "sourceArn": ARN});
    let wrong = json!({"StringEquals": {"AWS:SourceAccount": "1"}});
    let found = differs(&members, |statement| condition(statement, &wrong));
    let path = "Condition.StringEquals.AWS:SourceAccount";
    assert_eq!(found, [at(RuleId::ConditionSourceAccount, path, json!(OWNER), wrong)]);
}

#[rstest]
#[case::another_value("ArnLike", "AWS:SourceArn", json!("arn:aws:s3:::x"), true)]
#[case::a_list("ArnLike", "AWS:SourceArn", json!([ARN]), true)]
#[case::another_operator("ArnEquals", "AWS:SourceArn", json!(ARN), true)]
#[case::the_operator_of_the_page("StringLike", "AWS:SourceArn", json!(ARN), false)]
#[case::another_case("ArnLike", "aws:sourcearn", json!(ARN), false)]
#[case::operator_of_the_page_and_another_case("StringLike", "aws:SourceArn", json!(ARN), false)]
#[case::another_case_and_value("ArnLike", "aws:sourcearn", json!("x"), true)]
#[case::another_prefix("ArnLike", "lambda:SourceArn", json!(ARN), true)]
#[case::another_key("ArnLike", "AWS:Source", json!(ARN), true)]
#[case::an_operator_that_the_page_names_nowhere("StringEquals", "AWS:SourceArn", json!(ARN), true)]
fn a_condition_may_be_wrong_in_operator_key_and_value(
    #[case] operator: &str,
    #[case] key: &str,
    #[case] value: Value,
    #[case] by_the_page: bool,
) {
    let members = json!({"SourceArn": ARN});
    let wrong = json!({ operator: { key: value } });
    let path = "Condition.ArnLike.AWS:SourceArn";
    let expected = [at(RuleId::ConditionSourceArn, path, json!(ARN), wrong.clone())];
    assert_eq!(differs(&members, |statement| condition(statement, &wrong)), expected);
    let documented = differences(&members, EvidenceFloor::Documented, |statement| {
        condition(statement, &wrong);
    });
    assert_eq!(documented, if by_the_page { &expected[..] } else { &[] });
}

#[test]
fn the_pages_operator_is_that_of_source_arn_alone() {
    let wrong = json!({"StringLike": {"AWS:SourceAccount": OWNER}});
    let members = json!({"SourceAccount": OWNER});
    let found = differences(&members, EvidenceFloor::Documented, |statement| {
        condition(statement, &wrong);
    });
    let path = "Condition.StringEquals.AWS:SourceAccount";
    assert_eq!(found, [at(RuleId::ConditionSourceAccount, path, json!(OWNER), wrong)]);
}

#[test]
fn each_condition_is_held_against_its_own_entry() {
    let mut members = both();
    members["EventSourceToken"] = json!("token");
    let wrong = json!({
        "ArnLike": {"AWS:SourceArn": ARN},
        "StringEquals": {"AWS:SourceAccount": "1", "lambda:EventSourceToken": "token"},
    });
    let found = differs(&members, |statement| condition(statement, &wrong));
    let path = "Condition.StringEquals.AWS:SourceAccount";
    let actual = json!({"StringEquals": {"AWS:SourceAccount": "1"}});
    assert_eq!(found, [at(RuleId::ConditionSourceAccount, path, json!(OWNER), actual)]);
}

#[rstest]
#[case::of_two(both(), json!({"StringEquals": {"AWS:SourceAccount": OWNER}}),
    RuleId::ConditionMerged)]
#[case::of_three(json!({"SourceArn": ARN, "SourceAccount": OWNER, "EventSourceToken": "t"}),
    json!({"StringEquals": {"AWS:SourceAccount": OWNER, "lambda:EventSourceToken": "t"}}),
    RuleId::ConditionMerged)]
#[case::beside_one_that_may_be_missing(json!({"SourceArn": ARN, "InvokedViaFunctionUrl": true}),
    json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}), RuleId::ConditionSourceArn)]
fn a_condition_that_is_dropped_though_others_stand_breaks_merging(
    #[case] members: Value,
    #[case] rest: Value,
    #[case] rule: RuleId,
) {
    let found = differs(&members, |statement| condition(statement, &rest));
    assert_eq!(found, [at(rule, "Condition.ArnLike.AWS:SourceArn", json!(ARN), Value::Null)]);
}

#[test]
fn conditions_that_are_all_dropped_break_a_rule_each() {
    let found = differs(&both(), |statement| drop(statement.remove("Condition")));
    let arn = "Condition.ArnLike.AWS:SourceArn";
    let account = "Condition.StringEquals.AWS:SourceAccount";
    assert_eq!(
        found,
        [
            at(RuleId::ConditionSourceArn, arn, json!(ARN), Value::Null),
            at(RuleId::ConditionSourceAccount, account, json!(OWNER), Value::Null),
        ]
    );
}

#[rstest]
#[case::for_calls_by_url(json!({"InvokedViaFunctionUrl": true}))]
#[case::that_only_one_edition_knows(json!({"SourceArn": "arn:aws:s3:us-iso-east-1::b"}))]
#[case::that_may_count_as_absent(json!({"EventSourceToken": ""}))]
fn a_condition_that_may_be_missing_is_not_missed(#[case] members: Value) {
    assert_eq!(differs(&members, |statement| drop(statement.remove("Condition"))), []);
}

#[test]
fn a_condition_that_may_be_missing_must_be_right_where_it_is_there() {
    let wrong = json!({"Bool": {"lambda:InvokedViaFunctionUrl": true}});
    let found = differs(&json!({"InvokedViaFunctionUrl": true}), |statement| {
        condition(statement, &wrong);
    });
    let (rule, path) =
        (RuleId::InvokedViaFunctionUrlCondition, "Condition.Bool.lambda:InvokedViaFunctionUrl");
    assert_eq!(found, [at(rule, path, json!("true"), wrong)]);
}

#[rstest]
#[case::an_entry(json!({"Bool": {"x": "y"}}), "Condition.Bool.x", json!("y"))]
#[case::no_entry(json!({"Bool": "y"}), "Condition.Bool.", json!("y"))]
fn a_condition_beside_the_ones_that_were_asked_for_is_invented(
    #[case] invented: Value,
    #[case] path: &str,
    #[case] actual: Value,
) {
    let found = differs(&both(), |statement| {
        statement["Condition"]
            .as_object_mut()
            .unwrap()
            .extend(invented.as_object().unwrap().clone());
    });
    assert_eq!(found, [at(RuleId::ConditionMerged, path, Value::Null, actual)]);
}

#[rstest]
#[case::under_another_operator(
    json!({"StringLike": {"AWS:SourceArn": ARN}, "ArnLike": {"AWS:SourceArn": ARN}}),
    "Condition.StringLike.AWS:SourceArn", ARN)]
#[case::with_another_value_under_a_key_like_it(
    json!({"ArnLike": {"aws:SourceArn": "x", "AWS:SourceArn": ARN}}),
    "Condition.ArnLike.aws:SourceArn", "x")]
fn a_condition_that_stands_twice_is_right_once(
    #[case] twice: Value,
    #[case] path: &str,
    #[case] actual: &str,
) {
    let found = differs(&json!({"SourceArn": ARN}), |statement| condition(statement, &twice));
    assert_eq!(found, [at(RuleId::ConditionMerged, path, Value::Null, json!(actual))]);
}

#[rstest]
#[case::text(json!("x"))]
#[case::an_empty_object(json!({}))]
#[case::a_list(json!([]))]
fn a_condition_that_holds_none_drops_each_that_was_asked_for(#[case] wrong: Value) {
    let of = |members: &Value| differs(members, |statement| condition(statement, &wrong));
    let absent = [at(RuleId::ConditionAbsent, "Condition", Value::Null, wrong.clone())];
    assert_eq!(of(&json!({})), absent);
    assert_eq!(of(&json!({"InvokedViaFunctionUrl": true})), absent);
    let dropped = [
        at(RuleId::ConditionSourceArn, "Condition.ArnLike.AWS:SourceArn", json!(ARN), Value::Null),
        at(
            RuleId::ConditionSourceAccount,
            "Condition.StringEquals.AWS:SourceAccount",
            json!(OWNER),
            Value::Null,
        ),
    ];
    assert_eq!(of(&both()), dropped);
}

#[test]
fn an_operator_without_keys_is_a_condition_that_nobody_asked_for() {
    let found = differs(&json!({}), |statement| {
        statement.insert("Condition".into(), json!({"StringEquals": {}}));
    });
    let expected = at(RuleId::ConditionAbsent, "Condition.StringEquals.", Value::Null, json!({}));
    assert_eq!(found, [expected]);
}

#[test]
fn a_condition_that_is_there_is_not_taken_for_another_of_the_same_value() {
    // Both values are equal; that of the organisation is dropped.
    let members = json!({"SourceAccount": OWNER, "EventSourceToken": OWNER});
    for (kept, dropped) in [
        ("AWS:SourceAccount", "lambda:EventSourceToken"),
        ("lambda:EventSourceToken", "AWS:SourceAccount"),
    ] {
        let found = differs(&members, |statement| {
            statement["Condition"] = json!({"StringEquals": {kept: OWNER}});
        });
        let path = format!("Condition.StringEquals.{dropped}");
        assert_eq!(found, [at(RuleId::ConditionMerged, &path, json!(OWNER), Value::Null)]);
    }
}

#[test]
fn a_key_is_nearer_than_a_value() {
    // The account stands under the token's key, and the token under an invented one.
    let members = json!({"SourceAccount": OWNER, "EventSourceToken": "token"});
    let found = differs(&members, |statement| {
        statement["Condition"] =
            json!({"StringEquals": {"lambda:EventSourceToken": OWNER, "x:y": "token"}});
    });
    let rules: Vec<RuleId> = found.iter().map(|(rule, ..)| *rule).collect();
    let token = found.iter().find(|(rule, ..)| *rule == RuleId::ConditionEventSourceToken);
    assert_eq!(
        token.map(|(.., actual)| &actual["StringEquals"]["lambda:EventSourceToken"]),
        Some(&json!(OWNER))
    );
    assert_eq!(rules.len(), 3, "{found:?}");
}
