//! Real emulators, started by their profiles in `corpora/targets`, with what they are known to get
//! wrong. They are not part of Rust, so these tests are run by `.ci/run`, which says where they are.

mod common;

use std::path::Path;

use common::{Output, TestDir, endpoint, events, valid};
use permspec::schema::Schema;
use serde_json::{Value, json};

/// An emulator: its profile, the variable by which the profile finds its program, and the one by
/// which we are told of it.
struct Emulator {
    profile: &'static str,
    program: &'static str,
    told_by: &'static str,
}

const MOTO: Emulator =
    Emulator { profile: "moto", program: "MOTO_SERVER", told_by: "PERMSPEC_TEST_MOTO" };
const MINISTACK: Emulator =
    Emulator { profile: "ministack", program: "MINISTACK", told_by: "PERMSPEC_TEST_MINISTACK" };

/// A folder with an emulator's profile in it, to be run and changed.
struct Lab {
    dir: TestDir,
    emulator: &'static Emulator,
    program: String,
}

impl Lab {
    fn new(emulator: &'static Emulator) -> Self {
        let told_by = emulator.told_by;
        let program = std::env::var(told_by)
            .unwrap_or_else(|_| panic!("{told_by} must name the program, as `.ci/run` does"));
        assert!(Path::new(&program).is_file(), "{told_by}: there is no {program}");
        let dir = TestDir::new();
        let from =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/targets").join(emulator.profile);
        copy(&from, &dir.path(&format!("corpora/targets/{}", emulator.profile)));
        Self { dir, emulator, program }
    }

    fn known(&self) -> String {
        format!("corpora/targets/{}/known-failures.toml", self.emulator.profile)
    }

    fn run(&self, more: &[&str]) -> Output {
        let endpoint = endpoint();
        let mut words = vec!["run", "--profile", self.emulator.profile, "--endpoint", &endpoint];
        words.extend(more);
        let mut command = self.dir.command(&words);
        command.env(self.emulator.program, &self.program);
        common::output_of(command)
    }

    fn result(&self, name: &str, more: &[&str]) -> (Output, Value) {
        let mut words = vec!["--json", name];
        words.extend(more);
        let output = self.run(&words);
        (output, self.dir.json(name))
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The rules of a verdict.
fn rules<'a>(result: &'a Value, verdict: &str) -> Vec<&'a str> {
    let rules = result["rules"].as_array().unwrap().iter();
    rules
        .filter(|rule| rule["verdict"] == verdict)
        .map(|rule| rule["id"].as_str().unwrap())
        .collect()
}

/// A run with the committed list is green; a missing entry makes it red, a stale one is told.
fn holds_what_is_committed(emulator: &'static Emulator, least: u64) {
    let lab = Lab::new(emulator);
    let (output, result) = lab.result("green.json", &[]);
    assert_eq!(output.code, 0, "{}\n{}", output.out, output.err);
    assert!(result["counts"]["known"].as_u64().unwrap() >= least, "{}", result["counts"]);
    assert!(result["counts"]["held"].as_u64().unwrap() >= 20, "{}", result["counts"]);
    let whole = lab.dir.read(&lab.known());
    let few = ["statement-id.pattern", "--phases", "near-misses"];
    lab.run(&few).exits(0);
    // Without its entry a failure is new.
    let entries: Vec<&str> = whole.split("\n\n").collect();
    let about = |entry: &&str| entry.contains("rule = \"statement-id.pattern\"");
    assert!(entries.iter().any(about));
    let fewer: Vec<&str> = entries.iter().copied().filter(|entry| !about(entry)).collect();
    lab.dir.write(&lab.known(), &fewer.join("\n\n"));
    let (output, result) = lab.result("red.json", &few);
    assert_eq!(output.code, 1, "{}", output.out);
    assert_eq!(rules(&result, "violated"), ["statement-id.pattern"]);
    // An entry whose counterexample behaves is stale.
    let good = json!({
        "format": "permspec.scenario/1", "about": "a plain grant", "source": "a test",
        "fixture": {"functions": [{"key": "a"}]},
        "steps": [{"send": {"AddPermission": {"FunctionName": "${function.a}", "Members": {
            "StatementId": "a", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com",
        }}}}],
    });
    lab.dir.write("good.json", &good.to_string());
    let stale = "[[known]]\nrule = \"statement-id.pattern\"\nreason = \"repaired\"\n\
                 cause = \"00000000\"\ncounterexample = \"../../../good.json\"\n";
    lab.dir.write(&lab.known(), &format!("{whole}\n\n{stale}"));
    let (output, result) = lab.result("stale.json", &few);
    assert_eq!(output.code, 4, "{}", output.out);
    let warnings = result["warnings"].to_string();
    assert!(warnings.contains("is stale: its counterexample behaves now"), "{warnings}");
}

#[test]
#[ignore = "needs moto"]
fn moto_fails_as_is_known_and_not_otherwise() {
    holds_what_is_committed(&MOTO, 40);
}

#[test]
#[ignore = "needs MiniStack"]
fn ministack_fails_as_is_known_and_not_otherwise() {
    holds_what_is_committed(&MINISTACK, 30);
}

#[test]
#[ignore = "needs moto"]
fn a_run_of_a_real_emulator_gives_every_report() {
    let lab = Lab::new(&MOTO);
    // Nothing is known: every failure is told at length.
    lab.dir.write(&lab.known(), "");
    let reports = [
        ("--json", "r.json"),
        ("--junit", "r.xml"),
        ("--html", "r.html"),
        ("--markdown", "r.md"),
        ("--sarif", "r.sarif"),
        ("--badge", "r.badge.json"),
        ("--events", "r.ndjson"),
    ];
    let words: Vec<&str> = reports.iter().flat_map(|(flag, name)| [*flag, *name]).collect();
    let output = lab.run(&words).exits(1);
    for (_, name) in reports {
        assert!(!lab.dir.read(name).is_empty(), "{name}");
    }
    let result = lab.dir.json("r.json");
    valid(Schema::Results, &result);
    let stream = events(&lab.dir.read("r.ndjson"));
    for event in &stream {
        valid(Schema::Events, event);
    }
    assert_eq!(stream.first().unwrap()["event"], "started");
    assert_eq!(stream.last().unwrap()["event"], "finished");
    // Each cause is told, with a counterexample that holds no more than it needs.
    let violated = rules(&result, "violated");
    assert!(violated.len() >= 40, "{violated:?}");
    // The Markdown summary is kept short.
    for report in ["r.xml", "r.html", "r.sarif"] {
        let text = lab.dir.read(report);
        for rule in &violated {
            assert!(text.contains(rule), "{report} does not tell of {rule}");
        }
    }
    assert!(output.out.contains("principal.account-root"), "{}", output.out);
    let needs = ["StatementId", "Action", "Principal"];
    for rule in result["rules"].as_array().unwrap() {
        // Rules about a policy, about several members together and about bodies need more.
        let of_one = !["policy", "revision", "remove", "race", "alias", "function.recreated"]
            .iter()
            .any(|topic| rule["id"].as_str().unwrap().starts_with(topic));
        let of_one = of_one
            && ![
                "condition.merged",
                "condition.function-url-auth-type",
                "function-url-auth-type.action",
            ]
            .contains(&rule["id"].as_str().unwrap());
        for cause in rule["causes"].as_array().into_iter().flatten() {
            if !of_one || cause["advisory"] == true {
                continue;
            }
            let steps = cause["counterexample"]["scenario"]["steps"].as_array().unwrap();
            let members = steps[0]["send"]["AddPermission"]["Members"].as_object();
            let beside = members.map_or(0, |members| {
                members.keys().filter(|name| !needs.contains(&name.as_str())).count()
            });
            assert!(beside <= 1, "{}: {steps:?}", rule["id"]);
        }
    }
}
