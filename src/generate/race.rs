//! Concurrent operations.
//!
//! A race is repeated many times, each round on a function of its own, so each is as small as its
//! question lets it be, and the policies are left for whoever runs it to read.

use std::ops::Range;

use super::edit::pruned;
use super::plain::{Builder, Target, add, add_on, get, put, removal};
use super::{Case, Depth, Options};
use crate::contract::{Member, Phase};
use crate::scenario::{
    AddPermission, AliasFixture, Fixture, FunctionFixture, GetPolicy, Operation, Scenario, Step,
    Template,
};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut races = vec![
        one_statement_id(4),
        one_revision(3),
        adds_and_removals(1),
        adds_and_reads(2),
        distinct(3),
        equal(2),
        removals(),
        writes_of_one_revision(),
        two_policies(),
        one_revision(10),
        crowd(16),
    ];
    match options.depth {
        Depth::Quick => races.truncate(3),
        Depth::Default => {}
        Depth::Deep => {
            for width in [2, 8, 16] {
                races.extend([
                    one_statement_id(width),
                    one_revision(width),
                    adds_and_removals((width / 3).max(1)),
                    adds_and_reads(width / 2),
                    distinct(width),
                    equal(width),
                ]);
            }
        }
    }
    let mut cases = Builder::new(Phase::Races, 'w');
    for (mut steps, together) in races {
        let alias = AliasFixture { name: ALIAS.into(), version: "$LATEST".into() };
        let function =
            FunctionFixture { key: "a".into(), aliases: vec![alias], ..FunctionFixture::default() };
        steps.push(Step::Together { together });
        let fixture = Fixture { functions: vec![function] };
        cases.scenario(pruned(Scenario { fixture, steps }));
    }
    cases.finish()
}

/// How often a race is repeated: as often as the run says, but the more requests one round has,
/// the more of them overlap, and the fewer rounds it takes.
pub fn rounds(scenario: &Scenario, wanted: u32) -> u32 {
    let widest = scenario.steps.iter().map(|step| step.operations().len()).max().unwrap_or(1);
    if widest <= NARROW { wanted } else { (wanted / 4).clamp(wanted.min(4), wanted) }
}

/// Races of up to so many requests are repeated as often as the run says.
const NARROW: usize = 4;

/// The alias of races on several policies.
const ALIAS: &str = "edge";

/// A race: steps in sequence, then concurrent operations.
type Race = (Vec<Step>, Vec<Operation>);

fn function() -> Target {
    Target::function("a")
}

/// One StatementId, told apart by the account that each add names.
fn one_statement_id(width: usize) -> Race {
    let marked = |number: usize| {
        let mut request = add_on(&function(), "s");
        put(&mut request, Member::SourceAccount, &Template::parse(format!("{number:012}")));
        Operation::AddPermission(request)
    };
    (Vec::new(), (0..width).map(marked).collect())
}

/// The same, byte for byte.
fn equal(width: usize) -> Race {
    (Vec::new(), vec![Operation::AddPermission(add_on(&function(), "s")); width])
}

/// One revision, which each add names.
fn one_revision(width: usize) -> Race {
    let named = |number| {
        let mut request = numbered(number);
        put(&mut request, Member::RevisionId, &Template::reference("revision.current"));
        Operation::AddPermission(request)
    };
    let before = vec![add(add_on(&function(), "first")), get(&function())];
    (before, (0..width).map(named).collect())
}

/// Nothing in common but the policy.
fn distinct(width: usize) -> Race {
    (Vec::new(), adds(0..width).collect())
}

/// Adds against removals: of what is there, and of what is being added.
fn adds_and_removals(third: usize) -> Race {
    let removals = (0..2 * third).map(|number| removal(&function(), &statement_id(number)));
    let together = removals.map(Operation::RemovePermission).chain(adds(third..2 * third));
    ((0..third).map(|number| add(numbered(number))).collect(), together.collect())
}

/// Adds against reads.
fn adds_and_reads(half: usize) -> Race {
    let read = GetPolicy { function_name: function().function_name, ..GetPolicy::default() };
    let reads = vec![Operation::GetPolicy(read); half];
    (vec![add(add_on(&function(), "first"))], reads.into_iter().chain(adds(0..half)).collect())
}

/// Removals of one statement, an add and reads beside them.
fn removals() -> Race {
    let remove = || Operation::RemovePermission(removal(&function(), &statement_id(0)));
    let read = GetPolicy { function_name: function().function_name, ..GetPolicy::default() };
    let read = || Operation::GetPolicy(read.clone());
    let before = (0..2).map(|number| add(numbered(number))).collect();
    let added = Operation::AddPermission(numbered(2));
    (before, vec![remove(), read(), remove(), added, read()])
}

/// Removals and adds that name one revision.
fn writes_of_one_revision() -> Race {
    let current = || Template::reference("revision.current");
    let remove = |number: usize| {
        let mut removal = removal(&function(), &statement_id(number));
        removal.revision_id = Some(current());
        Operation::RemovePermission(removal)
    };
    let mut added = numbered(3);
    put(&mut added, Member::RevisionId, &current());
    let before = (0..3).map(|number| add(numbered(number))).chain([get(&function())]).collect();
    let added = Operation::AddPermission(added);
    (before, vec![remove(0), remove(1), remove(2), remove(0), added])
}

/// One StatementId on the function and on its alias, which is named as suffix and as Qualifier.
fn two_policies() -> Race {
    let by_suffix = Target {
        function_name: Template::parse(format!("${{function.a}}:{ALIAS}")),
        qualifier: None,
    };
    let by_query = Target::qualified("a", ALIAS);
    let targets = [&by_suffix, &function(), &by_query, &by_suffix, &function(), &by_query];
    let added = |target: &&Target| Operation::AddPermission(add_on(target, "s"));
    (Vec::new(), targets.iter().map(added).collect())
}

/// Every second add takes one StatementId, the others each one of their own.
fn crowd(width: usize) -> Race {
    let id = |number: usize| if number.is_multiple_of(2) { 0 } else { number };
    let added = |number| Operation::AddPermission(numbered(id(number)));
    (vec![add(add_on(&function(), "first"))], (0..width).map(added).collect())
}

fn statement_id(number: usize) -> String {
    format!("s{number}")
}

fn numbered(number: usize) -> AddPermission {
    add_on(&function(), &statement_id(number))
}

fn adds(numbers: Range<usize>) -> impl Iterator<Item = Operation> {
    numbers.map(|number| Operation::AddPermission(numbered(number)))
}
