//! Real emulators, started by their profiles in `corpora/targets`, with their known failures.
//!
//! Every folder there whose profile has `ci = true` in its `[emulator]` table is tested. The
//! emulators are Python programs, so `.ci/run` installs them and runs these tests.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{Output, TestDir, endpoint, events, valid};
use permspec::schema::Schema;
use serde_json::{Value, json};

/// Names the directory with the virtual environment of every emulator.
const INSTALLED: &str = "PERMSPEC_TEST_EMULATORS";

/// An emulator that is installed, as its profile describes it.
struct Emulator {
    name: String,
    folder: PathBuf,
    program: PathBuf,
    /// The environment variable by which the profile finds the program.
    variable: String,
}

impl Emulator {
    /// The emulators that are tested, in the order of their names.
    fn all() -> Vec<Self> {
        let installed = PathBuf::from(std::env::var(INSTALLED).unwrap_or_else(|_| {
            panic!("{INSTALLED} must name the directory of the virtual environments")
        }));
        let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/targets");
        let mut emulators = Vec::new();
        for entry in std::fs::read_dir(targets).unwrap() {
            let folder = entry.unwrap().path();
            let Ok(profile) = std::fs::read_to_string(folder.join("profile.toml")) else {
                continue;
            };
            let profile: toml::Table = toml::from_str(&profile).unwrap();
            let table = &profile["emulator"];
            if !table.get("ci").and_then(toml::Value::as_bool).unwrap_or(false) {
                continue;
            }
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            let program = installed.join(&name).join(table["program"].as_str().unwrap());
            assert!(program.is_file(), "{} does not exist", program.display());
            let variable = table["variable"].as_str().unwrap().to_owned();
            emulators.push(Self { name, folder, program, variable });
        }
        emulators.sort_by(|one, other| one.name.cmp(&other.name));
        assert!(!emulators.is_empty(), "no profile has `ci = true`");
        emulators
    }

    fn named(name: &str) -> Self {
        Self::all().into_iter().find(|emulator| emulator.name == name).unwrap()
    }
}

/// A directory with the profile of an emulator, which tests run and change.
struct Lab {
    dir: TestDir,
    emulator: Emulator,
}

impl Lab {
    fn new(emulator: Emulator) -> Self {
        let dir = TestDir::new();
        copy(&emulator.folder, &dir.path(&format!("corpora/targets/{}", emulator.name)));
        Self { dir, emulator }
    }

    fn known(&self) -> String {
        format!("corpora/targets/{}/known-failures.toml", self.emulator.name)
    }

    fn run(&self, more: &[&str]) -> Output {
        let endpoint = endpoint();
        let mut words = vec!["run", "--profile", &self.emulator.name, "--endpoint", &endpoint];
        words.extend(more);
        let mut command = self.dir.command(&words);
        command.env(&self.emulator.variable, &self.emulator.program);
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

/// The rules in a list of known failures, except races, which fail only in some runs.
fn listed_rules(known: &str) -> BTreeSet<String> {
    let file: toml::Table = toml::from_str(known).unwrap();
    let entries = file["known"].as_array().unwrap().iter();
    let rules = entries.map(|entry| entry["rule"].as_str().unwrap().to_owned());
    rules.filter(|rule| !rule.starts_with("race.")).collect()
}

/// A run with the committed list passes; a missing entry makes it fail, a stale one is reported.
fn fails_as_listed(emulator: Emulator) {
    let lab = Lab::new(emulator);
    let (output, result) = lab.result("green.json", &[]);
    assert_eq!(output.code, 0, "{}\n{}", output.out, output.err);
    let whole = lab.dir.read(&lab.known());
    let known = result["counts"]["known"].as_u64().unwrap();
    assert!(known >= listed_rules(&whole).len() as u64, "{}", result["counts"]);
    assert!(result["counts"]["held"].as_u64().unwrap() >= 20, "{}", result["counts"]);
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
#[ignore = "needs the emulators"]
fn every_emulator_fails_as_listed() {
    for emulator in Emulator::all() {
        fails_as_listed(emulator);
    }
}

#[test]
#[ignore = "needs moto"]
fn a_run_of_a_real_emulator_gives_every_report() {
    let lab = Lab::new(Emulator::named("moto"));
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
