//! Fixtures made ahead of their use, on a server that takes its time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Handler, Handling, Target, TargetConfig};
use crate::contract::Phase;
use crate::event::{Outcome, RunResult};
use crate::run::{Engine, RunOptions, run};
use crate::server::{ReferenceServer, ServerOptions};
use crate::wire::WireRequest;

/// How long the server leaves a function pending.
const PENDING: Duration = Duration::from_millis(150);

/// The reference server, and what was made and deleted on it.
struct Watched {
    server: ReferenceServer,
    functions: Mutex<Functions>,
}

#[derive(Default)]
struct Functions {
    /// When each function that exists was made.
    alive: BTreeMap<String, Instant>,
    names: Vec<String>,
    /// Maximum number that were pending at the same time.
    most_pending: usize,
}

impl Watched {
    fn new(pending: Option<Duration>) -> Arc<Self> {
        let server = ReferenceServer::new(ServerOptions { pending, ..ServerOptions::default() });
        Arc::new(Self { server, functions: Mutex::default() })
    }

    fn functions(&self) -> std::sync::MutexGuard<'_, Functions> {
        self.functions.lock().unwrap()
    }
}

impl Handler for Watched {
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        Box::pin(async move {
            let response = self.server.handle(request);
            let mut functions = self.functions();
            let rest = request.path.strip_prefix("/2015-03-31/functions").unwrap_or_default();
            if request.method == "POST" && rest.is_empty() && response.status == 201 {
                let body: Value = serde_json::from_slice(&request.body).unwrap();
                let name = body["FunctionName"].as_str().unwrap().to_owned();
                functions.alive.insert(name.clone(), Instant::now());
                functions.names.push(name);
                let pending = functions.alive.values().filter(|at| at.elapsed() < PENDING);
                functions.most_pending = functions.most_pending.max(pending.count());
            }
            if request.method == "DELETE" && !rest.contains("/policy") {
                functions.alive.remove(rest.trim_start_matches('/'));
            }
            Ok(response)
        })
    }
}

fn engine(watched: &Arc<Watched>, options: RunOptions) -> Arc<Engine> {
    let handler: Arc<dyn Handler> = Arc::<Watched>::clone(watched);
    Engine::new(Target::in_process(handler, TargetConfig::new("ahead")), options, |_| {})
}

/// Single requests, a few dozen on each fixture.
fn bounds(jobs: usize) -> RunOptions {
    RunOptions { phases: vec![Phase::Bounds], jobs, ..RunOptions::default() }
}

/// Races, each round on a fixture of its own.
fn races(jobs: usize) -> RunOptions {
    let race_time = Duration::from_secs(1);
    RunOptions { phases: vec![Phase::Races], jobs, rounds: 2, race_time, ..RunOptions::default() }
}

async fn ran(engine: &Arc<Engine>) -> RunResult {
    run(engine).await.unwrap()
}

fn is_from_the_nursery(name: &str) -> bool {
    let label = name.rsplit('-').nth(1).unwrap_or_default();
    label.strip_prefix('n').is_some_and(|number| number.parse::<u32>().is_ok())
}

#[tokio::test]
async fn what_is_pending_for_long_is_made_while_others_are_in_use() {
    let watched = Watched::new(Some(PENDING));
    let result = ran(&engine(&watched, bounds(2))).await;
    assert_eq!(result.counts.violated, 0);
    let functions = watched.functions();
    // Two workers that made one function at a time would never have three pending.
    assert!(functions.most_pending > 2, "at most {} were pending", functions.most_pending);
    assert!(functions.alive.is_empty(), "left behind: {:?}", functions.alive.keys());
}

#[tokio::test]
async fn rounds_of_a_race_take_fixtures_that_stand_ready() {
    let watched = Watched::new(Some(PENDING));
    let result = ran(&engine(&watched, races(4))).await;
    assert_eq!(result.counts.violated, 0);
    let functions = watched.functions();
    assert!(functions.names.iter().any(|name| is_from_the_nursery(name)));
    assert!(functions.alive.is_empty(), "left behind: {:?}", functions.alive.keys());
}

#[tokio::test]
async fn with_one_job_one_thing_is_done_at_a_time() {
    let watched = Watched::new(Some(PENDING));
    let options = RunOptions { max_requests: 200, ..bounds(1) };
    ran(&engine(&watched, options)).await;
    let functions = watched.functions();
    assert!(functions.names.len() > 2 && functions.most_pending == 1, "{:?}", functions.names);
    assert!(functions.alive.is_empty(), "left behind: {:?}", functions.alive.keys());
}

#[tokio::test]
async fn where_functions_are_ready_at_once_none_is_made_ahead() {
    let watched = Watched::new(None);
    ran(&engine(&watched, races(4))).await;
    let functions = watched.functions();
    assert!(!functions.names.iter().any(|name| is_from_the_nursery(name)));
    assert!(functions.alive.is_empty(), "left behind: {:?}", functions.alive.keys());
}

#[tokio::test]
async fn a_run_that_is_stopped_leaves_nothing_of_what_it_made_ahead() {
    let watched = Watched::new(Some(PENDING));
    let engine = engine(&watched, RunOptions::default());
    let running = tokio::spawn({
        let engine = Arc::clone(&engine);
        async move { run(&engine).await.unwrap() }
    });
    while watched.functions().names.len() < 40 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    engine.stop();
    let result = running.await.unwrap();
    assert_eq!(result.outcome, Outcome::Interrupted);
    let functions = watched.functions();
    assert!(functions.alive.is_empty(), "left behind: {:?}", functions.alive.keys());
}
