//! The command line: help, settings and where they come from, selecting, and bad input.

mod common;

use common::{FEW, LAX, NOWHERE, Output, Server, TestDir};
use permspec::contract::RuleId;
use permspec::schema::Schema;
use serde_json::Value;

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const COMMANDS: [&str; 21] = [
    "",
    "run",
    "serve",
    "list",
    "explain",
    "replay",
    "record",
    "diff",
    "golden",
    "golden check",
    "spec",
    "spec diff",
    "report",
    "matrix",
    "cleanup",
    "baseline",
    "baseline update",
    "baseline lint",
    "schema",
    "completions",
    "man",
];

#[test]
fn every_command_explains_itself() {
    let dir = TestDir::new();
    for command in COMMANDS {
        let mut words: Vec<&str> = command.split_whitespace().collect();
        words.push("--help");
        let help = dir.permspec(&words).exits(0).out;
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        let name = format!("help {command}").trim_end().replace(' ', "-");
        snapshot(&name, &help);
    }
}

#[test]
fn completions_and_manual_pages_come_from_the_definitions() {
    let dir = TestDir::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = dir.permspec(&["completions", shell]).exits(0).out;
        assert!(script.contains("matrix") && script.contains("max-requests"), "{shell}");
    }
    let main = dir.permspec(&["man"]).exits(0).out;
    assert!(main.starts_with(".ie") && main.contains(".TH permspec 1"), "{main}");
    let page = dir.permspec(&["man", "baseline", "update"]).exits(0).out;
    assert!(page.contains("reason"), "{page}");
    dir.permspec(&["man", "matrx"]).usage(&["no command is named \"matrx\"; did you mean matrix?"]);
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let dir = TestDir::new();
    let mut child = dir.start(&["completions", "zsh"]);
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A line of `--show-config`: value and source.
fn shown(output: &Output, name: &str) -> (String, String) {
    let line =
        output.out.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
    let rest = line[name.len()..].trim_start();
    let (value, source) = rest.split_once(' ').unwrap();
    (value.to_owned(), source.trim().to_owned())
}

fn pair(value: &str, source: &str) -> (String, String) {
    (value.to_owned(), source.to_owned())
}

const CONFIG: &str = r#"
[default]
region = "eu-west-1"
jobs = 2
timeout = "3s"
junit = "out/junit.xml"
strict = true

[profile.ci]
endpoint = "http://user:secret@127.0.0.1:9"
jobs = 3
rules = ["statement-id.*", "error.**"]
phases = ["values", "random"]
strict = false
"#;

#[test]
fn flags_precede_variables_and_these_the_profile_and_this_the_defaults() {
    let dir = TestDir::new();
    dir.write("permspec.toml", CONFIG);
    let plain = dir.permspec(&["run", "--show-config"]).exits(0);
    assert_eq!(shown(&plain, "jobs"), pair("2", "permspec.toml [default]"));
    assert_eq!(shown(&plain, "strict"), pair("true", "permspec.toml [default]"));
    assert_eq!(shown(&plain, "rounds"), pair("20", "built-in"));
    assert_eq!(shown(&plain, "max-time"), pair("-", "not set"));
    let ci = dir.permspec(&["run", "--profile", "ci", "--show-config"]).exits(0);
    assert_eq!(shown(&ci, "jobs"), pair("3", "permspec.toml [profile.ci]"));
    assert_eq!(shown(&ci, "strict").0, "false");
    assert_eq!(shown(&ci, "region"), pair("eu-west-1", "permspec.toml [default]"));
    assert_eq!(shown(&ci, "rules"), pair("statement-id.*,error.**", "permspec.toml [profile.ci]"));
    assert_eq!(shown(&ci, "endpoint").0, "http://127.0.0.1:9", "without a password");
    assert!(!ci.out.contains("secret"));
    let mut command = dir.command(&["run", "--profile", "ci", "--timeout", "7s", "--show-config"]);
    command.env("PERMSPEC_JOBS", "4").env("PERMSPEC_TIMEOUT", "5s").env("PERMSPEC_STRICT", "1");
    let both = common::output_of(command).exits(0);
    assert_eq!(shown(&both, "jobs"), pair("4", "PERMSPEC_JOBS"));
    assert_eq!(shown(&both, "strict"), pair("1", "PERMSPEC_STRICT"));
    assert_eq!(shown(&both, "timeout"), pair("7s", "command line"));
}

#[test]
fn the_former_name_of_a_setting_still_works() {
    let dir = TestDir::new();
    let flag = dir.permspec(&["run", "--embedded", "--settle", "7s", "--show-config"]).exits(0);
    assert_eq!(shown(&flag, "consistency-timeout"), pair("7s", "command line"));
    let mut command = dir.command(&["run", "--embedded", "--show-config"]);
    command.env("PERMSPEC_SETTLE", "8s");
    assert_eq!(shown(&common::output_of(command).exits(0), "consistency-timeout").0, "8s");
    dir.write("permspec.toml", "[default]\nsettle = \"9s\"");
    let file = dir.permspec(&["run", "--embedded", "--show-config"]).exits(0);
    assert_eq!(shown(&file, "consistency-timeout"), pair("9s", "permspec.toml [default]"));
}

#[test]
fn paths_in_a_settings_file_are_relative_to_it() {
    let dir = TestDir::new();
    dir.write("ci/settings.toml", CONFIG);
    let output = dir.permspec(&["run", "--config", "ci/settings.toml", "--show-config"]).exits(0);
    assert_eq!(shown(&output, "junit"), pair("ci/out/junit.xml", "ci/settings.toml [default]"));
    let mut command = dir.command(&["run", "--show-config"]);
    command.env("PERMSPEC_CONFIG", "ci/settings.toml").env("PERMSPEC_PROFILE", "ci");
    let output = common::output_of(command).exits(0);
    assert_eq!(shown(&output, "jobs"), pair("3", "ci/settings.toml [profile.ci]"));
}

#[test]
fn the_target_of_the_source_with_precedence_is_used() {
    let dir = TestDir::new();
    dir.write("permspec.toml", &format!("[default]\nendpoint = \"{NOWHERE}\""));
    let flag = dir.permspec(&["run", "--embedded", "--show-config"]).exits(0);
    assert_eq!(shown(&flag, "embedded"), pair("true", "command line"));
    assert!(!flag.out.contains(NOWHERE));
    let mut command = dir.command(&["run", "--show-config"]);
    command.env("PERMSPEC_EMBEDDED", "yes");
    assert!(!common::output_of(command).exits(0).out.contains(NOWHERE));
    dir.permspec(&["run", "--embedded", "--endpoint", NOWHERE]).usage(&["two targets"]);
    dir.write("permspec.toml", "[default]\nembedded = true");
    let mut command = dir.command(&["run"]);
    command.args(FEW).env("PERMSPEC_ENDPOINT", NOWHERE);
    assert_eq!(common::output_of(command).code, 5, "the variable takes precedence over the file");
}

#[test]
fn the_settings_of_a_file_take_effect() {
    let dir = TestDir::new();
    let server = Server::start(Some(&LAX));
    dir.write(
        "permspec.toml",
        &format!(
            "[profile.lax]\nendpoint = \"{}\"\nrules = [\"statement-id.pattern\"]\nphases = [\"bounds\", \"near-misses\"]\ndepth = \"quick\"\nseed = 7\njson = \"r.json\"\n",
            server.endpoint
        ),
    );
    dir.permspec(&["run", "--profile", "lax"]).exits(1);
    let result: Value = dir.json("r.json");
    assert_eq!(result["run"]["seed"], 7);
    let reproduce = result["run"]["reproduce"].as_str().unwrap();
    assert_eq!(
        reproduce,
        format!(
            "permspec run --endpoint {} statement-id.pattern --phases bounds,near-misses --depth quick --seed 0x7",
            server.endpoint
        )
    );
    // The printed command repeats the run.
    let words: Vec<&str> = reproduce.split(' ').skip(1).chain(["--json", "again.json"]).collect();
    dir.permspec(&words).exits(1);
    let fingerprints = |result: &Value| -> Vec<Value> {
        let rules = result["rules"].as_array().unwrap().iter();
        rules
            .filter_map(|r| r["causes"].as_array())
            .flatten()
            .map(|c| c["fingerprint"].clone())
            .collect()
    };
    assert_eq!(fingerprints(&dir.json("again.json")), fingerprints(&result));
    assert!(!fingerprints(&result).is_empty());
}

#[test]
fn every_mistake_in_a_settings_file_is_reported_before_anything_is_sent() {
    let cases: [(&str, &[&str]); 12] = [
        ("[default]\njbos = 3", &["[default]", "unknown key \"jbos\"", "did you mean jobs"]),
        ("[profile.other]\nendpont = \"x\"", &["[profile.other]", "did you mean endpoint"]),
        ("[defaults]", &["did you mean [default]"]),
        ("jobs = 3", &["write it under [default]"]),
        ("[default]\njobs = 0", &["permspec.toml [default] jobs", "invalid value '0'"]),
        ("[default]\njobs = [1, 2]", &["expected one value"]),
        ("[default]\nstrict = \"yes\"", &["expected true or false"]),
        ("[default]\nregion = true", &["expected a value"]),
        ("[default]\nphases = [\"brunch\"]", &["permspec.toml [default] phases", "brunch"]),
        ("[default]\njobs = 1.5", &["expected a string"]),
        ("[default]\nrules = [\"--strict\"]", &["invalid name \"--strict\""]),
        ("[default\n", &["line 1"]),
    ];
    let dir = TestDir::new();
    for (text, words) in cases {
        dir.write("permspec.toml", text);
        dir.permspec(&["run", "--endpoint", NOWHERE]).usage(words);
    }
    dir.write("permspec.toml", "[profile.nightly]");
    dir.permspec(&["run", "--profile", "nightli"]).usage(&["did you mean nightly"]);
    dir.permspec(&["run", "--config", "gone.toml"]).usage(&["gone.toml"]);
    TestDir::new().permspec(&["run", "--profile", "ci"]).usage(&["neither permspec.toml nor"]);
}

#[test]
fn the_schema_of_settings_knows_every_setting_and_no_other() {
    let dir = TestDir::new();
    let shown = dir.permspec(&["run", "--embedded", "--show-config"]).exits(0).out;
    let mut settings: Vec<&str> =
        shown.lines().filter_map(|line| line.split_whitespace().next()).collect();
    settings.extend(["endpoint", "spawn"]);
    settings.sort_unstable();
    let schema = Schema::Config.value();
    let mut keys: Vec<&str> = schema["$defs"]["settings"]["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, settings);
    let file: toml::Table = toml::from_str(CONFIG).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&serde_json::to_value(file).unwrap()));
    let printed = dir.permspec(&["schema", "config"]).exits(0).out;
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), schema);
}

/// The rules that a result has a verdict on.
fn judged(result: &Value) -> Vec<String> {
    let rules = result["rules"].as_array().unwrap().iter();
    rules
        .filter(|rule| rule["verdict"] != "not-applicable")
        .map(|rule| rule["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn rules_are_selected_by_member_topic_evidence_and_strength() {
    let dir = TestDir::new();
    let select = |words: &[&str]| {
        let mut all = vec![
            "run",
            "--embedded",
            "--depth",
            "quick",
            "--max-requests",
            "1",
            "--json",
            "r.json",
        ];
        all.extend(words);
        let output = dir.permspec(&all);
        assert!([0, 1, 3].contains(&output.code), "{output:?}");
        judged(&dir.json("r.json"))
    };
    let expected = |keep: &dyn Fn(RuleId) -> bool| -> Vec<String> {
        RuleId::ALL.iter().filter(|id| keep(**id)).map(|id| id.name().to_owned()).collect()
    };
    let by_member = select(&["--member", "StatementId"]);
    assert_eq!(by_member, expected(&|id| id.rule().topic.name() == "statement-id"));
    assert_eq!(select(&["--topic", "error"]), expected(&|id| id.rule().topic.name() == "error"));
    let recorded = select(&["--evidence-is", "recorded", "--strength", "MUST"]);
    assert_eq!(
        recorded,
        expected(&|id| id.rule().strongest().name() == "recorded"
            && id.rule().strength.to_string() == "MUST")
    );
    assert!(!recorded.is_empty() && recorded.len() < RuleId::ALL.len());
    let both = select(&["statement-id.*", "--topic", "statement-id,race"]);
    assert_eq!(both, by_member);
}

#[test]
fn a_filter_that_selects_nothing_is_an_error_with_suggestions() {
    let dir = TestDir::new();
    let run = |words: &[&str]| {
        let mut all = vec!["run", "--endpoint", NOWHERE];
        all.extend(words);
        dir.permspec(&all)
    };
    run(&["statement-id.patern"]).usage(&["did you mean statement-id.pattern"]);
    run(&["--member", "SourceArm"]).usage(&["no member is named", "did you mean SourceArn"]);
    run(&["--topic", "erorr"]).usage(&["no topic is named", "did you mean error"]);
    run(&["--topic", "race", "statement-id.*"]).usage(&["no rule passes every filter"]);
    run(&["race.**", "--phases", "types"])
        .usage(&["the selected phases do not test the selected rules"]);
}

#[test]
fn only_what_failed_is_run_again() {
    let dir = TestDir::new();
    let lax = Server::start(Some(&LAX));
    let words = [
        "run",
        "--endpoint",
        &lax.endpoint,
        "--topic",
        "statement-id",
        "--phases",
        "bounds,near-misses,types",
        "--depth",
        "quick",
        "--seed",
        "5",
        "--json",
        "first.json",
    ];
    dir.permspec(&words).exits(1);
    let first = dir.json("first.json");
    let failed: Vec<String> = first["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| {
            r["scored"] == true
                && ["violated", "flaky", "could-not-run"].contains(&r["verdict"].as_str().unwrap())
        })
        .map(|rule| rule["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(failed.contains(&"statement-id.pattern".to_owned()));
    assert!(failed.len() < judged(&first).len(), "something held");
    let again = [
        "run",
        "--endpoint",
        &lax.endpoint,
        "--rerun",
        "first.json",
        "--depth",
        "quick",
        "--json",
        "second.json",
    ];
    dir.permspec(&again).exits(1);
    let second = dir.json("second.json");
    assert_eq!(judged(&second), failed);
    assert_eq!(second["run"]["seed"], 5, "the same seed makes the same requests");
    let good = Server::start(None);
    dir.run(&good, &["--json", "good.json"]).exits(0);
    dir.permspec(&["run", "--endpoint", NOWHERE, "--rerun", "good.json"])
        .usage(&["nothing to run again"]);
}

#[test]
fn bad_input_is_reported_in_one_line_before_anything_is_sent() {
    let dir = TestDir::new();
    dir.write("file", "");
    let cases: [(&[&str], &[&str]); 9] = [
        (&["run"], &["no target", "--endpoint URL", "--embedded"]),
        (&["run", "--endpoint", ""], &["the endpoint is empty"]),
        (&["run", "--endpoint", "nonsense"], &["nonsense"]),
        (&["run", "--endpoint", NOWHERE, "--seed", "x"], &["invalid seed \"x\""]),
        (
            &["run", "--endpoint", NOWHERE, "--html", "no/r.html"],
            &["directory no does not exist", "create it first"],
        ),
        (&["run", "--endpoint", NOWHERE, "--html", "."], &["is a directory"]),
        (
            &["run", "--endpoint", NOWHERE, "--html", "a", "--json", "a"],
            &["two reports have the same file a"],
        ),
        (&["run", "--endpoint", NOWHERE, "--events", "file/e"], &["directory file does not exist"]),
        (&["replay", "gone"], &["no scenario \"gone\""]),
    ];
    for (words, holds) in cases {
        dir.permspec(words).usage(holds);
    }
    for words in [["run", "--jobs", "0"], ["run", "--rounds", "0"], ["run", "--max-requests", "0"]]
    {
        let output = dir.permspec(&words).exits(2);
        assert!(output.err.contains("invalid value '0'"), "{}", output.err);
    }
    assert_eq!(dir.files(), ["file"], "nothing is half-written");
    let output = dir.permspec(&["run", "--endpoint", NOWHERE]).exits(5);
    assert!(output.err.contains("permspec: "), "{}", output.err);
}
