//! The plan of a run: its scenarios and their order.

use std::collections::HashSet;

use crate::contract::Phase;
use crate::generate::{self, Case, Depth};
use crate::scenario::file::CorpusError;
use crate::scenario::{CorpusFile, Fixture, Scenario};

use super::options::RunOptions;
use super::order::{by_yield, needed_first};
use super::verdict::phases_of;

/// The plan of the run: saved scenarios first, then generated ones.
pub fn plan(options: &RunOptions) -> Result<Vec<Case>, CorpusError> {
    if let Some(prepared) = &options.prepared {
        return Ok(prepared.cases.to_vec());
    }
    let mut cases = Vec::new();
    if options.phases.contains(&Phase::Corpus)
        && let Some(folder) = &options.corpus
    {
        for (_, file) in CorpusFile::read_folder(folder)? {
            cases.push(Case { phase: Phase::Corpus, scenario: file.scenario() });
        }
    }
    let generate = generate::Options {
        seed: options.seed,
        // A quick run is the beginning of a default one.
        depth: options.depth.max(Depth::Default),
        without: options.without.clone(),
        editions: options.judging.edition,
    };
    let wanted = options.rules.as_ref().map(|rules| phases_of(rules.iter().copied()));
    for phase in &options.phases {
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(phase)) {
            cases.extend(generate::phase(*phase, &generate));
        }
    }
    cases = by_yield(cases, options.judging.edition);
    if let (Depth::Quick, Some(rules)) = (options.depth, &options.rules) {
        // It is cut, and the rest of the plan is for all rules.
        cases = needed_first(cases, rules, options.judging.edition);
    }
    if options.function.is_some() {
        // On an existing function of the user, only the policy is changed.
        let plain = Fixture::plain();
        cases.retain(|case| case.scenario.fixture == plain);
    }
    Ok(cases)
}

/// Orders a plan: the scenarios of a quick plan come first, so that a run with a small budget is
/// broad rather than half complete.
pub fn broad_first(cases: Vec<Case>, options: &generate::Options) -> Vec<Case> {
    let quick = generate::Options { depth: Depth::Quick, ..options.clone() };
    let broad: HashSet<Scenario> =
        generate::plan(&quick).into_iter().map(|case| case.scenario).collect();
    let (mut first, rest): (Vec<Case>, Vec<Case>) = cases
        .into_iter()
        .partition(|case| case.phase == Phase::Corpus || broad.contains(&case.scenario));
    first.extend(rest);
    first
}
