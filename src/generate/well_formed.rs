//! Validity of scenarios: everything that a step refers to exists when the step is sent.
//!
//! This concerns the scenario and its fixture, not the response of a target. A request for a
//! function that does not exist is well-formed if it contains the name literally, but not if it
//! refers to a function that the fixture lacks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::scenario::template::Piece;
use crate::scenario::{Body, Fixture, Operation, Scenario, Step, Template};

/// Whether everything that the scenario refers to exists at that time.
pub fn is_well_formed(scenario: &Scenario) -> bool {
    !scenario.steps.is_empty()
        && fixture_is_sane(&scenario.fixture)
        && first_orphan(scenario).is_none()
}

/// Drops what has become senseless: operations whose preconditions no longer hold, steps without
/// operations. `None` where nothing is left, or the fixture itself makes no sense.
pub(super) fn repaired(mut scenario: Scenario) -> Option<Scenario> {
    if !fixture_is_sane(&scenario.fixture) {
        return None;
    }
    while let Some((step, index)) = first_orphan(&scenario) {
        remove_operation(&mut scenario, step, index);
    }
    (!scenario.steps.is_empty()).then_some(scenario)
}

/// Removes an operation, and its step if it was the only one.
pub(super) fn remove_operation(scenario: &mut Scenario, step: usize, index: usize) {
    match scenario.steps.get_mut(step) {
        Some(Step::Together { together }) if together.len() > 1 => {
            together.remove(index);
        }
        Some(_) => {
            scenario.steps.remove(step);
        }
        None => {}
    }
}

fn fixture_is_sane(fixture: &Fixture) -> bool {
    let keys: BTreeSet<&str> =
        fixture.functions.iter().map(|function| function.key.as_str()).collect();
    keys.len() == fixture.functions.len()
        && fixture.functions.iter().all(|function| {
            let names: BTreeSet<&str> =
                function.aliases.iter().map(|alias| alias.name.as_str()).collect();
            names.len() == function.aliases.len()
                && function
                    .aliases
                    .iter()
                    .all(|alias| version_exists(&alias.version, function.versions))
        })
}

fn version_exists(version: &str, published: u32) -> bool {
    version == "$LATEST"
        || version.parse::<u32>().is_ok_and(|number| (1..=published).contains(&number))
}

/// The first operation, by step and place in it, whose preconditions do not hold; a step of
/// several that has none counts as its own orphan.
fn first_orphan(scenario: &Scenario) -> Option<(usize, usize)> {
    let mut world = World::new(&scenario.fixture);
    for (number, step) in scenario.steps.iter().enumerate() {
        let operations = step.operations();
        if operations.is_empty() {
            return Some((number, 0));
        }
        if let Some(index) = operations.iter().position(|operation| !world.admits(operation)) {
            return Some((number, index));
        }
        for operation in operations {
            world.apply(operation);
        }
    }
    None
}

/// What is known to exist, whatever the target answers.
#[derive(Debug)]
pub(super) struct World {
    functions: BTreeMap<String, Option<Function>>,
    policies: BTreeMap<String, Policy>,
}

#[derive(Debug, Default)]
struct Function {
    versions: u32,
    aliases: BTreeSet<String>,
}

/// What has been sent to one target of grants.
#[derive(Clone, Copy, Debug, Default)]
struct Policy {
    added: bool,
    /// Read after something was added: its revision is known.
    read: bool,
    /// Written to after it was read: a revision of it may be stale.
    overtaken: bool,
}

impl World {
    pub(super) fn new(fixture: &Fixture) -> Self {
        let functions = fixture
            .functions
            .iter()
            .map(|function| {
                let aliases = function.aliases.iter().map(|alias| alias.name.clone()).collect();
                (function.key.clone(), Some(Function { versions: function.versions, aliases }))
            })
            .collect();
        Self { functions, policies: BTreeMap::new() }
    }

    /// Whether what the operation refers to exists.
    pub(super) fn admits(&self, operation: &Operation) -> bool {
        let exists = |key: &str| self.functions.get(key).is_some_and(Option::is_some);
        let target = target_of(operation);
        let refers =
            texts(operation).iter().all(|text| self.knows_references(text, target.as_deref()));
        refers
            && match operation {
                Operation::AddPermission(_)
                | Operation::GetPolicy(_)
                | Operation::RemovePermission(_) => true,
                Operation::PublishVersion(on) | Operation::DeleteFunction(on) => {
                    exists(&on.function)
                }
                Operation::CreateFunction(on) => {
                    self.functions.get(&on.function).is_some_and(Option::is_none)
                }
                Operation::CreateAlias(change) => {
                    self.function(&change.function).is_some_and(|function| {
                        !function.aliases.contains(&change.name)
                            && version_exists(&change.version, function.versions)
                    })
                }
                Operation::UpdateAlias(change) => {
                    self.function(&change.function).is_some_and(|function| {
                        function.aliases.contains(&change.name)
                            && version_exists(&change.version, function.versions)
                    })
                }
                Operation::DeleteAlias(alias) => self
                    .function(&alias.function)
                    .is_some_and(|function| function.aliases.contains(&alias.name)),
            }
    }

    fn function(&self, key: &str) -> Option<&Function> {
        self.functions.get(key)?.as_ref()
    }

    fn knows_references(&self, text: &str, target: Option<&str>) -> bool {
        Template::parse(text).pieces().iter().all(|piece| match piece {
            Piece::Literal(_) => true,
            Piece::Reference(name) => self.knows(name, target),
        })
    }

    fn knows(&self, reference: &str, target: Option<&str>) -> bool {
        let own = target.and_then(|target| self.policies.get(target)).copied().unwrap_or_default();
        match reference {
            "account" | "region" | "partition" | "role" | "prefix" => true,
            "revision.current"
            | "revision.current.cut"
            | "revision.current.half"
            | "revision.current.other-case"
            | "revision.current.other-end"
            | "revision.current.bare" => own.read,
            "revision.stale" => own.overtaken,
            "revision.foreign" => self
                .policies
                .iter()
                .any(|(key, policy)| Some(key.as_str()) != target && policy.read),
            _ if reference.starts_with("revision.past.") => own.overtaken,
            _ => {
                if let Some(length) = reference.strip_prefix("prefix.") {
                    length.parse::<usize>().is_ok()
                } else if let Some(key) = reference.strip_prefix("function.") {
                    self.functions.contains_key(key)
                } else if let Some((key, number)) =
                    reference.strip_prefix("version.").and_then(|rest| rest.rsplit_once('.'))
                {
                    number != "$LATEST"
                        && self
                            .function(key)
                            .is_some_and(|function| version_exists(number, function.versions))
                } else {
                    false
                }
            }
        }
    }

    /// Notes that the operation was sent.
    pub(super) fn apply(&mut self, operation: &Operation) {
        let policy = target_of(operation).map(|target| self.policies.entry(target).or_default());
        match operation {
            Operation::AddPermission(_) => {
                if let Some(policy) = policy {
                    policy.overtaken |= policy.read;
                    policy.added = true;
                }
            }
            Operation::RemovePermission(_) => {
                if let Some(policy) = policy {
                    policy.overtaken |= policy.read;
                }
            }
            Operation::GetPolicy(_) => {
                if let Some(policy) = policy {
                    policy.read |= policy.added;
                }
            }
            Operation::PublishVersion(on) => {
                if let Some(Some(function)) = self.functions.get_mut(&on.function) {
                    function.versions += 1;
                }
            }
            Operation::CreateAlias(change) => {
                if let Some(Some(function)) = self.functions.get_mut(&change.function) {
                    function.aliases.insert(change.name.clone());
                }
            }
            Operation::UpdateAlias(_) => {}
            Operation::DeleteAlias(alias) => {
                if let Some(Some(function)) = self.functions.get_mut(&alias.function) {
                    function.aliases.remove(&alias.name);
                }
                self.policies.remove(&format!("{}:{}", alias.function, alias.name));
            }
            Operation::CreateFunction(on) => {
                self.functions.insert(on.function.clone(), Some(Function::default()));
            }
            Operation::DeleteFunction(on) => {
                self.functions.insert(on.function.clone(), None);
                let (own, qualified) = (on.function.clone(), format!("{}:", on.function));
                self.policies.retain(|key, _| *key != own && !key.starts_with(&qualified));
            }
        }
    }
}

/// Which policy an operation speaks of, by the function's key and the qualifier as it is written.
fn target_of(operation: &Operation) -> Option<String> {
    let (function_name, qualifier) = match operation {
        Operation::AddPermission(add) => (&add.function_name, &add.qualifier),
        Operation::GetPolicy(get) => (&get.function_name, &get.qualifier),
        Operation::RemovePermission(remove) => (&remove.function_name, &remove.qualifier),
        _ => return None,
    };
    let text = function_name.as_str();
    let (key, suffix) = match text.split_once("${function.") {
        Some((_, rest)) => rest.split_once('}').unwrap_or((rest, "")),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let suffix = suffix.strip_prefix(':').unwrap_or(suffix);
    let qualifier = qualifier.as_ref().map_or(suffix, Template::as_str);
    Some(if qualifier.is_empty() { key.to_owned() } else { format!("{key}:{qualifier}") })
}

/// Every text of an operation in which references may stand.
pub(super) fn texts(operation: &Operation) -> Vec<&str> {
    let mut texts = Vec::new();
    match operation {
        Operation::AddPermission(add) => {
            texts.push(add.function_name.as_str());
            texts.extend(add.qualifier.iter().map(Template::as_str));
            if let Body::Members(members) = &add.body {
                members.values().for_each(|value| push_texts(value, &mut texts));
            }
        }
        Operation::GetPolicy(get) => {
            texts.push(get.function_name.as_str());
            texts.extend(get.qualifier.iter().map(Template::as_str));
        }
        Operation::RemovePermission(remove) => {
            texts.extend([remove.function_name.as_str(), remove.statement_id.as_str()]);
            texts.extend(remove.qualifier.iter().map(Template::as_str));
            texts.extend(remove.revision_id.iter().map(Template::as_str));
        }
        _ => {}
    }
    texts
}

fn push_texts<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| push_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| push_texts(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
