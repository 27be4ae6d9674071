//! Statements compared as policies: what one grants that the other does not.
//!
//! Both statements are evaluated on calls that are made from what they say: each principal, action,
//! resource and condition value that stands in either, and others that stand in neither. Conditions
//! of one statement are independent of each other, so that it is enough to vary one at a time.
//! Condition keys ignore case; an account id and the ARN of its root mean the same (IAM User Guide,
//! "AWS JSON policy elements: Principal"); an operator that `Like` ends compares like its `Equals`
//! where no wildcard stands (same guide, "Condition operators").

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::event::bug::{Effect, Witness};

/// A statement as far as its meaning goes.
#[derive(Clone, Debug)]
pub struct Meaning {
    denies: bool,
    principals: BTreeSet<String>,
    actions: BTreeSet<String>,
    resources: BTreeSet<String>,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
struct Condition {
    operator: String,
    key: String,
    values: BTreeSet<String>,
}

/// A call that is decided.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// Who calls: `*` nobody in particular, an account id, an ARN, or a service.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The condition keys, in lower case.
    pub context: BTreeMap<String, String>,
}

/// A caller of an account that no statement names.
const STRANGER: &str = "arn:aws:iam::999999999999:user/stranger";

/// The elements that a statement may hold.
const ELEMENTS: [&str; 6] = ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"];

impl Meaning {
    /// Reads a statement; `None` where it cannot be evaluated.
    pub fn read(statement: &Value) -> Option<Self> {
        let members = statement.as_object()?;
        if members.keys().any(|key| key.starts_with("Not")) {
            return None;
        }
        let denies = match members.get("Effect")?.as_str()? {
            "Allow" => false,
            "Deny" => true,
            _ => return None,
        };
        Some(Self {
            denies,
            principals: principals(members.get("Principal")?)?,
            actions: texts(members.get("Action")?)?,
            resources: texts(members.get("Resource")?)?,
            conditions: match members.get("Condition") {
                None => Vec::new(),
                Some(condition) => conditions(condition.as_object()?)?,
            },
        })
    }

    /// Whether the statement speaks of a call: then it allows it, or denies it.
    pub fn matches(&self, call: &Call) -> bool {
        self.principals.iter().any(|known| is_principal(known, &call.principal))
            && self
                .actions
                .iter()
                .any(|known| glob(&known.to_ascii_lowercase(), &call.action.to_ascii_lowercase()))
            && self.resources.iter().any(|known| glob(known, &call.resource))
            && self.conditions.iter().all(|condition| condition.holds(&call.context))
    }

    /// Whether the statement allows a call.
    pub fn allows(&self, call: &Call) -> bool {
        !self.denies && self.matches(call)
    }

    /// A context in which all conditions hold.
    fn satisfied(&self) -> BTreeMap<String, String> {
        self.conditions
            .iter()
            .filter_map(|condition| {
                let value = condition.values.first()?;
                Some((condition.key.clone(), spelled_out(value)))
            })
            .collect()
    }
}

fn texts(value: &Value) -> Option<BTreeSet<String>> {
    let one = |value: &Value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    };
    match value {
        Value::Array(list) if !list.is_empty() => list.iter().map(one).collect(),
        other => one(other).map(|text| BTreeSet::from([text])),
    }
}

/// The principals: accounts as their ids, services and everybody by their names, a service that
/// could not be one under `service:`.
fn principals(value: &Value) -> Option<BTreeSet<String>> {
    let plain = |text: String| match text.strip_suffix(":root") {
        Some(arn) if arn.starts_with("arn:") && arn.contains(":iam::") => {
            arn.rsplit(':').next().unwrap_or_default().to_owned()
        }
        _ => text,
    };
    let Value::Object(kinds) = value else {
        return Some(texts(value)?.into_iter().map(plain).collect());
    };
    let mut found = BTreeSet::new();
    for (kind, value) in kinds {
        let texts = texts(value)?;
        match kind.as_str() {
            "AWS" => found.extend(texts.into_iter().map(plain)),
            // What is no domain is no service, and nobody calls as such.
            "Service" => found.extend(
                texts
                    .into_iter()
                    .map(|text| if text.contains('.') { text } else { format!("service:{text}") }),
            ),
            "Federated" | "CanonicalUser" => {
                found.extend(texts.into_iter().map(|text| format!("{kind}:{text}")));
            }
            _ => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

fn conditions(operators: &Map<String, Value>) -> Option<Vec<Condition>> {
    let mut found = Vec::new();
    for (operator, keys) in operators {
        for (key, values) in keys.as_object()? {
            let one = |value: &Value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Bool(flag) => Some(flag.to_string()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            };
            let values: Option<BTreeSet<String>> = match values {
                Value::Array(list) => list.iter().map(one).collect(),
                other => one(other).map(|text| BTreeSet::from([text])),
            };
            found.push(Condition {
                operator: operator.to_ascii_lowercase(),
                key: key.to_ascii_lowercase(),
                values: values?,
            });
        }
    }
    Some(found)
}

impl Condition {
    fn holds(&self, context: &BTreeMap<String, String>) -> bool {
        let Some(given) = context.get(&self.key) else { return false };
        self.values.iter().any(|value| match self.operator.as_str() {
            "stringequals" => value == given,
            "stringequalsignorecase" | "bool" => value.eq_ignore_ascii_case(given),
            "stringlike" => glob(value, given),
            "arnlike" | "arnequals" => arn_glob(value, given),
            _ => false,
        })
    }
}

fn is_principal(known: &str, caller: &str) -> bool {
    if known == "*" || known == caller {
        return true;
    }
    let is_account = known.len() == 12 && known.bytes().all(|byte| byte.is_ascii_digit());
    is_account && caller.starts_with("arn:") && caller.split(':').nth(4) == Some(known)
}

/// Whether a text fits a pattern of `*` and `?`.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while place < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(symbol) if *symbol == '?' || *symbol == text[place] => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((from, taken)) => {
                    star = Some((from, taken + 1));
                    at = from + 1;
                    place = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|symbol| *symbol == '*')
}

/// As [`glob`], part by part of an ARN.
fn arn_glob(pattern: &str, text: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (pattern.splitn(6, ':').collect(), text.splitn(6, ':').collect());
    one.len() == other.len() && one.iter().zip(other).all(|(pattern, part)| glob(pattern, part))
}

/// A text that fits a pattern.
fn spelled_out(pattern: &str) -> String {
    pattern.replace('*', "any").replace('?', "x")
}

/// Calls that can tell two statements apart.
pub fn calls(one: &Meaning, other: &Meaning) -> Vec<Call> {
    let both = |pick: fn(&Meaning) -> &BTreeSet<String>| -> BTreeSet<String> {
        pick(one).iter().chain(pick(other)).cloned().collect()
    };
    let mut principals: BTreeSet<String> = BTreeSet::from([STRANGER.to_owned()]);
    for known in both(|meaning| &meaning.principals) {
        if known.len() == 12 && known.bytes().all(|byte| byte.is_ascii_digit()) {
            principals.insert(format!("arn:aws:iam::{known}:user/somebody"));
        } else if known != "*" && !known.starts_with("service:") {
            principals.insert(known);
        }
    }
    let mut actions: BTreeSet<String> =
        both(|meaning| &meaning.actions).iter().map(|text| spelled_out(text)).collect();
    for action in ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:GetFunction"] {
        actions.insert(action.to_owned());
    }
    let mut resources: BTreeSet<String> =
        both(|meaning| &meaning.resources).iter().map(|text| spelled_out(text)).collect();
    for resource in both(|meaning| &meaning.resources) {
        resources.insert(format!("{}:another", spelled_out(&resource)));
    }
    let mut contexts = vec![one.satisfied(), other.satisfied()];
    let mut merged = one.satisfied();
    merged.extend(other.satisfied());
    contexts.push(merged);
    let mut merged = other.satisfied();
    merged.extend(one.satisfied());
    contexts.push(merged);
    for base in contexts.clone() {
        for condition in one.conditions.iter().chain(&other.conditions) {
            let mut without = base.clone();
            without.remove(&condition.key);
            contexts.push(without);
            let values = condition
                .values
                .iter()
                .flat_map(|value| [value.clone(), spelled_out(value), value.to_ascii_lowercase()]);
            for value in values.chain(["another".to_owned(), "false".to_owned()]) {
                let mut with = base.clone();
                with.insert(condition.key.clone(), value);
                contexts.push(with);
            }
        }
    }
    contexts.sort();
    contexts.dedup();
    let mut calls = Vec::new();
    for context in &contexts {
        for principal in &principals {
            for action in &actions {
                for resource in &resources {
                    calls.push(Call {
                        principal: principal.clone(),
                        action: action.clone(),
                        resource: resource.clone(),
                        context: context.clone(),
                    });
                }
            }
        }
    }
    calls
}

/// What `actual` grants where `expected` should stand, with a call that shows it.
pub fn compare(expected: &Value, actual: &Value) -> (Effect, Option<Witness>) {
    let Some(right) = Meaning::read(expected) else { return (Effect::SameMeaning, None) };
    let Some(wrong) = Meaning::read(actual) else { return (Effect::NotAPolicy, None) };
    let (mut wider, mut narrower) = (None, None);
    for call in calls(&right, &wrong) {
        let (should, does) = (right.allows(&call), wrong.allows(&call));
        if does && !should {
            wider.get_or_insert_with(|| witness(&call, false, true));
        } else if should && !does {
            narrower.get_or_insert_with(|| witness(&call, true, false));
        }
    }
    if wrong.denies && !right.denies {
        return (Effect::Opposite, narrower);
    }
    match (wider, narrower) {
        (None, None) if has_foreign_element(actual) => (Effect::NotAPolicy, None),
        (None, None) => (Effect::SameMeaning, None),
        (Some(witness), None) => (Effect::Widens, Some(witness)),
        (None, Some(witness)) => (Effect::Narrows, Some(witness)),
        (Some(witness), Some(_)) => (Effect::Other, Some(witness)),
    }
}

/// Whether a statement has an element that the language of policies does not know.
fn has_foreign_element(statement: &Value) -> bool {
    statement
        .as_object()
        .is_some_and(|members| members.keys().any(|key| !ELEMENTS.contains(&key.as_str())))
}

fn witness(call: &Call, expected: bool, actual: bool) -> Witness {
    Witness {
        principal: call.principal.clone(),
        action: call.action.clone(),
        resource: call.resource.clone(),
        context: call.context.clone(),
        expected,
        actual,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "each call makes its values")]
    fn grant(principal: Value, condition: Value) -> Value {
        json!({
            "Sid": "a", "Effect": "Allow", "Principal": principal,
            "Action": "lambda:InvokeFunction",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
            "Condition": condition,
        })
    }

    fn effect(expected: (Value, Value), actual: (Value, Value)) -> Effect {
        compare(&grant(expected.0, expected.1), &grant(actual.0, actual.1)).0
    }

    #[test]
    fn what_is_spelled_otherwise_means_the_same() {
        let none = || json!({});
        let root = json!({ "AWS": "arn:aws:iam::223456789012:root" });
        for same in [
            json!("223456789012"),
            json!({ "AWS": "223456789012" }),
            json!({"AWS": ["223456789012"]}),
        ] {
            assert_eq!(effect((root.clone(), none()), (same, none())), Effect::SameMeaning);
        }
        assert_eq!(
            effect((json!("*"), none()), (json!({ "AWS": "*" }), none())),
            Effect::SameMeaning
        );
        let service = || json!({ "Service": "s3.amazonaws.com" });
        let arn = "arn:aws:s3:::bucket";
        for (operator, key) in [
            ("ArnLike", "aws:SourceArn"),
            ("StringLike", "AWS:SourceArn"),
            ("ArnEquals", "AWS:SourceArn"),
        ] {
            assert_eq!(
                effect(
                    (service(), json!({"ArnLike": {"AWS:SourceArn": arn}})),
                    (service(), json!({operator: {key: arn}}))
                ),
                Effect::SameMeaning
            );
        }
        assert_eq!(
            effect(
                (service(), json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})),
                (service(), json!({"Bool": {"lambda:InvokedViaFunctionUrl": true}}))
            ),
            Effect::SameMeaning
        );
    }

    #[test]
    fn a_condition_that_is_left_out_widens_with_a_witness() {
        let account = json!({"StringEquals": {"AWS:SourceAccount": "123456789012"}});
        let service = || json!({ "Service": "s3.amazonaws.com" });
        let (effect, witness) = compare(&grant(service(), account), &grant(service(), json!({})));
        assert_eq!(effect, Effect::Widens);
        let witness = witness.unwrap();
        assert!(witness.actual && !witness.expected && witness.principal == "s3.amazonaws.com");
        assert_ne!(
            witness.context.get("aws:sourceaccount").map(String::as_str),
            Some("123456789012")
        );
    }

    #[test]
    fn other_deviations_are_told_apart() {
        let none = || json!({});
        let account = || json!({ "AWS": "arn:aws:iam::223456789012:root" });
        assert_eq!(
            effect((account(), none()), (json!({"Service": "223456789012"}), none())),
            Effect::Narrows
        );
        assert_eq!(effect((account(), none()), (json!("*"), none())), Effect::Widens);
        assert_eq!(
            effect((account(), none()), (json!({"AWS": "323456789012"}), none())),
            Effect::Other
        );
        let mut denied = grant(account(), none());
        denied["Effect"] = json!("Deny");
        assert_eq!(compare(&grant(account(), none()), &denied).0, Effect::Opposite);
        denied["Effect"] = json!("allow");
        assert_eq!(compare(&grant(account(), none()), &denied).0, Effect::NotAPolicy);
        let like = json!({"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b*"}});
        let equal = json!({"StringEquals": {"AWS:SourceArn": "arn:aws:s3:::b*"}});
        assert_eq!(effect((json!("*"), like), (json!("*"), equal)), Effect::Narrows);
    }
}
