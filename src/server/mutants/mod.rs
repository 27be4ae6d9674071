//! Mutants: the reference server with exactly one defect.
//!
//! A mutant names the rules of which at least one must find it, and the member that its
//! counterexample must contain. Mutants are grouped by subject, one file each; bugs of real
//! emulators come before invented ones.

mod body;
mod conditions;
mod constant;
mod errors;
mod general;
mod lax_conditions;
mod lax_members;
pub mod mutation;
mod names;
mod policy;
pub mod set;
mod statement;
mod storage;
mod strict;
mod tools;
mod wire;

use std::sync::LazyLock;

pub use mutation::{
    Cause, ConstantAnswer, Mutant, Mutation, Op, RequestContext, StateMutation, TransportMutation,
    When,
};

pub use set::{MutantSet, Planted};

/// The mutants of each subject.
static SUBJECTS: [&[Mutant]; 13] = [
    lax_members::MUTANTS,
    lax_conditions::MUTANTS,
    strict::MUTANTS,
    body::MUTANTS,
    names::MUTANTS,
    statement::MUTANTS,
    conditions::MUTANTS,
    errors::MUTANTS,
    policy::MUTANTS,
    storage::MUTANTS,
    wire::MUTANTS,
    general::MUTANTS,
    constant::MUTANTS,
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
