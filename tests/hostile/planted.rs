//! Functions of the user's, on a server with each fault: a run leaves them as they are, and sends
//! them nothing.

use std::sync::{Arc, Mutex};

use permspec::client::{Handler, Handling, Target, TargetConfig};
use permspec::generate::{self, Case, Depth};
use permspec::run::{Engine, Prepared, RunOptions, run};
use permspec::server::mutants::MutantSet;
use permspec::server::{Mutant, ReferenceServer, ServerOptions, mutants};
use permspec::wire::{WireRequest, decode};

use crate::server::PLANTED;

/// Faults of which every function is a victim, whatever is sent: reading a policy changes it, and
/// there is one policy for all functions. Of these counts only that nothing names the user's.
const CHANGE_BY_THEMSELVES: [&str; 2] = ["one-policy-for-all-functions", "revision-new-on-read"];

/// A server that notes what names a function of the user's.
struct Guarded {
    server: ReferenceServer,
    named: Mutex<Vec<String>>,
}

impl Handler for Guarded {
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        let rest = request.path.strip_prefix("/2015-03-31/functions/").unwrap_or_default();
        let label = decode(rest.split('/').next().unwrap_or_default()).unwrap_or_default();
        let names_theirs = label.rsplit([':', '/']).take(2).any(|part| PLANTED.contains(&part));
        let names_ours = label.contains("permspec-");
        if names_theirs && !names_ours {
            self.named.lock().unwrap().push(request.target());
        }
        Box::pin(async move { Ok(self.server.deliver(request).response) })
    }
}

fn with(server: &ReferenceServer, method: &'static str, path: &str, body: &str) -> Vec<u8> {
    let request = WireRequest::new(method, format!("/2015-03-31/functions{path}"));
    server.handle(&request.with_json(body.as_bytes().to_vec())).body
}

fn seen(server: &ReferenceServer) -> Vec<Vec<u8>> {
    PLANTED.iter().map(|name| with(server, "GET", &format!("/{name}/policy"), "")).collect()
}

async fn touched(mutant: &'static Mutant, cases: Arc<Vec<Case>>) -> Vec<String> {
    let options = ServerOptions {
        mutants: MutantSet::parse(mutant.name).unwrap(),
        ..ServerOptions::default()
    };
    let server = ReferenceServer::new(options);
    for name in PLANTED {
        let function =
            format!(r#"{{"FunctionName":"{name}","Role":"r","Code":{{"ZipFile":"AA=="}}}}"#);
        with(&server, "POST", "", &function);
        let grant = r#"{"StatementId":"theirs","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com"}"#;
        with(&server, "POST", &format!("/{name}/policy"), grant);
    }
    let before = seen(&server);
    let guarded = Arc::new(Guarded { server, named: Mutex::default() });
    let target =
        Target::in_process(Arc::clone(&guarded) as Arc<dyn Handler>, TargetConfig::new("abcdef"));
    let mut options = RunOptions::default();
    options.prepared =
        Some(Prepared { cases, stop_on: Vec::new(), advisory: true, ignore_preflight: true });
    options.max_requests = 120;
    options.max_shrink_requests = 60;
    options.shrink_tries = 12;
    options.rounds = 1;
    let engine = Engine::new(target, options, |_| {});
    // A mutant may be too broken for the preflight; what was sent until then counts too.
    let _ = run(&engine).await;
    let mut problems: Vec<String> = guarded.named.lock().unwrap().clone();
    if !CHANGE_BY_THEMSELVES.contains(&mutant.name) && seen(&guarded.server) != before {
        problems.push("a policy of theirs is another one".into());
    }
    problems.iter().take(3).map(|problem| format!("{}: {problem}", mutant.name)).collect()
}

/// A part of the plan with this seed: more than is sent.
fn plan(seed: u64) -> Arc<Vec<Case>> {
    let options = generate::Options { seed, depth: Depth::Quick, ..generate::Options::default() };
    let cases = generate::plan(&options).into_iter().filter(|case| !case.scenario.has_race());
    let step = 1 + usize::try_from(seed).unwrap();
    Arc::new(cases.step_by(step).take(150).collect())
}

#[test]
fn functions_of_the_users_are_left_alone_on_a_server_with_each_fault() {
    let _alone = crate::machine();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let problems = runtime.block_on(async {
        // Some plans, made once, so that not every server is asked the same.
        let plans: Vec<Arc<Vec<Case>>> = (0..8).map(plan).collect();
        let mut waiting = mutants::mutants().iter().copied().zip(plans.iter().cycle());
        let mut running = tokio::task::JoinSet::new();
        let mut problems: Vec<String> = Vec::new();
        loop {
            while running.len() < 4
                && let Some((mutant, cases)) = waiting.next()
            {
                running.spawn(touched(mutant, Arc::clone(cases)));
            }
            let Some(done) = running.join_next().await else { break problems };
            problems.extend(done.unwrap());
        }
    });
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
