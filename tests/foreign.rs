//! Reports read by programs that are not ours, written of runs against servers that are wrong and
//! answer with whatever could break a report.
//!
//! JUnit is held against the schema of Jenkins, which pytest ships for its own tests; SARIF against
//! its official schema and the rules of Microsoft's tool, those of GitHub's code scanning included;
//! HTML against the rules of html-validate, those of accessibility included.

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::{HOSTILE, LAX, Server, TestDir};
use permspec::contract::RuleId;
use permspec::server::Mutant;
use permspec::server::mutants::Mutation;
use serde_json::Value;

/// Answers its refusals with bytes that are no text, and all that ends or opens markup.
static GARBLING: Mutant = Mutant {
    name: "garbling",
    about: "refuses with invalid UTF-8, control characters and markup",
    rules: &[RuleId::ErrorShape],
    member: None,
    advisory: false,
    plants: &[Mutation::EditAnswer(|answer, _| {
        if answer.status == 400 {
            answer.body =
                b"\xff\xfe\x00\x1b[2J]]><script>alert(1)</script>&amp;&#0;\xed\xa0\x80".into();
            answer.headers.retain(|(name, _)| name != "content-type");
            answer.headers.push(("content-type".into(), "text/html; charset=\"]]>\"".into()));
        }
    })],
};

/// The servers of which every report is checked.
const SERVERS: [(&str, Option<&Mutant>); 4] = [
    ("right", None),
    ("lax", Some(&LAX)),
    ("hostile", Some(&HOSTILE)),
    ("garbling", Some(&GARBLING)),
];

/// What a variable that `.ci/run` sets says.
fn tool(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty());
    PathBuf::from(value.unwrap_or_else(|| panic!("{variable} is not set: see .ci/run")))
}

/// A run against each server, with a report each in one format, and all of them side by side.
fn reports(flag: &str, ending: &str) -> TestDir {
    let dir = TestDir::new();
    for (name, mutant) in SERVERS {
        let server = Server::start(mutant);
        let (report, json) = (format!("{name}.{ending}"), format!("{name}.json"));
        let output = dir.permspec(&[
            "run",
            "--endpoint",
            &server.endpoint,
            "--phases",
            "examples,values,near-misses",
            "--max-requests",
            "900",
            flag,
            &report,
            "--json",
            &json,
        ]);
        assert!([1, 3].contains(&output.code), "{output:?}");
        let wrong = dir.json(&json)["counts"]["violated"].as_u64().unwrap();
        assert_eq!(wrong > 0, mutant.is_some(), "{name}: {wrong} rules are violated");
    }
    dir
}

#[track_caller]
fn passes(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

/// Prints what is wrong with each file; the number of cases of each where nothing is.
const JUNIT: &str = "
import sys
from lxml import etree
schema = etree.XMLSchema(etree.parse(sys.argv[1]))
for path in sys.argv[2:]:
    document = etree.parse(path)
    if not schema.validate(document):
        sys.exit(f'{path}: {schema.error_log}')
    root = document.getroot()
    for what, tag in [('failures', 'failure'), ('errors', 'error')]:
        counted = len(root.findall(f'.//testcase/{tag}'))
        if counted != int(root.get(what)):
            sys.exit(f'{path}: {counted} {what}, not {root.get(what)}')
    print(len(root.findall('.//testcase')))
";

#[test]
#[ignore = "needs lxml and Jenkins's schema, by PERMSPEC_TEST_PYTHON and PERMSPEC_TEST_JUNIT_XSD"]
fn junit_is_as_the_schema_of_jenkins_says() {
    let dir = reports("--junit", "xml");
    let mut check = Command::new(tool("PERMSPEC_TEST_PYTHON"));
    check.args(["-c", JUNIT]).arg(tool("PERMSPEC_TEST_JUNIT_XSD"));
    check.args(SERVERS.map(|(name, _)| dir.path(&format!("{name}.xml"))));
    // A case a rule, and one for the run.
    let cases = format!("{}\n", RuleId::ALL.len() + 1);
    assert_eq!(passes(check), cases.repeat(SERVERS.len()));
}

#[test]
#[ignore = "needs Microsoft's SARIF tool, by PERMSPEC_TEST_NODE_MODULES"]
fn sarif_is_as_its_schema_and_those_who_read_it_want_it() {
    let dir = reports("--sarif", "sarif");
    let package = tool("PERMSPEC_TEST_NODE_MODULES").join("@microsoft/sarif-multitool-linux");
    let schema = std::fs::read(package.join("sarif-2.1.0.json")).unwrap();
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for (name, _) in SERVERS {
        let sarif = format!("{name}.sarif");
        let errors: Vec<String> = schema
            .iter_errors(&dir.json(&sarif))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{sarif}: {errors:#?}");
        let mut validate = Command::new(package.join("Sarif.Multitool"));
        // It looks for libraries of languages that need not be there.
        validate.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate");
        validate.arg(dir.path(&sarif)).args(["--rule-kind", "Sarif;Ghas"]);
        validate.args(["--level", "Error;Warning", "--log", "ForceOverwrite"]);
        validate.arg("--output").arg(dir.path("found.json"));
        let output = passes(validate);
        let found = dir.read("found.json");
        // It writes a mark of byte order.
        let found: Value = serde_json::from_str(found.trim_start_matches('\u{feff}')).unwrap();
        let found = found["runs"][0]["results"].as_array().cloned().unwrap_or_default();
        let bad: Vec<&Value> =
            found.iter().filter(|found| found["level"] != "note").map(|f| &f["ruleId"]).collect();
        assert!(bad.is_empty(), "{sarif}: {bad:?}\n{output}");
    }
}

#[test]
#[ignore = "needs html-validate, by PERMSPEC_TEST_NODE_MODULES"]
fn html_is_as_its_standard_says() {
    let dir = reports("--html", "html");
    let results = SERVERS.map(|(name, _)| format!("{name}.json"));
    let mut words = vec!["matrix", "--html", "matrix.html"];
    words.extend(results.iter().map(String::as_str));
    dir.permspec(&words).exits(0);
    let rules = r#"{"root": true, "extends": ["html-validate:standard", "html-validate:a11y"]}"#;
    dir.write("rules.json", rules);
    let mut validate =
        Command::new(tool("PERMSPEC_TEST_NODE_MODULES").join(".bin").join("html-validate"));
    validate.arg("--config").arg(dir.path("rules.json")).args(["--max-warnings", "0"]);
    let names = SERVERS.map(|(name, _)| name);
    validate.args(names.iter().chain(&["matrix"]).map(|name| dir.path(&format!("{name}.html"))));
    passes(validate);
}
