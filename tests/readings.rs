//! A correct, independent implementation must pass: no reading of what the evidence leaves open
//! is a violation, neither alone nor together with others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use permspec::client::{Endpoint, RealAws, Target, TargetConfig};
use permspec::event::{Outcome, RunResult, Verdict};
use permspec::generate::{self, Case, Depth};
use permspec::run::{self, Engine, Prepared, RunOptions, embedded};
use permspec::server::{Reading, Readings, ReferenceServer, RunningServer, ServerOptions};

/// Readings that show on a socket only.
const OF_THE_WIRE: [Reading; 4] = [
    Reading::CloseConnections,
    Reading::Chunked,
    Reading::TitleCaseHeaders,
    Reading::ConcurrentUpdates,
];

/// How many random combinations are tried.
const COMBINATIONS: u64 = 40;

/// What every run of one depth sends: making it takes longer than sending it.
fn plan(depth: Depth, seed: u64) -> Arc<Vec<Case>> {
    let options = generate::Options { seed, depth, ..generate::Options::default() };
    Arc::new(run::order::by_yield(generate::plan(&options), options.editions))
}

async fn run_with(readings: &[Reading], cases: Arc<Vec<Case>>) -> RunResult {
    let server = Arc::new(ReferenceServer::new(ServerOptions {
        readings: readings.iter().copied().collect::<Readings>(),
        ..ServerOptions::default()
    }));
    let config = TargetConfig::new("readings");
    let prepared =
        Prepared { cases, stop_on: Vec::new(), advisory: false, ignore_preflight: false };
    // Readings cause many findings that are only reported; what they shrink to is of no interest.
    let mut options = RunOptions::default();
    options.rounds = 3;
    options.shrink_tries = 3;
    options.prepared = Some(prepared);
    if readings.iter().any(|reading| OF_THE_WIRE.contains(reading)) {
        let running = RunningServer::start(server, 0).await.unwrap();
        let endpoint = Endpoint::parse(&running.endpoint(), RealAws::Refuse).unwrap();
        let result = run_on(Target::http(endpoint, config), options).await;
        running.stop().await;
        result
    } else {
        run_on(embedded::target(server, config), options).await
    }
}

async fn run_on(target: Target, options: RunOptions) -> RunResult {
    run::run(&Engine::new(target, options, |_| {})).await.unwrap()
}

/// What a run calls a violation, a line each.
fn violations(result: &RunResult) -> Vec<String> {
    let mut lines = Vec::new();
    for rule in &result.rules {
        if rule.verdict != Verdict::Violated {
            continue;
        }
        for cause in rule.causes.iter().filter(|cause| !cause.advisory && !cause.flaky) {
            let steps = &cause.counterexample.scenario.steps;
            let steps = serde_json::to_string(steps).unwrap_or_default();
            lines.push(format!(
                "{} {} ({} times): expected {}, got {}\n      {:.400}",
                rule.id,
                cause.aspect,
                cause.occurrences,
                cause.counterexample.expected.join(" or "),
                cause.counterexample.actual,
                steps
            ));
        }
        if rule.causes.is_empty() {
            lines.push(format!("{} without a cause", rule.id));
        }
    }
    lines
}

fn names(readings: &[Reading]) -> String {
    readings.iter().map(|reading| reading.name()).collect::<Vec<_>>().join(" ")
}

/// Runs the suite against each set of readings, prints what could not be judged, and returns
/// every violation.
async fn hold(sets: Vec<(Vec<Reading>, Arc<Vec<Case>>)>) -> Vec<String> {
    let mut false_alarms = Vec::new();
    let mut unjudged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut running = tokio::task::JoinSet::new();
    let mut waiting = sets.into_iter();
    loop {
        while running.len() < 2
            && let Some((readings, cases)) = waiting.next()
        {
            running.spawn(async move {
                let result = run_with(&readings, cases).await;
                (readings, result)
            });
        }
        let Some(done) = running.join_next().await else { break };
        let (readings, result) = done.unwrap();
        let set = names(&readings);
        let could_not = |rule: &&permspec::event::RuleResult| rule.verdict == Verdict::CouldNotRun;
        for rule in result.rules.iter().filter(could_not) {
            unjudged.entry(set.clone()).or_default().insert(rule.id.name().to_owned());
        }
        let alarms = violations(&result);
        let fine = matches!(result.outcome, Outcome::Passed | Outcome::Incomplete);
        if !fine || !alarms.is_empty() {
            let bugs: Vec<&str> = result
                .warnings
                .iter()
                .filter(|warning| warning.id == "bug")
                .map(|warning| warning.detail.as_str())
                .collect();
            false_alarms.push(format!(
                "[{set}]: {:?} {}\n    {}",
                result.outcome,
                bugs.join(", "),
                alarms.join("\n    ")
            ));
        }
    }
    for (set, rules) in &unjudged {
        println!("[{set}] could not run: {}", rules.iter().cloned().collect::<Vec<_>>().join(", "));
    }
    false_alarms
}

/// Nothing at all, and each reading alone.
async fn hold_each(depth: Depth) -> Vec<String> {
    let cases = plan(depth, run::DEFAULT_SEED);
    let mut sets = vec![(Vec::new(), Arc::clone(&cases))];
    sets.extend(Reading::ALL.iter().map(|reading| (vec![*reading], Arc::clone(&cases))));
    hold(sets).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reading_alone_is_called_a_violation() {
    let false_alarms = hold_each(Depth::Quick).await;
    assert!(false_alarms.is_empty(), "{}", false_alarms.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "eighty whole runs: minutes without --release"]
async fn no_reading_alone_is_called_a_violation_by_a_whole_run() {
    let false_alarms = hold_each(Depth::Default).await;
    assert!(false_alarms.is_empty(), "{}", false_alarms.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_combination_of_readings_is_called_a_violation() {
    // Some plans, so that not every combination is asked the same.
    let plans: Vec<Arc<Vec<Case>>> = (0..4).map(|seed| plan(Depth::Quick, seed)).collect();
    let cases = plans.iter().cycle();
    let sets = (0..COMBINATIONS).map(combination).zip(cases.map(Arc::clone)).collect();
    let false_alarms = hold(sets).await;
    assert!(false_alarms.is_empty(), "{}", false_alarms.join("\n"));
}

/// Two to twelve readings, by number.
fn combination(number: u64) -> Vec<Reading> {
    let mut state = number;
    let mut next = |below: usize| {
        // SplitMix64: the same everywhere and for ever, so that a failure can be repeated.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap()
    };
    let count = 2 + next(11);
    let chosen: BTreeSet<Reading> =
        (0..count).map(|_| Reading::ALL[next(Reading::ALL.len())]).collect();
    // A busy server is known by its text alone: with another one, its 409 is a wrong answer.
    let is_busy = chosen.contains(&Reading::BusyAtTimes);
    chosen.into_iter().filter(|reading| !(is_busy && *reading == Reading::OtherTexts)).collect()
}

#[test]
fn combinations_take_in_most_readings() {
    let taken: BTreeSet<Reading> = (0..COMBINATIONS).flat_map(combination).collect();
    assert!(taken.len() * 10 > Reading::ALL.len() * 9, "{} of them", taken.len());
}
