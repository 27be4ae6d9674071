//! Too strict: what is right is refused.

use super::mutation::Mutation::AddFault;
use super::tools::{list, refuse};
use crate::contract::Member::{
    Action, EventSourceToken, FunctionName, FunctionUrlAuthType, Principal, PrincipalOrgId,
    Qualifier, RevisionId, SourceAccount, SourceArn, StatementId,
};

list! {
    "statement-id-no-underscore" "refuses an underscore in StatementId"
        [StatementIdPattern] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.contains('_')));
    "statement-id-no-hyphen" "refuses a hyphen in StatementId"
        [StatementIdPattern] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.contains('-')));
    "statement-id-no-capitals" "refuses capitals in StatementId"
        [StatementIdPattern] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.contains(|c: char| c.is_ascii_uppercase())));
    "statement-id-no-digits" "refuses digits in StatementId"
        [StatementIdPattern SuccessStatus] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.contains(|c: char| c.is_ascii_digit())));
    "statement-id-no-leading-hyphen" "refuses a StatementId that starts with a hyphen"
        [StatementIdPattern] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.starts_with('-')));
    "statement-id-no-leading-digit" "refuses a StatementId that starts with a digit"
        [StatementIdPattern] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.starts_with(|c: char| c.is_ascii_digit())));
    "statement-id-99" "refuses a StatementId of 100 characters"
        [StatementIdLength] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.len() == 100));
    "statement-id-64" "refuses a StatementId of more than 64 characters"
        [StatementIdLength StatementIdPattern] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.len() > 64));
    "statement-id-2" "refuses a StatementId of one character"
        [StatementIdLength] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, |text| text.len() == 1));
    "action-only-invoke" "refuses any action but lambda:InvokeFunction"
        [ActionPattern] (Action)
        => AddFault(|ask| refuse(ask, Action, |text| text != "lambda:InvokeFunction"));
    "action-no-wildcards" "refuses lambda:* and *"
        [ActionPattern] (Action)
        => AddFault(|ask| refuse(ask, Action, |text| text.ends_with('*')));
    "action-no-star" "refuses *"
        [ActionPattern] (Action)
        => AddFault(|ask| refuse(ask, Action, |text| text == "*"));
    "action-no-url" "refuses lambda:InvokeFunctionUrl"
        [ActionPattern FunctionUrlAuthTypeEnum ConditionFunctionUrlAuthType] (Action)
        => AddFault(|ask| refuse(ask, Action, |text| text == "lambda:InvokeFunctionUrl"));
    "action-no-get" "refuses lambda:GetFunction"
        [ActionPattern] (Action)
        => AddFault(|ask| refuse(ask, Action, |text| text == "lambda:GetFunction"));
    "principal-no-wildcard" "refuses *"
        [PrincipalAccepted] (Principal) advisory
        => AddFault(|ask| refuse(ask, Principal, |text| text == "*"));
    "principal-no-accounts" "refuses account ids"
        [PrincipalAccepted] (Principal)
        => AddFault(|ask| refuse(ask, Principal, |text| text.bytes().all(|byte| byte.is_ascii_digit())));
    "principal-no-alexa" "refuses services outside amazonaws.com"
        [PrincipalAccepted] (Principal)
        => AddFault(|ask| refuse(ask, Principal, |text| text.ends_with(".amazon.com")));
    "principal-no-regional-services" "refuses services with a region in their name"
        [PrincipalAccepted] (Principal)
        => AddFault(|ask| refuse(ask, Principal, |text| text.starts_with("logs.") && text.matches('.').count() > 2));
    "principal-only-s3" "refuses any service but S3 and events"
        [PrincipalAccepted] (Principal)
        => AddFault(|ask| refuse(ask, Principal, |text| {
            text.ends_with(".amazonaws.com") && !text.starts_with("s3.") && !text.starts_with("events.")
        }));
    "source-account-no-leading-zero" "refuses a SourceAccount with a leading zero"
        [SourceAccountPattern] (SourceAccount)
        => AddFault(|ask| refuse(ask, SourceAccount, |text| text.starts_with('0')));
    "source-account-own-only" "refuses a SourceAccount that is not the function's own"
        [SourceAccountPattern] (SourceAccount)
        => AddFault(|ask| refuse(ask, SourceAccount, |text| text != ask.world.account));
    "source-arn-region-required" "refuses a SourceArn without region"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| text.split(':').nth(3) == Some("")));
    "source-arn-one-partition" "refuses a SourceArn of another partition than aws"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| !text.starts_with("arn:aws:")));
    "source-arn-no-wildcards" "refuses a wildcard in SourceArn"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| text.contains('*')));
    "source-arn-no-empty-resource" "refuses a SourceArn with an empty resource"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| text.ends_with(':')));
    "source-arn-no-colons" "refuses a colon in the resource of SourceArn"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| text.split(':').count() > 6));
    "source-arn-256" "refuses a SourceArn of more than 256 characters"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| text.chars().count() > 256));
    "source-arn-own-region" "refuses a SourceArn of another region"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| {
            text.split(':').nth(3).is_some_and(|region| !region.is_empty() && region != ask.world.region)
        }));
    "source-arn-fits-principal" "refuses a SourceArn of another service than the principal's"
        [SourceArnPattern ConditionSourceArn] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| {
            let service = text.split(':').nth(2).unwrap_or_default();
            !ask.text_or_empty(Principal).starts_with(service)
        }));
    "org-id-no-digits" "refuses digits in PrincipalOrgID"
        [PrincipalOrgIdPattern] (PrincipalOrgId)
        => AddFault(|ask| refuse(ask, PrincipalOrgId, |text| text.contains(|c: char| c.is_ascii_digit())));
    "org-id-no-letters" "refuses letters behind o- in PrincipalOrgID"
        [PrincipalOrgIdPattern] (PrincipalOrgId)
        => AddFault(|ask| refuse(ask, PrincipalOrgId, |text| text.chars().skip(2).any(|c| c.is_ascii_alphabetic())));
    "org-id-13" "refuses a PrincipalOrgID of 12 characters"
        [PrincipalOrgIdLength] (PrincipalOrgId)
        => AddFault(|ask| refuse(ask, PrincipalOrgId, |text| text.len() == 12));
    "org-id-33" "refuses a PrincipalOrgID of 34 characters"
        [PrincipalOrgIdLength] (PrincipalOrgId)
        => AddFault(|ask| refuse(ask, PrincipalOrgId, |text| text.len() == 34));
    "org-id-12-only" "takes PrincipalOrgID with exactly ten symbols behind o-"
        [PrincipalOrgIdLength PrincipalOrgIdPattern] (PrincipalOrgId)
        => AddFault(|ask| refuse(ask, PrincipalOrgId, |text| text.len() != 12));
    "token-no-dot" "refuses a dot in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |text| text.contains('.')));
    "token-no-hyphen" "refuses a hyphen in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |text| text.contains('-')));
    "token-no-underscore" "refuses an underscore in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |text| text.contains('_')));
    "token-no-capitals" "refuses capitals in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |text| text.contains(|c: char| c.is_ascii_uppercase())));
    "token-255" "refuses an EventSourceToken of 256 characters"
        [EventSourceTokenLength] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |text| text.len() == 256));
    "token-alexa-only" "refuses EventSourceToken with any principal but Alexa's"
        [EventSourceTokenPattern ConditionEventSourceToken] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |_| !ask.text_or_empty(Principal).starts_with("alexa")));
    "token-alone" "refuses EventSourceToken beside PrincipalOrgID"
        [ConditionMerged EventSourceTokenPattern EventSourceTokenLength] (EventSourceToken)
        => AddFault(|ask| refuse(ask, EventSourceToken, |_| ask.text(PrincipalOrgId).is_some()));
    "auth-type-no-none" "refuses NONE"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => AddFault(|ask| refuse(ask, FunctionUrlAuthType, |text| text == "NONE"));
    "auth-type-no-iam" "refuses AWS_IAM"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => AddFault(|ask| refuse(ask, FunctionUrlAuthType, |text| text == "AWS_IAM"));
    "source-members-for-services-only" "refuses SourceAccount with a principal that is no service"
        [SourceAccountPattern ConditionSourceAccount] (SourceAccount)
        => AddFault(|ask| refuse(ask, SourceAccount, |_| !ask.text_or_empty(Principal).contains('.')));
    "arn-needs-account" "refuses SourceArn without SourceAccount"
        [SourceArnPattern ConditionSourceArn] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |_| ask.text(SourceAccount).is_none()));
    "revision-current-refused" "refuses every RevisionId"
        [RevisionIdCurrentAccepted] (RevisionId)
        => AddFault(|ask| ask.text(RevisionId).map(|_| {
            crate::server::reply::ErrorReply::new(
                crate::contract::ErrorCode::PreconditionFailedException,
                "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id",
            )
        }));
    "alias-refused" "refuses a grant on an alias"
        [QualifierAlias QualifierAliasOnLatest FunctionNameForms] ()
        => AddFault(|ask| {
            let name = ask.resource?.qualifier.as_deref()?;
            let is_alias = name.contains(|c: char| c.is_ascii_alphabetic());
            is_alias.then(|| crate::server::reply::ErrorReply::invalid("aliases have no policies"))
        });
    "version-refused" "refuses a grant on a version"
        [QualifierVersion FunctionNameForms] ()
        => AddFault(|ask| {
            let name = ask.resource?.qualifier.as_deref()?;
            let is_version = name.bytes().all(|byte| byte.is_ascii_digit());
            is_version.then(|| crate::server::reply::ErrorReply::invalid("versions have no policies"))
        });
    "alias-on-latest-refused" "refuses a grant on an alias that points at $LATEST"
        [QualifierAliasOnLatest FunctionNameForms] ()
        => AddFault(|ask| {
            let resource = ask.resource?;
            let function = ask.world.functions.get(&resource.function)?;
            let points_at = function.aliases.get(resource.qualifier.as_deref()?)?;
            (points_at == "$LATEST").then(|| {
                crate::server::reply::ErrorReply::invalid("We currently do not support adding policies for $LATEST.")
            })
        });
    "arn-refused" "refuses a full ARN as FunctionName"
        [FunctionNameForms] (FunctionName)
        => AddFault(|ask| refuse(ask, FunctionName, |text| text.starts_with("arn:")));
    "partial-arn-refused" "refuses a partial ARN as FunctionName"
        [FunctionNameForms] (FunctionName)
        => AddFault(|ask| refuse(ask, FunctionName, |text| text.starts_with(|c: char| c.is_ascii_digit()) && text.contains(":function:")));
    "suffix-refused" "refuses a qualifier as suffix of FunctionName"
        [FunctionNameForms QualifierAlias QualifierVersion] (FunctionName)
        => AddFault(|ask| refuse(ask, FunctionName, |text| {
            crate::model::name::FunctionName::read(text).is_some_and(|name| name.suffix.is_some())
        }));
    "suffix-and-qualifier-refused" "refuses a suffix together with an equal Qualifier"
        [FunctionNameForms QualifierAlias QualifierVersion] (Qualifier)
        => AddFault(|ask| refuse(ask, Qualifier, |text| ask.add.name.ends_with(&format!(":{text}"))));
}
