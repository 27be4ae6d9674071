//! Too lax with the members that become conditions.

use super::mutation::Mutation::DropFault;
use super::tools::{cured, form, list, of_length, only_for};
use crate::contract::Member::{
    EventSourceToken, FunctionUrlAuthType, PrincipalOrgId, SourceAccount, SourceArn,
};
use crate::model::RejectKind;

list! {
    "via-url-with-url-action" "takes InvokedViaFunctionUrl with lambda:InvokeFunctionUrl"
        [InvokedViaFunctionUrlAction] (InvokedViaFunctionUrl) advisory
        => DropFault(|fault, _| fault.kind == RejectKind::UrlFlagAction);
    "source-account-unchecked" "takes any text as SourceAccount, as moto and MiniStack do"
        [SourceAccountPattern SourceAccountLength] (SourceAccount)
        => DropFault(|fault, _| form(fault, SourceAccount));
    "source-account-11" "takes 11 digits as SourceAccount: only the documented maximum is looked at"
        [SourceAccountPattern] (SourceAccount)
        => DropFault(|fault, ask| cured(fault, ask, SourceAccount, |text| format!("0{text}")));
    "source-account-13" "takes 13 digits as SourceAccount"
        [SourceAccountLength SourceAccountPattern] (SourceAccount)
        => DropFault(|fault, ask| {
            cured(fault, ask, SourceAccount, |text| text.chars().skip(1).collect())
                && of_length(fault, ask, SourceAccount, 13)
        });
    "source-account-letters" "takes letters in SourceAccount"
        [SourceAccountPattern] (SourceAccount)
        => DropFault(|fault, ask| only_for(fault, ask, SourceAccount, |c| c.is_ascii_alphabetic()));
    "source-account-hyphens" "takes an account id written with hyphens"
        [SourceAccountPattern SourceAccountLength] (SourceAccount)
        => DropFault(|fault, ask| cured(fault, ask, SourceAccount, |text| text.replace('-', "")));
    "source-account-unicode-digits" "takes digits of every script in SourceAccount"
        [SourceAccountPattern] (SourceAccount)
        => DropFault(|fault, ask| only_for(fault, ask, SourceAccount, char::is_numeric));
    "source-account-trailing-newline" "takes a newline behind SourceAccount"
        [SourceAccountPattern SourceAccountLength] (SourceAccount)
        => DropFault(|fault, ask| cured(fault, ask, SourceAccount, |text| {
            text.strip_suffix('\n').unwrap_or(text).to_owned()
        }));
    "source-arn-unchecked" "takes any text as SourceArn, as moto and MiniStack do"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| form(fault, SourceArn) && !ask.text_or_empty(SourceArn).is_empty());
    "source-arn-any-arn" "takes whatever starts with arn: as SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| {
            form(fault, SourceArn) && ask.text_or_empty(SourceArn).starts_with("arn:")
        });
    "source-arn-wildcards" "takes a wildcard for the region or the account of SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| text.replace(":*:", "::")));
    "source-arn-upper-case" "takes SourceArn in any case"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, str::to_lowercase));
    "source-arn-five-parts" "takes a SourceArn without the part of the resource"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| format!("{text}:")));
    "source-arn-newline" "takes newlines in SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| text.replace(['\n', '\r'], "")));
    "source-arn-any-region" "takes anything for the region of SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| {
            let mut parts: Vec<&str> = text.split(':').collect();
            if let Some(region) = parts.get_mut(3) {
                *region = "us-east-1";
            }
            parts.join(":")
        }));
    "source-arn-any-account" "takes anything for the account of SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| {
            let mut parts: Vec<&str> = text.split(':').collect();
            if let Some(account) = parts.get_mut(4) {
                *account = "123456789012";
            }
            parts.join(":")
        }));
    "source-arn-any-partition" "takes anything for the partition of SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| {
            let mut parts: Vec<&str> = text.split(':').collect();
            if let Some(partition) = parts.get_mut(1) {
                *partition = "aws";
            }
            parts.join(":")
        }));
    "source-arn-any-service" "takes anything for the service of SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| {
            let mut parts: Vec<&str> = text.split(':').collect();
            if let Some(service) = parts.get_mut(2) {
                *service = "s3";
            }
            parts.join(":")
        }));
    "org-id-unchecked" "takes any text as PrincipalOrgID"
        [PrincipalOrgIdPattern PrincipalOrgIdLength] (PrincipalOrgId)
        => DropFault(|fault, _| form(fault, PrincipalOrgId));
    "org-id-upper-case" "takes capitals in PrincipalOrgID"
        [PrincipalOrgIdPattern] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, str::to_lowercase));
    "org-id-11" "takes a PrincipalOrgID of 11 characters"
        [PrincipalOrgIdLength PrincipalOrgIdPattern] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, |text| format!("{text}0")));
    "org-id-35" "takes a PrincipalOrgID of 35 characters"
        [PrincipalOrgIdLength PrincipalOrgIdPattern] (PrincipalOrgId)
        => DropFault(|fault, ask| {
            of_length(fault, ask, PrincipalOrgId, 35)
                && cured(fault, ask, PrincipalOrgId, |text| text.chars().take(34).collect())
        });
    "org-id-without-prefix" "takes a PrincipalOrgID without o-"
        [PrincipalOrgIdPattern] (PrincipalOrgId)
        => DropFault(|fault, ask| {
            cured(fault, ask, PrincipalOrgId, |text| format!("o-{text}"))
        });
    "org-id-unanchored" "finds the pattern anywhere in PrincipalOrgID"
        [PrincipalOrgIdPattern PrincipalOrgIdLength] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, |text| {
            text.find("o-").map_or_else(String::new, |at| text[at..].trim_end().to_owned())
        }));
    "org-id-underscore" "takes an underscore in PrincipalOrgID"
        [PrincipalOrgIdPattern] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, |text| {
            text.replacen('_', "-", usize::from(text.starts_with("o_"))).replace('_', "0")
        }));
    "org-id-trailing-newline" "takes a newline behind PrincipalOrgID, as $ in some languages does"
        [PrincipalOrgIdPattern PrincipalOrgIdLength] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, |text| {
            text.strip_suffix('\n').unwrap_or(text).to_owned()
        }));
    "token-unchecked" "takes any text as EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, _| form(fault, EventSourceToken) && fault.kind == RejectKind::Pattern);
    "token-space" "takes blanks in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, ask| only_for(fault, ask, EventSourceToken, |c| c == ' '));
    "token-colon" "takes colons in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, ask| only_for(fault, ask, EventSourceToken, |c| c == ':'));
    "token-plus" "takes the symbols of base64 in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, ask| only_for(fault, ask, EventSourceToken, |c| "+/=".contains(c)));
    "token-range" "reads the escaped hyphen in EventSourceToken's class as a range from _ on"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, ask| only_for(fault, ask, EventSourceToken, |c| ('!'..='@').contains(&c)));
    "token-unicode-letters" "takes letters of every script in EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, ask| only_for(fault, ask, EventSourceToken, char::is_alphabetic));
    "token-257" "takes an EventSourceToken of 257 characters"
        [EventSourceTokenLength] (EventSourceToken)
        => DropFault(|fault, ask| of_length(fault, ask, EventSourceToken, 257));
    "token-any-length" "takes an EventSourceToken of any length"
        [EventSourceTokenLength] (EventSourceToken)
        => DropFault(|fault, _| {
            form(fault, EventSourceToken) && matches!(fault.kind, RejectKind::TooLong(_))
        });
    "auth-type-unchecked" "takes any text as FunctionUrlAuthType"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => DropFault(|fault, _| form(fault, FunctionUrlAuthType));
    "auth-type-any-case" "takes FunctionUrlAuthType in any case"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => DropFault(|fault, ask| cured(fault, ask, FunctionUrlAuthType, str::to_uppercase));
    "auth-type-hyphen" "takes AWS-IAM as FunctionUrlAuthType"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => DropFault(|fault, ask| cured(fault, ask, FunctionUrlAuthType, |text| text.replace('-', "_")));
    "auth-type-trimmed" "overlooks white space around FunctionUrlAuthType"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => DropFault(|fault, ask| cured(fault, ask, FunctionUrlAuthType, |text| text.trim().to_owned()));
    "auth-type-any-action" "takes FunctionUrlAuthType with any action, as MiniStack does"
        [FunctionUrlAuthTypeAction] (FunctionUrlAuthType)
        => DropFault(|fault, _| fault.kind == RejectKind::AuthTypeAction);
    "auth-type-with-get-function" "takes FunctionUrlAuthType with lambda:GetFunction"
        [FunctionUrlAuthTypeAction] (FunctionUrlAuthType)
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::AuthTypeAction
                && ask.text(crate::contract::Member::Action) == Some("lambda:GetFunction")
        });
}
