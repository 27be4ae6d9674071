//! Wrong with values that other software gives a meaning of its own: numbers, null words,
//! escapes, names of objects, very long ones, and letters that differ in case.

use serde_json::{Map, Value, json};

use super::mutation::Mutation::{AddFault, DropFault, EditStatement, EditStored};
use super::tools::{cured, list, operator, refuse};
use crate::contract::Member::{
    Action, EventSourceToken, FunctionUrlAuthType, Principal, PrincipalOrgId, SourceAccount,
    SourceArn, StatementId,
};

/// Changes the text of SourceArn in its condition.
fn arn(statement: &mut Map<String, Value>, edit: impl Fn(&str) -> String) {
    if let Some(Value::String(arn)) =
        operator(statement, "ArnLike").and_then(|keys| keys.get_mut("AWS:SourceArn"))
    {
        *arn = edit(arn);
    }
}

/// Changes the text of EventSourceToken in its condition.
fn token(statement: &mut Map<String, Value>, edit: impl Fn(&str) -> String) {
    if let Some(Value::String(token)) =
        operator(statement, "StringEquals").and_then(|keys| keys.get_mut("lambda:EventSourceToken"))
    {
        *token = edit(token);
    }
}

/// Changes the Sid.
fn sid(statement: &mut Map<String, Value>, edit: impl Fn(&str) -> String) {
    if let Some(Value::String(sid)) = statement.get_mut("Sid") {
        *sid = edit(sid);
    }
}

/// Changes the text of a principal that is an object.
fn principal(statement: &mut Map<String, Value>, edit: impl Fn(&str) -> String) {
    let shown = statement.get_mut("Principal").and_then(Value::as_object_mut);
    for value in shown.into_iter().flat_map(|shown| shown.values_mut()) {
        if let Value::String(text) = value {
            *text = edit(text);
        }
    }
}

/// A text that reads as a number, as that number is written by others.
fn as_number(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && !text.contains(['n', 'N', 'i', 'I']) => {
            number.to_string()
        }
        _ => text.to_owned(),
    }
}

/// A text that reads as a boolean of YAML, as that boolean is written.
fn as_boolean(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => "true".into(),
        "false" | "no" | "off" => "false".into(),
        _ => text.to_owned(),
    }
}

fn is_null_word(text: &str) -> bool {
    matches!(text, "null" | "None" | "nil" | "NULL" | "undefined" | "NaN")
}

fn is_of_prototypes(text: &str) -> bool {
    matches!(text, "__proto__" | "constructor" | "toString" | "hasOwnProperty" | "prototype")
}

/// Blanks and characters that nobody sees.
fn is_invisible(symbol: char) -> bool {
    symbol.is_whitespace() || matches!(symbol, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')
}

fn visible(text: &str) -> String {
    text.trim_matches(is_invisible).to_owned()
}

list! {
    "sid-as-number" "reads a StatementId that looks like a number as one"
        [StatementSid] (StatementId)
        => EditStatement(|s, _| sid(s, as_number));
    "sid-as-boolean" "reads a StatementId that looks like a boolean as one"
        [StatementSid] (StatementId)
        => EditStatement(|s, _| sid(s, as_boolean));
    "sid-null-word" "takes a StatementId that is a word for nothing as missing"
        [StatementIdPattern SuccessStatus] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, is_null_word));
    "sid-of-prototype" "loses statements whose StatementId is a name that objects have"
        [StatementIdPattern SuccessStatus] (StatementId)
        => AddFault(|ask| refuse(ask, StatementId, is_of_prototypes));
    "sid-uuid-lower-case" "writes a StatementId that is a UUID in lower case"
        [StatementSid] (StatementId)
        => EditStatement(|s, _| sid(s, |sid| {
            let is_uuid = sid.len() == 36 && sid.matches('-').count() == 4;
            if is_uuid { sid.to_ascii_lowercase() } else { sid.to_owned() }
        }));
    "sid-doubled-hyphen" "writes doubled separators of StatementId once"
        [StatementSid] (StatementId)
        => EditStatement(|s, _| sid(s, |sid| sid.replace("--", "-").replace("__", "_")));
    "sid-separator-at-end" "trims hyphens and underscores at the ends of StatementId"
        [StatementSid] (StatementId)
        => EditStatement(|s, _| sid(s, |sid| sid.trim_matches(['-', '_']).to_owned()));
    "token-as-number" "reads an EventSourceToken that looks like a number as one"
        [ConditionEventSourceToken] (EventSourceToken)
        => EditStatement(|s, _| token(s, as_number));
    "token-null-word" "takes an EventSourceToken that is a word for nothing as absent"
        [ConditionEventSourceToken ConditionMerged] (EventSourceToken)
        => EditStatement(|s, ask| {
            if is_null_word(ask.text_or_empty(EventSourceToken)) {
                super::tools::take_condition(s, "StringEquals", "lambda:EventSourceToken");
            }
        });
    "token-as-boolean" "reads an EventSourceToken that looks like a boolean as one"
        [ConditionEventSourceToken] (EventSourceToken)
        => EditStatement(|s, _| token(s, as_boolean));
    "token-dots-doubled" "writes doubled dots of EventSourceToken once"
        [ConditionEventSourceToken] (EventSourceToken)
        => EditStatement(|s, _| token(s, |token| token.replace("..", ".")));
    "arn-as-html" "writes SourceArn escaped for HTML"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| {
            arn.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
        }));
    "arn-entities-read" "reads entities of HTML in SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("&amp;", "&").replace("&#x41;", "A")));
    "arn-percent-decoded" "decodes escapes of SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| {
            crate::wire::decode(arn).unwrap_or_else(|| arn.to_owned())
        }));
    "arn-percent-encoded" "escapes a lone percent sign of SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("% ", "%25 ").replace("%%", "%25%25")));
    "arn-plus-as-blank" "reads a plus of SourceArn as a blank"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace('+', " ")));
    "arn-slashes-once" "writes doubled slashes of SourceArn once"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("//", "/")));
    "arn-stars-once" "writes doubled stars of SourceArn once"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("**", "*")));
    "arn-end-trimmed" "trims blanks at the end of SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.trim_end().to_owned()));
    "arn-variables-filled" "fills in variables of a policy in SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("${aws:username}", "")));
    "arn-fragment-cut" "cuts SourceArn at #"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.split('#').next().unwrap_or_default().to_owned()));
    "arn-list-cut" "cuts SourceArn at a comma or semicolon"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| {
            arn.split([',', ';']).next().unwrap_or_default().to_owned()
        }));
    "arn-quote-doubled" "doubles single quotes of SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace('\'', "''")));
    "arn-backslash-read" "reads escapes with a backslash in SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("\\\\", "\\").replace("\\n", "\n")));
    "arn-ascii-only" "writes question marks for letters of SourceArn beyond ASCII"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| {
            arn.chars().map(|symbol| if symbol.is_ascii() { symbol } else { '?' }).collect()
        }));
    "arn-plane-0-only" "writes a question mark for characters of SourceArn beyond 65,535"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| {
            arn.chars().map(|symbol| if u32::from(symbol) < 0x1_0000 { symbol } else { '?' }).collect()
        }));
    "arn-composed" "composes accents of SourceArn with their letters"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("e\u{301}", "é")));
    "arn-dots-resolved" "resolves .. in SourceArn"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.replace("/../", "/").replace("/./", "/")));
    "arn-cut-at-1024" "cuts SourceArn at 1,024 characters"
        [ConditionSourceArn] (SourceArn)
        => EditStatement(|s, _| arn(s, |arn| arn.chars().take(1024).collect()));
    "arn-of-4096-refused" "refuses a SourceArn of more than 4,096 characters"
        [SourceArnPattern] (SourceArn)
        => AddFault(|ask| refuse(ask, SourceArn, |text| text.len() > 4096));
    "arn-of-8192-stored-cut" "stores SourceArn cut at 8,192 characters"
        [PolicyExact] ()
        => EditStored(|s, _| arn(s, |arn| arn.chars().take(8192).collect()));
    "principal-chinese-as-account" "renders services of amazonaws.com.cn as accounts"
        [PrincipalService PolicyExact] (Principal) advisory
        => EditStored(|s, ask| {
            let text = ask.text_or_empty(Principal);
            if text.ends_with(".com.cn") {
                s.insert("Principal".into(), json!({ "AWS": text }));
            }
        });
    "account-zeros-lost" "writes an account id of a principal without its leading zeros"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|s, _| principal(s, |text| text.replace("::0", "::")));
    "account-of-zeros-lost" "renders the account 000000000000 as nobody"
        [PrincipalAccountRoot] (Principal)
        => EditStatement(|s, ask| {
            if ask.text(Principal) == Some("000000000000") {
                s.insert("Principal".into(), json!({ "AWS": "" }));
            }
        });
    "source-account-zeros-lost" "takes a SourceAccount of zeros as absent"
        [ConditionSourceAccount ConditionMerged] (SourceAccount)
        => EditStatement(|s, ask| {
            if ask.text(SourceAccount) == Some("000000000000") {
                super::tools::take_condition(s, "StringEquals", "AWS:SourceAccount");
            }
        });
    "iam-path-lost" "renders an IAM role or user without its path"
        [PrincipalIamArn] (Principal)
        => EditStatement(|s, _| principal(s, |text| {
            let Some((start, rest)) = text.split_once('/') else { return text.to_owned() };
            format!("{start}/{}", rest.rsplit('/').next().unwrap_or_default())
        }));
    "iam-symbols-lost" "renders an IAM name without its symbols"
        [PrincipalIamArn] (Principal)
        => EditStatement(|s, _| principal(s, |text| {
            if text.contains(":iam:") { text.replace(['+', '=', ',', '@'], "") } else { text.to_owned() }
        }));
    "iam-lower-case" "renders an IAM name in lower case"
        [PrincipalIamArn] (Principal)
        => EditStatement(|s, _| principal(s, |text| {
            if text.contains(":iam:") { text.to_lowercase() } else { text.to_owned() }
        }));
    "iam-cut" "renders an IAM name cut to 60 characters"
        [PrincipalIamArn] (Principal)
        => EditStatement(|s, _| principal(s, |text| {
            let Some((start, name)) = text.rsplit_once('/') else { return text.to_owned() };
            format!("{start}/{}", name.chars().take(60).collect::<String>())
        }));
    "org-id-any-case" "takes PrincipalOrgID in any case"
        [PrincipalOrgIdPattern] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, str::to_lowercase));
    "action-service-any-case" "takes the service of Action in any case"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, |text| {
            let Some((service, action)) = text.split_once(':') else { return text.to_owned() };
            format!("{}:{action}", service.to_lowercase())
        }));
    "arn-prefix-any-case" "takes the prefix of SourceArn in any case"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| {
            let parts: Vec<&str> = text.splitn(3, ':').collect();
            let [one, two, rest] = parts.as_slice() else { return text.to_owned() };
            format!("{}:{}:{rest}", one.to_lowercase(), two.to_lowercase())
        }));
    "sid-invisible-trimmed" "overlooks invisible characters around StatementId"
        [StatementIdPattern] (StatementId)
        => DropFault(|fault, ask| cured(fault, ask, StatementId, visible));
    "action-invisible-trimmed" "overlooks invisible characters around Action"
        [ActionPattern] (Action)
        => DropFault(|fault, ask| cured(fault, ask, Action, visible));
    "account-invisible-trimmed" "overlooks invisible characters around SourceAccount"
        [SourceAccountPattern SourceAccountLength] (SourceAccount)
        => DropFault(|fault, ask| cured(fault, ask, SourceAccount, visible));
    "arn-invisible-trimmed" "overlooks invisible characters before SourceArn"
        [SourceArnPattern] (SourceArn)
        => DropFault(|fault, ask| cured(fault, ask, SourceArn, |text| {
            text.trim_start_matches(is_invisible).to_owned()
        }));
    "org-id-invisible-trimmed" "overlooks invisible characters around PrincipalOrgID"
        [PrincipalOrgIdPattern PrincipalOrgIdLength] (PrincipalOrgId)
        => DropFault(|fault, ask| cured(fault, ask, PrincipalOrgId, visible));
    "token-invisible-trimmed" "overlooks invisible characters around EventSourceToken"
        [EventSourceTokenPattern] (EventSourceToken)
        => DropFault(|fault, ask| cured(fault, ask, EventSourceToken, visible));
    "auth-type-invisible-trimmed" "overlooks invisible characters around FunctionUrlAuthType"
        [FunctionUrlAuthTypeEnum] (FunctionUrlAuthType)
        => DropFault(|fault, ask| cured(fault, ask, FunctionUrlAuthType, visible));
    "qualifier-invisible-trimmed" "overlooks invisible characters around Qualifier"
        [QualifierPattern] (Qualifier)
        => super::mutation::Mutation::RewriteRequest(|request, _| {
            if request.method == "POST" && let Some(qualifier) = request.query_value("Qualifier") {
                let cut = visible(&qualifier);
                if cut != qualifier && !cut.is_empty() {
                    request.query.clear();
                    *request = request.clone().with_query("Qualifier", &cut);
                }
            }
        });
}
