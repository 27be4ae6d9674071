//! The statement that a request adds to the policy.

use serde_json::{Map, Value};

use super::constraint;
use super::input::Input;
use super::name::{Form, FunctionName};
use super::principal::{Acceptance, Principal};
use super::resource::PolicyResource;
use super::statement::{Condition, StatementShape};
use super::world::World;
use crate::contract::{Member, Place, RuleId};

/// The members that become conditions, with operator, key and rule.
const CONDITIONS: [(Member, &str, &str, RuleId); 5] = [
    (Member::SourceArn, "ArnLike", "AWS:SourceArn", RuleId::ConditionSourceArn),
    (Member::SourceAccount, "StringEquals", "AWS:SourceAccount", RuleId::ConditionSourceAccount),
    (Member::PrincipalOrgId, "StringEquals", "aws:PrincipalOrgID", RuleId::ConditionPrincipalOrgId),
    (
        Member::EventSourceToken,
        "StringEquals",
        "lambda:EventSourceToken",
        RuleId::ConditionEventSourceToken,
    ),
    (
        Member::FunctionUrlAuthType,
        "StringEquals",
        "lambda:FunctionUrlAuthType",
        RuleId::ConditionFunctionUrlAuthType,
    ),
];

/// Services that deployment tools name in grants. Whether an implementation knows them is for it
/// to say; where it takes them, they are services.
const DEPLOYED: [&str; 9] = [
    "cloudfront.amazonaws.com",
    "cognito-idp.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "iot.amazonaws.com",
    "lambda.alarms.cloudwatch.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "ses.amazonaws.com",
];

/// Whether a service that was accepted must be shown as one.
fn is_shown_as_service(world: &World, principal: &Principal, text: &str) -> bool {
    // A service's name in China ends in another domain.
    let name = text.strip_suffix(".cn").unwrap_or(text);
    let certain = |name: &str| {
        principal.acceptance(name, &world.account, &world.region, None) == Acceptance::Certain
    };
    certain(name) || DEPLOYED.contains(&name)
}

/// The expected statement of a request.
pub(super) fn statement(
    world: &World,
    name: &str,
    input: &Input<'_>,
    resource: &PolicyResource,
    members: &Map<String, Value>,
) -> StatementShape {
    let text = |member| input.get(member).map(ToOwned::to_owned);
    let principal_text = input.get(Member::Principal).unwrap_or_default();
    let principal = Principal::read(principal_text);
    let rendered = principal.render(principal_text, &world.partition);
    let rule = match principal {
        Principal::Wildcard => Some(RuleId::PrincipalWildcard),
        Principal::Account => Some(RuleId::PrincipalAccountRoot),
        Principal::Service if is_shown_as_service(world, &principal, principal_text) => {
            Some(RuleId::PrincipalService)
        }
        Principal::IamArn => Some(RuleId::PrincipalIamArn),
        _ => None,
    };
    let mut conditions = Vec::new();
    for (member, operator, key, rule) in CONDITIONS {
        if let Some(value) = text(member) {
            let documented_operator = (member == Member::SourceArn).then_some("StringLike");
            // A value that a document leaves open may be taken as absent.
            let optional = !constraint::is_clean(member, &value);
            conditions.push(Condition {
                operator,
                documented_operator,
                key,
                value,
                rule,
                optional,
            });
        }
    }
    if let Some(via_url) = input.invoked_via_url {
        conditions.push(Condition {
            operator: "Bool",
            documented_operator: None,
            key: "lambda:InvokedViaFunctionUrl",
            value: via_url.to_string(),
            rule: RuleId::InvokedViaFunctionUrlCondition,
            optional: true,
        });
    }
    let scored_form = FunctionName::read(name).is_some_and(|name| name.form != Form::Other);
    StatementShape {
        sid: text(Member::StatementId),
        action: text(Member::Action),
        resource: world.arn(&resource.function, resource.qualifier.as_deref()),
        resource_rule: if scored_form {
            RuleId::StatementResource
        } else {
            RuleId::FunctionNameOtherForms
        },
        principal: rule.map(|rule| (rendered.clone(), rule)),
        principal_rendered: rendered,
        conditions,
        unknown_members: members
            .keys()
            .filter(|name| {
                Member::from_name(name).is_none_or(|member| member.place() != Place::Body)
            })
            .cloned()
            .collect(),
    }
}
