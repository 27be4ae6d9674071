//! The automata of the members, with useful lengths.
//!
//! Strings are short, because short strings show everything that a pattern distinguishes. Bounds in
//! the thousands have separate cases.

use std::ops::RangeInclusive;

use crate::contract::{Edition, EditionChoice, Member};
use crate::pattern::{Automaton, automaton_of};

/// The members with a pattern, in the order of testing.
pub const PATTERNED: [Member; 9] = [
    Member::StatementId,
    Member::Action,
    Member::Principal,
    Member::SourceAccount,
    Member::SourceArn,
    Member::PrincipalOrgId,
    Member::EventSourceToken,
    Member::Qualifier,
    Member::FunctionName,
];

/// The maximum length of generated strings for a member: the documented maximum if it is small,
/// else enough for every transition and exit.
const fn longest(member: Member) -> usize {
    match member {
        Member::StatementId => 100,
        Member::Qualifier => 128,
        Member::FunctionName => 140,
        Member::EventSourceToken => 256,
        Member::PrincipalOrgId => 34,
        Member::SourceAccount => 12,
        Member::SourceArn => 120,
        _ => 64,
    }
}

/// The lengths of a member's texts.
pub fn lengths(member: Member) -> RangeInclusive<usize> {
    let constraint = member.constraint(Edition::Current);
    let shortest = constraint.and_then(|constraint| constraint.min).unwrap_or(0);
    shortest..=longest(member)
}

/// The automata of a member, one for each pattern that the editions have.
pub fn automata(member: Member) -> Vec<&'static Automaton> {
    automata_of(member, EditionChoice::Either)
}

/// The automata of a member in the chosen editions.
pub fn automata_of(member: Member, editions: EditionChoice) -> Vec<&'static Automaton> {
    let mut automata: Vec<&'static Automaton> = Vec::new();
    for edition in editions.editions() {
        // Its one pattern of its own lies between those of the others: it takes no further texts.
        if editions == EditionChoice::Either && *edition == Edition::Page202609 {
            continue;
        }
        let pattern = member.constraint(*edition).and_then(|constraint| constraint.pattern);
        if let Some(pattern) = pattern
            && automata.iter().all(|known| known.pattern() != pattern)
        {
            automata.push(automaton_of(pattern, longest(member)));
        }
    }
    automata
}
