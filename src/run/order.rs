//! The order in which scenarios are sent: first what can show the most that is new.
//!
//! This is the *additional greedy* order of the literature on test prioritisation, with diminishing
//! returns. A scenario has features ([`super::features`]): the rules, directions and members that the
//! model says it puts to the test, and what is notable about its values and steps. Each feature has
//! a weight, which is halved every time a scenario with that feature is taken. The next scenario is
//! the one with the most weight left for each request that it costs.
//!
//! The order depends on the plan alone: not on the target, its answers, or the parallelism.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use super::features::{Feature, Features};
use crate::contract::{EditionChoice, Phase, RuleId};
use crate::generate::Case;
use crate::scenario::{Fixture, Operation, Scenario, Step};

/// How many rounds of a race are played where the race stands in the order; the others follow
/// later.
pub(super) const FIRST_ROUNDS: u32 = 3;

/// How many scenarios that share a fixture bear its cost between them, as far as the order goes.
const SHARERS: u64 = 10;

/// How often a feature is seen before its weight no longer shrinks to anything.
const SIGHTINGS: u32 = 20;

/// Sorts a plan by what its cases can newly show. Kept scenarios stay in front.
pub fn by_yield(cases: Vec<Case>, editions: EditionChoice) -> Vec<Case> {
    let (mut ordered, generated): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.phase == Phase::Corpus);
    let mut features = Features::new(editions);
    let items: Vec<Item> = generated
        .iter()
        .map(|case| Item { cost: cost(&case.scenario), features: features.of(case) })
        .collect();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut waiting: BinaryHeap<(u64, Reverse<usize>)> = items
        .iter()
        .enumerate()
        .map(|(number, item)| (item.priority(&seen), Reverse(number)))
        .collect();
    let mut generated: Vec<Option<Case>> = generated.into_iter().map(Some).collect();
    while let Some((_, Reverse(number))) = waiting.pop() {
        // What was computed earlier is an upper bound: priorities only fall.
        let priority = items[number].priority(&seen);
        if waiting.peek().is_some_and(|next| *next > (priority, Reverse(number))) {
            waiting.push((priority, Reverse(number)));
            continue;
        }
        for feature in &items[number].features {
            *seen.entry(feature.id).or_default() += 1;
        }
        ordered.extend(generated[number].take());
    }
    ordered
}

/// Puts in front as many cases as these rules need to be judged, and as many again. Otherwise the
/// order stays; kept scenarios stay before all.
pub(super) fn needed_first(
    cases: Vec<Case>,
    rules: &BTreeSet<RuleId>,
    editions: EditionChoice,
) -> Vec<Case> {
    let mut features = Features::new(editions);
    let mut needed: HashMap<u64, u32> = HashMap::new();
    for id in rules {
        for (direction, least) in id.rule().directions {
            needed.insert(Features::of_rule(*direction, *id), least * 2);
        }
    }
    let (mut first, rest): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(|case| {
        let mut is_needed = case.phase == Phase::Corpus;
        for feature in features.of(case) {
            if let Some(left) = needed.get_mut(&feature.id).filter(|left| **left > 0) {
                *left -= 1;
                is_needed = true;
            }
        }
        is_needed
    });
    first.extend(rest);
    first
}

/// A case as the order sees it.
struct Item {
    /// In tenths of a request.
    cost: u64,
    features: Vec<Feature>,
}

impl Item {
    /// The weight that is left, for each request.
    fn priority(&self, seen: &HashMap<u64, u32>) -> u64 {
        let weight: u64 = self
            .features
            .iter()
            .map(|feature| {
                let sightings = seen.get(&feature.id).copied().unwrap_or(0).min(SIGHTINGS);
                (u64::from(feature.weight) << SIGHTINGS) >> sightings
            })
            .sum();
        weight / self.cost.max(1)
    }
}

/// What a case costs, in tenths of a request.
fn cost(scenario: &Scenario) -> u64 {
    let fixture = fixture_requests(&scenario.fixture);
    if is_single(scenario) {
        return 10 + fixture * 10 / SHARERS;
    }
    let once = fixture + requests(scenario);
    let rounds = if scenario.has_race() { u64::from(FIRST_ROUNDS) } else { 1 };
    once * rounds * 10
}

/// Whether a scenario is one AddPermission, and can share a fixture.
fn is_single(scenario: &Scenario) -> bool {
    matches!(scenario.steps.as_slice(), [Step::One(Operation::AddPermission(_))])
}

/// The requests that make and delete a fixture.
pub(super) fn fixture_requests(fixture: &Fixture) -> u64 {
    fixture
        .functions
        .iter()
        .map(|function| 2 + 2 * u64::from(function.versions) + function.aliases.len() as u64)
        .sum()
}

/// The requests that a scenario sends, one read at its end included.
pub(super) fn requests(scenario: &Scenario) -> u64 {
    let operations = scenario.operations().map(|operation| match operation {
        // The code is changed first.
        Operation::PublishVersion(_) => 2,
        _ => 1,
    });
    operations.sum::<u64>() + 1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::generate::{Options, plan};

    #[test]
    fn the_order_keeps_every_case_and_does_not_depend_on_chance() {
        let plan = plan(&Options::default());
        let ordered = by_yield(plan.clone(), EditionChoice::default());
        assert_eq!(plan.len(), ordered.len());
        let scenarios: HashSet<&Scenario> = plan.iter().map(|case| &case.scenario).collect();
        assert!(ordered.iter().all(|case| scenarios.contains(&case.scenario)));
        assert_eq!(ordered, by_yield(plan.clone(), EditionChoice::default()));
    }
}
