//! Which scenarios are sent. The set is chosen before anything is sent, from the options alone:
//! the same options make the same set for every target.

use std::collections::HashSet;

use super::corpora::{portable, shipped};
use crate::contract::{EditionChoice, Phase};
use crate::generate::{self, Depth};
use crate::run::broad_first;
use crate::run::cause::short_hash;
use crate::run::describe::describe;
use crate::scenario::{GetPolicy, Operation, Scenario, Step, Template};

/// What a set is made from.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The phases; the corpus is the documented and observed scenarios.
    pub phases: Vec<Phase>,
    /// How much is generated.
    pub depth: Depth,
    /// The seed.
    pub seed: u64,
    /// The editions whose bounds and patterns are tried.
    pub editions: EditionChoice,
    /// Maximum number of requests of the set.
    pub max_requests: u64,
}

impl Choice {
    /// Maximum number of requests: waiting for functions to be ready comes on top of what
    /// the set costs, and differs from target to target.
    pub fn most(&self) -> u64 {
        self.max_requests.saturating_mul(5)
    }
}

/// A scenario that is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// A hash of it.
    pub id: String,
    /// What it is, in a few words.
    pub about: String,
    /// The phase that it is from.
    pub phase: Phase,
    /// What is sent.
    pub scenario: Scenario,
}

/// The phases whose answers can be compared: all but the races, whose answers depend on luck.
pub const PHASES: [Phase; 9] = [
    Phase::Corpus,
    Phase::Examples,
    Phase::Values,
    Phase::Bounds,
    Phase::NearMisses,
    Phase::Types,
    Phase::Pairs,
    Phase::Random,
    Phase::Sequences,
];

/// The set, and how many scenarios the budget left out.
pub fn scenarios(choice: &Choice) -> (Vec<Chosen>, usize) {
    let mut all: Vec<Chosen> = Vec::new();
    if choice.phases.contains(&Phase::Corpus) {
        all.extend(shipped().iter().map(|shipped| {
            chosen(portable(&shipped.file), Phase::Corpus, Some(&shipped.file.about))
        }));
    }
    let options = generate::Options {
        seed: choice.seed,
        depth: choice.depth,
        without: Vec::new(),
        editions: choice.editions,
    };
    let cases = PHASES
        .iter()
        .filter(|phase| choice.phases.contains(phase))
        .flat_map(|phase| generate::phase(*phase, &options))
        .collect();
    for case in spread(broad_first(cases, &options)) {
        if !case.scenario.has_race() {
            all.push(chosen(read_back(case.scenario), case.phase, None));
        }
    }
    let mut seen = HashSet::new();
    all.retain(|chosen| !chosen.scenario.has_race() && seen.insert(chosen.id.clone()));
    let total = all.len();
    let mut spent = 0;
    all.retain(|chosen| {
        spent += cost(&chosen.scenario);
        spent <= choice.max_requests
    });
    let left = total - all.len();
    (all, left)
}

/// A plan with its phases side by side, so that a budget that runs out leaves some of each.
fn spread(cases: Vec<generate::Case>) -> Vec<generate::Case> {
    let mut counts = std::collections::HashMap::new();
    let totals = cases.iter().fold(std::collections::HashMap::new(), |mut totals, case| {
        *totals.entry(case.phase).or_insert(0_u64) += 1;
        totals
    });
    let mut placed: Vec<(u64, generate::Case)> = cases
        .into_iter()
        .map(|case| {
            let count = counts.entry(case.phase).or_insert(0_u64);
            *count += 1;
            // The share of its phase that comes before it.
            (*count * 10_000 / totals.get(&case.phase).copied().unwrap_or(1), case)
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, case)| case).collect()
}

fn chosen(scenario: Scenario, phase: Phase, about: Option<&str>) -> Chosen {
    Chosen {
        id: id(&scenario),
        about: about.map_or_else(|| describe(&scenario), str::to_owned),
        phase,
        scenario,
    }
}

/// A hash of a scenario.
pub fn id(scenario: &Scenario) -> String {
    let text = serde_json::to_string(scenario).unwrap_or_default();
    format!("{}{}", short_hash(&text), &short_hash(&format!("{text} "))[..4])
}

/// What a scenario costs at worst: functions made and deleted, steps.
pub fn cost(scenario: &Scenario) -> u64 {
    let fixture: u64 = scenario
        .fixture
        .functions
        .iter()
        .map(|function| 2 + 2 * u64::from(function.versions) + function.aliases.len() as u64)
        .sum();
    fixture + scenario.operations().count() as u64
}

/// A generated scenario, with a look at each policy that it names at its end.
fn read_back(mut scenario: Scenario) -> Scenario {
    let mut reads: Vec<GetPolicy> = Vec::new();
    for function in &scenario.fixture.functions {
        let name = Template::reference(&format!("function.{}", function.key));
        let reference = name.as_str();
        let mut qualifiers: Vec<(String, Template)> = function
            .aliases
            .iter()
            .map(|alias| (alias.name.clone(), Template::literal(&alias.name)))
            .collect();
        qualifiers.extend((1..=function.versions).map(|number| {
            let reference = format!("version.{}.{number}", function.key);
            (format!("${{{reference}}}"), Template::reference(&reference))
        }));
        let named = |text: &str| {
            scenario.operations().any(|operation| {
                let (name, qualifier) = match operation {
                    Operation::AddPermission(add) => (&add.function_name, &add.qualifier),
                    Operation::RemovePermission(remove) => {
                        (&remove.function_name, &remove.qualifier)
                    }
                    _ => return false,
                };
                name.as_str().contains(reference)
                    && (name.as_str().ends_with(&format!(":{text}"))
                        || qualifier.as_ref().is_some_and(|found| found.as_str() == text))
            })
        };
        let one = function.key == "a"
            || scenario.operations().any(|operation| {
                matches!(operation, Operation::AddPermission(add)
                    if add.function_name.as_str().contains(reference))
            });
        if one {
            reads.push(GetPolicy { function_name: name.clone(), ..GetPolicy::default() });
        }
        for (text, qualifier) in qualifiers {
            if named(&text) {
                reads.push(GetPolicy {
                    function_name: name.clone(),
                    qualifier: Some(qualifier),
                    ..GetPolicy::default()
                });
            }
        }
    }
    for read in reads {
        let step = Step::One(Operation::GetPolicy(read));
        if scenario.steps.last() != Some(&step) {
            scenario.steps.push(step);
        }
    }
    scenario
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(max_requests: u64) -> Choice {
        Choice {
            phases: PHASES.to_vec(),
            depth: Depth::Quick,
            seed: 1,
            editions: EditionChoice::Either,
            max_requests,
        }
    }

    #[test]
    fn a_set_keeps_its_budget_has_no_races_and_begins_with_the_corpora() {
        let (small, left) = scenarios(&choice(600));
        let spent: u64 = small.iter().map(|chosen| cost(&chosen.scenario)).sum();
        assert!(left > 0 && spent <= 600 && spent > 500, "{spent} {left}");
        assert!(small.iter().all(|chosen| !chosen.scenario.has_race()));
        assert_eq!(small[0].scenario, portable(&shipped()[0].file));
        let phases: HashSet<Phase> = small.iter().map(|chosen| chosen.phase).collect();
        assert!(phases.len() > 6, "{phases:?}");
        assert_eq!(scenarios(&choice(600)).0, small);
    }

    #[test]
    fn every_generated_scenario_ends_with_a_look_at_its_policy() {
        let (all, left) = scenarios(&choice(u64::MAX));
        assert_eq!(left, 0);
        for chosen in all.iter().filter(|chosen| chosen.phase != Phase::Corpus) {
            let last = chosen.scenario.steps.last().unwrap();
            assert!(matches!(last, Step::One(Operation::GetPolicy(_))), "{}", chosen.about);
        }
        let ids: HashSet<&String> = all.iter().map(|chosen| &chosen.id).collect();
        assert_eq!(ids.len(), all.len());
    }
}
