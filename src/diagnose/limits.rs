//! What a target accepts in place of AWS's constraints, member by member.

use std::collections::{BTreeMap, BTreeSet};

use super::exhibit::{Exhibit, Op};
use crate::contract::{Edition, Member};
use crate::event::bug::Limits;

/// Classes of characters, as the features of a text name them.
const CLASSES: [(&str, &str); 11] = [
    ("has a capital", "capitals"),
    ("has a digit", "digits"),
    ("has a hyphen", "-"),
    ("has an underscore", "_"),
    ("has a dot", "."),
    ("has a colon", ":"),
    ("has a slash", "/"),
    ("has a blank", "blank"),
    ("has an asterisk", "*"),
    ("has a plus", "+"),
    ("has a character outside ASCII", "outside ASCII"),
];

/// Values that readers take in different ways.
const ODD: [(&str, &str); 8] = [
    ("is empty", "empty"),
    ("is null", "null"),
    ("is missing", "missing"),
    ("ends with a newline", "newline at the end"),
    ("is a number", "number"),
    ("is true", "boolean"),
    ("is a list", "list"),
    ("is an object", "object"),
];

/// The table, filled from what was sent.
pub fn limits(exhibits: &[Exhibit]) -> Vec<Limits> {
    let adds: Vec<&Exhibit> = exhibits
        .iter()
        .filter(|one| one.op == Op::Add && one.status != 0 && one.status < 500 && !one.unjudged)
        .collect();
    Member::in_body().map(|member| of(member, &adds)).collect()
}

fn of(member: Member, adds: &[&Exhibit]) -> Limits {
    let constraint = member
        .constraint(Edition::Current)
        .or_else(|| member.constraint(Edition::Page))
        .unwrap_or_default();
    let pattern = match constraint.values {
        [] => constraint.pattern.map(ToOwned::to_owned),
        values => Some(values.join(" or ")),
    };
    let mut limits = Limits {
        member: member.name().to_owned(),
        length: (constraint.min, constraint.max),
        pattern,
        ..Limits::default()
    };
    let so = |one: &Exhibit, what: &str| one.features.so.contains(&format!("{member} {what}"));
    let length = |one: &Exhibit| {
        let name = format!("length of {member}");
        one.features.counts.iter().find(|(known, _)| **known == name).map(|(_, count)| *count)
    };
    // Only what nothing else is wrong with tells of this member.
    let alone = |one: &&&Exhibit| {
        one.features.so.iter().all(|text| {
            let is_fault = [
                " does not match its pattern",
                " is too long",
                " is too short",
                " is none of its values",
                " has the wrong JSON type",
            ]
            .iter()
            .any(|end| text.ends_with(end));
            !is_fault || text.starts_with(member.name()) || text.starts_with("a member ")
        }) && !one.features.so.contains("the StatementId is taken")
    };
    let own: Vec<&&Exhibit> = adds.iter().filter(alone).collect();
    limits.longest_accepted =
        own.iter().filter(|one| one.accepted).filter_map(|one| length(one)).max();
    limits.shortest_refused = own
        .iter()
        .filter(|one| !one.accepted && so(one, "is too long"))
        .filter_map(|one| length(one))
        .min();
    let inside: BTreeSet<&str> = CLASSES
        .iter()
        .filter(|(what, _)| {
            own.iter().any(|one| so(one, what) && !so(one, "does not match its pattern"))
        })
        .map(|(_, name)| *name)
        .collect();
    for (what, name) in CLASSES.iter().filter(|(_, name)| !inside.contains(name)) {
        let with: Vec<&&&Exhibit> = own.iter().filter(|one| so(one, what)).collect();
        if with.iter().any(|one| one.accepted) {
            limits.accepted_outside.push((*name).to_owned());
        } else if !with.is_empty() {
            limits.refused_outside.push((*name).to_owned());
        }
    }
    let mut odd = BTreeMap::new();
    for (what, name) in ODD {
        let with: Vec<&&&Exhibit> = own.iter().filter(|one| so(one, what)).collect();
        if !with.is_empty() {
            let accepted = with.iter().any(|one| one.accepted);
            let said = if accepted { "accepted" } else { "refused" };
            odd.insert(name.to_owned(), said.to_owned());
        }
    }
    limits.odd = odd;
    limits
}
