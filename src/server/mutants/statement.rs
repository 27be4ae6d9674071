//! Wrong in what a statement says, conditions apart.

use serde_json::{Value, json};

use super::mutation::Mutation::{EditStatement, EditStored};
use super::tools::list;
use crate::contract::Member::{Action, FunctionName, Principal, SourceArn, StatementId};
use crate::model::principal::Principal as Kind;

list! {
    "resource-partition-of-source" "takes the partition of Resource from SourceArn"
        [StatementResource] (SourceArn)
        => EditStatement(|s, ask| {
            let partition = ask.text_or_empty(SourceArn).split(':').nth(1);
            if let Some(partition) = partition.filter(|text| text.starts_with("aws-"))
                && let Some(Value::String(arn)) = s.get_mut("Resource")
            {
                *arn = arn.replacen("arn:aws:", &format!("arn:{partition}:"), 1);
            }
        });
    "wildcard-as-aws" "renders * as {\"AWS\":\"*\"}, as fakecloud does"
        [PrincipalWildcard] (Principal)
        => EditStatement(|statement, ask| {
            if ask.text(Principal) == Some("*") {
                statement.insert("Principal".into(), json!({ "AWS": "*" }));
            }
        });
    "wildcard-as-service" "renders * as a service"
        [PrincipalWildcard] (Principal)
        => EditStatement(|statement, ask| {
            if ask.text(Principal) == Some("*") {
                statement.insert("Principal".into(), json!({ "Service": "*" }));
            }
        });
    "account-bare" "renders an account as {\"AWS\":id}, as MiniStack and fakecloud do"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Account {
                statement.insert("Principal".into(), json!({ "AWS": text }));
            }
        });
    "account-as-text" "renders an account as a text, as moto does"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Account {
                statement.insert("Principal".into(), json!(text));
            }
        });
    "account-own" "renders every account as the own one"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|statement, ask| {
            if Kind::read(ask.text_or_empty(Principal)) == Kind::Account {
                let arn = format!("arn:{}:iam::{}:root", ask.world.partition, ask.world.account);
                statement.insert("Principal".into(), json!({ "AWS": arn }));
            }
        });
    "account-number-lost-zeros" "drops leading zeros of an account"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Account && text.starts_with('0') {
                let arn = format!("arn:aws:iam::{}:root", text.trim_start_matches('0'));
                statement.insert("Principal".into(), json!({ "AWS": arn }));
            }
        });
    "account-colon-short" "renders the ARN of an account a colon short"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Account {
                statement.insert("Principal".into(), json!({ "AWS": format!("arn:aws:iam:{text}:root") }));
            }
        });
    "account-in-list" "renders an account as a list of one"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Account {
                statement.insert("Principal".into(), json!({ "AWS": [format!("arn:aws:iam::{text}:root")] }));
            }
        });
    "service-as-aws" "renders a service as {\"AWS\": …}"
        [PrincipalService] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Service {
                statement.insert("Principal".into(), json!({ "AWS": text }));
            }
        });
    "service-as-text" "renders a service as a text"
        [PrincipalService] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::Service {
                statement.insert("Principal".into(), json!(text));
            }
        });
    "alexa-as-aws" "renders alexa-appkit.amazon.com as {\"AWS\": …}, as MiniStack does"
        [PrincipalService] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if text.ends_with(".amazon.com") {
                statement.insert("Principal".into(), json!({ "AWS": text }));
            }
        });
    "service-region-cut" "drops the region of a regional service"
        [PrincipalService] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if text.starts_with("logs.") && text.matches('.').count() > 2 {
                statement.insert("Principal".into(), json!({ "Service": "logs.amazonaws.com" }));
            }
        });
    "iam-arn-as-text" "renders an IAM ARN as a text, as moto does"
        [PrincipalIamArn] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::IamArn {
                statement.insert("Principal".into(), json!(text));
            }
        });
    "iam-arn-as-service" "renders an IAM ARN as a service"
        [PrincipalIamArn] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::IamArn {
                statement.insert("Principal".into(), json!({ "Service": text }));
            }
        });
    "iam-arn-as-root" "renders an IAM ARN as its account's root"
        [PrincipalIamArn] (Principal)
        => EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if Kind::read(text) == Kind::IamArn
                && let Some((start, _)) = text.rsplit_once(':')
            {
                statement.insert("Principal".into(), json!({ "AWS": format!("{start}:root") }));
            }
        });
    "resource-unqualified" "leaves the qualifier out of Resource"
        [StatementResource] ()
        => EditStatement(|statement, ask| {
            if let Some(resource) = ask.resource {
                statement.insert("Resource".into(), json!(ask.world.arn(&resource.function, None)));
            }
        });
    "resource-latest" "names $LATEST in Resource"
        [StatementResource] ()
        => EditStatement(|statement, ask| {
            if let Some(resource) = ask.resource.filter(|resource| resource.qualifier.is_none()) {
                let arn = ask.world.arn(&resource.function, Some("$LATEST"));
                statement.insert("Resource".into(), json!(arn));
            }
        });
    "resource-alias-resolved" "names the version that an alias points at in Resource"
        [StatementResource] ()
        => EditStatement(|statement, ask| {
            let Some(resource) = ask.resource else { return };
            let function = ask.world.functions.get(&resource.function);
            let version = function.and_then(|f| f.aliases.get(resource.qualifier.as_deref()?));
            if let Some(version) = version {
                statement.insert("Resource".into(), json!(ask.world.arn(&resource.function, Some(version))));
            }
        });
    "resource-as-named" "shows in Resource what FunctionName said"
        [StatementResource FunctionNameOtherForms] ()
        => EditStatement(|statement, ask| {
            statement.insert("Resource".into(), json!(ask.text_or_empty(FunctionName)));
        });
    "resource-other-region" "names a fixed region in Resource"
        [StatementResource] ()
        => EditStatement(|statement, ask| {
            let fixed = if ask.world.region == "us-east-1" { "us-west-2" } else { "us-east-1" };
            if let Some(Value::String(arn)) = statement.get_mut("Resource") {
                *arn = arn.replacen(&ask.world.region, fixed, 1);
            }
        });
    "resource-other-account" "names account 000000000000 in Resource"
        [StatementResource] ()
        => EditStatement(|statement, ask| {
            if let Some(Value::String(arn)) = statement.get_mut("Resource") {
                *arn = arn.replacen(&ask.world.account, "000000000000", 1);
            }
        });
    "resource-wildcard" "puts :* behind Resource"
        [StatementResource] ()
        => EditStatement(|statement, _| {
            if let Some(Value::String(arn)) = statement.get_mut("Resource") {
                arn.push_str(":*");
            }
        });
    "resource-list" "renders Resource as a list"
        [StatementResource] ()
        => EditStatement(|statement, _| {
            if let Some(resource) = statement.get_mut("Resource") {
                *resource = json!([resource.clone()]);
            }
        });
    "resource-missing" "leaves Resource out"
        [StatementResource] ()
        => EditStatement(|statement, _| drop(statement.shift_remove("Resource")));
    "action-list" "renders Action as a list, as AWS did in 2016"
        [StatementAction] ()
        => EditStatement(|statement, _| {
            if let Some(action) = statement.get_mut("Action") {
                *action = json!([action.clone()]);
            }
        });
    "action-lower-case" "renders Action in lower case"
        [StatementAction] ()
        => EditStatement(|statement, ask| {
            statement.insert("Action".into(), json!(ask.text_or_empty(Action).to_lowercase()));
        });
    "action-always-invoke" "renders every Action as lambda:InvokeFunction"
        [StatementAction] (Action)
        => EditStatement(|statement, _| {
            statement.insert("Action".into(), json!("lambda:InvokeFunction"));
        });
    "action-star-expanded" "renders * as lambda:*"
        [StatementAction] (Action)
        => EditStatement(|statement, ask| {
            if ask.text(Action) == Some("*") {
                statement.insert("Action".into(), json!("lambda:*"));
            }
        });
    "sid-lower-case" "renders Sid in lower case"
        [StatementSid] (StatementId)
        => EditStatement(|statement, ask| {
            statement.insert("Sid".into(), json!(ask.text_or_empty(StatementId).to_lowercase()));
        });
    "sid-without-hyphens" "drops hyphens of Sid"
        [StatementSid] (StatementId)
        => EditStatement(|statement, ask| {
            statement.insert("Sid".into(), json!(ask.text_or_empty(StatementId).replace('-', "")));
        });
    "sid-cut-at-64" "cuts Sid to 64 characters"
        [StatementSid] (StatementId)
        => EditStatement(|statement, ask| {
            let cut: String = ask.text_or_empty(StatementId).chars().take(64).collect();
            statement.insert("Sid".into(), json!(cut));
        });
    "sid-missing" "leaves Sid out"
        [StatementSid] ()
        => EditStatement(|statement, _| drop(statement.shift_remove("Sid")));
    "effect-lower-case" "renders Effect as allow"
        [StatementEffect] ()
        => EditStatement(|statement, _| drop(statement.insert("Effect".into(), json!("allow"))));
    "effect-deny" "renders Effect as Deny"
        [StatementEffect] ()
        => EditStatement(|statement, _| drop(statement.insert("Effect".into(), json!("Deny"))));
    "effect-missing" "leaves Effect out"
        [StatementEffect] ()
        => EditStatement(|statement, _| drop(statement.shift_remove("Effect")));
    "auth-type-in-statement" "puts FunctionUrlAuthType beside the conditions, as moto does"
        [StatementMembers] (FunctionUrlAuthType)
        => EditStatement(|statement, ask| {
            if let Some(text) = ask.text(crate::contract::Member::FunctionUrlAuthType) {
                statement.insert("FunctionUrlAuthType".into(), json!(text));
            }
        });
    "principal-in-statement-twice" "adds NotPrincipal to every statement"
        [StatementMembers] ()
        => EditStatement(|statement, _| drop(statement.insert("NotPrincipal".into(), json!({})))),
        EditStored(|statement, _| drop(statement.shift_remove("NotPrincipal")));
    "version-in-statement" "puts Version into every statement"
        [StatementMembers] ()
        => EditStatement(|statement, _| drop(statement.insert("Version".into(), json!("2012-10-17"))));
    "revision-in-statement" "puts RevisionId into the statement"
        [StatementMembers] (RevisionId)
        => EditStatement(|statement, ask| {
            if let Some(text) = ask.text(crate::contract::Member::RevisionId) {
                statement.insert("RevisionId".into(), json!(text));
            }
        });
}
