//! Differences grouped by cause: what differs, who disagrees with whom, and the kind of request.
//!
//! A request is described by what is peculiar about it. A difference that a smaller request shows
//! with fewer peculiarities is explained by that one.

use std::collections::BTreeSet;

use serde_json::Value;

use super::compare::Differing;
use crate::contract::member::{Kind, Place};
use crate::contract::{Aspect, Edition, Member};
use crate::generate::plain::plain_value;
use crate::model::constraint::{Breach, breaches_in};
use crate::scenario::{AddPermission, Body, Operation, Scenario, Step, Template};

/// How a value can break its constraint, or not be there.
const BREACHES: [&str; 6] =
    ["off its pattern", "too short", "too long", "not one of its values", "null", "missing"];
/// What a value can be that is of a wrong type.
const TYPES: [&str; 5] = ["a string", "a boolean", "a number", "a list", "an object"];

/// Differences of one cause.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// The difference, as the smallest scenario shows it.
    pub difference: Differing,
    /// What is peculiar about the request.
    pub peculiar: BTreeSet<String>,
    /// In how many scenarios it was seen.
    pub occurrences: u32,
    /// The smallest scenario that shows it.
    pub scenario: Scenario,
    /// What is peculiar about other requests that show the same.
    pub likewise: BTreeSet<String>,
}

impl Cluster {
    /// What kind of peculiarity it comes with, where that is one, whichever member has it.
    fn class(&self) -> Option<&str> {
        let mut peculiar = self.peculiar.iter();
        let (Some(one), None) = (peculiar.next(), peculiar.next()) else { return None };
        let word = one.split_once(' ').map_or("", |(_, word)| word);
        let rendered = matches!(self.difference.aspect, Aspect::Statement | Aspect::Policy);
        match word {
            _ if TYPES.contains(&word) => Some("of a wrong type"),
            _ if BREACHES.contains(&word) => Some(word),
            // A lawful member that is rendered otherwise.
            "" if rendered && Member::from_name(one).is_some() => Some("there"),
            _ => None,
        }
    }
}

/// Puts together what differs in the same way and has the same kind of peculiarity in one member
/// or another; says for each cluster into which it went.
pub fn alike(clusters: Vec<Cluster>) -> Vec<(Cluster, usize)> {
    let mut kept: Vec<(Cluster, usize)> = Vec::new();
    for (at, cluster) in clusters.into_iter().enumerate() {
        let class = cluster.class().map(str::to_owned);
        let same = kept.iter_mut().find(|(known, _)| {
            class.is_some()
                && known.class() == class.as_deref()
                && known.difference.key() == cluster.difference.key()
        });
        match same {
            Some((known, _)) => {
                known.occurrences += cluster.occurrences;
                known.likewise.extend(cluster.peculiar.into_iter().chain(cluster.likewise));
            }
            None => kept.push((cluster, at)),
        }
    }
    kept
}

/// Groups differences, each with its scenario.
pub fn cluster(mut found: Vec<(Scenario, Differing)>) -> Vec<Cluster> {
    // Small scenarios first: they tell best what matters.
    found.sort_by_key(|(scenario, difference)| {
        (peculiarities(scenario, difference.step).len(), scenario.size())
    });
    let mut clusters: Vec<Cluster> = Vec::new();
    for (scenario, difference) in found {
        let peculiar = peculiarities(&scenario, difference.step);
        let likewise = BTreeSet::new();
        let new = Cluster { difference, peculiar, occurrences: 1, scenario, likewise };
        fold(&mut clusters, new);
    }
    clusters
}

/// Adds a cluster, or its occurrences to one that explains it.
pub fn fold(clusters: &mut Vec<Cluster>, new: Cluster) {
    let key = new.difference.key();
    let known = clusters
        .iter_mut()
        .find(|known| known.difference.key() == key && known.peculiar.is_subset(&new.peculiar));
    match known {
        Some(known) => known.occurrences += new.occurrences,
        None => clusters.push(new),
    }
}

/// What is peculiar about a request and what was sent before it.
pub fn peculiarities(scenario: &Scenario, step: usize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut adds = 0;
    for (at, sent) in scenario.steps.iter().enumerate().take(step + 1) {
        let Step::One(operation) = sent else { continue };
        match operation {
            Operation::AddPermission(add) => {
                adds += 1;
                found.extend(of_request(add));
            }
            Operation::RemovePermission(remove) => {
                found.extend(of_target(&remove.function_name, remove.qualifier.as_ref()));
                if remove.revision_id.is_some() {
                    found.insert("RevisionId".into());
                }
            }
            Operation::GetPolicy(get) => {
                found.extend(of_target(&get.function_name, get.qualifier.as_ref()));
            }
            _ => {}
        }
        // What was read before changes nothing.
        if at < step && !matches!(operation, Operation::GetPolicy(_) | Operation::AddPermission(_))
        {
            found.insert(format!("after {}", operation.name()));
        }
    }
    if adds > 1 {
        found.insert("after another AddPermission".into());
    }
    found
}

fn of_target(name: &Template, qualifier: Option<&Template>) -> Vec<String> {
    let mut found = Vec::new();
    if name.as_str() != "${function.a}" {
        found.push(format!("FunctionName {}", form_of_name(name.as_str())));
    }
    if let Some(qualifier) = qualifier {
        let text = qualifier.as_str();
        let form = breach(Member::Qualifier, text).unwrap_or_else(|| {
            if text.starts_with("$LATEST") {
                text.to_owned()
            } else if text.starts_with("${version") {
                "a version".into()
            } else {
                "an alias or nothing".into()
            }
        });
        found.push(format!("Qualifier {form}"));
    }
    found
}

fn form_of_name(text: &str) -> String {
    // As a target resolves it: references stand for ordinary values.
    let plain = text
        .replace("${partition}", "aws")
        .replace("${region}", "us-east-1")
        .replace("${account}", "123456789012")
        .replace("${function.", "f")
        .replace("${version.", "1")
        .replace('}', "");
    if let Some(breach) = breach(Member::FunctionName, &plain) {
        return breach;
    }
    let tail = text.rsplit("function.").next().unwrap_or_default();
    let suffixed = tail.contains("}:");
    let form = match () {
        () if !text.contains("${function.") => "of no function of ours",
        () if text.starts_with("arn:") => "an ARN",
        () if text.contains(":function:") => "a partial ARN",
        () if text.starts_with("function:") => "with a prefix",
        () if text.starts_with("${function.a}") && suffixed => "",
        () if text.starts_with("${function.") => "another function",
        () => "of another form",
    };
    let suffix = if suffixed { "with a suffix" } else { "" };
    format!("{form} {suffix}").trim().to_owned()
}

fn of_request(add: &AddPermission) -> Vec<String> {
    let mut found = of_target(&add.function_name, add.qualifier.as_ref());
    let members = match &add.body {
        Body::Raw(bytes) => {
            let is_json = serde_json::from_slice::<Value>(bytes).is_ok();
            found.push(if is_json { "raw JSON" } else { "a body that is no JSON" }.into());
            return found;
        }
        Body::Members(members) => members,
    };
    for member in Member::ALL.into_iter().filter(|member| member.place() == Place::Body) {
        let what = match members.get(member.name()) {
            None if member.required() => "missing".to_owned(),
            None => continue,
            Some(value) => match of_value(member, value) {
                Some(what) => what,
                None => continue,
            },
        };
        found.push(format!("{member} {what}").trim().to_owned());
    }
    let unknown =
        |name: &&String| Member::from_name(name).is_none_or(|member| member.place() != Place::Body);
    if members.keys().any(|name| unknown(&name)) {
        found.push("a member that is no input".into());
    }
    found
}

/// What is peculiar about a value; nothing where it is as plain as can be.
fn of_value(member: Member, value: &Value) -> Option<String> {
    let text = match (value, member.kind()) {
        (Value::Null, _) => return Some("null".into()),
        (Value::String(text), Kind::String | Kind::Enum) => text,
        (Value::Bool(_), Kind::Boolean) => return Some(value.to_string()),
        (Value::String(_), _) => return Some("a string".into()),
        (Value::Bool(_), _) => return Some("a boolean".into()),
        (Value::Number(_), _) => return Some("a number".into()),
        (Value::Array(_), _) => return Some("a list".into()),
        (Value::Object(_), _) => return Some("an object".into()),
    };
    let plain = text
        .replace("${account}", "123456789012")
        .replace("${region}", "us-east-1")
        .replace("${partition}", "aws")
        .replace("${role}", "arn:aws:iam::123456789012:role/r");
    if let Some(breach) = breach(member, &plain) {
        return Some(breach);
    }
    let is_account = plain.len() == 12 && plain.bytes().all(|byte| byte.is_ascii_digit());
    Some(match member {
        // Any lawful one is as good as another.
        Member::StatementId => return None,
        Member::Action | Member::Principal if plain_value(member) == **text => return None,
        Member::Action if plain == "*" || plain == "lambda:*" => plain,
        Member::Action if !plain.starts_with("lambda:Invoke") => "other than Invoke".into(),
        Member::FunctionUrlAuthType | Member::Action => plain,
        Member::Principal if plain == "*" => plain,
        Member::Principal if is_account => "an account".into(),
        Member::Principal if plain.starts_with("arn:") => "an ARN".into(),
        Member::Principal if plain.ends_with(".amazonaws.com") => "another service".into(),
        Member::Principal => "of another form".into(),
        _ => String::new(),
    })
}

/// How a text breaks its constraint, in a word or two.
fn breach(member: Member, text: &str) -> Option<String> {
    let by_edition = Edition::ALL.map(|edition| breaches_in(edition, member, text));
    let disputed = by_edition.iter().any(Vec::is_empty);
    let word = match by_edition.iter().flatten().next()? {
        Breach::Pattern => "off its pattern",
        Breach::TooShort(_) => "too short",
        Breach::TooLong(_) => "too long",
        Breach::NotAValue => "not one of its values",
    };
    Some(if disputed { format!("{word} by one edition") } else { word.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::plain::plain_request;
    use crate::scenario::Fixture;

    fn with(members: &[(&str, Value)]) -> Scenario {
        let mut request = plain_request("s7");
        for (name, value) in members {
            if let Some(members) = request.members_mut() {
                members.insert((*name).into(), value.clone());
            }
        }
        Scenario::single(Fixture::plain(), request)
    }

    fn peculiar(members: &[(&str, Value)]) -> Vec<String> {
        peculiarities(&with(members), 0).into_iter().collect()
    }

    #[test]
    fn a_request_is_told_by_what_is_peculiar_about_it() {
        assert_eq!(peculiar(&[]), Vec::<String>::new());
        assert_eq!(peculiar(&[("StatementId", json!("."))]), ["StatementId off its pattern"]);
        assert_eq!(peculiar(&[("StatementId", json!(7))]), ["StatementId a number"]);
        assert_eq!(peculiar(&[("Principal", json!("${account}"))]), ["Principal an account"]);
        assert_eq!(peculiar(&[("SourceArn", json!("arn:aws:s3:::b"))]), ["SourceArn"]);
        assert_eq!(peculiar(&[("Color", json!("red"))]), ["a member that is no input"]);
        for (name, told) in [
            ("${function.a}:live", "FunctionName with a suffix"),
            ("arn:aws:lambda:${region}:${account}:function:${function.a}", "FunctionName an ARN"),
            ("${account}:function:${function.a}:x", "FunctionName a partial ARN with a suffix"),
            ("a b", "FunctionName off its pattern"),
        ] {
            assert_eq!(of_target(&Template::parse(name), None), [told]);
        }
    }

    #[test]
    fn a_smaller_request_explains_the_larger_ones() {
        let difference = || Differing {
            step: 0,
            aspect: Aspect::Status,
            path: "status".into(),
            operation: "AddPermission",
            values: vec!["201".into(), "400".into()],
            kinds: vec!["201".into(), "400".into()],
        };
        let large = with(&[("SourceArn", json!("arn:aws:s3:::b")), ("Principal", json!("*"))]);
        let small = with(&[("SourceArn", json!("arn:aws:s3:::b"))]);
        let other = with(&[("StatementId", json!(""))]);
        let found = [large, small.clone(), other].map(|scenario| (scenario, difference()));
        let clusters = cluster(found.into());
        let told: Vec<(u32, Vec<&str>)> = clusters
            .iter()
            .map(|one| (one.occurrences, one.peculiar.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(told, [(1, vec!["StatementId too short"]), (2, vec!["SourceArn"])]);
        assert_eq!(clusters[1].scenario, small);
    }

    #[test]
    fn what_breaks_alike_in_several_members_is_one_cause() {
        let of = |name: &str, value: Value, status: &str| {
            let difference = Differing {
                step: 0,
                aspect: Aspect::Status,
                path: "status".into(),
                operation: "AddPermission",
                values: vec![status.into(), "400".into()],
                kinds: vec![status.into(), "400".into()],
            };
            (with(&[(name, value)]), difference)
        };
        let clusters = alike(cluster(vec![
            of("StatementId", json!(7), "201"),
            of("Principal", json!([]), "201"),
            of("Action", json!(true), "500"),
            of("SourceArn", json!("arn:aws:s3:::b"), "201"),
            of("EventSourceToken", json!("t"), "201"),
        ]));
        let mut told: Vec<(u32, Vec<String>)> = clusters
            .iter()
            .map(|(one, _)| (one.occurrences, one.likewise.iter().cloned().collect()))
            .collect();
        told.sort();
        let one = |at: usize| (1, Vec::<String>::new()) == told[at];
        assert!(one(0) && one(1) && one(2), "{told:?}");
        assert_eq!((told.len(), told[3].0, told[3].1.len()), (4, 2, 1), "{told:?}");
    }
}
