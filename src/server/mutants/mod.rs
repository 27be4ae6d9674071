//! Mutants: the reference server with exactly one defect.
//!
//! A mutant names the rules of which at least one must find it, and the member that its
//! counterexample must contain. Mutants are grouped by subject, one file each; bugs of real
//! emulators come before invented ones.

mod alike;
mod body;
mod conditions;
mod constant;
mod dropped;
mod errors;
mod fixtures;
mod general;
mod histories;
mod lax_conditions;
mod lax_members;
pub mod mutation;
mod names;
mod overlaps;
mod policy;
mod revisions;
pub mod set;
mod spellings;
mod statement;
mod storage;
mod strict;
mod tools;
mod values;
mod wire;

use std::sync::LazyLock;

pub use mutation::{
    Cause, ConstantAnswer, Mutant, Mutation, NamedRevision, Op, RequestContext, StateMutation,
    TransportMutation, When, Write,
};

pub use set::{MutantSet, Planted};

/// The mutants of each subject.
static SUBJECTS: [&[Mutant]; 24] = [
    lax_members::MUTANTS,
    lax_conditions::MUTANTS,
    strict::MUTANTS,
    body::MUTANTS,
    names::MUTANTS,
    statement::MUTANTS,
    conditions::MUTANTS,
    dropped::STATEMENT,
    dropped::DOCUMENT,
    dropped::ANSWER,
    dropped::EMPTIED,
    errors::MUTANTS,
    policy::MUTANTS,
    storage::MUTANTS,
    wire::MUTANTS,
    general::MUTANTS,
    constant::MUTANTS,
    alike::MUTANTS,
    values::MUTANTS,
    fixtures::MUTANTS,
    histories::MUTANTS,
    revisions::MUTANTS,
    spellings::MUTANTS,
    overlaps::MUTANTS,
];

static ALL: LazyLock<Vec<&'static Mutant>> =
    LazyLock::new(|| SUBJECTS.iter().flat_map(|subject| subject.iter()).collect());

/// Every mutant, by subject.
pub fn mutants() -> &'static [&'static Mutant] {
    &ALL
}

/// The mutant of that name.
pub fn find(name: &str) -> Option<&'static Mutant> {
    mutants().iter().copied().find(|mutant| mutant.name == name)
}
