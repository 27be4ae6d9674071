//! Edits that simplify a scenario.
//!
//! They form groups, the largest changes first: steps, the fixture, members, values, and single
//! characters. The edits of a group are created when its turn comes, so that a step of shrinking
//! does not pay for all of them.

use serde_json::Value;

use super::plain::{body_member, plain_value};
use super::several::{pairs, related_operations};
use super::simpler::{shorter, simpler_texts, simpler_values};
use super::well_formed::{is_well_formed, remove_operation, texts};
use crate::contract::Member;
use crate::scenario::{AddPermission, Body, Operation, Scenario, Spelling, Step, Template};

/// One change.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    DropSteps {
        start: usize,
        count: usize,
    },
    DropOperation(Place),
    /// Operations that have something in common, the later ones first.
    DropOperations(Vec<Place>),
    /// A step of several that has one operation left becomes a step of one.
    Sequentialize {
        step: usize,
    },
    DropFunction {
        function: usize,
    },
    DropAlias {
        function: usize,
        alias: usize,
    },
    SetVersions {
        function: usize,
        versions: u32,
    },
    /// A StatementId gets another name everywhere.
    RenameStatement {
        from: String,
        to: String,
    },
    DropQualifier(Place),
    DropMember(Place, String),
    Set(Place, Site, Value),
    SetBody(Place, Vec<u8>),
    /// A request is written as AWS's SDKs write it.
    SpellPlainly(Place),
    /// A function's name has no length of its own.
    DropNameLength {
        function: usize,
    },
}

/// An operation, by its step and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) step: usize,
    pub(super) index: usize,
}

/// A value of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Site {
    FunctionName,
    Qualifier,
    /// A member of the body; of RemovePermission StatementId and RevisionId.
    Member(String),
}

/// Edits of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Steps {
        count: usize,
    },
    /// Operations that have something in common, wherever they stand.
    Kin,
    /// Any two steps of a short scenario: what undoes each other need not be neighbours.
    Pairs,
    Races,
    Fixture,
    Members(Place),
    Plain(Place),
    Statements,
    Value(Place, Site),
    Body(Place),
}

/// The groups of a scenario, the largest changes first.
///
/// Those before a group at hand never change by its edits, which lets shrinking go on where it
/// stands.
pub(super) fn groups(scenario: &Scenario) -> Vec<Group> {
    let steps = |count| Group::Steps { count };
    let mut groups: Vec<Group> = [32, 16, 8, 4].map(steps).into();
    // What is added and removed again, or done to one policy, goes only together.
    groups.extend([Group::Kin, steps(2), steps(1), Group::Pairs, Group::Races, Group::Fixture]);
    groups.extend(places(scenario).map(|(place, _)| Group::Members(place)));
    groups.push(Group::Statements);
    groups.extend(places(scenario).map(|(place, _)| Group::Plain(place)));
    for (place, operation) in places(scenario) {
        groups.extend(sites(operation).into_iter().map(|(site, _)| Group::Value(place, site)));
        if let Operation::AddPermission(AddPermission { body: Body::Raw(_), .. }) = operation {
            groups.push(Group::Body(place));
        }
    }
    groups
}

pub(super) fn places(scenario: &Scenario) -> impl Iterator<Item = (Place, &Operation)> {
    scenario.steps.iter().enumerate().flat_map(|(step, operations)| {
        let operations = operations.operations().iter().enumerate();
        operations.map(move |(index, operation)| (Place { step, index }, operation))
    })
}

impl Place {
    fn of(self, scenario: &Scenario) -> Option<&Operation> {
        scenario.steps.get(self.step)?.operations().get(self.index)
    }

    fn of_mut(self, scenario: &mut Scenario) -> Option<&mut Operation> {
        match scenario.steps.get_mut(self.step)? {
            Step::One(operation) if self.index == 0 => Some(operation),
            Step::One(_) => None,
            Step::Together { together } => together.get_mut(self.index),
        }
    }
}

/// The values of an operation.
pub(super) fn sites(operation: &Operation) -> Vec<(Site, Value)> {
    let mut sites = Vec::new();
    let mut target = |function_name: &Template, qualifier: &Option<Template>| {
        sites.push((Site::FunctionName, Value::from(function_name.as_str())));
        if let Some(qualifier) = qualifier {
            sites.push((Site::Qualifier, Value::from(qualifier.as_str())));
        }
    };
    match operation {
        Operation::AddPermission(add) => {
            target(&add.function_name, &add.qualifier);
            let members = add.members().into_iter().flatten();
            sites.extend(members.map(|(name, value)| (Site::Member(name.clone()), value.clone())));
        }
        Operation::GetPolicy(get) => target(&get.function_name, &get.qualifier),
        Operation::RemovePermission(remove) => {
            target(&remove.function_name, &remove.qualifier);
            for (member, text) in [
                (Member::StatementId, Some(&remove.statement_id)),
                (Member::RevisionId, remove.revision_id.as_ref()),
            ] {
                let value = text.map(|text| Value::from(text.as_str()));
                sites.extend(value.map(|value| (Site::Member(member.name().into()), value)));
            }
        }
        _ => {}
    }
    sites
}

impl Site {
    /// The member that the value is of.
    pub(super) fn member(&self) -> Option<Member> {
        match self {
            Self::FunctionName => Some(Member::FunctionName),
            Self::Qualifier => Some(Member::Qualifier),
            Self::Member(name) => body_member(name),
        }
    }

    fn set(&self, operation: &mut Operation, value: Value) {
        let text = value.as_str().map(Template::parse);
        match (operation, self) {
            (Operation::AddPermission(add), Self::Member(name)) => {
                if let Some(members) = add.members_mut() {
                    members.insert(name.clone(), value);
                }
            }
            (Operation::AddPermission(add), Self::FunctionName) => {
                add.function_name = text.unwrap_or_default();
            }
            (Operation::AddPermission(add), Self::Qualifier) => add.qualifier = text,
            (Operation::GetPolicy(get), Self::FunctionName) => {
                get.function_name = text.unwrap_or_default();
            }
            (Operation::GetPolicy(get), Self::Qualifier) => get.qualifier = text,
            (Operation::RemovePermission(remove), Self::FunctionName) => {
                remove.function_name = text.unwrap_or_default();
            }
            (Operation::RemovePermission(remove), Self::Qualifier) => remove.qualifier = text,
            (Operation::RemovePermission(remove), Self::Member(name)) => {
                if name == Member::RevisionId.name() {
                    remove.revision_id = text;
                } else {
                    remove.statement_id = text.unwrap_or_default();
                }
            }
            _ => {}
        }
    }
}

impl Group {
    /// Whether all edits of the group change one value, each another way.
    pub(super) fn is_of_one_value(&self) -> bool {
        matches!(self, Self::Value(..) | Self::Body(_))
    }

    /// The edits of the group.
    pub(super) fn edits(&self, scenario: &Scenario) -> Vec<Edit> {
        match self {
            Self::Steps { count } => {
                let len = scenario.steps.len();
                // From the end: what comes later depends on what came before.
                let starts = (0..=len.saturating_sub(*count)).rev().step_by(*count).chain([0]);
                let starts = starts.filter(|_| *count < len);
                starts.map(|start| Edit::DropSteps { start, count: *count }).collect()
            }
            Self::Kin => related_operations(scenario),
            Self::Pairs => pairs(scenario),
            Self::Races => races(scenario),
            Self::Fixture => fixture(scenario),
            Self::Members(place) => members(scenario, *place),
            Self::Plain(place) => plain(scenario, *place),
            Self::Statements => statements(scenario),
            Self::Value(place, site) => {
                let value = place.of(scenario).and_then(|operation| {
                    sites(operation).into_iter().find(|(own, _)| own == site)
                });
                let Some((_, value)) = value else { return Vec::new() };
                let simpler = match &value {
                    Value::String(text) => simpler_texts(site.member(), text),
                    other => simpler_values(other),
                };
                let set = |value| Edit::Set(*place, site.clone(), value);
                simpler.into_iter().map(set).collect()
            }
            Self::Body(place) => match place.of(scenario) {
                Some(Operation::AddPermission(AddPermission {
                    body: Body::Raw(bytes), ..
                })) => {
                    shorter(bytes).into_iter().map(|bytes| Edit::SetBody(*place, bytes)).collect()
                }
                _ => Vec::new(),
            },
        }
    }
}

fn races(scenario: &Scenario) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (step, operations) in scenario.steps.iter().enumerate() {
        let Step::Together { together } = operations else { continue };
        if together.len() == 1 {
            edits.push(Edit::Sequentialize { step });
        } else {
            let indices = (0..together.len()).rev();
            edits.extend(indices.map(|index| Edit::DropOperation(Place { step, index })));
        }
    }
    edits
}

/// The scenario without the parts of its fixture that no step speaks of.
pub(super) fn pruned(mut scenario: Scenario) -> Scenario {
    loop {
        let without = |edit: &Edit| {
            let mut smaller = scenario.clone();
            edit.apply(&mut smaller);
            is_well_formed(&smaller).then_some(smaller)
        };
        match fixture(&scenario).iter().find_map(without) {
            Some(smaller) => scenario = smaller,
            None => return scenario,
        }
    }
}

/// Parts of the fixture that no step speaks of.
fn fixture(scenario: &Scenario) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (number, function) in scenario.fixture.functions.iter().enumerate().rev() {
        let key = &function.key;
        let reference = format!("${{function.{key}}}");
        let versions = format!("${{version.{key}.");
        let named = |text: &str| text.contains(&reference) || text.contains(&versions);
        let is_used = scenario.operations().any(|operation| {
            texts(operation).into_iter().any(named) || key_of(operation) == Some(key)
        });
        if function.name_length > 0 {
            edits.push(Edit::DropNameLength { function: number });
        }
        if !is_used && scenario.fixture.functions.len() > 1 {
            edits.push(Edit::DropFunction { function: number });
            continue;
        }
        for (alias, fixture) in function.aliases.iter().enumerate().rev() {
            let is_named = scenario.operations().any(|operation| {
                texts(operation).into_iter().any(|text| text.contains(&fixture.name))
                    || alias_of(operation) == Some(&fixture.name)
            });
            if !is_named {
                edits.push(Edit::DropAlias { function: number, alias });
            }
        }
        // Versions are numbered in the order of their publication.
        let publishes = scenario.operations().any(
            |operation| matches!(operation, Operation::PublishVersion(on) if on.function == *key),
        );
        if !publishes {
            let fewer = 0..function.versions;
            edits.extend(fewer.map(|versions| Edit::SetVersions { function: number, versions }));
        }
    }
    edits
}

fn key_of(operation: &Operation) -> Option<&String> {
    match operation {
        Operation::PublishVersion(on)
        | Operation::CreateFunction(on)
        | Operation::DeleteFunction(on) => Some(&on.function),
        Operation::CreateAlias(change) | Operation::UpdateAlias(change) => Some(&change.function),
        Operation::DeleteAlias(alias) => Some(&alias.function),
        _ => None,
    }
}

fn alias_of(operation: &Operation) -> Option<&String> {
    match operation {
        Operation::CreateAlias(change) | Operation::UpdateAlias(change) => Some(&change.name),
        Operation::DeleteAlias(alias) => Some(&alias.name),
        _ => None,
    }
}

/// Members that need not be there.
fn members(scenario: &Scenario, place: Place) -> Vec<Edit> {
    let mut edits = Vec::new();
    let Some(operation) = place.of(scenario) else { return edits };
    for (site, _) in sites(operation).into_iter().rev() {
        match site {
            Site::FunctionName => {}
            Site::Qualifier => edits.push(Edit::DropQualifier(place)),
            Site::Member(name) => {
                if !body_member(&name).is_some_and(Member::required) {
                    edits.push(Edit::DropMember(place, name));
                }
            }
        }
    }
    edits
}

/// The plain value in the place of another one.
fn plain(scenario: &Scenario, place: Place) -> Vec<Edit> {
    let Some(operation) = place.of(scenario) else { return Vec::new() };
    let spelling = (!operation.spelling().is_plain()).then_some(Edit::SpellPlainly(place));
    let values = sites(operation).into_iter().filter_map(|(site, value)| {
        let plain = plain_value(site.member()?);
        (plain != value).then_some(Edit::Set(place, site, plain))
    });
    spelling.into_iter().chain(values).collect()
}

/// One StatementId by another name, the same in all steps.
fn statements(scenario: &Scenario) -> Vec<Edit> {
    let mut ids: Vec<String> = Vec::new();
    for operation in scenario.operations() {
        for (site, value) in sites(operation) {
            let id = value.as_str().filter(|_| site.member() == Some(Member::StatementId));
            ids.extend(id.filter(|id| !ids.iter().any(|known| known == id)).map(str::to_owned));
        }
    }
    let free = ["a", "b", "c", "d"].into_iter().filter(|name| !ids.iter().any(|id| id == name));
    let Some(to) = free.clone().next() else { return Vec::new() };
    ids.iter().map(|from| Edit::RenameStatement { from: from.clone(), to: to.into() }).collect()
}

impl Edit {
    /// Changes a scenario; where the place does not exist nothing changes.
    pub(super) fn apply(&self, scenario: &mut Scenario) {
        match self {
            Self::DropSteps { start, count } => {
                let end = (start + count).min(scenario.steps.len());
                scenario.steps.drain(*start..end);
            }
            Self::DropOperation(place) => remove_operation(scenario, place.step, place.index),
            Self::DropOperations(places) => {
                for place in places {
                    remove_operation(scenario, place.step, place.index);
                }
            }
            Self::Sequentialize { step } => {
                if let Some(Step::Together { together }) = scenario.steps.get_mut(*step)
                    && together.len() == 1
                    && let Some(operation) = together.pop()
                {
                    scenario.steps[*step] = Step::One(operation);
                }
            }
            Self::DropFunction { function } => {
                scenario.fixture.functions.remove(*function);
            }
            Self::DropAlias { function, alias } => {
                scenario.fixture.functions[*function].aliases.remove(*alias);
            }
            Self::SetVersions { function, versions } => {
                scenario.fixture.functions[*function].versions = *versions;
            }
            Self::RenameStatement { from, to } => rename_statement(scenario, from, to),
            Self::DropQualifier(place) => match place.of_mut(scenario) {
                Some(Operation::AddPermission(add)) => add.qualifier = None,
                Some(Operation::GetPolicy(get)) => get.qualifier = None,
                Some(Operation::RemovePermission(remove)) => remove.qualifier = None,
                _ => {}
            },
            Self::DropMember(place, name) => match place.of_mut(scenario) {
                Some(Operation::AddPermission(add)) => {
                    if let Some(members) = add.members_mut() {
                        members.shift_remove(name);
                    }
                }
                Some(Operation::RemovePermission(remove)) => remove.revision_id = None,
                _ => {}
            },
            Self::Set(place, site, value) => {
                if let Some(operation) = place.of_mut(scenario) {
                    site.set(operation, value.clone());
                }
            }
            Self::SpellPlainly(place) => {
                if let Some(operation) = place.of_mut(scenario) {
                    operation.spell(Spelling::default());
                }
            }
            Self::DropNameLength { function } => {
                scenario.fixture.functions[*function].name_length = 0;
            }
            Self::SetBody(place, bytes) => {
                if let Some(Operation::AddPermission(add)) = place.of_mut(scenario) {
                    add.body = Body::Raw(bytes.clone());
                }
            }
        }
    }
}

fn rename_statement(scenario: &mut Scenario, from: &str, to: &str) {
    let site = Site::Member(Member::StatementId.name().into());
    let named: Vec<Place> = places(scenario)
        .filter(|(_, operation)| {
            sites(operation).iter().any(|(own, value)| *own == site && value.as_str() == Some(from))
        })
        .map(|(place, _)| place)
        .collect();
    for place in named {
        if let Some(operation) = place.of_mut(scenario) {
            site.set(operation, to.into());
        }
    }
}
