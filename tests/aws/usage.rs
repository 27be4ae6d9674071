//! What is refused before anything is sent.

use rstest::rstest;

use super::stand_in::{ROLE, command, words};
use crate::common::{NOWHERE, TestDir, output_of};

#[rstest]
#[case("http://lambda.us-east-1.amazonaws.com")]
#[case("https://lambda.eu-west-1.amazonaws.com:443")]
#[case("https://lambda.cn-north-1.amazonaws.com.cn")]
#[case("https://lambda-fips.us-gov-west-1.api.aws")]
#[case("https://LAMBDA.us-isob-east-1.SC2S.sgov.gov.")]
fn real_aws_is_not_touched_by_accident(#[case] endpoint: &str) {
    let dir = TestDir::new();
    for command in ["run", "replay"] {
        dir.write("s.json", SCENARIO);
        let file = if command == "replay" { "s.json" } else { "success.status" };
        let mut words = vec![command, file, "--endpoint", endpoint];
        words.extend(["--role", ROLE]);
        dir.permspec(&words).usage(&["belongs to AWS", "--aws"]);
    }
}

const SCENARIO: &str = r#"{"format":"permspec.scenario/1","about":"one","source":"a test","fixture":{"functions":[{"key":"a"}]},"steps":[]}"#;

#[rstest]
#[case(&["--endpoint", "http://10.1.2.3:4566"], &["must be an AWS or a loopback endpoint"])]
#[case(&["--endpoint", "http://lambda.us-east-1.amazonaws.com"], &["not encrypted"])]
#[case(&["--region", "us-east-1.example.org"], &["a region is lower-case letters"])]
#[case(&["--embedded"], &["two targets", "--aws"])]
#[case(&["--endpoint", NOWHERE, "--function", "mine"], &["remove --function"])]
#[case(&["--endpoint", NOWHERE, "--credentials", "dummy"], &["remove --credentials"])]
#[case(&["--endpoint", NOWHERE, "--role", "permspec"], &["not the ARN of a role"])]
#[case(&["--endpoint", NOWHERE, "--rate", "0"], &["positive number"])]
fn what_does_not_go_together_is_told_before_anything_is_sent(
    #[case] more: &[&str],
    #[case] says: &[&str],
) {
    let dir = TestDir::new();
    let mut all = vec!["run", "--aws"];
    if !more.contains(&"--role") {
        all.extend(["--role", ROLE]);
    }
    all.extend(more);
    let output = output_of(command(&dir, &all)).exits(2).says(says);
    assert!(!output.err.contains("budget"), "{}", output.err);
}

#[test]
fn without_a_role_the_commands_that_make_one_are_told() {
    let dir = TestDir::new();
    let run = ["run", "--aws", "--region", "cn-north-1"];
    let output = output_of(command(&dir, &run)).exits(2);
    let commands: Vec<&str> =
        output.err.lines().map(str::trim).filter(|line| line.starts_with("aws iam ")).collect();
    assert_eq!(commands.len(), 2, "{}", output.err);
    assert!(commands[0].contains("create-role") && commands[0].contains("lambda.amazonaws.com"));
    assert!(commands[1].contains("put-role-policy") && commands[1].contains("Deny"));
    assert!(output.err.contains("--role arn:aws-cn:iam::"), "{}", output.err);
}

#[test]
fn what_is_for_real_aws_alone_needs_aws() {
    let dir = TestDir::new();
    let run = ["run", "--endpoint", NOWHERE];
    let with = |more: &[&str]| dir.permspec(&[&run[..], more].concat());
    with(&["--allow-public"]).usage(&["--allow-public needs --aws"]);
    with(&["--aws-profile", "x"]).usage(&["--credentials chain"]);
}

#[test]
fn on_aws_a_run_is_slow_unless_it_is_told_otherwise() {
    let dir = TestDir::new();
    let shown = |more: &[&str]| {
        let mut all = words(NOWHERE, more);
        all.push("--show-config");
        let output = output_of(command(&dir, &all)).exits(0);
        let line = |name: &str| {
            let found = output.out.lines().find(|line| line.split(' ').next() == Some(name));
            found.unwrap().split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
        };
        (line("jobs"), line("rounds"))
    };
    let usual = "built-in for --aws";
    assert_eq!(shown(&[]), (format!("2 {usual}"), format!("3 {usual}")));
    assert_eq!(shown(&["--jobs", "7"]), ("7 command line".to_owned(), format!("3 {usual}")));
    dir.write("permspec.toml", "[default]\naws = true\nrounds = 9");
    assert_eq!(shown(&[]).1, "9 permspec.toml [default]");
}
