//! Too lax with the required members of the body: StatementId, Action, Principal.

use serde_json::json;

use super::mutation::Mutation::{DropFault, EditStatement};
use super::tools::{cured, form, list, of_length, only_for};
use crate::contract::Member::{Action, Principal, StatementId};
use crate::model::RejectKind;

list! {
    "statement-id-unchecked" "takes any text as StatementId, as moto does"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, _| form(fault, StatementId) && fault.kind == RejectKind::Pattern);
    "statement-id-dot" "takes a dot in StatementId, as RemovePermission's pattern does"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| only_for(fault, ask, StatementId, |c| c == '.'));
    "statement-id-space" "takes a blank in StatementId"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| only_for(fault, ask, StatementId, |c| c == ' '));
    "statement-id-colon" "takes a colon in StatementId"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| only_for(fault, ask, StatementId, |c| c == ':'));
    "statement-id-unicode-letters" "takes letters of every script in StatementId"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| only_for(fault, ask, StatementId, char::is_alphabetic));
    "statement-id-unicode-digits" "takes digits of every script in StatementId"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| only_for(fault, ask, StatementId, char::is_numeric));
    "statement-id-trailing-newline" "takes a newline behind StatementId, as $ in some languages does"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| cured(fault, ask, StatementId, |text| {
            text.strip_suffix('\n').unwrap_or(text).to_owned()
        }));
    "statement-id-prefix-match" "holds only the beginning of StatementId against the pattern"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| cured(fault, ask, StatementId, |text| {
            text.chars().next().map(String::from).unwrap_or_default()
        }));
    "statement-id-search-match" "finds the pattern anywhere in StatementId"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| cured(fault, ask, StatementId, |text| {
            text.chars().filter(char::is_ascii_alphanumeric).collect()
        }));
    "statement-id-101" "takes a StatementId of 101 characters"
        [StatementIdLength] (StatementId)
        => DropFault(|fault, ask| of_length(fault, ask, StatementId, 101));
    "statement-id-any-length" "takes a StatementId of any length"
        [StatementIdLength] (StatementId)
        => DropFault(|fault, _| form(fault, StatementId) && matches!(fault.kind, RejectKind::TooLong(_)));
    "statement-id-empty" "takes an empty StatementId"
        [StatementIdLength StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| of_length(fault, ask, StatementId, 0));
    "statement-id-missing" "makes up a StatementId where there is none, as moto and MiniStack do"
        [StatementIdRequired] ()
        => DropFault(|fault, _| fault.kind == RejectKind::Missing && fault.member == Some(StatementId)),
        EditStatement(|statement, ask| {
            if ask.text(StatementId).is_none() {
                statement.insert("Sid".into(), json!("6f1e9a52-0c39-4a53-9d0e-0d8ed5a3f3a1"));
            }
        });
    "statement-id-null" "takes null for StatementId"
        [StatementIdRequired] (StatementId)
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::Missing
                && fault.member == Some(StatementId)
                && ask.body().is_some_and(|members| members.contains_key("StatementId"))
        });
    "statement-id-number" "keeps a number as StatementId, as moto does"
        [MemberType] (StatementId)
        => DropFault(|fault, _| {
            fault.kind == RejectKind::WrongType("NUMBER_VALUE") && fault.member == Some(StatementId)
        }),
        EditStatement(|statement, ask| {
            let sent = ask.body().and_then(|members| members.get("StatementId"));
            if let Some(number) = sent.filter(|value| value.is_number()) {
                statement.insert("Sid".into(), number.clone());
            }
        });
    "action-unchecked" "takes any text as Action, as moto does"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| form(fault, Action) && !ask.text_or_empty(Action).is_empty());
    "action-empty" "takes an empty Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| of_length(fault, ask, Action, 0));
    "action-missing" "takes lambda:InvokeFunction where there is no Action, as MiniStack does"
        [ActionRequired] ()
        => DropFault(|fault, _| fault.kind == RejectKind::Missing && fault.member == Some(Action)),
        EditStatement(|statement, ask| {
            if ask.text(Action).is_none() {
                statement.insert("Action".into(), json!("lambda:InvokeFunction"));
            }
        });
    "action-other-service" "takes actions of other services"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| match text.split_once(':') {
            Some((service, action)) if !service.is_empty()
                && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) =>
                format!("lambda:{action}"),
            _ => text.to_owned(),
        }));
    "action-partial-wildcard" "takes lambda:Get* and the like"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| {
            text.strip_suffix('*').unwrap_or(text).to_owned()
        }));
    "action-digits" "takes digits in Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| {
            text.chars().map(|c| if c.is_ascii_digit() { 'a' } else { c }).collect()
        }));
    "action-any-case" "takes the prefix lambda: in any case"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| {
            text.replacen("LAMBDA:", "lambda:", 1).replacen("Lambda:", "lambda:", 1)
        }));
    "action-bare" "takes an action without lambda:"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| format!("lambda:{text}")));
    "action-prefix-match" "holds only the beginning of Action against the pattern"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| {
            let text = ask.text_or_empty(Action);
            form(fault, Action)
                && (text.starts_with('*')
                    || text.strip_prefix("lambda:").is_some_and(|rest| {
                        rest.starts_with(|c: char| c == '*' || c.is_ascii_alphabetic())
                    }))
        });
    "action-search-match" "finds the pattern anywhere in Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| {
            let text = ask.text_or_empty(Action);
            form(fault, Action) && (text.contains('*') || text.contains("lambda:Invoke"))
        });
    "action-trailing-newline" "takes a newline behind Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| {
            text.strip_suffix('\n').unwrap_or(text).to_owned()
        }));
    "action-trimmed" "overlooks blanks around Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| text.trim().to_owned()));
    "action-hyphen" "takes hyphens in Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| text.replace(['-', '_'], "a")));
    "principal-white-space" "takes white space in Principal"
        [PrincipalPattern] (Principal)
        => DropFault(|fault, _| form(fault, Principal) && fault.kind == RejectKind::Pattern);
    "principal-blank" "takes blanks in Principal, but no other white space"
        [PrincipalPattern] (Principal)
        => DropFault(|fault, ask| only_for(fault, ask, Principal, |c| c == ' '));
    "principal-trailing-newline" "takes a newline behind Principal"
        [PrincipalPattern] (Principal)
        => DropFault(|fault, ask| cured(fault, ask, Principal, |text| {
            text.strip_suffix('\n').unwrap_or(text).to_owned()
        }));
    "principal-empty" "takes an empty Principal, as MiniStack does"
        [PrincipalPattern] (Principal)
        => DropFault(|fault, ask| of_length(fault, ask, Principal, 0));
    "principal-missing" "takes a request without Principal, as MiniStack does"
        [PrincipalRequired] ()
        => DropFault(|fault, _| fault.kind == RejectKind::Missing && fault.member == Some(Principal)),
        EditStatement(|statement, ask| {
            if ask.text(Principal).is_none() {
                statement.insert("Principal".into(), json!({ "AWS": "" }));
            }
        });
    "principal-foreign-domain" "takes a domain of nobody at AWS, as MiniStack does"
        [PrincipalInvalid] (Principal)
        => DropFault(|fault, _| fault.kind == RejectKind::PrincipalInvalid),
        EditStatement(|statement, ask| {
            let text = ask.text_or_empty(Principal);
            if text.contains('.') && !text.contains("amazon") {
                statement.insert("Principal".into(), json!({ "AWS": text }));
            }
        });
    "principal-amazonaws-anywhere" "takes whatever contains amazonaws.com for a service, as MiniStack does"
        [PrincipalInvalid] (Principal)
        => DropFault(|fault, ask| {
            fault.kind == RejectKind::PrincipalInvalid
                && ask.text_or_empty(Principal).contains("amazonaws.com")
        });
    "principal-malformed-arn" "takes an IAM ARN that is a colon short"
        [PrincipalInvalid] (Principal)
        => DropFault(|fault, _| fault.kind == RejectKind::MalformedArn);
}
