//! Which scenarios share a fixture.
//!
//! Making a function for each request would double the requests of a run. Scenarios of a single
//! request on equal fixtures therefore share one, a few dozen at a time; the model knows what the
//! earlier ones left behind. Which share one depends on the plan alone, never on timing.

use std::collections::{HashMap, HashSet};

use crate::contract::Phase;
use crate::generate::Case;
use crate::scenario::{Fixture, Operation, Scenario, Step};

/// Scenarios that run one after the other on one fixture.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The fixture of each of them.
    pub fixture: Fixture,
    /// The scenarios, with their numbers in the plan.
    pub cases: Vec<(usize, Case)>,
    /// Targets of grants and StatementIds that the scenarios use.
    taken: HashSet<(String, String)>,
    /// How much text the scenarios may add to policies.
    size: usize,
}

/// How many scenarios share a fixture at most.
const MOST: usize = 40;

/// How much text they may add at most: far below the limit of a policy.
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
    // In the order of the plan, so that a budget that runs out cuts off its end, but with the
    // phases side by side: what is wrong anywhere shows early.
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

/// Where a scenario's one statement goes and how much text it may add; `None` where the scenario
/// wants a fixture of its own.
fn shareable(scenario: &Scenario) -> Option<((String, String), usize)> {
    let [Step::One(Operation::AddPermission(add))] = scenario.steps.as_slice() else {
        return None;
    };
    let Some(members) = add.members() else {
        // Raw bodies rarely succeed; each counts as a statement of its own.
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
