//! What moto tests of its own AddPermission, GetPolicy and RemovePermission, against the reference
//! server. `corpora/targets/moto/own-tests.md` says who is right where they differ.
//!
//! moto's source package ships its tests; they are run as they are, in a process where the Lambda
//! client, and nothing else, has another endpoint.

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Server;
use permspec::server::{Reading, Readings, ServerOptions};

const FILE: &str = "tests/test_awslambda/test_lambda_policy.py";

/// What that file needs of moto's tests.
const FILES: [&str; 6] = [
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/markers.py",
    "tests/test_awslambda/__init__.py",
    "tests/test_awslambda/utilities.py",
    FILE,
];

/// Tests that grant with the SourceArn `arn:aws:lambda:us-west-2:account-id:function:helloworld`,
/// which the documented pattern excludes.
const NO_ACCOUNT: [&str; 7] = [
    "test_add_function_permission[FunctionArn]",
    "test_add_function_permission[FunctionName]",
    "test_add_permission_with_principalorgid",
    "test_remove_function_permission[FunctionArn]",
    "test_remove_function_permission[FunctionName]",
    "test_remove_function_permission__with_qualifier[FunctionArn]",
    "test_remove_function_permission__with_qualifier[FunctionName]",
];

/// Wants the text that AWS had for an absent policy before November 2025.
const OLD_TEXT: &str = "test_get_unknown_policy";

fn tool(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty());
    PathBuf::from(value.unwrap_or_else(|| panic!("{variable} is not set: see .ci/run")))
}

/// Runs moto's tests, with a change to their text, and tells of each whether it passed.
fn run(readings: Readings, change: impl Fn(&str) -> String) -> BTreeMap<String, bool> {
    let source = tool("PERMSPEC_TEST_MOTO_TESTS");
    let copy = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(copy.path().join("tests/test_awslambda")).unwrap();
    for name in FILES {
        let text = std::fs::read_to_string(source.join(name)).unwrap();
        let text = if name == FILE { change(&text) } else { text };
        std::fs::write(copy.path().join(name), text).unwrap();
    }
    let region = "us-west-2".to_owned();
    let server = Server::with(ServerOptions { region, readings, ..ServerOptions::default() });
    let python = tool("PERMSPEC_TEST_MOTO");
    let python = python.parent().unwrap_or(Path::new("")).join("python");
    let output = Command::new(&python)
        .args([
            "-m",
            "pytest",
            "-q",
            "-rA",
            "--tb=no",
            "--color=no",
            "-p",
            "no:cacheprovider",
            FILE,
        ])
        .current_dir(copy.path())
        .env("AWS_ENDPOINT_URL_LAMBDA", &server.endpoint)
        .env("AWS_DEFAULT_REGION", "us-west-2")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("AWS_ENDPOINT_URL")
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let outcomes: BTreeMap<String, bool> = text
        .lines()
        .filter_map(|line| {
            let (word, rest) = line.split_once(' ')?;
            let passed = match word {
                "PASSED" => true,
                "FAILED" | "ERROR" => false,
                _ => return None,
            };
            let (_, name) = rest.split(" - ").next()?.rsplit_once("::")?;
            Some((name.to_owned(), passed))
        })
        .collect();
    assert_eq!(outcomes.len(), 13, "{text}{}", String::from_utf8_lossy(&output.stderr));
    outcomes
}

fn failed(outcomes: &BTreeMap<String, bool>) -> Vec<&str> {
    outcomes.iter().filter(|(_, passed)| !**passed).map(|(name, _)| name.as_str()).collect()
}

#[test]
#[ignore = "needs moto with pytest and its tests, by PERMSPEC_TEST_MOTO and PERMSPEC_TEST_MOTO_TESTS"]
fn the_tests_of_moto_fail_only_where_moto_is_known_to_differ_from_aws() {
    let as_shipped = run(Readings::default(), str::to_owned);
    let mut expected: Vec<&str> = NO_ACCOUNT.into_iter().chain([OLD_TEXT]).collect();
    expected.sort_unstable();
    assert_eq!(failed(&as_shipped), expected);
}

#[test]
#[ignore = "needs moto with pytest and its tests, by PERMSPEC_TEST_MOTO and PERMSPEC_TEST_MOTO_TESTS"]
fn with_an_account_in_the_source_arn_and_the_older_text_the_tests_of_moto_pass() {
    let older = Readings::default().with(Reading::OlderTexts);
    let repaired = run(older, |text| text.replace("account-id", "123456789012"));
    assert_eq!(failed(&repaired), [""; 0]);
}
