//! Generation of scenarios from the contract.
//!
//! The constraints of the members, the automata of their patterns and a seed give [`Case`]s, phase
//! by phase. Nothing here decides what is valid; the model judges the bytes that are sent. The
//! cases only depend on the [`Options`]: each case has a seed derived from the run's seed, the
//! phase and its number, and no environment variable is read.
//!
//! | file | holds |
//! |---|---|
//! | `seed.rs` | seeds, and the one configuration of proptest's runner |
//! | `plain.rs` | the plain request, the tools to vary it, the documents' examples |
//! | `values.rs`, `names.rs` | every value with a meaning of its own, alone |
//! | `notable.rs` | legal values that other software reads as something else |
//! | `language.rs` | the automata of the members, with the lengths that are worth sending |
//! | `bounds.rs`, `near_misses.rs` | texts at each bound, inside and just outside each pattern |
//! | `types.rs` | members of every JSON type, bodies of every form |
//! | `pairs.rs`, `random.rs` | combinations: all pairs, and at random |
//! | `sequence.rs`, `small.rs`, `race.rs` | several operations, one after another and at once |
//! | `alike.rs`, `furnished.rs`, `policies.rs`, `histories.rs` | ids and names that are alike, several policies, long ones |
//! | `spelled.rs` | one request in other bytes |
//! | `tree.rs`, `edit.rs`, `several.rs`, `simpler.rs`, `weight.rs`, `well_formed.rs` | proptest's value tree over scenarios: shrinking |
//! | `slice.rs` | the part of a sequence that may matter for the answer to a step |
//! | `repair.rs` | the nearest requests that may behave |

mod alike;
pub mod bounds;
pub mod deployers;
mod edit;
mod furnished;
mod histories;
pub mod language;
mod names;
mod near_misses;
mod notable;
pub mod pairs;
pub mod plain;
mod policies;
pub mod race;
pub mod random;
pub mod repair;
mod seed;
pub mod sequence;
mod several;
mod simpler;
mod slice;
mod small;
mod spelled;
pub mod tree;
mod types;
mod values;
pub mod weight;
pub mod well_formed;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::contract::{EditionChoice, Phase};
use crate::scenario::{Operation, Scenario};

pub use repair::repairs;
pub use slice::slices;
pub use tree::ScenarioTree;
pub use well_formed::is_well_formed;

/// A scenario and its phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The phase.
    pub phase: Phase,
    /// The scenario.
    pub scenario: Scenario,
}

/// The amount of scenarios to generate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// A short run: some four hundred single requests, few sequences and races.
    Quick,
    /// Every transition, bound and exit of every pattern, except for a sample of those of the two
    /// largest automata: fewer than 3,900 requests, including fixtures and repeated races.
    #[default]
    Default,
    /// Everything, and many more random requests.
    Deep,
}

impl Depth {
    /// Selects one of three values.
    fn pick<T>(self, quick: T, default: T, deep: T) -> T {
        match self {
            Self::Quick => quick,
            Self::Default => default,
            Self::Deep => deep,
        }
    }
}

/// A feature that a target may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Published versions.
    Versions,
    /// Aliases.
    Aliases,
    /// GetPolicy.
    GetPolicy,
    /// RemovePermission.
    RemovePermission,
    /// Deleting functions and creating them again.
    Recreation,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 5] =
        [Self::Versions, Self::Aliases, Self::GetPolicy, Self::RemovePermission, Self::Recreation];

    /// The name, as in `--without`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Versions => "versions",
            Self::Aliases => "aliases",
            Self::GetPolicy => "get-policy",
            Self::RemovePermission => "remove-permission",
            Self::Recreation => "recreation",
        }
    }
}

/// The input of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The seed of the run.
    pub seed: u64,
    /// The amount of scenarios to generate.
    pub depth: Depth,
    /// Features that the target lacks, which no case may need.
    pub without: Vec<Feature>,
    /// The editions whose bounds and patterns are tested.
    pub editions: EditionChoice,
}

/// All cases of a run except for the corpus, phase by phase.
pub fn plan(options: &Options) -> Vec<Case> {
    Phase::ALL.into_iter().flat_map(|part| phase(part, options)).collect()
}

/// The cases of one phase; none for the corpus, whose scenarios are files.
pub fn phase(phase: Phase, options: &Options) -> Vec<Case> {
    let mut cases = match phase {
        Phase::Corpus => Vec::new(),
        Phase::Examples => plain::examples(),
        Phase::Deployers => deployers::cases(options),
        Phase::Values => values::cases(options),
        Phase::Bounds => bounds::cases(options),
        Phase::NearMisses => near_misses::cases(options),
        Phase::Types => types::cases(options),
        Phase::Pairs => pairs::cases(options),
        Phase::Random => random::cases(options),
        Phase::Sequences => sequence::cases(options),
        Phase::Races => race::cases(options),
    };
    cases.retain(|case| needs(&case.scenario).iter().all(|need| !options.without.contains(need)));
    cases
}

/// The features that a scenario needs besides AddPermission.
pub fn needs(scenario: &Scenario) -> BTreeSet<Feature> {
    let mut needs = BTreeSet::new();
    for function in &scenario.fixture.functions {
        if function.versions > 0 {
            needs.insert(Feature::Versions);
        }
        if !function.aliases.is_empty() {
            needs.insert(Feature::Aliases);
        }
    }
    needs.extend(scenario.operations().filter_map(need));
    needs
}

/// The features that an operation needs besides AddPermission.
fn need(operation: &Operation) -> Option<Feature> {
    match operation {
        Operation::AddPermission(_) => None,
        Operation::GetPolicy(_) => Some(Feature::GetPolicy),
        Operation::RemovePermission(_) => Some(Feature::RemovePermission),
        Operation::PublishVersion(_) => Some(Feature::Versions),
        Operation::CreateAlias(_) | Operation::UpdateAlias(_) | Operation::DeleteAlias(_) => {
            Some(Feature::Aliases)
        }
        Operation::CreateFunction(_) | Operation::DeleteFunction(_) => Some(Feature::Recreation),
    }
}

/// The items, rotated by the seed, so that samples differ between seeds.
fn rotated<T>(mut items: Vec<T>, seed: u64) -> Vec<T> {
    let len = items.len().max(1) as u64;
    items.rotate_left(usize::try_from(seed % len).unwrap_or(0));
    items
}

/// At most `count` evenly spread items, including the first.
fn spread<T>(items: Vec<T>, count: usize) -> Vec<T> {
    let len = items.len();
    if len <= count {
        return items;
    }
    items
        .into_iter()
        .enumerate()
        .filter(|(index, _)| index * count / len != (index + 1) * count / len || *index == 0)
        .map(|(_, item)| item)
        .take(count)
        .collect()
}
