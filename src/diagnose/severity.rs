//! How bad a bug is: what it does to grants, to state, to callers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::effect::compare;
use super::exhibit::{Exhibit, Fact, Kind, kind};
use crate::contract::RuleId;
use crate::event::bug::{Effect, Severity, Witness};

/// How many statements of one bug are compared.
const COMPARED: usize = 24;

/// The share of a bug's facts below which a worse severity is not what it is about.
const SHARE: f64 = 0.2;

/// What a bug does: severity, effect on the grant, and a call that shows it.
pub fn judge(shown: &[(&Exhibit, &Fact)]) -> (Severity, Option<Effect>, Option<Witness>) {
    let (effect, witness) = effect(shown);
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    for (exhibit, fact) in shown {
        *counts.entry(of_fact(exhibit, fact, effect)).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    let severity = counts
        .iter()
        .find(|(_, count)| **count as f64 >= SHARE * all as f64)
        .map_or(Severity::Form, |(severity, _)| *severity);
    (severity, effect, witness)
}

fn of_fact(exhibit: &Exhibit, fact: &Fact, effect: Option<Effect>) -> Severity {
    let rule = fact.finding.rule();
    match kind(&fact.finding, exhibit.status) {
        Kind::Statement(_) => match effect {
            Some(Effect::SameMeaning) | None => Severity::Form,
            Some(_) => Severity::Grant,
        },
        Kind::Policy(RuleId::PolicyDocument, _) => Severity::Form,
        Kind::Policy(_, key) if key == "changed" => match effect {
            Some(Effect::SameMeaning) => Severity::Form,
            _ => Severity::Grant,
        },
        Kind::Policy(..) => Severity::State,
        Kind::Accepts => match rule {
            RuleId::ErrorConflict
            | RuleId::StatementIdUniquePerPolicy
            | RuleId::ErrorPrecondition
            | RuleId::RevisionIdStaleRefused
            | RuleId::PolicyAbsent
            | RuleId::RemoveNotFound => Severity::State,
            _ => Severity::Lax,
        },
        Kind::Fails(_) if exhibit.deserves_refusal => Severity::Errors,
        Kind::Fails(_) | Kind::Refuses | Kind::Lost(_) => Severity::Strict,
        Kind::Misreports(..) | Kind::Text | Kind::Form(RuleId::ErrorShape, _) => Severity::Errors,
        Kind::OtherSuccess(_) | Kind::Form(..) => Severity::Form,
    }
}

/// The worst effect among the statements that differ.
fn effect(shown: &[(&Exhibit, &Fact)]) -> (Option<Effect>, Option<Witness>) {
    let mut worst: (Option<Effect>, Option<Witness>) = (None, None);
    for (expected, actual) in statements(shown).into_iter().take(COMPARED) {
        let (effect, witness) = compare(&expected, &actual);
        let is_worse = worst.0.is_none_or(|known| effect < known);
        if is_worse {
            worst = (Some(effect), witness);
        }
    }
    worst
}

/// Pairs of the expected and the actual statement; of answers that differ in several places, only
/// what this bug does is looked at.
fn statements(shown: &[(&Exhibit, &Fact)]) -> Vec<(Value, Value)> {
    let mut pairs = Vec::new();
    for (exhibit, fact) in shown {
        let finding = &fact.finding;
        let Some(difference) = finding.differences.first() else { continue };
        if let Some(both) = &exhibit.statements
            && let Some(path) = difference.path.strip_prefix("statement.")
        {
            let others = exhibit.facts.iter().filter(|other| {
                other.key != fact.key && !shown.iter().any(|(_, known)| known.key == other.key)
            });
            let mut actual = both.1.clone();
            // What another bug did is put right before the comparison.
            for other in others {
                if let Some(difference) = other.finding.differences.first()
                    && let Some(place) = difference.path.strip_prefix("statement.")
                    && place != path
                {
                    put(&mut actual, place, &difference.expected);
                }
            }
            pairs.push((both.0.clone(), actual));
        } else if finding.key == "changed"
            && let (Some(expected), Some(actual)) =
                (difference.expected.as_object(), difference.actual.as_object())
        {
            pairs.push((json!(expected), json!(actual)));
        }
    }
    pairs
}

/// Puts a value at a path; null takes away what is there.
fn put(value: &mut Value, path: &str, new: &Value) {
    let Some(members) = value.as_object_mut() else { return };
    let (first, rest) = match path.split_once('.') {
        // A key of a condition may hold dots; what is there decides.
        Some((first, rest)) if !members.contains_key(path) => (first, Some(rest)),
        _ => (path, None),
    };
    match rest {
        Some(rest) => {
            let inner = members.entry(first.to_owned()).or_insert_with(|| json!({}));
            put(inner, rest, new);
            if inner.as_object().is_some_and(serde_json::Map::is_empty) {
                members.shift_remove(first);
            }
        }
        None if new.is_null() => drop(members.shift_remove(first)),
        None => drop(members.insert(first.to_owned(), new.clone())),
    }
}
