//! Recording what a target answers, and comparing what several of them answer.

mod common;

use std::io::BufRead as _;

use common::{HOSTILE, HOSTILE_TEXT, LAX, NOWHERE, Server, TestDir};
use permspec::golden::GoldenFile;
use permspec::schema::Schema;
use permspec::server::{Readings, ServerOptions, mutants};
use rstest::rstest;
use serde_json::Value;

/// The few scenarios that most tests send.
const FEW: [&str; 4] = ["--phases", "corpus,values", "--max-requests", "450"];

fn record(dir: &TestDir, server: &Server, out: &str, more: &[&str]) -> GoldenFile {
    let mut words = vec!["record", "--endpoint", &server.endpoint, "--out", out];
    words.extend(FEW);
    words.extend(more);
    dir.permspec(&words).exits(0);
    GoldenFile::read(&dir.path(out)).unwrap()
}

fn in_account(account: &str, region: &str) -> Server {
    Server::with(ServerOptions {
        account: account.into(),
        region: region.into(),
        ..ServerOptions::default()
    })
}

fn mutant(name: &str) -> Server {
    Server::start(Some(mutants::find(name).unwrap_or_else(|| panic!("no mutant {name}"))))
}

fn diff(dir: &TestDir, sides: &[&str], more: &[&str], code: i32) -> (Value, String) {
    let mut words = vec!["diff", "--json", "diff.json"];
    if !more.contains(&"--phases") {
        words.extend(FEW);
    }
    words.extend(more);
    words.extend(sides);
    let output = dir.permspec(&words).exits(code);
    (dir.json("diff.json"), output.out)
}

fn causes(diff: &Value) -> &Vec<Value> {
    diff["causes"].as_array().unwrap()
}

fn counted(diff: &Value) -> Vec<&Value> {
    causes(diff).iter().filter(|cause| cause["counted"] == true).collect()
}

fn fits(schema: Schema, value: &Value) {
    let schema = jsonschema::validator_for(&schema.value()).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn a_golden_file_tells_what_came_and_fits_its_schema() {
    let dir = TestDir::new();
    let file = record(&dir, &Server::start(None), "golden.json", &["--name", "ours"]);
    assert!(file.complete && file.partial.is_none());
    assert_eq!(file.target.name, "ours");
    assert_eq!(file.target.region, "us-east-1");
    assert!(file.scenarios.len() > 60, "{}", file.scenarios.len());
    fits(Schema::Golden, &dir.json("golden.json"));
    assert_eq!(file.to_text().unwrap(), dir.read("golden.json"));
    let answers = file.scenarios.iter().flat_map(|one| &one.steps);
    let statuses: std::collections::BTreeSet<u16> =
        answers.map(|step| step.recorded.answer().unwrap().status).collect();
    assert_eq!(statuses, [200, 201, 204, 400, 403, 404, 409, 412].into());
}

#[test]
fn an_account_and_credentials_never_reach_the_file() {
    let dir = TestDir::new();
    let server = in_account("424242424242", "eu-west-3");
    let mut command = dir.command(&["record", "--endpoint", &server.endpoint]);
    command.args(["--region", "eu-west-3", "--out", "golden.json"]).args(FEW);
    // Put together here, so that no scanner takes this file for a leak.
    let key = format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE");
    let secret = "a-secret-that-nobody-has/a-secret+that";
    command.env("AWS_ACCESS_KEY_ID", &key).env("AWS_SECRET_ACCESS_KEY", secret);
    command.env("AWS_SESSION_TOKEN", "a-token-of-a-session");
    common::output_of(command).exits(0);
    let text = dir.read("golden.json");
    for secret in ["424242424242", &key, secret, "a-token-of-a-session", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains(":lambda:${region}:${account}:function:${function.a}"));
    assert_eq!(GoldenFile::read(&dir.path("golden.json")).unwrap().target.account, None);
}

#[test]
fn the_same_set_is_recorded_again_to_the_letter() {
    let dir = TestDir::new();
    for (out, account, region) in [
        ("one.json", "123456789012", "us-east-1"),
        ("two.json", "123456789012", "us-east-1"),
        ("three.json", "424242424242", "eu-west-3"),
    ] {
        record(&dir, &in_account(account, region), out, &["--region", region, "--jobs", "3"]);
    }
    assert_eq!(dir.read("one.json"), dir.read("two.json"));
    // Elsewhere only what the scenarios themselves name is told otherwise.
    let (result, output) = diff(&dir, &["one.json", "three.json"], &["--strict"], 0);
    assert_eq!(causes(&result), &Vec::<Value>::new(), "{output}");
    assert!(output.contains("AGREE  in "), "{output}");
}

#[test]
fn two_runs_of_one_implementation_agree_on_everything() {
    let dir = TestDir::new();
    let (here, there) = (Server::start(None), in_account("000000000000", "us-east-1"));
    let sequences = ["--strict", "--phases", "sequences,random,types,corpus"];
    let sequences = [&sequences[..], &["--max-requests", "600"]].concat();
    let (result, output) = diff(&dir, &[&here.endpoint, &there.endpoint], &sequences, 0);
    assert_eq!(causes(&result), &Vec::<Value>::new(), "{output}");
    assert!(result["compared"].as_u64().unwrap() > 60, "{output}");
    fits(Schema::Diff, &result);
}

#[test]
fn an_implementation_that_takes_every_statement_id_differs_by_one_small_request() {
    let dir = TestDir::new();
    let (good, lax) = (Server::start(None), Server::start(Some(&LAX)));
    let words = ["--phases", "near-misses", "--max-requests", "400"];
    let (result, output) = diff(&dir, &[&good.endpoint, &lax.endpoint], &words, 1);
    let [cause] = counted(&result)[..] else { panic!("{output}") };
    assert_eq!(cause["aspect"], "status");
    assert_eq!(cause["peculiar"], serde_json::json!(["StatementId off its pattern"]));
    assert_eq!(cause["parties"][0]["answer"], "400 ValidationException");
    assert_eq!(cause["parties"][1]["answer"], "201");
    assert!(cause["occurrences"].as_u64().unwrap() > 3);
    let steps = cause["scenario"]["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 1, "{output}");
    let members = &steps[0]["AddPermission"]["Members"];
    assert_eq!(members["StatementId"].as_str().unwrap().chars().count(), 1, "{output}");
    fits(Schema::Diff, &result);
}

/// Ways to settle open points that no client can tell apart by what it acts on.
#[test]
fn what_is_only_written_differently_is_no_difference() {
    let dir = TestDir::new();
    let plain = Server::start(None);
    let names = "statement-reversed,condition-reversed,policy-reversed,spaced-json,spaced-body,\
                 escaped-slashes,no-type-member,message-upper-case,other-texts,revision-numbers,\
                 title-case-headers,charset,error-type-tail,extra-headers,chunked";
    let readings = Readings::from_names(names.split(',')).unwrap();
    let other = Server::with(ServerOptions { readings, ..ServerOptions::default() });
    let (result, output) = diff(&dir, &[&plain.endpoint, &other.endpoint], &[], 0);
    assert_eq!(counted(&result), Vec::<&Value>::new(), "{output}");
    // Strictly, texts and members of errors count.
    let (result, _) = diff(&dir, &[&plain.endpoint, &other.endpoint], &["--strict"], 1);
    let aspects: std::collections::BTreeSet<&str> =
        counted(&result).iter().map(|cause| cause["aspect"].as_str().unwrap()).collect();
    assert_eq!(aspects, ["message", "wire"].into());
}

#[rstest]
#[case(Some("null-refused"), None, "values,types", "status", 1)]
#[case(Some("iam-principals-refused"), None, "values", "status", 1)]
#[case(None, Some("account-in-list"), "values", "statement", 1)]
#[case(None, Some("statement-id-no-capitals"), "near-misses,bounds,values", "status", 1)]
#[case(None, Some("condition-not-stored"), "values", "policy", 2)]
#[case(None, Some("principal-code"), "values", "code", 1)]
#[case(None, Some("revision-new-on-publish"), "corpus,sequences", "policy", 4)]
fn each_reading_and_mutant_differs_by_a_small_scenario(
    #[case] reading: Option<&str>,
    #[case] broken: Option<&str>,
    #[case] phases: &str,
    #[case] aspect: &str,
    #[case] steps: usize,
) {
    let dir = TestDir::new();
    let plain = Server::start(None);
    let other = match (reading, broken) {
        (Some(reading), _) => Server::with(ServerOptions {
            readings: Readings::from_names([reading]).unwrap(),
            ..ServerOptions::default()
        }),
        (None, Some(broken)) => mutant(broken),
        (None, None) => unreachable!("one of them is named"),
    };
    let words = ["--phases", phases, "--max-requests", "400", "--max-shrink-requests", "150"];
    let (result, output) = diff(&dir, &[&plain.endpoint, &other.endpoint], &words, 1);
    let found = counted(&result);
    let of_aspect: Vec<&&Value> = found.iter().filter(|one| one["aspect"] == aspect).collect();
    assert!(!of_aspect.is_empty(), "{output}");
    for cause in found {
        let shrunk = cause["scenario"]["steps"].as_array().unwrap().len();
        assert!(shrunk <= steps, "{output}");
        assert!(cause["peculiar"].as_array().unwrap().len() <= 2, "{output}");
    }
}

#[test]
fn of_three_sides_the_one_that_disagrees_is_named() {
    let dir = TestDir::new();
    let server = Server::start(None);
    record(&dir, &server, "golden.json", &[]);
    let other = mutant("status-200");
    let sides = ["golden.json", &server.endpoint, &other.endpoint];
    let (result, output) = diff(&dir, &sides, &[], 1);
    let letters: Vec<&str> = result["sides"]
        .as_array()
        .unwrap()
        .iter()
        .map(|side| side["letter"].as_str().unwrap())
        .collect();
    assert_eq!(letters, ["A", "B", "C"]);
    for cause in counted(&result) {
        assert_eq!(cause["parties"][0]["sides"], serde_json::json!(["A", "B"]), "{output}");
        assert_eq!(cause["parties"][1]["sides"], serde_json::json!(["C"]), "{output}");
    }
    assert!(output.contains("answer of A B"), "{output}");
}

#[test]
fn what_a_target_sends_steers_neither_the_terminal_nor_the_file() {
    let dir = TestDir::new();
    let (good, hostile) = (Server::start(None), Server::start(Some(&HOSTILE)));
    let (_, output) = diff(&dir, &[&good.endpoint, &hostile.endpoint], &["--all"], 1);
    for text in [output, dir.read("diff.json")] {
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
        assert!(text.lines().all(|line| !line.trim_start().starts_with("::")), "{text}");
    }
    record(&dir, &hostile, "golden.json", &[]);
    assert!(dir.read("golden.json").contains("\\u001b"));
    assert!(!HOSTILE_TEXT.is_empty());
}

#[test]
fn invalid_arguments_are_reported_before_anything_is_sent() {
    let dir = TestDir::new();
    dir.write("run.json", r#"{"schema": "permspec.results/1"}"#);
    dir.permspec(&["record", "--out", "x.json"]).usage(&["no target"]);
    dir.permspec(&["record", "--embedded", "--out", "no/x.json"])
        .usage(&["directory no does not exist"]);
    dir.permspec(&["record", "--embedded", "--endpoint", NOWHERE, "--out", "x"])
        .usage(&["one target"]);
    dir.permspec(&["record", "--embedded", "--phases", "races", "--out", "x"])
        .usage(&["races depend on timing"]);
    dir.permspec(&["diff", NOWHERE]).usage(&["1 side to compare"]);
    dir.permspec(&["diff", "run.json", NOWHERE])
        .usage(&["permspec.results/1", "permspec.golden/1"]);
    dir.permspec(&["diff", "gone.json", NOWHERE]).usage(&["cannot read gone.json"]);
    dir.permspec(&["diff", "--embedded", NOWHERE]).exits(5);
    assert_eq!(dir.files(), ["run.json"]);
}

#[test]
fn under_the_limits_of_real_aws_grants_to_strangers_are_left_out_and_the_rest_agrees() {
    let dir = TestDir::new();
    let server = in_account("424242424242", "us-east-1");
    let role = "arn:aws:iam::424242424242:role/permspec";
    let mut command = dir.command(&["record", "--aws", "--endpoint", &server.endpoint]);
    command.args([
        "--role",
        role,
        "--rate",
        "1000",
        "--consistency-timeout",
        "1ms",
        "--out",
        "aws.json",
    ]);
    command.args(["--phases", "corpus", "--max-requests", "1000"]);
    command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
    let output = common::output_of(command).exits(0);
    assert!(
        output.out.contains("more scenarios grant access to other accounts or the public"),
        "{output:?}"
    );
    let text = dir.read("aws.json");
    assert!(!text.contains("424242424242"));
    assert!(GoldenFile::read(&dir.path("aws.json")).unwrap().complete);
    fits(Schema::Golden, &dir.json("aws.json"));
    dir.permspec(&["golden", "check", "aws.json"]).exits(0);
    let (result, _) = diff(&dir, &["aws.json"], &["--embedded", "--phases", "corpus"], 0);
    assert_eq!(counted(&result), Vec::<&Value>::new());
}

#[cfg(unix)]
#[test]
fn an_interrupted_recording_is_written_and_says_that_it_is_partial() {
    let dir = TestDir::new();
    let slow = Server::with(ServerOptions {
        latency: Some(std::time::Duration::from_millis(25)),
        ..ServerOptions::default()
    });
    let mut child =
        dir.start(&["record", "--endpoint", &slow.endpoint, "--out", "golden.json", "--jobs", "2"]);
    let mut begun = String::new();
    std::io::BufReader::new(child.stderr.take().unwrap()).read_line(&mut begun).unwrap();
    assert!(begun.starts_with("recording "), "{begun}");
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let file = GoldenFile::read(&dir.path("golden.json")).unwrap();
    assert!(!file.complete && !file.scenarios.is_empty());
    assert!(file.partial.unwrap().contains("was interrupted"));
    assert!(String::from_utf8(output.stdout).unwrap().contains("partial: "));
}
