//! Known failures: they do not hide new ones, and do not outlive what they excuse.

mod common;

use common::{FEW, FLAKY, LAX, NOWHERE, Server, TestDir};
use serde_json::json;

/// An AddPermission of a scenario's step.
fn add(statement_id: &str) -> serde_json::Value {
    json!({"AddPermission": {
        "FunctionName": "${function.a}",
        "Members": {
            "StatementId": statement_id,
            "Action": "lambda:InvokeFunction",
            "Principal": "s3.amazonaws.com",
        },
    }})
}

/// A scenario whose StatementId breaks the pattern.
fn scenario(statement_id: &str) -> String {
    json!({
        "format": "permspec.scenario/1",
        "about": "a StatementId outside its pattern",
        "source": "a test",
        "fixture": {"functions": [{"key": "a"}]},
        "steps": [{"send": add(statement_id)}],
    })
    .to_string()
}

/// A bed with a kept scenario and a file of one entry; `more` are further lines of it.
fn dir(rule: &str, more: &str) -> TestDir {
    let dir = TestDir::new();
    dir.write("kept/dot.json", &scenario("."));
    let entry = format!(
        "[[known]]\nrule = \"{rule}\"\nreason = \"not validated\"\ncounterexample = \"kept/dot.json\"\n{more}\n"
    );
    dir.write("known.toml", &entry);
    dir
}

fn update(dir: &TestDir, server: &Server, more: &[&str]) -> common::Output {
    let mut words =
        vec!["baseline", "update", "--endpoint", &server.endpoint, "--known", "known.toml"];
    words.extend(FEW);
    words.extend(more);
    dir.permspec(&words)
}

#[test]
fn a_known_failure_still_runs_and_leaves_the_run_green() {
    let server = Server::start(Some(&LAX));
    let dir = dir("statement-id.**", "issue = \"https://example.org/7\"");
    dir.run(&server, &["--json", "bare.json"]).exits(1);
    let output = dir.run(&server, &["--known", "known.toml", "--json", "known.json"]).exits(0);
    assert!(output.out.contains("not validated"), "{}", output.out);
    let result = dir.json("known.json");
    assert_eq!((&result["counts"]["known"], &result["counts"]["violated"]), (&json!(1), &json!(0)));
    let rules = result["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "statement-id.pattern").unwrap();
    assert_eq!(rule["verdict"], "known");
    assert_eq!(rule["causes"][0]["known"], "not validated (https://example.org/7)");
    assert!(rule["causes"][0]["counterexample"]["exchanges"].as_array().is_some());
}

#[test]
fn a_new_cause_under_a_known_rule_is_new() {
    let server = Server::start(Some(&LAX));
    let other_cause = dir("statement-id.pattern", "cause = \"00000000\"");
    other_cause.run(&server, &["--known", "known.toml"]).exits(1);
    // The entry speaks of grants on an alias, and its counterexample is one; what fails is not.
    let other_request = dir("statement-id.pattern", "when = { Qualifier = { present = true } }");
    let qualified =
        scenario(".").replace("\"FunctionName\"", "\"Qualifier\":\"1\",\"FunctionName\"");
    other_request.write(
        "kept/dot.json",
        &qualified.replace("\"key\":\"a\"", "\"key\":\"a\",\"versions\":1"),
    );
    let output =
        other_request.run(&server, &["--known", "known.toml", "--json", "r.json"]).exits(1);
    assert_eq!(other_request.json("r.json")["counts"]["stale"], 0, "{}", output.out);
}

#[test]
fn an_entry_whose_counterexample_behaves_is_stale_with_the_lines_to_delete() {
    let server = Server::start(None);
    let dir = dir("statement-id.pattern", "");
    let output = dir.run(&server, &["--known", "known.toml", "--json", "r.json"]).exits(4);
    let result = dir.json("r.json");
    assert_eq!(result["outcome"], "stale");
    assert_eq!(result["counts"]["stale"], 1);
    let warning = result["warnings"].as_array().unwrap().iter().find(|w| w["id"] == "stale-known");
    assert_eq!(
        warning.unwrap()["detail"],
        "known.toml:1 (statement-id.pattern) is stale: its counterexample behaves now; delete lines 1 to 4"
    );
    assert!(output.out.contains("delete lines 1 to 4"), "{}", output.out);
    // What the run does not look at is not called stale.
    dir.permspec(&[
        "run",
        "--endpoint",
        &server.endpoint,
        "action.pattern",
        "--phases",
        "near-misses",
        "--known",
        "known.toml",
        "--json",
        "other.json",
    ]);
    assert_eq!(dir.json("other.json")["counts"]["stale"], 0);
}

#[test]
fn entries_that_are_replayed_at_once_do_not_disturb_each_other() {
    let server = Server::start(None);
    let dir = TestDir::new();
    let entries = (0..12).map(|at| {
        dir.write(&format!("kept/{at}.json"), &scenario(&format!("fine{at}")));
        format!(
            "[[known]]\nrule = \"statement-id.pattern\"\nreason = \"r\"\ncounterexample = \"kept/{at}.json\"\n"
        )
    });
    dir.write("known.toml", &entries.collect::<String>());
    let output = dir.run(&server, &["--known", "known.toml", "--json", "r.json"]).exits(4);
    let result = dir.json("r.json");
    assert_eq!(result["counts"]["stale"], 12, "{}", output.out);
    assert!(!result["warnings"].to_string().contains("known-unchecked"), "{}", output.out);
}

#[test]
fn a_race_that_goes_well_is_not_called_stale() {
    let server = Server::start(None);
    let dir = TestDir::new();
    let race = json!({
        "format": "permspec.scenario/1",
        "about": "two adds of one StatementId at once",
        "source": "a test",
        "fixture": {"functions": [{"key": "a"}]},
        "steps": [{"together": [add("a"), add("a")]}],
    });
    dir.write("kept/race.json", &race.to_string());
    let entry = "[[known]]\nrule = \"race.one-winner-per-id\"\nreason = \"no lock\"\ncounterexample = \"kept/race.json\"\n";
    dir.write("known.toml", entry);
    let command = ["race.one-winner-per-id", "--known", "known.toml", "--json", "r.json"];
    let mut words = vec!["run", "--endpoint", &server.endpoint];
    words.extend(command);
    dir.permspec(&words).exits(0);
    let result = dir.json("r.json");
    let warnings = result["warnings"].to_string();
    assert!(warnings.contains("it is a race, and in 20 rounds it went well"), "{warnings}");
    assert_eq!(result["counts"]["stale"], 0);
}

#[test]
fn a_stale_entry_does_not_hide_a_new_violation() {
    let server = Server::start(Some(&LAX));
    let dir = dir("statement-id.pattern", "cause = \"00000000\"");
    dir.write("kept/dot.json", &scenario("fine"));
    let output = dir.run(&server, &["--known", "known.toml", "--json", "r.json"]).exits(1);
    assert_eq!(dir.json("r.json")["counts"]["stale"], 1, "{}", output.out);
}

#[test]
fn an_expired_entry_is_stale_though_it_still_fails() {
    let server = Server::start(Some(&LAX));
    let past = dir("statement-id.pattern", "until = \"2020-02-29\"");
    past.run(&server, &["--known", "known.toml", "--json", "r.json"]).exits(4);
    let warnings = past.json("r.json")["warnings"].to_string();
    assert!(warnings.contains("expired on 2020-02-29; delete lines 1 to 5"), "{warnings}");
    past.permspec(&["baseline", "lint", "known.toml"]).exits(4);
    // Updating leaves it: whether to put up with it longer is for people to say.
    let kept = update(&past, &server, &[]).exits(0);
    assert!(kept.out.contains("0 added, 0 removed, 1 kept, 1 of them expired"), "{}", kept.out);
    dir("statement-id.pattern", "until = 9999-12-31")
        .run(&server, &["--known", "known.toml"])
        .exits(0);
}

#[test]
fn a_listed_flaky_rule_leaves_the_run_whole() {
    let flaky = "[[flaky]]\nrule = \"statement-id.*\"\nreason = \"eventually consistent\"\n";
    let dir = TestDir::new();
    dir.write("known.toml", flaky);
    {
        let server = Server::start(Some(&FLAKY));
        dir.run(&server, &["--json", "bare.json"]).exits(3);
        assert_eq!(dir.json("bare.json")["counts"]["flaky"], 1);
        common::rearm();
        dir.run(&server, &["--known", "known.toml", "--json", "listed.json"]).exits(0);
        let counts = &dir.json("listed.json")["counts"];
        assert_eq!((&counts["flaky"], &counts["known"]), (&json!(0), &json!(1)));
    }
    // A failure that repeats is a violation all the same.
    let server = Server::start(Some(&LAX));
    dir.run(&server, &["--known", "known.toml"]).exits(1);
}

#[test]
fn an_updated_baseline_is_green_and_is_cut_when_the_target_is_mended() {
    let dir = TestDir::new();
    let broken = Server::start(Some(&LAX));
    let output = update(&dir, &broken, &[]).exits(0);
    assert!(output.out.starts_with("known.toml: 1 added, 0 removed, 0 kept\n"), "{}", output.out);
    let text = dir.read("known.toml");
    assert!(text.contains("format = \"permspec.known/1\""), "{text}");
    assert!(text.contains("rule = \"statement-id.pattern\""), "{text}");
    let stored = std::fs::read_dir(dir.path("known")).unwrap().count();
    assert_eq!(stored, 1, "the counterexample lies in a folder beside the file");
    dir.permspec(&["baseline", "lint", "known.toml"]).exits(0);
    dir.run(&broken, &["--known", "known.toml"]).exits(0);
    // Updating again changes nothing, comments of people included.
    let text = format!("{text}\n# Ours: do not lose this.\n");
    dir.write("known.toml", &text);
    update(&dir, &broken, &["--reason", "never used"]).exits(0);
    assert_eq!(dir.read("known.toml"), text);
    // Without its entry the run is red.
    dir.write("empty.toml", "");
    dir.run(&broken, &["--known", "empty.toml"]).exits(1);
    // Mended: stale, then cut, then green.
    let repaired = Server::start(None);
    dir.run(&repaired, &["--known", "known.toml"]).exits(4);
    let output = update(&dir, &repaired, &[]).exits(0);
    assert!(output.out.contains("0 added, 1 removed, 0 kept"), "{}", output.out);
    assert_eq!(std::fs::read_dir(dir.path("known")).unwrap().count(), 0);
    dir.run(&repaired, &["--known", "known.toml"]).exits(0);
}

#[test]
fn updating_keeps_every_other_line() {
    let dir = dir("statement-id.pattern", "");
    let file = "# About this file.\nformat = \"permspec.known/1\"\n\n# Mended long ago.\n[[known]]\nrule = \"statement-id.pattern\"\nreason = \"a\"\ncounterexample = \"kept/dot.json\"\n\n  [known.when]\n  StatementId = \".\" # a dot\n\n# Somebody's.\n[[flaky]]\nrule = \"race.**\"\nreason = \"b\"\n";
    dir.write("known.toml", file);
    let server = Server::start(None);
    update(&dir, &server, &[]).exits(0);
    assert_eq!(
        dir.read("known.toml"),
        "# About this file.\nformat = \"permspec.known/1\"\n\n# Somebody's.\n[[flaky]]\nrule = \"race.**\"\nreason = \"b\"\n"
    );
    assert!(dir.path("kept/dot.json").exists(), "a folder that is not ours is left alone");
}

#[test]
fn every_mistake_in_a_file_is_told_before_anything_is_sent() {
    let entry = |rest: &str| format!("\n[[known]]\nrule = \"statement-id.pattern\"\n{rest}");
    let whole = "reason = \"r\"\ncounterexample = \"kept/dot.json\"\n";
    let cases: [(String, &[&str]); 15] = [
        (
            "[[known]]\nrule = \"statement-id.patern\"".into(),
            &["line 1", "did you mean statement-id.pattern"],
        ),
        (
            "\n[[flaky]]\nrule = \"zzz.**\"\nreason = \"r\"".into(),
            &["line 2", "no rule is called \"zzz.**\""],
        ),
        (entry("counterexample = \"kept/dot.json\""), &["line 2", "has no reason"]),
        (entry("reason = \"  \"\ncounterexample = \"kept/dot.json\""), &["has no reason"]),
        (entry("reason = \"r\""), &["names no counterexample"]),
        (entry("reason = \"r\"\ncounterexample = \"kept/gone.json\""), &["line 2", "gone.json"]),
        (entry("reason = \"r\"\ncounterexample = \"known.toml\""), &["is not a scenario file"]),
        (entry("reason = \"r\"\ncounterexample = 3"), &["neither the name of a file nor a table"]),
        (entry("reason = \"r\"\ncounterexample = { steps = [] }"), &["it sends nothing"]),
        (entry(&format!("{whole}when = {{ StatmentId = \"*\" }}")), &["did you mean StatementId"]),
        (entry(&format!("{whole}when = {{ StatementId = 5 }}")), &["can be held against a glob"]),
        (entry(&format!("{whole}when = {{ StatementId = \"x*\" }}")), &["as its `when` asks"]),
        (entry(&format!("{whole}until = \"2027-02-30\"")), &["invalid date \"2027-02-30\""]),
        (entry(&format!("{whole}raeson = \"r\"")), &["line 6", "raeson"]),
        ("format = \"permspec.known/9\"".into(), &["line 1", "permspec.known/9"]),
    ];
    let dir = dir("statement-id.pattern", "");
    for (text, words) in cases {
        dir.write("known.toml", &text);
        dir.permspec(&["run", "--endpoint", NOWHERE, "--known", "known.toml"]).usage(words);
        dir.permspec(&["baseline", "lint", "known.toml"]).usage(words);
    }
    dir.permspec(&["run", "--endpoint", NOWHERE, "--known", "gone.toml"]).usage(&["gone.toml"]);
    dir.permspec(&["baseline", "update", "--endpoint", NOWHERE]).usage(&["--known FILE"]);
}

#[test]
fn the_lists_of_real_emulators_and_their_profiles_can_be_read() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = TestDir::new();
    let mut read = 0;
    for folder in std::fs::read_dir(root.join("corpora/targets")).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.join("profile.toml").is_file() {
            continue;
        }
        let name = folder.file_name().unwrap().to_str().unwrap();
        let mut command = dir.command(&["run", "--profile", name, "--show-config"]);
        let shown = common::output_of({
            command.current_dir(root);
            command
        });
        let shown = shown.exits(0).out;
        for setting in ["endpoint", "spawn", "known", "name"] {
            let line = shown.lines().find(|line| line.starts_with(&format!("{setting} ")));
            assert!(line.is_some_and(|line| !line.contains(" not set")), "{name}: {setting}");
        }
        let known = folder.join("known-failures.toml");
        if known.is_file() {
            dir.permspec(&["baseline", "lint", known.to_str().unwrap()]).exits(0);
            read += 1;
        }
    }
    assert!(read >= 4, "{read} lists");
}
