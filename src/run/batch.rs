//! Grouping of scenarios that share a fixture.
//!
//! Creating a function for each request would double the requests of a run. Therefore, a few dozen
//! scenarios of a single request share a fixture; the model knows the state that the earlier ones
//! left. The grouping depends only on the plan, never on timing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::order::{FIRST_ROUNDS, fixture_requests, requests};
use crate::contract::Phase;
use crate::generate::{Case, race};
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
    /// The rounds of a race that are played.
    pub rounds: Range<u32>,
}

impl Batch {
    /// Whether the batch is a race: each round has a fixture of its own.
    pub fn is_race(&self) -> bool {
        self.cases.iter().any(|(_, case)| case.scenario.has_race())
    }

    /// Whether these are further rounds of a race that was begun in another batch.
    pub fn is_repeated(&self) -> bool {
        self.rounds.start > 0
    }
}

/// Maximum number of scenarios on one fixture.
const MOST: usize = 40;

/// How many scenarios share one of the first fixtures, and one of those that follow: small batches
/// keep to the order of the plan, whatever the parallelism, large ones save requests.
const FIRST: [usize; 2] = [12, 24];

/// Over how many fixtures scenarios are dealt at most, one after the other, so that the first ones
/// of a plan are sent first by a run that has as many batches in flight and more.
const DEALT: usize = 4;

/// Maximum amount of text that they may add, far below the size limit of a policy.
const MOST_TEXT: usize = 11_000;

/// The batches between the first rounds of a race and the others.
const BETWEEN: usize = 30;

/// Groups a plan, and keeps to its order. Most races are played `rounds` times.
pub fn batches(plan: Vec<Case>, rounds: u32) -> Vec<Batch> {
    // What is drawn at random is counted by itself.
    let kind = |case: &Case| (case.scenario.fixture.clone(), case.phase == Phase::Random);
    let mut sharers: HashMap<(Fixture, bool), Sharers> = HashMap::new();
    for case in plan.iter().filter(|case| shareable(&case.scenario).is_some()) {
        sharers.entry(kind(case)).or_default().cases += 1;
    }
    let mut done: Vec<Batch> = Vec::new();
    let mut again: Vec<Batch> = Vec::new();
    for (number, case) in plan.into_iter().enumerate() {
        let fixture = case.scenario.fixture.clone();
        let Some((place, size)) = shareable(&case.scenario) else {
            let mut batch = Batch { fixture, cases: vec![(number, case)], ..Batch::default() };
            if batch.is_race() {
                let rounds = race::rounds(&batch.cases[0].1.scenario, rounds);
                batch.rounds = 0..rounds.min(FIRST_ROUNDS);
                if rounds > FIRST_ROUNDS {
                    again.push(Batch { rounds: FIRST_ROUNDS..rounds, ..batch.clone() });
                }
            }
            done.push(batch);
            continue;
        };
        let sharers = sharers.entry(kind(&case)).or_default();
        let batch = sharers.batch(&mut done, &fixture, &place, size);
        batch.cases.push((number, case));
        batch.taken.insert(place);
        batch.size += size;
    }
    done.sort_by_key(|batch| batch.cases[0].0);
    let end = done.split_off(done.len().min(BETWEEN));
    done.into_iter().chain(again).chain(end).collect()
}

/// The scenarios that share fixtures of one kind.
#[derive(Default)]
struct Sharers {
    /// How many there are.
    cases: usize,
    /// The batches that are dealt to, by their places among all.
    open: Vec<usize>,
    /// How often new ones were begun.
    begun: usize,
}

impl Sharers {
    /// The batch that a scenario goes to: the emptiest of those that it fits.
    fn batch<'a>(
        &mut self,
        done: &'a mut Vec<Batch>,
        fixture: &Fixture,
        place: &(String, String),
        size: usize,
    ) -> &'a mut Batch {
        // A fixture that costs much is not made for a few.
        let cost = fixture_requests(fixture).max(2) as usize / 2;
        let limit = |begun: usize| FIRST.get(begun).map_or(MOST, |few| (few * cost).min(MOST));
        if self.open.iter().all(|at| done[*at].cases.len() >= limit(self.begun)) {
            self.begun += usize::from(!self.open.is_empty());
            self.open.clear();
        }
        let most = limit(self.begun);
        let fits = |batch: &Batch| {
            batch.cases.len() < most
                && batch.size + size <= MOST_TEXT
                && !batch.taken.contains(place)
        };
        let dealt = (self.cases / (FIRST[0] * cost)).clamp(1, DEALT);
        let fitting = self.open.iter().copied().filter(|at| fits(&done[*at]));
        match fitting.min_by_key(|at| (done[*at].cases.len(), *at)) {
            Some(at) if self.open.len() >= dealt => &mut done[at],
            _ => {
                self.open.push(done.len());
                done.push(Batch { fixture: fixture.clone(), ..Batch::default() });
                let last = done.len() - 1;
                &mut done[last]
            }
        }
    }
}

/// The beginning of a plan that costs no more than so many requests.
pub fn beginning(batches: Vec<Batch>, most: u64) -> Vec<Batch> {
    let mut left = most;
    let mut kept = Vec::new();
    for mut batch in batches {
        let whole = batch.cases.len();
        let fitting = (1..=whole).rev().find(|cases| cost(&batch, *cases) <= left);
        let Some(cases) = fitting else { continue };
        // What is cut is the end.
        left = if cases < whole { 0 } else { left - cost(&batch, cases) };
        batch.cases.truncate(cases);
        kept.push(batch);
    }
    kept
}

/// What the first cases of a batch cost.
fn cost(batch: &Batch, cases: usize) -> u64 {
    let fixture = fixture_requests(&batch.fixture);
    let each = |case: &Case| requests(&case.scenario);
    let all: u64 = batch.cases.iter().take(cases).map(|(_, case)| each(case)).sum();
    if batch.is_race() {
        return (fixture + all) * u64::from(batch.rounds.end - batch.rounds.start);
    }
    // What was stored is read once, at the end.
    fixture + all + 1 - batch.cases.iter().take(cases).count() as u64
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
    use crate::contract::EditionChoice;
    use crate::generate::{Options, plan};
    use crate::run::features::Features;
    use crate::run::order::by_yield;

    #[test]
    fn batching_keeps_every_case_once_and_never_repeats_a_statement_id() {
        let cases = plan(&Options::default());
        let total = cases.len();
        let grouped = batches(cases, FIRST_ROUNDS);
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

    #[test]
    fn a_quick_run_has_most_of_what_weighs_in_few_requests() {
        let mut features = Features::new(EditionChoice::default());
        let mut heavy = |cases: &[Case]| -> HashSet<u64> {
            let all = cases.iter().flat_map(|case| features.of(case));
            all.filter(|feature| feature.weight >= 24).map(|feature| feature.id).collect()
        };
        let ordered = by_yield(plan(&Options::default()), EditionChoice::default());
        let all = heavy(&ordered);
        // What is documented is about 350, those of the preflight included.
        let quick = beginning(batches(ordered, 20), 360);
        let cost: u64 = quick.iter().map(|batch| cost(batch, batch.cases.len())).sum();
        assert!(cost <= 360, "{cost}");
        let first: Vec<Case> =
            quick.into_iter().flat_map(|batch| batch.cases.into_iter().map(|(_, c)| c)).collect();
        let early = heavy(&first);
        assert!(early.len() * 100 > all.len() * 45, "{} of {}", early.len(), all.len());
    }
}
