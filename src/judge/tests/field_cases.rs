//! Small cases that real targets showed to be judged wrongly: what was missed, and what was blamed
//! on a target that was right.

use rstest::rstest;

use super::policies::read;
use super::*;
use crate::model::world::Seen;

/// The plainest statement of a public grant with these conditions.
fn public_with(condition: &Value) -> Value {
    let mut statement = plain_statement();
    statement["Principal"] = json!("*");
    statement["Condition"] = condition.clone();
    statement
}

fn scored(judgement: &Judgement) -> Vec<RuleId> {
    judgement.findings.iter().filter(|found| !found.advisory).map(Finding::rule).collect()
}

fn bare(status: u16) -> Observation {
    answer(status, &[("content-type", "text/html")], "<html>Bad Request</html>")
}

#[rstest]
#[case::an_empty_object(json!({}))]
#[case::null(json!(null))]
#[case::an_empty_list(json!([]))]
#[case::an_empty_operator(json!({"StringEquals": {}}))]
#[case::two_empty_operators(json!({"StringEquals": {}, "ArnLike": null}))]
fn a_dropped_condition_breaks_its_own_rule_whatever_stands_there(#[case] condition: Value) {
    let members = with(&json!({"Principal": "*", "PrincipalOrgID": "o-abcdefghij"}));
    let judgement = judged(&world(), &add(&members), &created(&public_with(&condition)));
    assert_eq!(scored(&judgement), [RuleId::ConditionPrincipalOrgId]);
    assert!(!all_counted(&judgement).contains(&RuleId::ConditionPrincipalOrgId));
}

#[test]
fn a_condition_that_is_dropped_beside_others_counts_for_no_rule_of_its_own() {
    let members = with(&json!({"SourceArn": "arn:aws:s3:::b", "SourceAccount": "123456789012"}));
    let mut statement = plain_statement();
    statement["Condition"] = json!({"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}});
    let judgement = judged(&world(), &add(&members), &created(&statement));
    assert_eq!(scored(&judgement), [RuleId::ConditionMerged]);
    let counted = all_counted(&judgement);
    assert!(counted.contains(&RuleId::ConditionSourceArn));
    assert!(!counted.contains(&RuleId::ConditionSourceAccount));
    assert!(!counted.contains(&RuleId::ConditionMerged));
}

#[test]
fn a_condition_that_may_be_missing_and_is_counts_for_nothing() {
    let members = with(&json!({"InvokedViaFunctionUrl": true}));
    let judgement = judged(&world(), &add(&members), &created(&plain_statement()));
    assert_eq!(judgement.findings, []);
    assert!(!all_counted(&judgement).contains(&RuleId::InvokedViaFunctionUrlCondition));
}

#[rstest]
#[case::a_null_that_may_be_refused(json!({"RevisionId": null, "SourceArn": null}), true)]
#[case::an_unknown_member(json!({"Effect": "Deny"}), true)]
#[case::a_principal_that_may_not_exist(json!({"Principal": "999999999999"}), false)]
#[case::what_the_editions_dispute(json!({"Principal": "a".repeat(2_049)}), false)]
#[case::what_is_right(json!({}), false)]
#[case::what_is_wrong(json!({"StatementId": "a b"}), false)]
fn a_server_fault_is_never_right(#[case] others: Value, #[case] advisory: bool) {
    let mut members = plain();
    for (name, value) in others.as_object().unwrap() {
        members[name] = value.clone();
    }
    let judgement = judged(&world(), &add(&members), &bare(500));
    let by_rule = |found: &&Finding| found.rule() == RuleId::ErrorNoServerFault;
    let found: Vec<bool> =
        judgement.findings.iter().filter(by_rule).map(|found| found.advisory).collect();
    assert_eq!(found, [advisory], "{:#?}", judgement.findings);
    assert!(!all_counted(&judgement).contains(&RuleId::ErrorNoServerFault));
}

#[test]
fn a_removal_with_a_stale_revision_must_be_refused() {
    let mut world = holding(&["a"]);
    world.issued.insert("old".into());
    let request = remove("f", None, "a").with_query("RevisionId", "old");
    let judgement = judged(&world, &request, &answer(204, &[], ""));
    assert_eq!(scored(&judgement), [RuleId::RevisionIdStaleRefused]);
}

#[rstest]
#[case::no_account("arn:aws:iam::abc:root")]
#[case::a_short_account("arn:aws:iam::12345678901:role/x")]
fn a_malformed_iam_arn_must_be_refused(#[case] principal: &str) {
    let members = with(&json!({"Principal": principal}));
    let mut statement = plain_statement();
    statement["Principal"] = json!({"AWS": principal});
    let judgement = judged(&world(), &add(&members), &created(&statement));
    assert_eq!(scored(&judgement), [RuleId::PrincipalInvalid]);
}

#[test]
fn invoked_via_url_with_the_url_action_is_a_note_where_it_is_taken() {
    let members = with(&json!({
        "Action": "lambda:InvokeFunctionUrl",
        "Principal": "*",
        "FunctionUrlAuthType": "NONE",
        "InvokedViaFunctionUrl": true
    }));
    let mut statement = public_with(&json!({
        "StringEquals": {"lambda:FunctionUrlAuthType": "NONE"},
        "Bool": {"lambda:InvokedViaFunctionUrl": "true"}
    }));
    statement["Action"] = json!("lambda:InvokeFunctionUrl");
    let judgement = judged(&world(), &add(&members), &created(&statement));
    let found = only(&judgement);
    assert_eq!((found.rule(), found.advisory), (RuleId::InvokedViaFunctionUrlAction, true));
}

#[test]
fn a_statement_under_another_spelling_is_judged() {
    let body = json!({"statement": plain_statement()});
    let judgement = judged(&world(), &add(&plain()), &answer_json(201, &body));
    assert_eq!(scored(&judgement), [RuleId::SuccessEnvelope]);
    assert!(all_counted(&judgement).contains(&RuleId::StatementSid));
}

#[test]
fn a_whole_policy_in_the_place_of_the_statement_is_one_fault() {
    let policy = json!({"Version": "2012-10-17", "Statement": [plain_statement()]});
    let judgement = judged(&world(), &add(&plain()), &created(&policy));
    assert_eq!(scored(&judgement), [RuleId::SuccessEnvelope]);
}

/// A statement that AddPermission cannot make.
fn foreign() -> Value {
    json!({
        "Effect": "Deny",
        "NotPrincipal": {"AWS": ["arn:aws:iam::123456789012:root"]},
        "Action": ["lambda:InvokeFunction", "lambda:GetFunction"],
        "Resource": [testing::F]
    })
}

fn policy_of(statements: &[Value], id: Option<&str>) -> Observation {
    let mut policy = json!({"Version": "2012-10-17", "Statement": statements});
    if let Some(id) = id {
        policy["Id"] = json!(id);
    }
    answer_json(200, &json!({"Policy": policy.to_string(), "RevisionId": "current"}))
}

fn holding_foreign() -> World {
    let statements = vec![foreign(), statement("a")];
    let policy = Policy { statements, may_be_put: true, ..Policy::default() };
    testing::holding(None, PolicyState::Known(policy))
}

#[rstest]
#[case::with_an_id(Some("default"))]
#[case::without_an_id(None)]
fn a_policy_that_was_put_is_read_as_it_is(#[case] id: Option<&str>) {
    let judgement = read(&holding_foreign(), &policy_of(&[foreign(), statement("a")], id));
    assert_eq!(judgement.findings, []);
    assert!(all_counted(&judgement).contains(&RuleId::PolicyExact));
}

#[test]
fn a_foreign_statement_that_is_lost_or_changed_is_found() {
    let lost = read(&holding_foreign(), &policy_of(&[statement("a")], None));
    assert_eq!(scored(&lost), [RuleId::PolicyExact]);
    let mut changed = foreign();
    changed["Effect"] = json!("Allow");
    let changed = read(&holding_foreign(), &policy_of(&[changed, statement("a")], None));
    assert!(scored(&changed).contains(&RuleId::PolicyExact));
    let moved = read(&holding_foreign(), &policy_of(&[statement("a"), foreign()], None));
    assert_eq!(scored(&moved), [RuleId::PolicyOrder]);
}

#[test]
fn a_removal_may_be_blocked_as_public() {
    let refusal = refused(400, "PublicPolicyException", "blocked");
    let judgement = judged(&holding(&["a"]), &remove("f", None, "a"), &refusal);
    assert_eq!(judgement.findings, []);
    assert!(judgement.unjudged.is_some());
}

#[rstest]
#[case::in_the_query(add(&plain()).with_query("Qualifier", "\0"))]
#[case::in_the_name(add_to("f\0", &plain()))]
fn a_bare_refusal_in_front_has_the_right_status(#[case] request: WireRequest) {
    let judgement = judged(&world(), &request, &bare(400));
    assert_eq!(judgement.findings, []);
    let elsewhere = judged(&world(), &request, &bare(404));
    assert_ne!(elsewhere.findings, []);
    let plainly_wrong = add(&plain()).with_query("Qualifier", "a b");
    assert_ne!(judged(&world(), &plainly_wrong, &bare(400)).findings, []);
}

#[rstest]
#[case::source_arn(json!({"EventSourceToken": "t", "SourceArn": "arn:aws:s3:::b"}))]
#[case::source_account(json!({"EventSourceToken": "t", "SourceAccount": "123456789012"}))]
#[case::url(json!({"EventSourceToken": "t", "FunctionUrlAuthType": "NONE",
    "Action": "lambda:InvokeFunctionUrl"}))]
#[case::a_role(json!({"Principal": "arn:aws:iam::123456789012:role/other"}))]
#[case::a_user(json!({"Principal": "arn:aws:iam::123456789012:user/x"}))]
#[case::a_name_in_the_body(json!({"FunctionName": "f"}))]
#[case::a_qualifier_in_the_body(json!({"Qualifier": "live"}))]
#[case::a_member_that_the_first_page_lacks(json!({"InvokedViaFunctionUrl": true}))]
#[case::another_partition(json!({"Principal": "logs.us-iso-east-1.c2s.ic.gov"}))]
fn a_refusal_of_what_is_open_breaks_no_rule(#[case] others: Value) {
    let refusal = refused(400, "InvalidParameterValueException", "no");
    let judgement = judged(&world(), &add(&with(&others)), &refusal);
    assert_eq!(scored(&judgement), []);
}

#[test]
fn a_busy_target_judges_nothing() {
    let text = "The function could not be updated due to a concurrent update operation.";
    let busy = refused(409, "ResourceConflictException", text);
    for request in [add(&plain()), remove("f", None, "x")] {
        let judgement = judged(&holding(&["x"]), &request, &busy);
        assert_eq!(judgement.findings, []);
        assert!(judgement.unjudged.is_some());
    }
    // Where a conflict is due, it is one.
    let taken = judged(&holding(&["a"]), &add(&plain()), &busy);
    assert!(counted(&taken, Direction::Refuse).contains(&RuleId::ErrorConflict));
}

#[test]
fn a_policy_that_outlives_its_function_is_its_own_note() {
    let mut world = holding(&["a"]);
    world.functions.remove("f");
    world.deleted.insert("f".into());
    give_g(&mut world);
    let judgement = read(&world, &policy_of(&[statement("a")], Some("default")));
    let found = only(&judgement);
    assert_eq!((found.rule(), found.advisory), (RuleId::PolicyGoesWithFunction, true));
}

/// Lets another function hold a statement of the same id.
fn give_g(world: &mut World) {
    let policy = Policy { statements: vec![statement("a")], ..Policy::default() };
    *world.policy_mut("g", None).unwrap() = PolicyState::Known(policy);
}

#[test]
fn a_limit_that_is_too_small_is_told_as_the_limit() {
    let refusal = refused(400, "PolicyLengthExceededException", "too long");
    let arn = format!("arn:aws:s3:::{}", "b".repeat(2_000));
    let members = with(&json!({"StatementId": "x1", "SourceArn": arn}));
    let judgement = judged(&world(), &add(&members), &refusal);
    assert_eq!(only(&judgement).suspects, [RuleId::ErrorPolicyLength]);
}

#[test]
fn what_is_not_found_is_not_blamed_on_members() {
    let refusal = refused(404, "ResourceNotFoundException", "Function not found");
    let members = with(&json!({"StatementId": "x-1", "SourceArn": "arn:aws:s3:::b"}));
    let judgement = judged(&world(), &add(&members), &refusal);
    assert_eq!(only(&judgement).suspects, [RuleId::SuccessStatus]);
}

#[test]
fn a_policy_that_a_form_of_name_does_not_find_is_blamed_on_the_form() {
    let mut world = holding(&["a"]);
    let seen = Seen { revision: "current".into(), ..Seen::default() };
    world.policy_mut("f", None).unwrap().last_mut().seen = Some(seen);
    let absent =
        refused(404, "ResourceNotFoundException", "The resource you requested does not exist.");
    let by_arn = judged(&world, &get(testing::F, None), &absent);
    assert_eq!(only(&by_arn).rule(), RuleId::FunctionNameForms);
    let removal = remove(testing::F, None, "a");
    assert_eq!(only(&judged(&world, &removal, &absent)).rule(), RuleId::FunctionNameForms);
}

#[rstest]
#[case::china("cn-north-1", "aws-cn")]
#[case::gov("us-gov-west-1", "aws-us-gov")]
fn an_arn_of_another_partition_than_the_regions_is_found(
    #[case] region: &str,
    #[case] partition: &str,
) {
    let world = World { region: region.into(), partition: partition.into(), ..world() };
    let mut statement = plain_statement();
    statement["Resource"] = json!(format!("arn:aws:lambda:{region}:123456789012:function:f"));
    let judgement = judged(&world, &add(&plain()), &created(&statement));
    assert_eq!(scored(&judgement), [RuleId::StatementResource]);
}
