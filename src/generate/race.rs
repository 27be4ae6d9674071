//! Concurrent operations.
//!
//! A race is repeated many times, each round on a new function. Each race is therefore as small as
//! possible and concerns one policy, which the runner reads afterwards.

use std::ops::Range;

use super::plain::{Builder, Target, add, add_on, get, put, removal};
use super::{Case, Depth, Options};
use crate::contract::{Member, Phase};
use crate::scenario::{AddPermission, Fixture, GetPolicy, Operation, Step, Template};

/// The cases of the phase.
pub(super) fn cases(options: &Options) -> Vec<Case> {
    let mut races = vec![
        one_statement_id(4),
        one_revision(3),
        adds_and_removals(1),
        adds_and_reads(2),
        distinct(3),
        equal(2),
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
        steps.push(Step::Together { together });
        cases.steps(&Fixture::plain(), steps);
    }
    cases.finish()
}

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
    let read = GetPolicy { function_name: function().function_name, qualifier: None };
    let reads = vec![Operation::GetPolicy(read); half];
    (vec![add(add_on(&function(), "first"))], reads.into_iter().chain(adds(0..half)).collect())
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
