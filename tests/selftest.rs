//! The suite proves itself: some of the deliberately broken servers, in the time that a test may
//! take. `permspec selftest` goes through them all.

use permspec::run::DEFAULT_SEED;
use permspec::run::selftest::{Chosen, selftest};

/// Every so many of the mutants, spread over all of them.
const PARTS: usize = 32;

#[tokio::test(flavor = "multi_thread")]
async fn every_mutant_of_a_part_is_killed_and_the_unbroken_server_is_not_blamed() {
    let chosen = Chosen { shard: Some((7, PARTS)), ..Chosen::default() };
    let matrix = selftest(DEFAULT_SEED, &chosen, 2, |_| {}).await;
    assert_eq!(matrix.problems, Vec::<String>::new());
    let killed = matrix.mutants.iter().filter(|kill| !kill.rules.is_empty()).count();
    assert!(killed >= 10, "only {killed} mutants were tested and killed");
}
