//! Wrong in the conditions of a statement.

use serde_json::{Value, json};

use super::mutation::Mutation::EditStatement;
use super::tools::{list, move_condition, operator, put_condition, take_condition};
use crate::contract::Member::{EventSourceToken, InvokedViaFunctionUrl};

const EQUALS: &str = "StringEquals";
const ACCOUNT: &str = "AWS:SourceAccount";
const ARN: &str = "AWS:SourceArn";
const ORG: &str = "aws:PrincipalOrgID";
const TOKEN: &str = "lambda:EventSourceToken";
const AUTH: &str = "lambda:FunctionUrlAuthType";
const URL: &str = "lambda:InvokedViaFunctionUrl";

list! {
    "source-arn-string-like" "compares SourceArn with StringLike, as the page's note says"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| move_condition(s, ("ArnLike", ARN), ("StringLike", ARN)));
    "source-arn-string-equals" "compares SourceArn with StringEquals"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| move_condition(s, ("ArnLike", ARN), (EQUALS, ARN)));
    "source-arn-arn-equals" "compares SourceArn with ArnEquals"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| move_condition(s, ("ArnLike", ARN), ("ArnEquals", ARN)));
    "source-arn-key-lower-case" "writes aws:SourceArn, as fakecloud does"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| move_condition(s, ("ArnLike", ARN), ("ArnLike", "aws:SourceArn")));
    "source-arn-cut" "cuts /* off SourceArn, as the page's example does"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| {
            if let Some(Value::String(arn)) = operator(s, "ArnLike").and_then(|keys| keys.get_mut(ARN)) {
                *arn = arn.trim_end_matches(['*', '/', ':']).to_owned();
            }
        });
    "source-arn-lower-case" "writes SourceArn in lower case"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| {
            if let Some(Value::String(arn)) = operator(s, "ArnLike").and_then(|keys| keys.get_mut(ARN)) {
                *arn = arn.to_lowercase();
            }
        });
    "source-arn-lost" "loses SourceArn"
        [ConditionSourceArn ConditionMerged] (SourceArn)
        => EditStatement(|s, _| drop(take_condition(s, "ArnLike", ARN)));
    "source-arn-list" "writes SourceArn as a list"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| {
            if let Some(arn) = take_condition(s, "ArnLike", ARN) {
                put_condition(s, "ArnLike", ARN, json!([arn]));
            }
        });
    "source-account-key-lower-case" "writes aws:SourceAccount, as fakecloud does"
        [ConditionSourceAccount] (SourceAccount)
        => EditStatement(|s, _| move_condition(s, (EQUALS, ACCOUNT), (EQUALS, "aws:SourceAccount")));
    "source-account-string-like" "compares SourceAccount with StringLike"
        [ConditionSourceAccount] (SourceAccount)
        => EditStatement(|s, _| move_condition(s, (EQUALS, ACCOUNT), ("StringLike", ACCOUNT)));
    "source-account-number" "writes SourceAccount as a number"
        [ConditionSourceAccount] (SourceAccount)
        => EditStatement(|s, _| {
            if let Some(value) = operator(s, EQUALS).and_then(|keys| keys.get_mut(ACCOUNT)) {
                let number: u64 = value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default();
                *value = json!(number);
            }
        });
    "source-account-lost-zeros" "drops leading zeros of SourceAccount"
        [ConditionSourceAccount] (SourceAccount)
        => EditStatement(|s, _| {
            if let Some(Value::String(text)) = operator(s, EQUALS).and_then(|keys| keys.get_mut(ACCOUNT)) {
                *text = text.trim_start_matches('0').to_owned();
            }
        });
    "source-account-lost" "loses SourceAccount"
        [ConditionSourceAccount ConditionMerged] (SourceAccount)
        => EditStatement(|s, _| drop(take_condition(s, EQUALS, ACCOUNT)));
    "source-account-own" "writes the own account for SourceAccount"
        [ConditionSourceAccount] (SourceAccount)
        => EditStatement(|s, ask| {
            if let Some(value) = operator(s, EQUALS).and_then(|keys| keys.get_mut(ACCOUNT)) {
                *value = json!(ask.world.account);
            }
        });
    "org-id-key-upper-case" "writes AWS:PrincipalOrgID"
        [ConditionPrincipalOrgId] (PrincipalOrgId)
        => EditStatement(|s, _| move_condition(s, (EQUALS, ORG), (EQUALS, "AWS:PrincipalOrgID")));
    "org-id-key-spelled" "writes aws:PrincipalOrgId"
        [ConditionPrincipalOrgId] (PrincipalOrgId)
        => EditStatement(|s, _| move_condition(s, (EQUALS, ORG), (EQUALS, "aws:PrincipalOrgId")));
    "org-id-lost" "loses PrincipalOrgID, as fakecloud does"
        [ConditionPrincipalOrgId ConditionMerged] (PrincipalOrgId)
        => EditStatement(|s, _| drop(take_condition(s, EQUALS, ORG)));
    "org-id-lost-beside-account" "loses PrincipalOrgID beside SourceAccount, as moto does"
        [ConditionMerged ConditionPrincipalOrgId] (PrincipalOrgId)
        => EditStatement(|s, ask| {
            if ask.text(crate::contract::Member::SourceAccount).is_some() {
                take_condition(s, EQUALS, ORG);
            }
        });
    "org-id-as-principal" "names the organization as principal"
        [PrincipalWildcard PrincipalService PrincipalAccountRoot ConditionPrincipalOrgId] (PrincipalOrgId)
        => EditStatement(|s, _| {
            if let Some(id) = take_condition(s, EQUALS, ORG) {
                s.insert("Principal".into(), json!({ "AWS": id }));
            }
        });
    "token-lost" "loses EventSourceToken, as moto and MiniStack do"
        [ConditionEventSourceToken ConditionMerged] (EventSourceToken)
        => EditStatement(|s, _| drop(take_condition(s, EQUALS, TOKEN)));
    "token-key" "writes AWS:EventSourceToken"
        [ConditionEventSourceToken] (EventSourceToken)
        => EditStatement(|s, _| move_condition(s, (EQUALS, TOKEN), (EQUALS, "AWS:EventSourceToken")));
    "token-string-like" "compares EventSourceToken with StringLike"
        [ConditionEventSourceToken] (EventSourceToken)
        => EditStatement(|s, _| move_condition(s, (EQUALS, TOKEN), ("StringLike", TOKEN)));
    "token-hidden" "hides EventSourceToken"
        [ConditionEventSourceToken] (EventSourceToken)
        => EditStatement(|s, ask| {
            if ask.text(EventSourceToken).is_some() {
                take_condition(s, EQUALS, TOKEN);
                put_condition(s, EQUALS, TOKEN, json!("****"));
            }
        });
    "auth-type-lost" "loses FunctionUrlAuthType, as fakecloud does"
        [ConditionFunctionUrlAuthType ConditionMerged] (FunctionUrlAuthType)
        => EditStatement(|s, _| drop(take_condition(s, EQUALS, AUTH)));
    "auth-type-key" "writes AWS:FunctionUrlAuthType"
        [ConditionFunctionUrlAuthType] (FunctionUrlAuthType)
        => EditStatement(|s, _| move_condition(s, (EQUALS, AUTH), (EQUALS, "AWS:FunctionUrlAuthType")));
    "auth-type-none-lost" "makes no condition of NONE"
        [ConditionFunctionUrlAuthType ConditionMerged] (FunctionUrlAuthType)
        => EditStatement(|s, _| {
            let is_none = operator(s, EQUALS).and_then(|keys| keys.get(AUTH)) == Some(&json!("NONE"));
            if is_none {
                take_condition(s, EQUALS, AUTH);
            }
        });
    "via-url-boolean" "writes InvokedViaFunctionUrl as a JSON boolean"
        [InvokedViaFunctionUrlCondition] (InvokedViaFunctionUrl)
        => EditStatement(|s, ask| {
            if ask.body().is_some_and(|members| members.contains_key(InvokedViaFunctionUrl.name()))
                && take_condition(s, "Bool", URL).is_some()
            {
                put_condition(s, "Bool", URL, json!(true));
            }
        });
    "via-url-string-equals" "compares InvokedViaFunctionUrl with StringEquals"
        [InvokedViaFunctionUrlCondition] (InvokedViaFunctionUrl)
        => EditStatement(|s, _| move_condition(s, ("Bool", URL), (EQUALS, URL)));
    "via-url-in-statement" "puts InvokedViaFunctionUrl beside the conditions, as moto does"
        [StatementMembers InvokedViaFunctionUrlCondition] (InvokedViaFunctionUrl)
        => EditStatement(|s, _| {
            if take_condition(s, "Bool", URL).is_some() {
                s.insert("InvokedViaFunctionUrl".into(), json!(true));
            }
        });
    "via-url-capital" "writes True for InvokedViaFunctionUrl, as Python does"
        [InvokedViaFunctionUrlCondition] (InvokedViaFunctionUrl)
        => EditStatement(|s, _| {
            if let Some(value) = operator(s, "Bool").and_then(|keys| keys.get_mut(URL))
                && *value == json!("true")
            {
                *value = json!("True");
            }
        });
    "only-first-condition" "keeps the first of several conditions under one operator"
        [ConditionMerged] ()
        => EditStatement(|s, _| {
            if let Some(keys) = operator(s, EQUALS)
                && let Some((key, value)) = keys.iter().next().map(|(k, v)| (k.clone(), v.clone()))
            {
                keys.clear();
                keys.insert(key, value);
            }
        });
    "only-last-operator" "keeps one operator of several"
        [ConditionMerged] ()
        => EditStatement(|s, _| {
            if let Some(condition) = s.get_mut("Condition").and_then(Value::as_object_mut)
                && condition.len() > 1
            {
                condition.shift_remove(EQUALS);
            }
        });
    "account-lost-beside-arn" "loses SourceAccount beside SourceArn"
        [ConditionMerged ConditionSourceAccount] ()
        => EditStatement(|s, ask| {
            if ask.text(crate::contract::Member::SourceArn).is_some() {
                take_condition(s, EQUALS, ACCOUNT);
            }
        });
    "empty-condition" "writes an empty Condition where there is none"
        [ConditionAbsent] ()
        => EditStatement(|s, _| {
            s.entry("Condition").or_insert_with(|| json!({}));
        });
    "null-condition" "writes null for a Condition that there is not"
        [ConditionAbsent] ()
        => EditStatement(|s, _| {
            s.entry("Condition").or_insert(Value::Null);
        });
    "invented-account" "adds the own account as SourceAccount for every service"
        [ConditionAbsent ConditionMerged] ()
        => EditStatement(|s, ask| {
            if ask.text(crate::contract::Member::SourceAccount).is_none() {
                put_condition(s, EQUALS, ACCOUNT, json!(ask.world.account));
            }
        });
    "conditions-as-list" "writes the conditions as a list"
        [ConditionMerged ConditionSourceArn] ()
        => EditStatement(|s, _| {
            if let Some(condition) = s.get_mut("Condition") {
                *condition = json!([condition.clone()]);
            }
        });
}
