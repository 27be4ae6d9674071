//! Answers of several sides made comparable, equal up to renaming.
//!
//! A side masks its account and its region wherever they stand. Where the scenario itself names
//! the account of one side, that side cannot tell the two apart: then no side does. Revisions are
//! counted anew over those steps in which every side has one, so that a policy that one side lost
//! does not shift the count of the others.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::mask::{Beside, literals, replace};
use super::recorded_outcome::{RecordedOutcome, RecordedResponse};
use crate::contract::partition::partition_of;
use crate::scenario::Scenario;

/// The account and the region of a side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The account, where it is told.
    pub account: Option<String>,
    /// The region.
    pub region: String,
}

/// The answers of every side to one scenario, made comparable.
pub fn align(
    scenario: &Scenario,
    places: &[Place],
    answers: &[&[RecordedOutcome]],
) -> Vec<Vec<RecordedOutcome>> {
    let sent = literals(scenario);
    // Sides of one partition may name it; where they differ, that of the commercial regions stands
    // for each.
    let of = |place: &Place| partition_of(&place.region).unwrap_or("aws");
    let first = places.first().map_or("aws", of);
    let partition = if places.iter().all(|place| of(place) == first) { first } else { "aws" };
    let mut merges: Vec<(String, &str, Beside)> =
        vec![("${partition}".into(), partition, Beside::Anything)];
    for Place { account, region } in places {
        if let Some(account) = account.as_ref().filter(|account| sent.contains(*account)) {
            merges.push((account.clone(), "${account}", Beside::NoDigit));
        }
        if !region.is_empty() && sent.contains(region) {
            merges.push((region.clone(), "${region}", Beside::NoWord));
        }
    }
    let mut aligned: Vec<Vec<RecordedOutcome>> = answers
        .iter()
        .map(|side| side.iter().map(|told| merged(told, &merges)).collect())
        .collect();
    renumber(&mut aligned);
    aligned
}

fn merged(told: &RecordedOutcome, merges: &[(String, &str, Beside)]) -> RecordedOutcome {
    let text = |text: &str| {
        merges.iter().fold(numbered(text), |text, (value, stands, beside)| {
            replace(&text, value, stands, *beside)
        })
    };
    match told {
        RecordedOutcome::Lost { .. } => told.clone(),
        RecordedOutcome::Answer(answer) => RecordedOutcome::Answer(Box::new(RecordedResponse {
            code: answer.code.as_deref().map(text),
            body: answer.body.as_ref().map(|body| in_strings(body, &text)),
            text: answer.text.as_deref().map(text),
            ..answer.as_ref().clone()
        })),
    }
}

/// A text with the numbers of versions in the place of references to them.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("${version.") {
        out.push_str(before);
        let Some((reference, after)) = tail.split_once('}') else {
            return text.to_owned();
        };
        out.push_str(reference.rsplit('.').next().unwrap_or_default());
        rest = after;
    }
    out.push_str(rest);
    out
}

fn in_strings(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => items.iter().map(|item| in_strings(item, change)).collect(),
        Value::Object(members) => {
            let changed: Map<String, Value> = members
                .iter()
                .map(|(name, value)| (change(name), in_strings(value, change)))
                .collect();
            Value::Object(changed)
        }
        other => other.clone(),
    }
}

/// Counts revisions anew over the steps in which every side has one.
fn renumber(sides: &mut [Vec<RecordedOutcome>]) {
    let steps = sides.iter().map(Vec::len).min().unwrap_or(0);
    let common: Vec<usize> = (0..steps)
        .filter(|step| sides.iter().all(|side| revision(&side[*step]).is_some()))
        .collect();
    for side in sides {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (step, told) in side.iter_mut().enumerate() {
            let Some(old) = revision(told).map(str::to_owned) else { continue };
            let new = if common.contains(&step) {
                let next = numbers.len() + 1;
                format!("<revision:{}>", numbers.entry(old).or_insert(next))
            } else {
                "<revision>".to_owned()
            };
            if let RecordedOutcome::Answer(answer) = told
                && let Some(body) = &mut answer.body
            {
                body["RevisionId"] = new.into();
            }
        }
    }
}

fn revision(told: &RecordedOutcome) -> Option<&str> {
    told.answer()?.revision()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::plain::plain_request;
    use crate::scenario::Fixture;

    fn answer(body: Value) -> RecordedOutcome {
        RecordedOutcome::Answer(Box::new(RecordedResponse {
            status: 200,
            body: Some(body),
            ..RecordedResponse::default()
        }))
    }

    #[test]
    fn an_account_that_the_scenario_names_is_one_with_the_sides_own() {
        let mut request = plain_request("a");
        if let Some(members) = request.members_mut() {
            members.insert("Principal".into(), "123456789012".into());
        }
        let scenario = Scenario::single(Fixture::plain(), request);
        let place = |account: &str| Place { account: Some(account.into()), region: "r".into() };
        let own = [answer(json!({"Statement": "${account} in ${account}"}))];
        let other = [answer(json!({"Statement": "123456789012 in ${account}"}))];
        let places = [place("123456789012"), place("000000000000")];
        let aligned = align(&scenario, &places, &[&own, &other]);
        assert_eq!(aligned[0], aligned[1]);
        // Another account than that of any side is told apart.
        let places = [place("000000000000"), place("111111111111")];
        let aligned = align(&scenario, &places, &[&own, &other]);
        assert_ne!(aligned[0], aligned[1]);
    }

    #[test]
    fn a_version_is_one_with_its_number() {
        assert_eq!(numbered("f:${version.a.1}, ${version.b.12}!"), "f:1, 12!");
        assert_eq!(numbered("${version.a"), "${version.a");
    }

    #[test]
    fn a_policy_that_one_side_lost_does_not_shift_the_count() {
        let read = |number: u32| answer(json!({"RevisionId": format!("<revision:{number}>")}));
        let lost = RecordedOutcome::Lost { lost: "timeout".into() };
        let place = || Place { account: None, region: "r".into() };
        let scenario = Scenario::default();
        let whole = [read(1), read(2), read(2)];
        let shifted = [lost, read(1), read(1)];
        let aligned = align(&scenario, &[place(), place()], &[&whole, &shifted]);
        assert_eq!(aligned[0][1..], aligned[1][1..]);
        let moves = [read(1), read(1), read(2)];
        let aligned = align(&scenario, &[place(), place()], &[&whole, &moves]);
        assert_ne!(aligned[0][1..], aligned[1][1..]);
    }
}
