//! What the statement of a grant must look like.

use rstest::rstest;

use super::*;
use crate::contract::{Evidence, RuleId};
use crate::model::StatementShape;
use crate::model::statement::{Condition, evidence};

/// What a success of these members must look like.
pub(super) fn shape(others: &Value) -> StatementShape {
    analysed(&world(), &add(&with(others))).statement.unwrap()
}

#[rstest]
#[case::wildcard("*", json!("*"), Some(RuleId::PrincipalWildcard))]
#[case::account("123456789012", json!({"AWS": "arn:aws:iam::123456789012:root"}),
    Some(RuleId::PrincipalAccountRoot))]
#[case::another_account("000000000000", json!({"AWS": "arn:aws:iam::000000000000:root"}),
    Some(RuleId::PrincipalAccountRoot))]
#[case::service("s3.amazonaws.com", json!({"Service": "s3.amazonaws.com"}),
    Some(RuleId::PrincipalService))]
#[case::alexa("alexa-appkit.amazon.com", json!({"Service": "alexa-appkit.amazon.com"}),
    Some(RuleId::PrincipalService))]
#[case::role("arn:aws:iam::123456789012:role/x", json!({"AWS": "arn:aws:iam::123456789012:role/x"}),
    Some(RuleId::PrincipalIamArn))]
#[case::user("arn:aws:iam::123456789012:user/x", json!({"AWS": "arn:aws:iam::123456789012:user/x"}),
    Some(RuleId::PrincipalIamArn))]
#[case::an_unknown_service("nosuch.amazonaws.com", json!({"Service": "nosuch.amazonaws.com"}), None)]
#[case::something_else("nobody", json!({"AWS": "nobody"}), None)]
fn the_kind_of_a_principal_decides_how_it_is_shown(
    #[case] text: &str,
    #[case] rendered: Value,
    #[case] rule: Option<RuleId>,
) {
    let shape = shape(&json!({"Principal": text}));
    assert_eq!(shape.principal_rendered, rendered);
    assert_eq!(shape.principal, rule.map(|rule| (rendered, rule)));
}

#[test]
fn the_root_of_an_account_is_one_of_the_partition() {
    let mut world = world();
    world.partition = "aws-cn".into();
    let request = add(&with(&json!({"Principal": "123456789012"})));
    let shape = analysed(&world, &request).statement.unwrap();
    assert_eq!(shape.principal_rendered, json!({"AWS": "arn:aws-cn:iam::123456789012:root"}));
    assert!(shape.resource.starts_with("arn:aws-cn:lambda:"), "{}", shape.resource);
}

#[rstest]
#[case::source_account(
    "SourceAccount",
    "012345678901",
    "AWS:SourceAccount",
    RuleId::ConditionSourceAccount
)]
#[case::principal_org_id(
    "PrincipalOrgID",
    "o-1234567890",
    "aws:PrincipalOrgID",
    RuleId::ConditionPrincipalOrgId
)]
#[case::event_source_token(
    "EventSourceToken",
    "a.b",
    "lambda:EventSourceToken",
    RuleId::ConditionEventSourceToken
)]
#[case::function_url_auth_type(
    "FunctionUrlAuthType",
    "NONE",
    "lambda:FunctionUrlAuthType",
    RuleId::ConditionFunctionUrlAuthType
)]
fn an_optional_member_becomes_an_equality(
    #[case] member: &str,
    #[case] value: &str,
    #[case] key: &'static str,
    #[case] rule: RuleId,
) {
    let expected = Condition {
        operator: "StringEquals",
        documented_operator: None,
        key,
        value: value.to_owned(),
        rule,
        optional: false,
    };
    let members = json!({"Action": "lambda:InvokeFunctionUrl", member: value});
    assert_eq!(shape(&members).conditions, [expected]);
}

#[rstest]
#[case::plain("arn:aws:s3:::b", false)]
#[case::with_wildcards("arn:aws:logs:us-east-1:123456789012:*:*", false)]
#[case::that_only_one_edition_knows("arn:aws:s3:us-iso-east-1::b", true)]
fn a_source_arn_becomes_a_likeness_of_arns(#[case] arn: &str, #[case] optional: bool) {
    let expected = Condition {
        operator: "ArnLike",
        documented_operator: Some("StringLike"),
        key: "AWS:SourceArn",
        value: arn.to_owned(),
        rule: RuleId::ConditionSourceArn,
        optional,
    };
    assert_eq!(shape(&json!({"SourceArn": arn})).conditions, [expected]);
}

#[rstest]
#[case::yes(true, "true")]
#[case::no(false, "false")]
fn a_grant_for_calls_by_url_becomes_a_condition_that_one_edition_ignores(
    #[case] value: bool,
    #[case] text: &str,
) {
    let expected = Condition {
        operator: "Bool",
        documented_operator: None,
        key: "lambda:InvokedViaFunctionUrl",
        value: text.to_owned(),
        rule: RuleId::InvokedViaFunctionUrlCondition,
        optional: true,
    };
    assert_eq!(shape(&json!({"InvokedViaFunctionUrl": value})).conditions, [expected]);
}

#[test]
fn a_token_that_may_count_as_absent_may_leave_no_condition() {
    assert!(shape(&json!({"EventSourceToken": ""})).conditions[0].optional);
}

#[test]
fn members_of_the_body_that_are_no_input_of_it_are_told() {
    let members =
        json!({"Effect": "Deny", "sourceArn": "x", "FunctionName": "g", "Qualifier": "1"});
    let expected = ["Effect", "sourceArn", "FunctionName", "Qualifier"];
    assert_eq!(shape(&members).unknown_members, expected);
    let members = json!({"SourceArn": "arn:aws:s3:::b", "RevisionId": null});
    assert_eq!(shape(&members).unknown_members, [] as [&str; 0]);
}

#[test]
fn what_the_request_does_not_say_is_not_known_of_its_statement() {
    let statement = analysed(&world(), &add_bytes("f", b"")).statement.unwrap();
    assert_eq!((statement.sid, statement.action, statement.principal), (None, None, None));
    assert_eq!(statement.resource, "arn:aws:lambda:us-east-1:123456789012:function:f");
}

#[rstest]
#[case::ap_01(json!({"StatementId": "s3", "SourceArn": "arn:aws:s3:::test-bucket"}),
    r#"{"Sid":"s3","Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Condition":{"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::test-bucket"}}}"#)]
#[case::fld_03(json!({"Principal": "111111111111"}),
    r#"{"Sid":"ab","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f"}"#)]
#[case::fld_05(json!({"StatementId": "urlPermission", "Action": "lambda:InvokeFunctionUrl", "Principal": "*", "SourceArn": "arn:aws:s3:::test-bucket", "SourceAccount": "111111111111", "PrincipalOrgID": "o-1234567890", "FunctionUrlAuthType": "NONE"}),
    r#"{"Sid":"urlPermission","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Condition":{"StringEquals":{"AWS:SourceAccount":"111111111111","lambda:FunctionUrlAuthType":"NONE","aws:PrincipalOrgID":"o-1234567890"},"ArnLike":{"AWS:SourceArn":"arn:aws:s3:::test-bucket"}}}"#)]
#[case::fld_06(json!({"Principal": "*", "EventSourceToken": "amzn1.ask.skill.x"}),
    r#"{"Sid":"ab","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Condition":{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.x"}}}"#)]
#[case::gh_01(json!({"Principal": "*", "InvokedViaFunctionUrl": true}),
    r#"{"Sid":"ab","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Condition":{"Bool":{"lambda:InvokedViaFunctionUrl":"true"}}}"#)]
fn a_statement_is_rendered_as_recorded(#[case] members: Value, #[case] expected: &str) {
    assert_eq!(shape(&members).render().to_string(), expected);
}

#[rstest]
#[case::no_condition(json!({}), &[RuleId::ConditionAbsent])]
#[case::one(json!({"SourceAccount": "123456789012"}), &[RuleId::ConditionSourceAccount])]
#[case::two(json!({"SourceAccount": "123456789012", "SourceArn": "arn:aws:s3:::b"}),
    &[RuleId::ConditionSourceArn, RuleId::ConditionSourceAccount, RuleId::ConditionMerged])]
#[case::one_that_may_be_missing(json!({"InvokedViaFunctionUrl": true}),
    &[RuleId::InvokedViaFunctionUrlCondition])]
#[case::one_beside_one_that_may_be_missing(
    json!({"SourceAccount": "123456789012", "InvokedViaFunctionUrl": true}),
    &[RuleId::ConditionSourceAccount, RuleId::InvokedViaFunctionUrlCondition])]
#[case::a_member_that_is_no_input(json!({"Effect": "Deny"}),
    &[RuleId::ConditionAbsent, RuleId::MemberUnknown])]
fn a_statement_puts_its_conditions_to_the_test(
    #[case] members: Value,
    #[case] expected: &[RuleId],
) {
    let of_every_statement = [
        RuleId::StatementSid,
        RuleId::StatementEffect,
        RuleId::StatementAction,
        RuleId::StatementMembers,
        RuleId::StatementResource,
        RuleId::PrincipalService,
    ];
    assert_eq!(shape(&members).rules(), [&of_every_statement[..], expected].concat());
}

#[test]
fn a_principal_of_which_nothing_is_known_puts_no_rule_to_the_test() {
    let rules = shape(&json!({"Principal": "nobody"})).rules();
    assert!(!rules.iter().any(|rule| rule.name().starts_with("principal.")), "{rules:?}");
}

#[rstest]
#[case::it_speaks_of_statements(RuleId::StatementSid, Evidence::Documented)]
#[case::by_recordings(RuleId::PrincipalWildcard, Evidence::Recorded)]
#[case::it_does_not_speak_of_statements(RuleId::ErrorNotFound, Evidence::Assumed)]
fn a_rule_that_does_not_speak_of_statements_is_assumed_there(
    #[case] rule: RuleId,
    #[case] expected: Evidence,
) {
    assert_eq!(evidence(rule), expected);
}
