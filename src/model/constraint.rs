//! Holding a value against the constraints of every edition, with `regex`.

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::dialect;
use crate::contract::{Constraint, Edition, EditionChoice, Member};

/// How a value breaks a member's constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Breach {
    /// Outside the pattern.
    Pattern,
    /// Shorter than the minimum.
    TooShort(usize),
    /// Longer than the maximum.
    TooLong(usize),
    /// Not in the closed set of values.
    NotAValue,
}

/// Whether every edition that a run judges by agrees on a breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The breach.
    pub breach: Breach,
    /// Whether every edition says so, or (where the breaches differ) that something is wrong.
    pub agreed: bool,
    /// An edition that says so, for the text of a message.
    pub edition: Edition,
}

/// What an edition says of a member, ready to be held against values.
struct Check {
    constraint: Constraint,
    pattern: Option<Regex>,
    /// The pattern without the demand that it matches the whole.
    part: Option<Regex>,
}

/// What the editions say of a member, in their order; `None` where one does not have it.
struct Checks {
    editions: [Option<Check>; Edition::ALL.len()],
    /// Whether all say the same, so that one answer serves for all.
    agree: bool,
}

/// In the order in which members are declared, which is also that of their numbers.
static CHECKS: LazyLock<Vec<Checks>> = LazyLock::new(|| {
    let check = |member: Member, edition| {
        let constraint = member.constraint(edition)?;
        let pattern = constraint.pattern.map(|pattern| {
            // invariant: documented constants, compiled by the tests of the dialect
            Regex::new(&dialect::whole(pattern)).expect("a documented pattern compiles")
        });
        let part = constraint.pattern.map(|pattern| {
            // invariant: as above
            Regex::new(&dialect::to_rust(pattern)).expect("a documented pattern compiles")
        });
        Some(Check { constraint, pattern, part })
    };
    let all = |member: Member| Checks {
        editions: Edition::ALL.map(|edition| check(member, edition)),
        agree: Edition::ALL
            .iter()
            .all(|edition| member.constraint(*edition) == member.constraint(Edition::Current)),
    };
    let mut members = Member::ALL;
    members.sort();
    members.into_iter().map(all).collect()
});

fn checks(member: Member) -> &'static Checks {
    &CHECKS[member as usize]
}

impl Check {
    fn breaches(&self, value: &str) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let Constraint { min, max, values, .. } = self.constraint;
        let length = value.chars().count();
        if let Some(min) = min.filter(|min| length < *min) {
            breaches.push(Breach::TooShort(min));
        }
        if let Some(max) = max.filter(|max| length > *max) {
            breaches.push(Breach::TooLong(max));
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(value)) {
            breaches.push(Breach::Pattern);
        }
        if !values.is_empty() && !values.contains(&value) {
            breaches.push(Breach::NotAValue);
        }
        breaches
    }
}

/// How `value` breaks what `edition` says of `member`; an edition that lacks the member says
/// nothing.
pub fn breaches_in(edition: Edition, member: Member, value: &str) -> Vec<Breach> {
    let check = checks(member).editions[edition as usize].as_ref();
    check.map(|check| check.breaches(value)).unwrap_or_default()
}

/// How `value` breaks what the editions say of `member`, each breach once.
pub fn breaches(choice: EditionChoice, member: Member, value: &str) -> Vec<Finding> {
    // Where the editions agree, the last of them speaks for all.
    let editions = match choice.editions() {
        [_, .., last] if checks(member).agree => std::slice::from_ref(last),
        editions => editions,
    };
    let by_edition: Vec<(Edition, Vec<Breach>)> =
        editions.iter().map(|edition| (*edition, breaches_in(*edition, member, value))).collect();
    let all_refuse =
        by_edition.iter().all(|(_, found)| !found.is_empty()) && !is_contradicted(member, value);
    let mut findings: Vec<Finding> = Vec::new();
    // The newest edition first: its texts are the ones that AWS prints today.
    for (edition, found) in by_edition.iter().rev() {
        for breach in found {
            let kind = std::mem::discriminant(breach);
            if !findings.iter().any(|known| std::mem::discriminant(&known.breach) == kind) {
                findings.push(Finding { breach: *breach, agreed: all_refuse, edition: *edition });
            }
        }
    }
    findings
}

/// Whether no edition finds fault with a value: only then does its meaning count.
pub fn is_clean(member: Member, value: &str) -> bool {
    let editions: &[Edition] =
        if checks(member).agree { &[Edition::Current] } else { &Edition::ALL };
    editions.iter().all(|edition| breaches_in(*edition, member, value).is_empty())
}

/// Whether the pattern of the current edition matches somewhere in `value`.
pub fn holds_a_match(member: Member, value: &str) -> bool {
    part(member).is_some_and(|part| part.is_match(value))
}

/// Whether the pattern of the current edition matches a beginning of `value`.
pub fn begins_with_a_match(member: Member, value: &str) -> bool {
    part(member).and_then(|part| part.find(value)).is_some_and(|found| found.start() == 0)
}

fn part(member: Member) -> Option<&'static Regex> {
    checks(member).editions[Edition::Current as usize].as_ref()?.part.as_ref()
}

/// Values on which a document contradicts itself or the languages of patterns differ: an
/// implementation may take them either way.
fn is_contradicted(member: Member, value: &str) -> bool {
    match member {
        // Allowed by the minimum, refused by the pattern; an optional member may be taken as
        // absent.
        Member::EventSourceToken
        | Member::SourceAccount
        | Member::SourceArn
        | Member::Qualifier => value.is_empty(),
        _ => false,
    }
}

/// Whether readers of the pattern's language differ on `value`: ECMA 262 counts white space and
/// line ends beyond ASCII, Java does not.
pub fn readers_differ(member: Member, value: &str) -> bool {
    match member {
        Member::Principal => {
            value.chars().any(|c| !c.is_ascii() && (c.is_whitespace() || c == '\u{feff}'))
        }
        Member::SourceArn => value.contains(['\u{85}', '\u{2028}', '\u{2029}']),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn either(member: Member, value: &str) -> Vec<Finding> {
        breaches(EditionChoice::Either, member, value)
    }

    #[test]
    fn what_both_editions_refuse_is_agreed() {
        let found = either(Member::StatementId, "a b");
        assert_eq!(found.len(), 1);
        assert!(found[0].agreed && found[0].breach == Breach::Pattern);
        let found = either(Member::SourceAccount, "1234567890123");
        assert_eq!(found.len(), 2, "length and pattern");
    }

    #[test]
    fn where_the_editions_differ_nothing_is_agreed() {
        let name = "a".repeat(200);
        assert!(either(Member::FunctionName, &name).iter().all(|found| !found.agreed));
        assert!(either(Member::FunctionName, "dotted.name").iter().all(|found| !found.agreed));
        let name = "a".repeat(257);
        assert!(either(Member::FunctionName, &name).iter().all(|found| found.agreed));
        assert!(!breaches(EditionChoice::Page, Member::FunctionName, "a.b").is_empty());
        assert!(breaches(EditionChoice::Current, Member::FunctionName, "a.b").is_empty());
    }

    #[test]
    fn an_empty_optional_member_is_not_agreed() {
        assert!(either(Member::EventSourceToken, "").iter().all(|found| !found.agreed));
        assert!(either(Member::Action, "").iter().all(|found| found.agreed));
        assert!(either(Member::PrincipalOrgId, "").iter().all(|found| found.agreed));
    }
}
