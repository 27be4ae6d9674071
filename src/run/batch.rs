//! Grouping of scenarios that share a fixture.
//!
//! Creating a function for each request would double the requests of a run. Therefore, a few dozen
//! scenarios of a single request share a fixture; the model knows the state that the earlier ones
//! left. The grouping depends only on the plan, never on timing.

use std::collections::{HashMap, HashSet};

use crate::contract::Phase;
use crate::generate::Case;
use crate::scenario::{Fixture, Operation, Scenario, Step};

/// Scenarios that run in sequence on one fixture.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The fixture of each of them.
    pub fixture: Fixture,
    /// The scenarios, with their numbers in the plan.
    pub cases: Vec<(usize, Case)>,
    /// Resources and StatementIds that the scenarios use.
    taken: HashSet<(String, String)>,
    /// Maximum amount of text that the scenarios add to policies.
    size: usize,
}

/// Maximum number of scenarios on one fixture.
const MOST: usize = 40;

/// Maximum amount of text that they may add, far below the size limit of a policy.
const MOST_TEXT: usize = 11_000;

/// Groups a plan.
pub fn batches(plan: Vec<Case>) -> Vec<Batch> {
    let mut done = Vec::new();
    let mut open: Vec<Batch> = Vec::new();
    for (number, case) in plan.into_iter().enumerate() {
        let fixture = case.scenario.fixture.clone();
        let Some((place, size)) = shareable(&case.scenario) else {
            done.push(Batch { fixture, cases: vec![(number, case)], ..Batch::default() });
            continue;
        };
        let fits = |batch: &Batch| {
            batch.fixture == fixture
                && batch.cases[0].1.phase == case.phase
                && batch.cases.len() < MOST
                && batch.size + size <= MOST_TEXT
                && !batch.taken.contains(&place)
        };
        if let Some(batch) = open.iter_mut().find(|batch| fits(batch)) {
            batch.cases.push((number, case));
            batch.taken.insert(place);
            batch.size += size;
        } else {
            open.push(Batch {
                fixture,
                cases: vec![(number, case)],
                taken: HashSet::from([place]),
                size,
            });
            if open.len() > 24 {
                done.push(open.remove(0));
            }
        }
    }
    done.append(&mut open);
    // In the order of the plan, so that a budget cuts off its end, but with interleaved phases, so
    // that violations of every kind show early.
    done.sort_by_key(|batch| batch.cases[0].0);
    let mut seen: HashMap<Phase, usize> = HashMap::new();
    let mut placed: Vec<(usize, Batch)> = done
        .into_iter()
        .map(|batch| {
            let phase = batch.cases[0].1.phase;
            let place = seen.entry(phase).or_default();
            // Sequences and races come in batches of one: as many of them as others hold cases.
            let weight = if matches!(phase, Phase::Sequences | Phase::Races) { 3 } else { 12 };
            *place += weight;
            (*place, batch)
        })
        .collect();
    placed.sort_by_key(|(place, batch)| (*place, batch.cases[0].0));
    placed.into_iter().map(|(_, batch)| batch).collect()
}

/// The resource of a scenario's only statement, and the amount of text that it may add; `None` if
/// the scenario needs its own fixture.
fn shareable(scenario: &Scenario) -> Option<((String, String), usize)> {
    let [Step::One(Operation::AddPermission(add))] = scenario.steps.as_slice() else {
        return None;
    };
    let Some(members) = add.members() else {
        // Raw bodies rarely succeed; each counts as a separate statement.
        return Some(((add.function_name.to_string(), format!("{:?}", add.body)), 0));
    };
    let text = members.iter().map(|(_, value)| value.to_string().len()).sum::<usize>() + 250;
    let sid = members.get("StatementId").map(ToString::to_string).unwrap_or_default();
    // Name forms may or may not lead to the same policy: StatementIds are kept apart across all.
    Some(((String::new(), sid), text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Options, plan};

    #[test]
    fn batching_keeps_every_case_once_and_never_repeats_a_statement_id() {
        let cases = plan(&Options::default());
        let total = cases.len();
        let grouped = batches(cases);
        let mut numbers: Vec<usize> = grouped
            .iter()
            .flat_map(|batch| batch.cases.iter().map(|(number, _)| *number))
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..total).collect::<Vec<_>>());
        for batch in &grouped {
            assert!(batch.cases.len() <= MOST && batch.taken.len() <= batch.cases.len());
            assert!(batch.cases.iter().all(|(_, case)| case.scenario.fixture == batch.fixture));
        }
    }
}
