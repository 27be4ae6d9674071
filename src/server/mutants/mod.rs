//! Mutants: the reference server with exactly one thing broken, planted around the model.
//!
//! In comes nothing; out go [`mutants`] and [`find`]. A mutant tells which rules may find it and
//! which member its counterexample must hold, so that a suite can be held against it. The places
//! at which they are planted stand in [`plant`]; the mutants are split by subject.

pub mod plant;

pub use plant::{Ask, Bank, Cause, Mutant, Op, Plant, StateMutation, TransportMutation};

/// Every mutant, by subject.
pub fn mutants() -> &'static [Mutant] {
    &[]
}

/// The mutant of that name.
pub fn find(name: &str) -> Option<&'static Mutant> {
    mutants().iter().find(|mutant| mutant.name == name)
}
