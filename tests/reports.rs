//! Reports of runs through the command: whole, valid, and the same from a stored result; and what
//! is left of a run that was cut short.

mod common;

use std::io::Read as _;
use std::time::Duration;

use common::{FEW, HOSTILE, LAX, NOWHERE, Server, TestDir, events, valid, wait_for_lines};
use permspec::schema::Schema;
use permspec::server::ServerOptions;
use serde_json::{Value, json};

/// Every report that a run can write, with the flag that asks for it.
const REPORTS: [(&str, &str); 6] = [
    ("--json", "r.json"),
    ("--junit", "r.xml"),
    ("--html", "r.html"),
    ("--markdown", "r.md"),
    ("--sarif", "r.sarif"),
    ("--badge", "r.badge.json"),
];

fn flags(folder: &str) -> Vec<String> {
    REPORTS
        .iter()
        .flat_map(|(flag, name)| [(*flag).to_owned(), format!("{folder}/{name}")])
        .collect()
}

#[track_caller]
fn invalid(schema: Schema, value: &Value) {
    let validator = jsonschema::validator_for(&schema.value()).unwrap();
    assert!(!validator.is_valid(value), "{} admits {value}", schema.name());
}

#[test]
fn a_run_and_its_stored_result_give_the_same_reports() {
    let dir = TestDir::new();
    for folder in ["run", "stored", "stream"] {
        std::fs::create_dir(dir.path(folder)).unwrap();
    }
    let server = Server::start(Some(&LAX));
    let words = flags("run");
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.extend(["--events", "run/r.ndjson", "--name", "lax"]);
    dir.run(&server, &words).exits(1);
    for (source, folder) in [("run/r.json", "stored"), ("run/r.ndjson", "stream")] {
        let flags = flags(folder);
        let mut words = vec!["report", source];
        words.extend(flags.iter().map(String::as_str));
        assert_eq!(dir.permspec(&words).exits(0).out, "");
    }
    for (_, name) in REPORTS {
        let first = dir.read(&format!("run/{name}"));
        assert!(!first.is_empty());
        assert_eq!(dir.read(&format!("stored/{name}")), first, "{name}");
        // The stream ends before the replay lines are filled in: they name the endpoint.
        if name == "r.badge.json" {
            assert_eq!(dir.read(&format!("stream/{name}")), first);
        }
    }
    let shown = dir.permspec(&["report", "run/r.json"]).exits(0).out;
    assert!(shown.contains("statement-id.pattern"), "{shown}");
    let drafts = std::fs::read_dir(dir.path("run")).unwrap().count();
    assert_eq!(drafts, REPORTS.len() + 1, "no draft is left behind");
}

#[test]
fn results_and_events_are_as_their_schemas_say() {
    let dir = TestDir::new();
    for (number, mutant) in [None, Some(&LAX), Some(&HOSTILE)].into_iter().enumerate() {
        let server = Server::start(mutant);
        let (json, ndjson) = (format!("{number}.json"), format!("{number}.ndjson"));
        let output = dir.permspec(&[
            "run",
            "--endpoint",
            &server.endpoint,
            "--depth",
            "quick",
            "--phases",
            "examples,values,near-misses",
            "--max-requests",
            "900",
            "--json",
            &json,
            "--events",
            &ndjson,
        ]);
        assert!([0, 1, 3].contains(&output.code), "{output:?}");
        valid(Schema::Results, &dir.json(&json));
        let events = events(&dir.read(&ndjson));
        for event in &events {
            valid(Schema::Events, event);
        }
        assert_eq!(events[0]["event"], "started");
        assert_eq!(events.last().unwrap()["event"], "finished");
    }
}

#[test]
fn a_rule_that_a_budget_left_without_requests_names_the_budget() {
    let dir = TestDir::new();
    let server = Server::start(None);
    let words =
        ["run", "--endpoint", &server.endpoint, "--max-requests", "150", "--json", "r.json"];
    let output = dir.permspec(&words).exits(3);
    assert!(output.out.contains("the budget of 150 requests was spent"), "{}", output.out);
    let result = dir.json("r.json");
    let unrun =
        result["rules"].as_array().unwrap().iter().filter(|r| r["verdict"] == "could-not-run");
    let reasons: Vec<&str> = unrun.map(|rule| rule["reason"].as_str().unwrap()).collect();
    assert!(!reasons.is_empty());
    assert!(reasons.iter().all(|reason| reason.contains("the budget of 150")), "{reasons:?}");
}

#[test]
fn a_schema_notices_what_is_wrong() {
    let dir = TestDir::new();
    let server = Server::start(Some(&LAX));
    dir.run(&server, &["--json", "r.json", "--events", "r.ndjson"]).exits(1);
    let whole = dir.json("r.json");
    for (pointer, wrong) in [
        ("/outcome", json!("fine")),
        ("/schema", json!("permspec.results/2")),
        ("/counts/held", json!(-1)),
        ("/rules/0/verdict", json!("good")),
        ("/rules/0/directions", json!({})),
        ("/run/phases/0", json!("breakfast")),
    ] {
        let mut broken = whole.clone();
        *broken.pointer_mut(pointer).unwrap() = wrong;
        invalid(Schema::Results, &broken);
    }
    let mut event = events(&dir.read("r.ndjson")).remove(0);
    event["event"] = json!("stopped");
    invalid(Schema::Events, &event);
    invalid(Schema::Corpus, &json!({"format": "permspec.scenario/1", "about": "", "source": ""}));
    invalid(
        Schema::Baseline,
        &json!({"known": [{"rule": "a.b", "reason": " ", "counterexample": "c"}]}),
    );
    invalid(Schema::Config, &json!({"default": {"job": 3}}));
}

#[test]
fn every_corpus_file_is_as_its_schema_says() {
    let corpora = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let mut read = 0;
    for folder in std::fs::read_dir(corpora).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() || folder.ends_with("targets") {
            continue;
        }
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "json") {
                valid(
                    Schema::Corpus,
                    &serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap(),
                );
                read += 1;
            }
        }
    }
    assert!(read > 40, "only {read} files");
}

#[test]
fn a_baseline_and_its_counterexamples_are_as_their_schemas_say() {
    let dir = TestDir::new();
    let server = Server::start(Some(&LAX));
    let mut words = vec!["baseline", "update", "--endpoint", &server.endpoint, "--known", "k.toml"];
    words.extend(FEW);
    dir.permspec(&words).exits(0);
    let more = "\n[[flaky]]\nrule = \"race.**\"\nreason = \"r\"\nuntil = \"2030-01-01\"\n";
    let text = dir.read("k.toml") + more;
    valid(
        Schema::Baseline,
        &serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap(),
    );
    let file = std::fs::read_dir(dir.path("k")).unwrap().next().unwrap().unwrap().path();
    valid(Schema::Corpus, &serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap());
}

#[test]
fn events_on_stdout_are_alone_there() {
    let dir = TestDir::new();
    let server = Server::start(None);
    let output = dir.run(&server, &["--events", "-", "--coverage"]).exits(0);
    let events = events(&output.out);
    assert_eq!(events.last().unwrap()["event"], "finished");
    assert!(output.err.contains("divergence"), "the result is shown on stderr: {}", output.err);
    let json = dir.run(&server, &["--json", "-"]).exits(0).out;
    valid(Schema::Results, &serde_json::from_str(&json).unwrap());
    dir.run(&server, &["--json", "-", "--events", "-"])
        .usage(&["two reports have the same file -"]);
}

/// A server so slow that a run can be cut short.
fn slow() -> Server {
    Server::with(ServerOptions {
        latency: Some(Duration::from_millis(15)),
        mutants: (&LAX).into(),
        ..ServerOptions::default()
    })
}

#[test]
fn a_run_that_is_killed_leaves_events_that_say_that_they_are_partial() {
    let dir = TestDir::new();
    let server = slow();
    let mut child = dir.start(&[
        "run",
        "--endpoint",
        &server.endpoint,
        "--events",
        "e.ndjson",
        "--json",
        "r.json",
    ]);
    wait_for_lines(&dir.path("e.ndjson"), 13);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!dir.path("r.json").exists(), "nothing is half-written");
    dir.permspec(&["report", "e.ndjson", "--json", "partial.json"]).exits(0);
    let partial = dir.json("partial.json");
    valid(Schema::Results, &partial);
    assert_eq!(partial["complete"], false);
    assert_eq!(partial["exit_code"], 130);
    assert_eq!(partial["counts"]["held"], 0, "what did not end is not said to have held");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_writes_its_reports_and_says_that_they_are_partial() {
    for signal in ["-INT", "-TERM"] {
        let dir = TestDir::new();
        let server = slow();
        let words = [
            "run",
            "--endpoint",
            &server.endpoint,
            "--events",
            "e.ndjson",
            "--json",
            "r.json",
            "--junit",
            "r.xml",
        ];
        let mut child = dir.start(&words);
        wait_for_lines(&dir.path("e.ndjson"), 13);
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        let status = child.wait().unwrap();
        let mut output = String::new();
        child.stderr.take().unwrap().read_to_string(&mut output).unwrap();
        assert_eq!(status.code(), Some(130), "{output}");
        let result = dir.json("r.json");
        valid(Schema::Results, &result);
        assert_eq!(
            (&result["complete"], &result["outcome"]),
            (&json!(false), &json!("interrupted"))
        );
        assert!(dir.read("r.xml").contains("interrupted"));
    }
}

#[test]
fn a_target_that_cannot_be_used_is_in_the_reports() {
    let dir = TestDir::new();
    std::fs::create_dir(dir.path("out")).unwrap();
    let flags = flags("out");
    let mut words = vec!["run", "--endpoint", NOWHERE, "--events", "e.ndjson"];
    words.extend(flags.iter().map(String::as_str));
    let output = dir.permspec(&words).exits(5);
    assert_eq!(output.out, "");
    let result = dir.json("out/r.json");
    valid(Schema::Results, &result);
    assert_eq!(result["outcome"], "unusable");
    assert_eq!((&result["counts"]["held"], &result["exit_code"]), (&json!(0), &json!(5)));
    assert!(dir.read("out/r.xml").contains("could not be used"));
    assert_eq!(events(&dir.read("e.ndjson")).last().unwrap()["event"], "finished");
}

#[test]
fn implementations_are_compared_side_by_side() {
    let dir = TestDir::new();
    for (name, mutant) in [("good", None), ("lax", Some(&LAX))] {
        let server = Server::start(mutant);
        dir.run(&server, &["--name", name, "--json", &format!("{name}.json")]);
    }
    let shown = dir.permspec(&["matrix", "good.json", "lax.json"]).exits(0).out;
    assert!(shown.contains("| statement-id.pattern | ✓ held | ✗ violated |"), "{shown}");
    dir.permspec(&["matrix", "good.json", "lax.json", "--html", "m.html", "--markdown", "m.md"])
        .exits(0);
    assert_eq!(dir.read("m.md"), shown);
    assert!(dir.read("m.html").starts_with("<!doctype html>"));
    dir.permspec(&["matrix", "good.json", "gone.json"]).usage(&["gone.json"]);
}

#[test]
fn what_a_target_answers_breaks_no_report() {
    let dir = TestDir::new();
    let server = Server::start(Some(&HOSTILE));
    std::fs::create_dir(dir.path("out")).unwrap();
    let flags = flags("out");
    let mut words: Vec<&str> = flags.iter().map(String::as_str).collect();
    words.push("--all-rules");
    let mut command = dir.command(&["run", "--endpoint", &server.endpoint]);
    command.args(FEW).args(&words).env("GITHUB_ACTIONS", "true");
    let output = common::output_of(command).exits(1);
    let mut texts = vec![output.out.clone(), output.err];
    for (_, name) in REPORTS {
        texts.push(dir.read(&format!("out/{name}")));
    }
    for text in &texts {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    }
    let commands: Vec<&str> =
        output.out.lines().filter(|line| line.trim_start().starts_with("::")).collect();
    assert!(!commands.is_empty());
    for command in commands {
        let ours = ["::error title=", "::warning title=", "::notice title="];
        assert!(ours.iter().any(|start| command.starts_with(start)), "{command}");
    }
    let page = dir.read("out/r.html");
    assert!(page.contains("&lt;script&gt;"), "the answer is shown, escaped");
    assert!(!page.contains("<script>alert(1)"));
}

#[test]
fn a_source_that_is_no_result_is_told_in_one_sentence() {
    let dir = TestDir::new();
    dir.write("empty.json", "");
    dir.write("other.json", "{\"schema\":\"permspec.results/9\"}");
    dir.write("stream.ndjson", "{\"event\":\"started\",\"schema\":\"permspec.events/9\"}\n");
    dir.permspec(&["report", "gone.json"]).usage(&["cannot read gone.json"]);
    dir.permspec(&["report", "empty.json"]).usage(&["empty.json", "invalid JSON"]);
    dir.permspec(&["report", "other.json"]).usage(&["permspec.results/9"]);
    dir.permspec(&["report", "stream.ndjson"]).usage(&["permspec.events/9"]);
    dir.permspec(&["report", "gone.json", "--html", "no/r.html"])
        .usage(&["directory no does not exist"]);
}
