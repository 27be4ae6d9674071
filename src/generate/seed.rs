//! Seeds, and the configuration of proptest's runner.

use proptest::strategy::Strategy;
use proptest::test_runner::{
    Config, RngAlgorithm, RngSeed, TestRng, TestRunner, noop_result_cache,
};

use super::Options;
use super::tree::ScenarioTree;
use crate::contract::Phase;
use crate::pattern::Rng;
use crate::scenario::Scenario;

/// The random numbers of one case. They only depend on the run's seed, the phase and the number of
/// the case, so that neither a filter nor the order of execution changes a case.
pub(super) fn rng(options: &Options, phase: Phase, number: usize) -> TestRng {
    let position = Phase::ALL.iter().position(|known| *known == phase).unwrap_or(0);
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&options.seed.to_le_bytes());
    seed[8..16].copy_from_slice(&(position as u64).to_le_bytes());
    seed[16..24].copy_from_slice(&(number as u64).to_le_bytes());
    seed[24..].copy_from_slice(b"permspec");
    TestRng::from_seed(RngAlgorithm::ChaCha, &seed)
}

/// A runner with the random numbers of one case.
pub(super) fn runner(options: &Options, phase: Phase, number: usize, cases: u32) -> TestRunner {
    TestRunner::new_with_rng(config(cases), rng(options, phase, number))
}

/// The scenario that a strategy generates for one case; `None` if it gives up.
pub(super) fn draw(
    strategy: &impl Strategy<Value = Scenario, Tree = ScenarioTree>,
    options: &Options,
    phase: Phase,
    number: usize,
) -> Option<Scenario> {
    let tree = strategy.new_tree(&mut runner(options, phase, number, 1)).ok()?;
    Some(tree.into_current())
}

/// All fields are set, because proptest's default would read the environment and write failures to
/// files.
fn config(cases: u32) -> Config {
    Config {
        cases,
        max_local_rejects: 1,
        max_global_rejects: 1,
        max_flat_map_regens: 1,
        failure_persistence: None,
        source_file: None,
        test_name: None,
        max_shrink_time: 0,
        max_shrink_iters: u32::MAX,
        max_default_size_range: 100,
        result_cache: noop_result_cache,
        verbose: 0,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0),
        _non_exhaustive: (),
    }
}

/// A number below `bound`, which must not be zero.
pub(super) fn below(rng: &mut impl Rng, bound: usize) -> usize {
    usize::try_from(rng.next_u64() % bound as u64).unwrap_or(0)
}

/// True with probability 1/`n`.
pub(super) fn one_in(rng: &mut impl Rng, n: usize) -> bool {
    below(rng, n) == 0
}

/// One of `items`, which must not be empty.
pub(super) fn pick<T: Clone>(rng: &mut impl Rng, items: &[T]) -> T {
    items[below(rng, items.len())].clone()
}
