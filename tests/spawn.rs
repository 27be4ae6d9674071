//! Targets that permspec starts itself: they are waited for, tested, and gone afterwards with all
//! that they started, whatever becomes of permspec.

#![cfg(unix)]

mod common;

use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use common::{FEW, Output, Server, TestDir, endpoint, wait_for_lines};
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_permspec");

/// A command that starts a process of its own, notes its id in `child.pid`, and serves.
fn serving(more: &str) -> String {
    format!(
        "echo hel''lo; sleep 300 & echo $! > child.pid; '{BINARY}' serve --port $PERMSPEC_PORT {more}"
    )
}

fn words<'a>(endpoint: &'a str, spawn: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["run", "--endpoint", endpoint, "--spawn", spawn];
    words.extend(FEW);
    words.extend(more);
    words
}

fn run(dir: &TestDir, endpoint: &str, spawn: &str, more: &[&str]) -> Output {
    dir.permspec(&words(endpoint, spawn, more))
}

/// The log of what answers, or would, at an endpoint.
fn log(dir: &TestDir, endpoint: &str) -> String {
    let port = endpoint.rsplit(':').next().unwrap();
    dir.read(&format!(".permspec/target-{port}.log"))
}

fn signal(name: &str, pid: u32) -> bool {
    let status =
        Command::new("/bin/sh").args(["-c", &format!("kill -s {name} {pid} 2>&1")]).output();
    status.unwrap().status.success()
}

/// Whether a process has ended, though nobody may have asked how.
fn is_gone(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) if Path::new("/proc/self/stat").exists() => true,
        Err(_) => !signal("0", pid),
    }
}

#[track_caller]
fn child_is_gone(dir: &TestDir, within: Duration) {
    let pid = dir.read("child.pid").trim().parse().unwrap();
    let begun = Instant::now();
    while !is_gone(pid) {
        assert!(begun.elapsed() < within, "process {pid} is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for the end of a command that was started; returns its exit code and stderr.
fn ended(mut child: Child) -> (i32, String) {
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap().code().unwrap_or(-1), err)
}

#[test]
fn a_target_is_started_tested_and_gone_with_what_it_started() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let output = run(&dir, &endpoint, &serving(""), &["--json", "r.json"]).exits(0);
    child_is_gone(&dir, Duration::ZERO);
    TcpListener::bind(endpoint.strip_prefix("http://").unwrap()).unwrap();
    assert!(!output.out.contains("hello") && !output.out.contains("listening"), "{}", output.out);
    assert!(log(&dir, &endpoint).starts_with("hello\nlistening on "));
    assert!(output.err.contains("spawned  output goes to .permspec/target-"), "{}", output.err);
    assert_eq!(dir.json("r.json")["outcome"], "passed");
}

#[test]
fn what_does_not_end_when_asked_is_killed() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let deaf =
        "(trap '' TERM; echo $(exec sh -c 'echo $PPID') > child.pid; while :; do sleep 1; done) & ";
    let spawn = format!("{deaf} exec '{BINARY}' serve --port $PERMSPEC_PORT");
    run(&dir, &endpoint, &spawn, &[]).exits(0);
    child_is_gone(&dir, Duration::ZERO);
}

#[test]
fn an_interrupted_run_ends_its_target() {
    for name in ["INT", "TERM"] {
        let (dir, endpoint) = (TestDir::new(), endpoint());
        let spawn = serving("--latency 20ms");
        let events = dir.path("e.ndjson");
        let child =
            dir.start(&words(&endpoint, &spawn, &["--events", "e.ndjson", "--json", "r.json"]));
        wait_for_lines(&events, 3);
        assert!(signal(name, child.id()));
        let (code, err) = ended(child);
        assert_eq!(code, 130, "{err}");
        assert_eq!(dir.json("r.json")["outcome"], "interrupted");
        child_is_gone(&dir, Duration::ZERO);
    }
}

#[test]
fn an_interrupted_wait_ends_what_was_waited_for() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let spawn = "sleep 300 & echo $! > child.pid; wait";
    let child = dir.start(&words(&endpoint, spawn, &[]));
    wait_for_lines(&dir.path("child.pid"), 1);
    assert!(signal("INT", child.id()));
    let (code, err) = ended(child);
    assert_eq!(code, 130, "{err}");
    assert!(err.contains("interrupted before the target responded"), "{err}");
    child_is_gone(&dir, Duration::ZERO);
}

#[test]
fn a_killed_run_leaves_no_target_behind() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let spawn = serving("--latency 20ms");
    let child = dir.start(&words(&endpoint, &spawn, &["--events", "e.ndjson"]));
    wait_for_lines(&dir.path("e.ndjson"), 3);
    assert!(signal("KILL", child.id()));
    assert_eq!(ended(child).0, -1);
    child_is_gone(&dir, Duration::from_secs(20));
}

#[test]
fn a_command_that_ends_early_is_told_with_its_last_lines() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let spawn = r"echo one; printf '\033[2J::error::two\n' >&2; exit 3";
    let output =
        run(&dir, &endpoint, spawn, &["--json", "r.json", "--events", "e.ndjson"]).exits(5);
    assert_eq!(output.out, "");
    let sentence = format!(
        "permspec: the command that --spawn names ended (exit status: 3) before it answered at {endpoint}; \
         the end of what it printed to .permspec/target-"
    );
    assert!(output.err.contains(&sentence), "{}", output.err);
    assert!(output.err.ends_with("\n    | one\n    | \\u{1b}[2J::error::two\n"), "{}", output.err);
    let result = dir.json("r.json");
    assert_eq!(result["outcome"], "unusable");
    assert_eq!(result["counts"]["requests"], 0);
    assert!(dir.read("e.ndjson").starts_with("{\"event\":\"started\""));
}

#[test]
fn a_command_that_never_answers_is_ended() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let spawn = "sleep 300 & echo $! > child.pid; wait";
    let output = run(&dir, &endpoint, spawn, &["--ready-timeout", "300ms"]).exits(5);
    let sentence = format!("did not answer at {endpoint} within 300ms; it printed nothing to");
    assert!(output.err.contains(&sentence), "{}", output.err);
    child_is_gone(&dir, Duration::ZERO);
}

#[test]
fn nothing_is_started_where_something_answers_already() {
    let (dir, server) = (TestDir::new(), Server::start(None));
    let output = run(&dir, &server.endpoint, "echo > started", &[]).exits(5);
    assert!(output.err.contains("something answers at"), "{}", output.err);
    assert!(!dir.path("started").exists());
    // Nor where somebody takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    run(&dir, &endpoint, "echo > started", &[]).exits(5);
    assert!(!dir.path("started").exists());
}

#[test]
fn a_target_that_dies_during_the_run_is_told() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let spawn = format!(
        "echo last words; timeout 3 '{BINARY}' serve --port $PERMSPEC_PORT --latency 100ms"
    );
    let output = run(&dir, &endpoint, &spawn, &[]);
    assert_ne!(output.code, 0);
    assert!(
        output.err.contains("the target exited during the run (exit status: 124)"),
        "{}",
        output.err
    );
    assert!(output.err.contains("    | last words\n"), "{}", output.err);
}

#[test]
fn a_profile_kept_with_a_target_says_how_it_is_tested() {
    let (dir, endpoint) = (TestDir::new(), endpoint());
    let profile = |endpoint: &str| {
        let settings = json!({
            "endpoint": endpoint,
            "spawn": format!("exec '{BINARY}' serve --port $PERMSPEC_PORT"),
            "known": "known.toml",
            "rules": "statement-id.pattern",
            "phases": "bounds,near-misses",
            "depth": "quick",
        });
        let lines: Vec<String> =
            settings.as_object().unwrap().iter().map(|(k, v)| format!("{k} = {v}")).collect();
        format!("[profile.mine]\n{}\n", lines.join("\n"))
    };
    dir.write("corpora/targets/mine/profile.toml", &profile(&endpoint));
    dir.write("corpora/targets/mine/known.toml", "");
    let shown = dir.permspec(&["run", "--profile", "mine", "--show-config"]).exits(0).out;
    let source = "corpora/targets/mine/profile.toml [profile.mine]";
    let known = shown.lines().find(|line| line.starts_with("known ")).unwrap();
    assert!(
        known.contains("corpora/targets/mine/known.toml") && known.ends_with(source),
        "{known}"
    );
    dir.permspec(&["run", "--profile", "mine"]).exits(0);
    // A flag stands over it: what is embedded needs no start.
    dir.permspec(&["run", "--profile", "mine", "--embedded"]).exits(0);
    dir.permspec(&["run", "--profile", "mine", "--spawn", "", "--timeout", "1s"]).exits(5);
    // A profile of the folder's own file comes first.
    dir.write(
        "permspec.toml",
        "[profile.mine]\nembedded = true\n[profile.other]\nembedded = true\n",
    );
    let shown = dir.permspec(&["run", "--profile", "mine", "--show-config"]).exits(0).out;
    assert!(!shown.contains("corpora"), "{shown}");
    dir.write("permspec.toml", "[profile.other]\nembedded = true\n");
    let shown = dir.permspec(&["run", "--profile", "mine", "--show-config"]).exits(0).out;
    assert!(shown.contains(source), "{shown}");
    for name in ["../mine", "minne"] {
        dir.permspec(&["run", "--profile", name]).usage(&["no profile", name]);
    }
    dir.permspec(&["run", "--embedded", "--spawn", "true"]).usage(&["two targets", "--spawn"]);
}
