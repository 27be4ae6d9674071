//! What moved between the editions here and a service model that AWS publishes.
//!
//! In comes a model file as botocore (`service-2.json`) or the repository of Smithy models
//! publishes it; out goes every constraint of AddPermission that differs, with the rules that it
//! concerns. [`botocore`] and [`smithy`] read the two formats into one form.

pub mod botocore;
pub mod smithy;

use serde_json::Value;

use super::catalogue::RULES;
use super::member::{Edition, Kind, Member, Place};
use super::{ErrorCode, OperationId, RuleId};

/// What a published model says of AddPermission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The format that it was read from.
    pub format: &'static str,
    /// The version of the API that the model names.
    pub version: Option<String>,
    /// The method.
    pub method: Option<String>,
    /// The path with its labels.
    pub uri: Option<String>,
    /// The status of a success.
    pub status: Option<u64>,
    /// The members of the input.
    pub members: Vec<PublishedMember>,
    /// The errors: name and status.
    pub errors: Vec<(String, Option<u64>)>,
}

/// A member as a model describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishedMember {
    /// Its name.
    pub name: String,
    /// Where it travels: `path`, `query`, `body`, or the model's own word for another place.
    pub place: String,
    /// Whether a request needs it.
    pub required: bool,
    /// Its type: `string`, `boolean`, or the model's own word for another type.
    pub kind: String,
    /// The least length.
    pub min: Option<u64>,
    /// The greatest length.
    pub max: Option<u64>,
    /// The pattern.
    pub pattern: Option<String>,
    /// The closed set of values; empty where any will do.
    pub values: Vec<String>,
}

/// Why a model could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriftError {
    /// The text is no JSON.
    #[error("it is no JSON: {0}")]
    NoJson(String),
    /// It is JSON of another kind.
    #[error(
        "it is neither botocore's service-2.json (with `operations` and `shapes`) nor a Smithy \
         JSON model (with `smithy` and `shapes`)"
    )]
    Unknown,
    /// The model lacks something that AddPermission needs.
    #[error("the model has no {0}; is it Lambda's?")]
    Missing(String),
}

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What it is about: a member, an error, or the request.
    pub subject: String,
    /// What of it: `max`, `pattern`, …
    pub part: &'static str,
    /// What the edition says.
    pub ours: String,
    /// What the file says.
    pub theirs: String,
    /// The rules that it concerns.
    pub rules: Vec<RuleId>,
}

/// Reads a model in either format.
pub fn read(text: &str) -> Result<Published, DriftError> {
    let model: Value =
        serde_json::from_str(text).map_err(|error| DriftError::NoJson(error.to_string()))?;
    if model.get("smithy").is_some_and(Value::is_string) {
        smithy::read(&model)
    } else if model.get("operations").is_some_and(Value::is_object) {
        botocore::read(&model)
    } else {
        Err(DriftError::Unknown)
    }
}

/// The operation that the models are read for.
const OPERATION: OperationId = OperationId::AddPermission;

/// What differs between an edition and a model.
pub fn drift(edition: Edition, model: &Published) -> Vec<Drift> {
    let mut found = Found::default();
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".into());
    let row = OPERATION.row();
    found.note("the request", "method", row.method, &shown(&model.method), Vec::new);
    found.note("the request", "path", row.path, &shown(&model.uri), Vec::new);
    let status = model.status.map(|status| status.to_string());
    let success = row.success.to_string();
    found.note("a success", "status", &success, &shown(&status), || vec![RuleId::SuccessStatus]);
    for member in Member::ALL {
        let theirs = model.members.iter().find(|theirs| theirs.name == member.name());
        match (member.constraint(edition), theirs) {
            (Some(_), None) => {
                found.push(member.name(), "member", "there", "absent", about(member, &[]));
            }
            (None, Some(_)) => {
                found.push(member.name(), "member", "absent", "there", about(member, &[]));
            }
            (None, None) => {}
            (Some(_), Some(theirs)) => compare(edition, member, theirs, &mut found),
        }
    }
    for theirs in &model.members {
        if Member::from_name(&theirs.name).is_none() {
            let what = format!("there, a {} in the {}", theirs.kind, theirs.place);
            found.push(&theirs.name, "member", "absent", &what, Vec::new());
        }
    }
    errors(edition, model, &mut found);
    found.0
}

#[derive(Default)]
struct Found(Vec<Drift>);

impl Found {
    fn push(
        &mut self,
        subject: &str,
        part: &'static str,
        ours: &str,
        theirs: &str,
        rules: Vec<RuleId>,
    ) {
        let (subject, ours, theirs) = (subject.to_owned(), ours.to_owned(), theirs.to_owned());
        self.0.push(Drift { subject, part, ours, theirs, rules });
    }

    /// Notes two texts where they differ.
    fn note(
        &mut self,
        subject: &str,
        part: &'static str,
        ours: &str,
        theirs: &str,
        rules: impl FnOnce() -> Vec<RuleId>,
    ) {
        if ours != theirs {
            self.push(subject, part, ours, theirs, rules());
        }
    }
}

fn compare(edition: Edition, member: Member, theirs: &PublishedMember, found: &mut Found) {
    let name = member.name();
    let ours = member.constraint(edition).unwrap_or_default();
    let place = match member.place() {
        Place::Path => "path",
        Place::Query => "query",
        Place::Body => "body",
    };
    found.note(name, "place", place, &theirs.place, || about(member, &[]));
    let kind = match member.kind() {
        Kind::String | Kind::Enum => "string",
        Kind::Boolean => "boolean",
    };
    found.note(name, "type", kind, &theirs.kind, || about(member, &[]));
    let needed = |required: bool| if required { "yes" } else { "no" };
    let required = || about(member, &["required"]);
    found.note(name, "required", needed(member.required()), needed(theirs.required), required);
    let number = |number: Option<u64>| number.map_or_else(|| "none".into(), |n| n.to_string());
    let length = || about(member, &["length"]);
    // No least length is a least length of none.
    let least = |min: Option<u64>| number(min.filter(|min| *min > 0));
    found.note(name, "min", &least(ours.min.map(|n| n as u64)), &least(theirs.min), length);
    found.note(name, "max", &number(ours.max.map(|n| n as u64)), &number(theirs.max), length);
    let pattern = |pattern: Option<&str>| pattern.map_or("none", bare).to_owned();
    found.note(
        name,
        "pattern",
        &pattern(ours.pattern),
        &pattern(theirs.pattern.as_deref()),
        || about(member, &["pattern", "forms", "other-forms"]),
    );
    let values = |mut values: Vec<&str>| {
        values.sort_unstable();
        if values.is_empty() { "any".to_owned() } else { values.join(", ") }
    };
    let theirs = theirs.values.iter().map(String::as_str).collect();
    let closed = || about(member, &["enum"]);
    found.note(name, "values", &values(ours.values.to_vec()), &values(theirs), closed);
}

/// A pattern without the anchors that some sources write around it: a match is always whole.
fn bare(pattern: &str) -> &str {
    let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
    inner.filter(|inner| !inner.ends_with('\\')).unwrap_or(pattern)
}

fn errors(edition: Edition, model: &Published, found: &mut Found) {
    let listed = |code: ErrorCode| match edition {
        Edition::Page => code.on_the_page(),
        Edition::Page202609 | Edition::Current => {
            code.on_the_page() || code == ErrorCode::PublicPolicyException
        }
    };
    for code in ErrorCode::ALL.into_iter().filter(|code| listed(*code)) {
        let Some((_, status)) = model.errors.iter().find(|(name, _)| name == code.name()) else {
            found.push(code.name(), "error", "listed", "not listed", of_error(code));
            continue;
        };
        let theirs = status.map_or_else(|| "nothing".into(), |status| status.to_string());
        found.note(code.name(), "status", &code.status().to_string(), &theirs, || of_error(code));
    }
    for (name, status) in &model.errors {
        let code = ErrorCode::from_name(name);
        if !code.is_some_and(listed) {
            let status = status.map(|status| format!(" with {status}")).unwrap_or_default();
            let rules = code.map(of_error).unwrap_or_default();
            found.push(name, "error", "not listed", &format!("listed{status}"), rules);
        }
    }
}

/// The rules about a member whose ids end so; all of them where none is asked for.
fn about(member: Member, endings: &[&str]) -> Vec<RuleId> {
    let bare = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    RULES
        .iter()
        .filter(|rule| bare(rule.topic.name()) == bare(member.name()))
        .filter(|rule| {
            let ending = rule.id.name().rsplit('.').next().unwrap_or_default();
            endings.is_empty() || endings.contains(&ending)
        })
        .map(|rule| rule.id)
        .collect()
}

/// The rules about an error.
fn of_error(code: ErrorCode) -> Vec<RuleId> {
    match code {
        ErrorCode::ResourceNotFoundException => vec![RuleId::ErrorNotFound],
        ErrorCode::ResourceConflictException => vec![RuleId::ErrorConflict],
        ErrorCode::PreconditionFailedException => vec![RuleId::ErrorPrecondition],
        ErrorCode::PolicyLengthExceededException => vec![RuleId::ErrorPolicyLength],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
