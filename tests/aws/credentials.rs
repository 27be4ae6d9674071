//! Credentials that are wrong or expired, clocks, storms, a network that is cut: each ends in one
//! sentence that says what to do.

use std::io::Read as _;
use std::time::Duration;

use permspec::server::{ServerOptions, Throttle};
use rstest::rstest;

use super::stand_in::{
    ACCOUNT, FEWEST, KEY, SECRET, TOKEN, Tap, cleanup, command, options, run, server, start, words,
};
use crate::common::{NOWHERE, Server, TestDir, output_of, wait_for_lines};

/// A failure of the whole run: the announcement, progress, and one sentence at the end.
#[track_caller]
fn one_sentence(output: &crate::common::Output) -> String {
    let last = output.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("permspec: "), "{}", output.err);
    assert_eq!(output.out, "", "nothing was judged");
    last.to_owned()
}

#[rstest]
#[case::wrong_secret(&[("AWS_SECRET_ACCESS_KEY", "wrong")], "correct the credentials")]
#[case::unknown_key(&[("AWS_ACCESS_KEY_ID", "AKIDOTHER")], "does not know the access key")]
#[case::unknown_token(&[("AWS_SESSION_TOKEN", "another")], "does not know the access key")]
#[case::expired(&[("AWS_SESSION_TOKEN", "old")], "the session token has expired")]
#[case::nobody(&[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")], "gives no credentials")]
fn credentials_that_do_not_serve_make_the_target_unusable(
    #[case] variables: &[(&str, &str)],
    #[case] says: &str,
) {
    let dir = TestDir::new();
    let server = Server::with(ServerOptions { expired_token: Some("old".into()), ..options() });
    let mut command = command(&dir, &words(&server.endpoint, &["--json", "r.json"]));
    command.envs(variables.iter().copied());
    let output = output_of(command).exits(5).says(&[says]);
    assert!(one_sentence(&output).contains(says), "{}", output.err);
    assert_eq!(dir.json("r.json")["outcome"], "unusable");
}

#[test]
fn a_clock_that_is_off_makes_the_target_unusable() {
    let dir = TestDir::new();
    let skewed = ServerOptions { clock_skew: Duration::from_mins(20), ..options() };
    let output = run(&dir, &Server::with(skewed).endpoint, &[]).exits(5);
    let last = one_sentence(&output);
    assert!(last.contains("set the clock") && last.contains("Signature expired"), "{last}");
}

#[test]
fn nobody_there_and_a_role_of_another_account_make_the_target_unusable() {
    let dir = TestDir::new();
    let output = run(&dir, NOWHERE, &[]).exits(5);
    assert!(one_sentence(&output).contains("nothing answers at"), "{}", output.err);
    let other = Server::with(ServerOptions { account: "999999999999".into(), ..options() });
    let output = run(&dir, &other.endpoint, &[]).exits(5).says(&[ACCOUNT, "999999999999"]);
    assert!(one_sentence(&output).contains("of one account"), "{}", output.err);
}

#[test]
fn credentials_come_from_a_profile() {
    let dir = TestDir::new();
    let server = server();
    dir.write(
        "shared",
        &format!(
            "[tester]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n\
             aws_session_token = {TOKEN}\n"
        ),
    );
    let with = |profile: &str| {
        let mut more = FEWEST.to_vec();
        more.extend(["--aws-profile", profile]);
        let mut command = command(&dir, &words(&server.endpoint, &more));
        command.env("AWS_SHARED_CREDENTIALS_FILE", dir.path("shared"));
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        output_of(command)
    };
    with("tester").exits(0);
    let output = with("nobody").exits(5).says(&["nobody"]);
    one_sentence(&output);
}

#[test]
fn an_endpoint_of_ones_own_gets_credentials_of_the_chain_only_where_that_is_said() {
    let dir = TestDir::new();
    let server = server();
    let mut all = vec!["run", "--endpoint", &server.endpoint];
    all.extend(FEWEST);
    let said_by = |more: &[&str]| output_of(command(&dir, &[&all[..], more].concat()));
    let dummy = said_by(&[]).exits(5);
    assert!(one_sentence(&dummy).contains("does not know the access key"), "{}", dummy.err);
    let none = said_by(&["--credentials", "none"]).exits(5);
    assert!(one_sentence(&none).contains("drop --credentials none"), "{}", none.err);
    said_by(&["--credentials", "chain"]).exits(0);
}

#[test]
fn a_session_that_expires_in_the_middle_leaves_a_run_incomplete_and_says_what_is_left() {
    let dir = TestDir::new();
    let server = Server::with(ServerOptions { expire_after: Some(60), ..options() });
    let output = run(&dir, &server.endpoint, &["--json", "r.json"]).exits(3);
    let result = dir.json("r.json");
    let detail = |id: &str| {
        let warnings = result["warnings"].as_array().unwrap().iter();
        let mut found = warnings.filter(|warning| warning["id"] == id);
        found.next().unwrap_or_else(|| panic!("{result}"))["detail"].as_str().unwrap().to_owned()
    };
    assert!(detail("target-lost").contains("sign in again"), "{}", detail("target-lost"));
    let left = detail("left-behind");
    assert!(left.contains("the function permspec-") && left.contains("ExpiredToken"), "{left}");
    assert!(left.ends_with("permspec cleanup --yes"), "{left}");
    assert_eq!(result["counts"]["violated"], 0, "a refusal of the credentials is no violation");
    assert!(output.out.contains("permspec cleanup --yes"), "{}", output.out);
    cleanup(&dir, &["--yes"]).exits(5).says(&["sign in again"]);
    assert_eq!(dir.read_dir(".permspec/journal").len(), 1, "what is left stays written down");
}

#[test]
fn a_storm_of_throttling_ends_in_a_sentence() {
    let dir = TestDir::new();
    let throttled = ServerOptions { throttle: Some(Throttle::Every(1)), ..options() };
    let hasty = ["--patience", "200ms"];
    let output = run(&dir, &Server::with(throttled).endpoint, &hasty).exits(5);
    assert!(one_sentence(&output).contains("throttles everything"), "{}", output.err);
    let bucket = Throttle::Bucket { rate: 0.0, burst: 40.0 };
    let later = Server::with(ServerOptions { throttle: Some(bucket), ..options() });
    run(&dir, &later.endpoint, &["--patience", "200ms", "--json", "r.json"]).exits(3);
    let warnings = dir.json("r.json")["warnings"].to_string();
    assert!(warnings.contains("throttles more than it answers"), "{warnings}");
    assert!(warnings.contains("lower --rate"), "{warnings}");
}

#[test]
fn a_network_that_is_cut_ends_in_a_sentence_and_cleaning_up_later_works() {
    let dir = TestDir::new();
    let server = server();
    let tap = Tap::on(&server);
    let more = ["--events", "e.ndjson", "--json", "r.json", "--rate", "100", "--jobs", "1"];
    let mut child = start(&dir, &tap.endpoint, &more);
    wait_for_lines(&dir.path("e.ndjson"), 13);
    tap.cut();
    let status = child.wait().unwrap();
    let mut output = String::new();
    child.stderr.take().unwrap().read_to_string(&mut output).unwrap();
    assert_eq!(status.code(), Some(3), "{output}");
    let warnings = dir.json("r.json")["warnings"].to_string();
    assert!(warnings.contains("does not answer any more"), "{warnings}");
    assert!(warnings.contains("permspec cleanup --yes"), "{warnings}");
    // The same functions, by another way to the same server.
    let journal = dir.read_dir(".permspec/journal").remove(0);
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replace(&tap.endpoint, &server.endpoint)).unwrap();
    let output = cleanup(&dir, &["--yes"]).exits(0);
    assert!(output.out.contains("deleted"), "{}", output.out);
    assert!(dir.read_dir(".permspec/journal").is_empty());
}
