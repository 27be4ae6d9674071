//! What request and state were like: the vocabulary of circumstances.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::contract::Member;
use crate::model::name::{Form, FunctionName};
use crate::model::principal::Principal;
use crate::model::request::{ParsedBody, Request};
use crate::model::{Analysis, RejectKind, RejectReason, World};
use crate::wire::WireRequest;

/// What can be said of one request in its state.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// What holds, as `so it is` in words; each word stands for one atom.
    pub so: BTreeSet<String>,
    /// What can be counted, by name.
    pub counts: BTreeMap<&'static str, usize>,
}

impl Features {
    fn add(&mut self, text: impl Into<String>) {
        self.so.insert(text.into());
    }
}

/// The number of statements that the policy held.
pub const STATEMENTS: &str = "statements in the policy";

/// The length of a name from which on it is notable.
const LONG_NAME: usize = 48;

/// Reads the features. `before` is what was done on the fixture before, the last first.
pub fn read(
    world: &World,
    analysis: &Analysis,
    wire: &WireRequest,
    before: &[&'static str],
) -> Features {
    let mut features = Features::default();
    match &analysis.request {
        Request::AddPermission(add) => {
            named(&mut features, world, &add.name, add.qualifier.as_deref());
            body(&mut features, world, &add.body);
        }
        Request::GetPolicy(get) => named(&mut features, world, &get.name, get.qualifier.as_deref()),
        Request::RemovePermission(remove) => {
            named(&mut features, world, &remove.name, remove.qualifier.as_deref());
            text(&mut features, "StatementId", &remove.statement_id);
            if remove.revision_id.is_some() {
                features.add("RevisionId is given");
            }
        }
        Request::Unroutable => features.add("the path names no operation"),
        Request::Other => {}
    }
    if let Some(content) = wire.headers.iter().find(|(name, _)| name == "content-type")
        && content.1 != "application/json"
    {
        features.add("the content type is not application/json");
    }
    for fault in &analysis.faults {
        if let Some(words) = fault_words(fault) {
            features.add(words);
        }
        // What is wrong with every member alike is one circumstance.
        match fault.kind {
            RejectKind::WrongType(_) => features.add("a member has the wrong JSON type"),
            RejectKind::TooLong(_) => features.add("a member is too long"),
            RejectKind::Pattern => features.add("a member does not match its pattern"),
            _ => {}
        }
    }
    if analysis.faults.is_empty() {
        features.add("the request is right");
    }
    state(&mut features, world, analysis);
    if let Some(last) = before.first() {
        features.add(format!("{last} came before"));
    } else {
        features.add("nothing came before");
    }
    features
}

fn named(features: &mut Features, world: &World, name: &str, qualifier: Option<&str>) {
    let read = FunctionName::read(name);
    features.add(match read.as_ref().map(|read| read.form) {
        Some(Form::Name) => "FunctionName is a plain name",
        Some(Form::PartialArn) => "FunctionName is a partial ARN",
        Some(Form::Arn) => "FunctionName is a full ARN",
        Some(Form::Other) => "FunctionName has an unusual form",
        None => "FunctionName is outside the pattern",
    });
    let suffix = read.as_ref().and_then(|read| read.suffix.as_deref());
    if suffix.is_some() {
        features.add("FunctionName has a suffix");
    }
    if qualifier.is_some() {
        features.add("Qualifier is given");
    }
    let function = read.as_ref().and_then(|read| world.functions.get(&read.name));
    let effective = qualifier.filter(|text| !text.is_empty()).or(suffix);
    features.add(match effective {
        None => "the grant is on the function itself",
        Some("$LATEST") => "the qualifier is $LATEST",
        Some(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => "the grant is on a version",
        Some(name) if function.is_some_and(|known| known.aliases.contains_key(name)) => {
            "the grant is on an alias"
        }
        Some(_) => "the qualifier is unknown",
    });
    // A run's own names are all about equally long, which says nothing.
    let length = read.as_ref().map_or(name, |read| &read.name).chars().count();
    if length > LONG_NAME {
        features.counts.insert("length of FunctionName", length);
    }
}

fn body(features: &mut Features, world: &World, body: &ParsedBody) {
    let members = match body {
        ParsedBody::Object(members) => members,
        ParsedBody::Empty => return features.add("the body is empty"),
        ParsedBody::NotAnObject => return features.add("the body is JSON but not an object"),
        ParsedBody::TrailingData => return features.add("something follows the JSON object"),
        ParsedBody::Malformed | ParsedBody::Ambiguous => {
            return features.add("the body is not JSON");
        }
    };
    features.counts.insert("members in the body", members.len());
    for member in Member::in_body() {
        let name = member.name();
        match members.get(name) {
            None if member.required() => features.add(format!("{name} is missing")),
            None => {}
            Some(Value::Null) => features.add(format!("{name} is null")),
            Some(Value::String(value)) => {
                features.add(format!("{name} is given"));
                text(features, name, value);
                classes(features, world, member, value);
            }
            Some(Value::Bool(flag)) => {
                features.add(format!("{name} is given"));
                features.add(format!("{name} is {flag}"));
            }
            Some(Value::Number(_)) => features.add(format!("{name} is a number")),
            Some(Value::Array(_)) => features.add(format!("{name} is a list")),
            Some(Value::Object(_)) => features.add(format!("{name} is an object")),
        }
        match members.get(name) {
            Some(Value::Null) => features.add("a member is null"),
            Some(Value::Array(_)) => features.add("a member is a list"),
            Some(Value::Object(_)) => features.add("a member is an object"),
            _ => {}
        }
        if matches!(members.get(name), Some(Value::Array(_) | Value::Object(_))) {
            features.add("a member is a list or an object");
        }
    }
    if members.keys().any(|key| !Member::in_body().any(|member| member.name() == key)) {
        features.add("the body has a member that is no input");
    }
}

/// What a text looks like.
fn text(features: &mut Features, name: &str, value: &str) {
    let length = match name {
        "StatementId" => "length of StatementId",
        "Action" => "length of Action",
        "Principal" => "length of Principal",
        "SourceArn" => "length of SourceArn",
        "SourceAccount" => "length of SourceAccount",
        "EventSourceToken" => "length of EventSourceToken",
        "PrincipalOrgID" => "length of PrincipalOrgID",
        "RevisionId" => "length of RevisionId",
        _ => "length of another member",
    };
    features.counts.insert(length, value.chars().count());
    let mut has = |what: &str, so: bool| {
        if so {
            features.so.insert(format!("{name} {what}"));
        }
    };
    let first = value.chars().next();
    has("is empty", value.is_empty());
    has("has a capital", value.chars().any(|c| c.is_ascii_uppercase()));
    has("has a small letter", value.chars().any(|c| c.is_ascii_lowercase()));
    has("has a digit", value.chars().any(|c| c.is_ascii_digit()));
    has("starts with a digit", first.is_some_and(|c| c.is_ascii_digit()));
    has("starts with a capital", first.is_some_and(|c| c.is_ascii_uppercase()));
    has("starts with a hyphen", first == Some('-'));
    has("starts with an underscore", first == Some('_'));
    for (what, symbol) in [
        ("has a hyphen", '-'),
        ("has an underscore", '_'),
        ("has a dot", '.'),
        ("has a colon", ':'),
        ("has a slash", '/'),
        ("has a blank", ' '),
        ("has an asterisk", '*'),
        ("has a plus", '+'),
        ("has an at sign", '@'),
    ] {
        has(what, value.contains(symbol));
    }
    has("ends with a newline", value.ends_with('\n'));
    has("ends with a hyphen or an underscore", value.ends_with(['-', '_']));
    has("has a character outside ASCII", !value.is_ascii());
    has("has two hyphens in a row", value.contains("--"));
    has("starts with a zero", first == Some('0'));
}

/// What kind of value a member holds.
fn classes(features: &mut Features, world: &World, member: Member, value: &str) {
    match member {
        Member::Principal => {
            features.add(match Principal::read(value) {
                Principal::Wildcard => "Principal is *",
                Principal::Account if value == world.account => "Principal is the own account",
                Principal::Account => "Principal is an account",
                Principal::Service if value.ends_with(".amazon.com") => {
                    "Principal is a service of amazon.com"
                }
                Principal::Service => "Principal is a service",
                Principal::IamArn => "Principal is an IAM ARN",
                Principal::ForeignDomain => "Principal is a foreign domain",
                Principal::MalformedArn => "Principal is a malformed ARN",
                Principal::NoAccountArn => "Principal is an ARN without an account",
                Principal::Other => "Principal is something else",
            });
            if matches!(Principal::read(value), Principal::IamArn) {
                let kind = value.split(':').nth(5).and_then(|rest| rest.split('/').next());
                features.add(format!(
                    "Principal is an IAM {}",
                    match kind {
                        Some("root") => "root",
                        Some("user") => "user",
                        Some("role") => "role",
                        _ => "ARN of another kind",
                    }
                ));
            }
            if matches!(Principal::read(value), Principal::Service) {
                features.add(format!(
                    "Principal is {}",
                    value.chars().take(60).collect::<String>().to_lowercase()
                ));
            }
        }
        Member::Action => features.add(match value {
            "lambda:InvokeFunction" => "Action is lambda:InvokeFunction",
            "lambda:InvokeFunctionUrl" => "Action is lambda:InvokeFunctionUrl",
            "lambda:*" => "Action is lambda:*",
            "*" => "Action is *",
            _ => "Action is another one",
        }),
        Member::FunctionUrlAuthType if matches!(value, "NONE" | "AWS_IAM") => {
            features.add(format!("FunctionUrlAuthType is {value}"));
        }
        Member::SourceAccount if value == world.account => {
            features.add("SourceAccount is the own account");
        }
        Member::SourceArn => {
            let service = value.split(':').nth(2).filter(|service| {
                matches!(*service, "s3" | "sns" | "sqs" | "events" | "execute-api" | "logs")
            });
            if let Some(service) = service {
                features.add(format!("SourceArn is of {service}"));
            }
            let part = |at: usize| value.split(':').nth(at).unwrap_or_default();
            if part(3).is_empty() {
                features.add("SourceArn names no region");
            } else if part(3) != world.region {
                features.add("SourceArn names another region");
            }
            if part(4).is_empty() {
                features.add("SourceArn names no account");
            }
        }
        _ => {}
    }
}

fn state(features: &mut Features, world: &World, analysis: &Analysis) {
    let Some(resource) = &analysis.resource else { return };
    let policy = world.policy(&resource.function, resource.qualifier.as_deref());
    let policy = policy.last();
    features.counts.insert(STATEMENTS, policy.statements.len());
    if !policy.removed.is_empty() {
        features.add("a statement was removed from the policy before");
    }
    if !policy.refused.is_empty() {
        features.add("a statement was refused since the policy was read");
    }
    let Some(function) = world.functions.get(&resource.function) else { return };
    let elsewhere = function
        .policies
        .iter()
        .any(|(qualifier, other)| *qualifier != resource.qualifier && other.last().exists());
    if elsewhere {
        features.add("another qualifier of the function has a policy");
    }
    if function.recreated {
        features.add("the function was made anew");
    }
    if resource.qualifier.as_ref().is_some_and(|name| function.recreated_aliases.contains(name)) {
        features.add("the alias was made anew");
    }
    let points_at = resource.qualifier.as_ref().and_then(|name| function.aliases.get(name));
    if points_at.is_some_and(|version| version == "$LATEST") {
        features.add("the alias points at $LATEST");
    }
    if world.functions.iter().any(|(name, other)| {
        *name != resource.function && other.policies.values().any(|policy| policy.last().exists())
    }) {
        features.add("another function has a policy");
    }
}

/// A reason for an error, in words.
pub fn fault_words(fault: &RejectReason) -> Option<String> {
    let name = fault.member.map_or("", Member::name);
    Some(match &fault.kind {
        RejectKind::Pattern => format!("{name} does not match its pattern"),
        RejectKind::TooLong(_) => format!("{name} is too long"),
        RejectKind::TooShort(_) => format!("{name} is too short"),
        RejectKind::NotAValue => format!("{name} is none of its values"),
        RejectKind::WrongType(_) => format!("{name} has the wrong JSON type"),
        RejectKind::OtherRegion(_) => "FunctionName names another region".into(),
        RejectKind::OtherAccount => "FunctionName names another account".into(),
        RejectKind::OtherPartition => "FunctionName names another partition".into(),
        RejectKind::Mismatch => "the suffix of FunctionName differs from Qualifier".into(),
        RejectKind::AuthTypeAction => {
            "FunctionUrlAuthType is given with an action that it does not go with".into()
        }
        RejectKind::FunctionNotFound => "the function does not exist".into(),
        RejectKind::NameCase => "FunctionName is in another case".into(),
        RejectKind::VersionNotFound => "the version does not exist".into(),
        RejectKind::AliasNotFound => "the alias does not exist".into(),
        RejectKind::QualifierNotFound => "the qualifier can be neither version nor alias".into(),
        RejectKind::PrincipalInvalid => "Principal names nobody".into(),
        RejectKind::Conflict => "the StatementId is taken".into(),
        RejectKind::Precondition => "RevisionId is not the current one".into(),
        RejectKind::PolicyLength(_) => "the policy would grow too long".into(),
        RejectKind::PolicyAbsent => "there is no policy".into(),
        RejectKind::StatementNotFound => "there is no such statement".into(),
        _ => return None,
    })
}
