//! Diagnosing is measured on servers whose faults are known: one bug a fault, named after it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use permspec::client::{Signing, TargetConfig};
use permspec::diagnose::{Diagnosis, diagnose};
use permspec::event::Judging;
use permspec::generate::{self, Case, Depth};
use permspec::run::{Engine, Prepared, RunOptions, diagnosing, embedded};
use permspec::server::mutants::{MutantSet, mutants};
use permspec::server::{Mutant, ReferenceServer, ServerOptions};

/// The scenarios of a run of this depth, without races: they need a socket.
fn cases(depth: Depth) -> Arc<Vec<Case>> {
    let options = generate::Options { depth, ..generate::Options::default() };
    let cases = generate::plan(&options).into_iter();
    Arc::new(cases.filter(|case| !case.scenario.has_race()).collect())
}

/// What is diagnosed of a server that is broken in these ways.
async fn diagnosis(mutants: MutantSet, cases: &Arc<Vec<Case>>) -> Diagnosis {
    let server = Arc::new(ReferenceServer::new(ServerOptions { mutants, ..Default::default() }));
    let mut config = TargetConfig::new("diagnosis");
    config.timeout = Duration::from_millis(300);
    config.signing = Signing::Nothing;
    let target = embedded::target(server, config);
    let prepared = Prepared {
        cases: Arc::clone(cases),
        stop_on: Vec::new(),
        advisory: false,
        ignore_preflight: true,
    };
    let mut options = RunOptions::default();
    options.jobs = 2;
    options.max_requests = u64::MAX;
    options.prepared = Some(prepared);
    let engine = Engine::new(target, options, |_| {});
    let tapes = diagnosing::recorded(&engine).await;
    diagnose(&tapes, None, Judging::default())
}

/// The mutants of each bug, without exceptions.
fn named(diagnosis: &Diagnosis) -> Vec<BTreeSet<&str>> {
    diagnosis
        .bugs
        .iter()
        .map(|bug| {
            let names = bug.mutants.iter().filter_map(|name| name.split('!').next());
            names.collect()
        })
        .collect()
}

/// What became of single mutants: how many gave exactly one bug that is named after them, those that
/// showed at all, and a line for each that gave something else.
async fn singles(
    chosen: &[&'static Mutant],
    cases: &Arc<Vec<Case>>,
) -> (usize, Vec<&'static Mutant>, Vec<String>) {
    let (mut right, mut all, mut others) = (0, Vec::new(), Vec::new());
    for mutant in chosen {
        let found = diagnosis((*mutant).into(), cases).await;
        if found.explained.deviating == 0 && found.bugs.is_empty() {
            continue;
        }
        all.push(*mutant);
        let named = named(&found);
        if named.len() == 1 && named[0].contains(mutant.name) {
            right += 1;
        } else {
            let bugs: Vec<String> = found
                .bugs
                .iter()
                .map(|bug| format!("{} ({}+{})", bug.id, bug.failing, bug.passing))
                .collect();
            others.push(format!("{}: {}", mutant.name, bugs.join(", ")));
        }
    }
    (right, all, others)
}

/// A sample of the mutants that need no socket.
fn sample(every: usize) -> Vec<&'static Mutant> {
    mutants().iter().copied().filter(|mutant| !mutant.is_race()).step_by(every).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutant_gives_one_bug_that_is_named_after_it() {
    let (right, shown, others) = singles(&sample(23), &cases(Depth::Quick)).await;
    let all = shown.len();
    println!("{right} of {all} mutants give exactly one bug that is named after them");
    assert!(right * 100 >= all * 85, "{right} of {all}:\n{}", others.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs some minutes: every mutant, and 200 triples"]
async fn every_mutant_and_200_triples_give_their_bugs() {
    let cases = cases(Depth::Quick);
    let (right, shown, others) = singles(&sample(1), &cases).await;
    let all = shown.len();
    println!("{}", others.join("\n"));
    println!("{right} of {all} mutants give exactly one bug that is named after them");
    let (good, of, others) = triples(200, &shown, &cases).await;
    println!("{}", others.join("\n"));
    println!("{good} of {of} triples give exactly three bugs that are named after them");
    assert!(right * 100 >= all * 95, "{right} of {all}");
    assert!(good * 100 >= of * 90, "{good} of {of}");
}

/// What became of triples of mutants of different subjects, each of which shows alone in what is
/// sent.
async fn triples(
    count: usize,
    all: &[&'static Mutant],
    cases: &Arc<Vec<Case>>,
) -> (usize, usize, Vec<String>) {
    // A linear congruential generator: the same triples every time.
    let mut seed = 0x5d1f_u64;
    let mut draw = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % bound
    };
    let (mut good, mut of, mut others) = (0, 0, Vec::new());
    while of < count {
        let three = [draw(all.len()), draw(all.len()), draw(all.len())].map(|at| all[at]);
        let topics: BTreeSet<String> =
            three.iter().map(|mutant| mutant.rules[0].rule().topic.to_string()).collect();
        if topics.len() < 3 {
            continue;
        }
        of += 1;
        let found = diagnosis(three.into_iter().collect(), cases).await;
        let named = named(&found);
        let each = three.iter().all(|mutant| named.iter().any(|bug| bug.contains(mutant.name)));
        if each && named.len() == 3 {
            good += 1;
        } else {
            let bugs: Vec<&str> = found.bugs.iter().map(|bug| bug.id.as_str()).collect();
            others.push(format!(
                "{}: {}",
                three.map(|mutant| mutant.name).join(" + "),
                bugs.join(", ")
            ));
        }
    }
    (good, of, others)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_faults_has_no_bugs() {
    let found = diagnosis(MutantSet::default(), &cases(Depth::Quick)).await;
    let titles: Vec<&str> = found.bugs.iter().map(|bug| bug.title.as_str()).collect();
    assert_eq!(titles, [] as [&str; 0]);
    assert_eq!(found.explained.deviating, 0);
}
