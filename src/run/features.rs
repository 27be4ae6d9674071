//! What a scenario can show, before it is sent: the features by which [`order`](super::order) sorts.
//!
//! A single request is read by the model, in a world in which its fixture exists: which rules it
//! puts to the test, in which direction, and which member is at fault. What is notable about a value
//! is its *shape*: the text with every run of letters and of digits made one character. Sequences
//! are followed in outline: which ids a policy holds, what was done to it last.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;

use serde_json::Value;

use crate::client::{Provisioned, ProvisionedFunction};
use crate::contract::{Direction, EditionChoice, Member, Phase, RuleId};
use crate::generate::Case;
use crate::generate::plain::plain_value;
use crate::model::reject::{RejectReason, Requirement};
use crate::model::statement::StatementShape;
use crate::model::world::Function;
use crate::model::{Analysis, Request, World, analyse};
use crate::scenario::{AddPermission, Body, Fixture, Operation, Step, Template};

/// Something that a scenario has, and how much that is worth the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Feature {
    /// Equal for equal features. Only equality counts, so that the order does not depend on hashes.
    pub id: u64,
    /// The weight.
    pub weight: u32,
}

/// A rule in a direction; a kind of step in the state of its policy.
const RULE: u32 = 32;
/// A rule with the reason of the refusal and the member at fault.
const REASON: u32 = 24;
/// Something less about a step, such as whether the policy is empty; sequences have many of them.
const STEP: u32 = 6;
/// A kind of step on one kind of policy; several reasons at once, or one that need not lead to an error.
const UNSURE: u32 = 3;
/// The shape of a value that was picked by hand, or one that holds the name of the function.
const NOTABLE: u32 = 9;
/// The shape of another value, or a pair of members.
const SHAPE: u32 = 3;
/// A character, or a length.
const DETAIL: u32 = 1;

/// The longest part of a value that is looked at.
const LOOKED_AT: usize = 400;

/// Reads features off scenarios.
pub(super) struct Features {
    editions: EditionChoice,
    worlds: BTreeMap<Fixture, (World, Provisioned)>,
}

/// The features of one scenario in the making.
#[derive(Default)]
struct Found(Vec<Feature>);

impl Found {
    fn add(&mut self, weight: u32, what: impl Hash) {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.0.push(Feature { id: hasher.finish(), weight });
    }
}

impl Features {
    /// For requests that are judged by these editions.
    pub(super) fn new(editions: EditionChoice) -> Self {
        Self { editions, worlds: BTreeMap::new() }
    }

    /// The feature of a single request that puts this rule to the test in this direction.
    pub(super) fn of_rule(direction: Direction, rule: RuleId) -> u64 {
        let mut found = Found::default();
        found.add(RULE, (direction.name(), rule));
        found.0[0].id
    }

    /// The features of a case, each once.
    pub(super) fn of(&mut self, case: &Case) -> Vec<Feature> {
        let mut found = Found::default();
        match case.scenario.steps.as_slice() {
            [Step::One(Operation::AddPermission(add))] => {
                let is_picked = matches!(
                    case.phase,
                    Phase::Deployers | Phase::Examples | Phase::Values | Phase::Types
                );
                self.single(&case.scenario.fixture, add, is_picked, &mut found);
            }
            steps => Outline::default().follow(steps, &mut found),
        }
        found.0.sort_unstable();
        found.0.dedup_by_key(|feature| feature.id);
        found.0
    }

    fn single(
        &mut self,
        fixture: &Fixture,
        add: &AddPermission,
        is_picked: bool,
        found: &mut Found,
    ) {
        if !self.worlds.contains_key(fixture) {
            self.worlds.insert(fixture.clone(), made(fixture));
        }
        let (world, provisioned) = &self.worlds[fixture];
        let bindings = |reference: &str| {
            use crate::scenario::Bindings as _;
            let value = provisioned.value(reference).map(std::borrow::Cow::into_owned);
            value.or_else(|| reference.starts_with("revision.").then(|| "none".to_owned()))
        };
        let Ok(wire) = add.to_wire(&bindings) else {
            // Not known before the run: it is as good as new.
            found.add(RULE, ("unknown", add.function_name.as_str()));
            return;
        };
        let analysis = analyse(world, &wire, self.editions);
        let is_alone = peculiar(add) <= 1;
        rules(&analysis, is_alone, found);
        let must: Vec<&RejectReason> =
            analysis.faults.iter().filter(|f| f.requirement == Requirement::Must).collect();
        let at_fault = |name: &str| must.iter().any(|f| f.member.is_some_and(|m| m.name() == name));
        // Of a request that is refused only what it is refused for is looked at.
        let is_looked_at = |name: &str| must.is_empty() || at_fault(name);
        let is_refused = !must.is_empty();
        let mut value = |name: &str, value: &Value| {
            if is_looked_at(name) {
                values((name, is_refused, is_alone), value, is_picked, found);
            }
        };
        value("FunctionName", &add.function_name.as_str().into());
        if let Some(qualifier) = &add.qualifier {
            value("Qualifier", &qualifier.as_str().into());
        }
        match &add.body {
            Body::Members(members) => {
                for (name, member) in members {
                    value(name, member);
                }
                if must.is_empty() {
                    pairs(add, found);
                }
            }
            Body::Raw(bytes) => {
                let start = &bytes[..bytes.len().min(24)];
                found.add(SHAPE, ("body", shape(&String::from_utf8_lossy(start))));
                found.add(DETAIL, ("body length", magnitude(bytes.len())));
            }
        }
    }
}

/// How many values differ from the plain request's, the id aside. Where more than one does, an
/// error does not say which is at fault.
fn peculiar(add: &AddPermission) -> usize {
    let is_plain = |name: &str, value: &Value| {
        Member::from_name(name).is_some_and(|member| {
            member.required() && (member == Member::StatementId || plain_value(member) == *value)
        })
    };
    let members = add.members().into_iter().flatten();
    members.filter(|(name, value)| !is_plain(name, value)).count()
        + usize::from(add.function_name.as_str() != "${function.a}")
        + usize::from(add.qualifier.is_some())
}

/// A fixture as the model and the references of templates see it.
fn made(fixture: &Fixture) -> (World, Provisioned) {
    let (account, region) = ("123456789012".to_owned(), "us-east-1".to_owned());
    let mut provisioned = Provisioned {
        role: format!("arn:aws:iam::{account}:role/permspec"),
        account,
        region,
        partition: "aws".to_owned(),
        ..Provisioned::default()
    };
    let mut world = World {
        account: provisioned.account.clone(),
        region: provisioned.region.clone(),
        partition: provisioned.partition.clone(),
        role: Some(provisioned.role.clone()),
        ..World::default()
    };
    for function in &fixture.functions {
        let name = format!("permspec-{}", function.key);
        let versions: Vec<String> = (1..=function.versions).map(|v| v.to_string()).collect();
        let aliases: Vec<(String, String)> = function
            .aliases
            .iter()
            .map(|alias| (alias.name.clone(), alias.version.clone()))
            .collect();
        let known = Function {
            versions: versions.iter().cloned().collect(),
            aliases: aliases.iter().cloned().collect(),
            ..Function::default()
        };
        world.functions.insert(name.clone(), known);
        let made = ProvisionedFunction { name, versions, aliases, ..Default::default() };
        provisioned.functions.insert(function.key.clone(), made);
    }
    (world, provisioned)
}

/// The rules that a request puts to the test, by being accepted or refused.
fn rules(analysis: &Analysis, is_alone: bool, found: &mut Found) {
    let mut must = Vec::new();
    for fault in &analysis.faults {
        if fault.requirement == Requirement::Must {
            must.push(fault);
        } else {
            found.add(UNSURE, ("open", fault.rule, discriminant(&fault.kind), fault.member));
        }
    }
    match must.as_slice() {
        [] if matches!(analysis.request, Request::AddPermission(_)) => {
            for rule in &analysis.accepts {
                found.add(RULE, ("accept", rule));
                found.add(REASON, ("accept", rule, is_alone));
            }
            for rule in analysis.statement.iter().flat_map(StatementShape::rules) {
                found.add(RULE, ("shape", rule));
                found.add(REASON, ("shape", rule, is_alone));
            }
        }
        [] => found.add(UNSURE, "other"),
        [fault] => {
            let kind = format!("{:?}", fault.kind);
            let kind = kind.split_once(char::is_numeric).map_or(kind.as_str(), |(kind, _)| kind);
            found.add(RULE, ("refuse", fault.rule));
            found.add(REASON, ("refuse", fault.rule, kind, fault.member));
        }
        // Of one value all rules are seen to be broken, if it is accepted.
        [first, more @ ..] if more.iter().all(|fault| fault.member == first.member) => {
            for fault in &must {
                found.add(RULE, ("refuse", fault.rule));
                found.add(REASON, ("refuse", fault.rule, discriminant(&fault.kind), fault.member));
            }
        }
        several => {
            let mut rules: Vec<_> = several.iter().map(|fault| fault.rule).collect();
            rules.sort_unstable();
            found.add(UNSURE, ("several", rules));
        }
    }
}

/// What is notable about a value of a member.
fn values(at: (&str, bool, bool), value: &Value, is_picked: bool, found: &mut Found) {
    let weight = if is_picked { NOTABLE } else { SHAPE };
    let Some(text) = value.as_str() else {
        found.add(weight, (at, "json", shape(&value.to_string())));
        return;
    };
    let is_named = at.0 == "FunctionName" && text.contains("${function.");
    let weight = if is_named { NOTABLE } else { weight };
    let text: String = text.chars().take(LOOKED_AT).collect();
    found.add(weight, (at, "shape", shape(&text)));
    found.add(DETAIL, (at, "length", magnitude(text.chars().count())));
    for c in text.chars().filter(|c| !c.is_ascii_lowercase() && !c.is_ascii_digit()) {
        let c = if c.is_ascii_uppercase() { 'A' } else { c };
        found.add(DETAIL, (at, "character", c));
    }
}

/// The pairs of optional members that a request has.
fn pairs(add: &AddPermission, found: &mut Found) {
    let required = ["Action", "Principal", "StatementId"];
    let names = add.members().into_iter().flat_map(|members| members.keys());
    let mut names: Vec<&str> =
        names.map(String::as_str).filter(|name| !required.contains(name)).collect();
    names.extend(add.qualifier.as_ref().map(|_| "Qualifier"));
    names.sort_unstable();
    for (at, one) in names.iter().enumerate() {
        for other in &names[at + 1..] {
            found.add(SHAPE, ("pair", one, other));
        }
    }
}

/// A text with every run of letters and of digits made one character, cut where it grows long.
fn shape(text: &str) -> String {
    let mut shape = String::new();
    for c in text.chars().take(LOOKED_AT) {
        let c = match c {
            'a'..='z' => 'a',
            'A'..='Z' => 'A',
            '0'..='9' => '0',
            other => other,
        };
        if !(c.is_ascii_alphanumeric() && shape.ends_with(c)) {
            shape.push(c);
        }
        if shape.len() > 40 {
            break;
        }
    }
    shape
}

/// The order of magnitude of a number.
fn magnitude(number: usize) -> u32 {
    number.checked_ilog2().unwrap_or(0)
}

/// A policy as a scenario names it: function and qualifier.
type Policy = (String, Option<String>);

/// What a sequence has done so far, in outline.
#[derive(Default)]
struct Outline {
    policies: BTreeMap<Policy, PolicyOutline>,
    /// The last operation that was not on a policy.
    lifecycle: Option<&'static str>,
}

#[derive(Default)]
struct PolicyOutline {
    ids: Vec<String>,
    removed: Vec<String>,
    /// The last step on the policy.
    last: &'static str,
    /// Whether it was read, so that a later read can be compared.
    is_read: bool,
    /// Writes since the policy was read.
    writes: usize,
    /// Characters of what was added.
    size: usize,
}

impl Outline {
    fn follow(mut self, steps: &[Step], found: &mut Found) {
        for step in steps {
            if let Step::Together { together } = step {
                let mut names: Vec<&str> = together.iter().map(Operation::name).collect();
                names.dedup();
                found.add(6 * RULE, ("race", &names));
                found.add(6 * RULE, ("race", &names, distinct(together)));
                continue;
            }
            for operation in step.operations() {
                self.operation(operation, found);
            }
        }
    }

    fn operation(&mut self, operation: &Operation, found: &mut Found) {
        let (name, qualifier, id, revision) = match operation {
            Operation::AddPermission(add) => {
                let member = |name: &str| {
                    add.members().and_then(|members| members.get(name)?.as_str()).map(str::to_owned)
                };
                (&add.function_name, &add.qualifier, member("StatementId"), member("RevisionId"))
            }
            Operation::RemovePermission(remove) => (
                &remove.function_name,
                &remove.qualifier,
                Some(remove.statement_id.to_string()),
                remove.revision_id.as_ref().map(Template::to_string),
            ),
            Operation::GetPolicy(get) => (&get.function_name, &get.qualifier, None, None),
            other => {
                self.lifecycle = Some(other.name());
                found.add(DETAIL, other.name());
                return;
            }
        };
        let policy: Policy = (name.to_string(), qualifier.as_ref().map(Template::to_string));
        let on = (operation.name(), kind(&policy));
        let others = self.policies.iter().filter(|(other, _)| **other != policy);
        let elsewhere = others.clone().any(|(_, other)| match &id {
            Some(id) => other.ids.contains(id),
            None => !other.ids.is_empty(),
        });
        let own = self.policies.entry(policy).or_default();
        let near = id.as_ref().is_some_and(|id| {
            let near = |other: &String| {
                other != id && (other.eq_ignore_ascii_case(id) || other.starts_with(id.as_str()))
            };
            own.ids.iter().any(near)
        });
        let id_is = match &id {
            Some(id) if own.ids.contains(id) => "taken",
            Some(id) if own.removed.contains(id) => "removed",
            Some(_) => "free",
            None => "none",
        };
        let revision = revision.map(|text| if text.contains("${") { text } else { "other".into() });
        let held = own.ids.len().min(3);
        let alone = elsewhere && held == 0;
        for (weight, more, place) in [(RULE, STEP, None), (UNSURE, DETAIL, Some(on.1))] {
            found.add(weight, (place, on.0, "id", id_is));
            found.add(weight, (place, on.0, "revision", &revision));
            found.add(weight, (place, on.0, "elsewhere only", alone));
            found.add(weight, (place, on.0, "after", own.last, own.is_read));
            found.add(weight, (place, on.0, "after", self.lifecycle));
            found.add(more, (place, on.0, "near", id_is, near));
            found.add(more, (place, on.0, "elsewhere", elsewhere));
            found.add(more, (place, on.0, "empty", held == 0, !own.removed.is_empty()));
        }
        found.add(UNSURE, (on.0, "all", id_is, &revision, own.last, held, own.writes.min(3)));
        let is_current = revision.as_ref().is_none_or(|text| text.contains("current"));
        match operation {
            Operation::AddPermission(add) => {
                own.size +=
                    add.members().map_or(0, |m| m.values().map(|v| v.to_string().len()).sum());
                if own.size > 4096 {
                    found.add(2 * RULE, ("size", magnitude(own.size)));
                }
                if id_is != "taken" && is_current {
                    own.ids.extend(id);
                    own.writes += 1;
                    own.last = "add";
                } else {
                    own.last = "refused";
                }
            }
            Operation::RemovePermission(_) if id_is == "taken" && is_current => {
                own.ids.retain(|other| Some(other) != id.as_ref());
                own.removed.extend(id);
                own.writes += 1;
                own.last = "remove";
            }
            Operation::GetPolicy(_) => {
                own.writes = 0;
                own.is_read = true;
                own.last = "read";
            }
            _ => own.last = "refused",
        }
    }
}

/// What kind of policy that is.
fn kind((_, qualifier): &Policy) -> &'static str {
    match qualifier.as_deref() {
        None => "function",
        Some(text) if text.contains("version") => "version",
        Some(_) => "alias",
    }
}

/// How many different operations there are.
fn distinct(operations: &[Operation]) -> usize {
    let mut seen: Vec<&Operation> = Vec::new();
    for operation in operations {
        if !seen.contains(&operation) {
            seen.push(operation);
        }
    }
    seen.len()
}
