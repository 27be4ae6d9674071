//! What a run on real AWS may send, make and grant.

use std::collections::BTreeSet;

use serde_json::Value;

use super::stand_in::{
    ACCOUNT, FEWEST, ROLE, Sent, Tap, broken, command, options, plain_request, run, server,
};
use crate::common::{LAX, Server, TestDir, output_of};

fn json(sent: &Sent) -> Value {
    serde_json::from_str(&sent.body).unwrap_or_default()
}

/// The names of the functions that were made.
fn made(sent: &[Sent]) -> BTreeSet<String> {
    let creations = sent.iter().filter(|sent| sent.line == "POST /2015-03-31/functions");
    creations.map(|sent| json(sent)["FunctionName"].as_str().unwrap().to_owned()).collect()
}

fn grants(sent: &[Sent]) -> impl Iterator<Item = &Sent> {
    sent.iter().filter(|sent| {
        let path = sent.line.split('?').next().unwrap_or_default();
        path.starts_with("POST ") && path.ends_with("/policy")
    })
}

#[test]
fn a_whole_run_keeps_to_its_limits_and_leaves_nothing() {
    let dir = TestDir::new();
    let server = server();
    let tap = Tap::on(&server);
    let more = ["--jobs", "4", "--json", "r.json"];
    let output = run(&dir, &tap.endpoint, &more).says(&["budget     at most 6000 requests"]);
    let first = output.err.lines().next().unwrap();
    assert!(first.contains("real AWS") && first.contains(ACCOUNT), "{first}");
    let sent = tap.sent();
    let functions = made(&sent);
    assert!(functions.len() > 20, "{}", functions.len());
    for creation in sent.iter().filter(|sent| sent.line == "POST /2015-03-31/functions") {
        let body = json(creation);
        let name = body["FunctionName"].as_str().unwrap();
        let run = body["Tags"]["permspec"].as_str().unwrap();
        assert!(!run.is_empty() && name.starts_with(&format!("permspec-{run}-")), "{name}");
        assert_eq!(body["Role"], ROLE);
        let reserved = format!("PUT /2017-10-31/functions/{name}/concurrency");
        let reserved = sent.iter().find(|sent| sent.line == reserved).expect("it is inert");
        assert_eq!(reserved.body, r#"{"ReservedConcurrentExecutions":0}"#);
        let deleted = format!("DELETE /2015-03-31/functions/{name}");
        assert!(sent.iter().any(|sent| sent.line == deleted), "{name} is left");
    }
    let mut own = 0;
    for grant in grants(&sent) {
        let body = json(grant);
        let principal = body["Principal"].as_str().unwrap_or_else(|| panic!("{grant:?}"));
        let is_own = principal == ACCOUNT || principal.contains(&format!("::{ACCOUNT}:"));
        own += usize::from(is_own);
        let service = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"];
        assert!(is_own || service.iter().any(|end| principal.ends_with(end)), "{grant:?}");
        assert!(!grant.line.contains("no-such-function"), "{grant:?}");
    }
    assert!(own > 0 && grants(&sent).count() > 200);
    let result = dir.json("r.json");
    assert_eq!(result["counts"]["violated"], 0, "{}", output.out);
    assert!(result["counts"]["held"].as_u64().unwrap() > 65, "{}", output.out);
    let wildcard = result["rules"].as_array().unwrap().iter();
    let wildcard = wildcard.clone().find(|rule| rule["id"] == "principal.wildcard").unwrap();
    assert_eq!(wildcard["verdict"], "not-applicable");
    assert!(wildcard["reason"].as_str().unwrap().contains("grant access to others"), "{wildcard}");
    assert!(dir.read_dir(".permspec/journal").is_empty());
}

#[test]
fn with_allow_public_each_grant_to_a_stranger_is_taken_back_at_once() {
    let dir = TestDir::new();
    let server = server();
    let tap = Tap::on(&server);
    let more = ["principal.wildcard", "--allow-public", "--jobs", "1", "--depth", "quick"];
    run(&dir, &tap.endpoint, &more).exits(0);
    let sent = tap.sent();
    let strangers = |sent: &&Sent| json(sent)["Principal"] == "*";
    let mut seen = 0;
    for (at, grant) in sent.iter().enumerate().filter(|(_, sent)| strangers(sent)) {
        let body = json(grant);
        let Some(sid) = body["StatementId"].as_str() else { continue };
        if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            continue;
        }
        let path = grant.line["POST ".len()..].split('?').next().unwrap();
        let taken_back = format!("DELETE {path}/{sid}");
        // With one group in flight, what comes next on the connection is next in time; a grant
        // that was refused is followed by something else.
        let next = sent.get(at + 1).map(|next| next.line.split('?').next().unwrap().to_owned());
        seen += usize::from(next.as_ref() == Some(&taken_back));
    }
    assert!(seen >= 5, "{seen} grants to strangers were taken back");
    for name in made(&sent) {
        assert!(sent.iter().any(|s| s.line == format!("DELETE /2015-03-31/functions/{name}")));
    }
}

#[test]
fn the_budget_bounds_everything_shrinking_and_cleaning_up_too() {
    let dir = TestDir::new();
    let server = broken(&LAX);
    let tap = Tap::on(&server);
    for most in ["30", "150"] {
        let before = tap.sent().len();
        let more = [
            "statement-id.*",
            "--max-requests",
            most,
            "--json",
            "r.json",
            "--consistency-timeout",
            "0s",
        ];
        let output = run(&dir, &tap.endpoint, &more);
        assert!([1, 3].contains(&output.code), "{}: {}", output.code, output.err);
        let sent = tap.sent().len() - before;
        assert!(sent <= most.parse().unwrap(), "{sent} of {most}");
        assert_eq!(dir.json("r.json")["counts"]["requests"], sent);
        assert!(dir.read_dir(".permspec/journal").is_empty(), "{most}: {}", output.out);
    }
}

#[test]
fn replaying_cannot_get_around_the_gate() {
    let dir = TestDir::new();
    let server = server();
    let tap = Tap::on(&server);
    let scenario = |principal: &str, name: &str| {
        format!(
            r#"{{"format":"permspec.scenario/1","about":"a grant","source":"a test","fixture":{{"functions":[{{"key":"a"}}]}},
            "steps":[{{"send":{{"AddPermission":{{"FunctionName":"{name}","Members":{{
            "StatementId":"a","Action":"lambda:InvokeFunction","Principal":"{principal}"}}}}}}}}]}}"#
        )
    };
    let replay = |text: &str| {
        dir.write("s.json", text);
        let words = ["replay", "s.json", "--aws", "--endpoint", &tap.endpoint, "--role", ROLE];
        output_of(command(&dir, &[&words[..], &["--rate", "500"]].concat()))
    };
    let own = "${function.a}";
    replay(&scenario("s3.amazonaws.com", own)).exits(0);
    assert_eq!(grants(&tap.sent()).count(), 1);
    for (principal, name) in
        [("*", own), ("999999999999", own), ("s3.amazonaws.com", "my-function")]
    {
        let output = replay(&scenario(principal, name)).exits(3);
        assert!(output.out.contains("UNRUN  not sent: "), "{}", output.out);
    }
    assert_eq!(grants(&tap.sent()).count(), 1, "none of these went out");
    assert!(dir.read_dir(".permspec/journal").is_empty());
}

#[test]
fn a_function_without_a_journal_is_not_made() {
    let dir = TestDir::new();
    let server = server();
    let tap = Tap::on(&server);
    dir.write("journals", "a file where a folder should be");
    let mut more = FEWEST.to_vec();
    more.extend(["--journal", "journals/here"]);
    run(&dir, &tap.endpoint, &more).exits(2).says(&["the journal journals/here cannot be used"]);
    assert!(tap.sent().is_empty());
}

#[test]
fn a_function_of_the_users_own_is_neither_read_nor_touched() {
    let dir = TestDir::new();
    let server =
        Server::with(permspec::server::ServerOptions { verify_signatures: None, ..options() });
    let body = r#"{"FunctionName":"no-such-function-ps","Role":"r","Code":{"ZipFile":"AA=="}}"#;
    plain_request(&server, "POST /2015-03-31/functions", body);
    let tap = Tap::on(&server);
    // These rules ask for functions that are usually absent.
    run(&dir, &tap.endpoint, &["error.not-found", "--depth", "quick"]);
    let named = |sent: &&Sent| sent.line.contains("no-such-function-ps");
    let touched: Vec<Sent> =
        tap.sent().iter().filter(named).filter(|s| !s.line.starts_with("GET")).cloned().collect();
    assert!(touched.is_empty(), "{touched:?}");
    assert!(tap.sent().len() > 10);
}

#[test]
fn recording_keeps_to_the_same_limits() {
    let dir = TestDir::new();
    let server = server();
    let tap = Tap::on(&server);
    let words = ["record", "--aws", "--endpoint", &tap.endpoint, "--role", ROLE];
    let more = ["--rate", "1000", "--out", "g.json", "--max-requests", "200"];
    let output = output_of(command(&dir, &[&words[..], &more].concat()));
    assert!([0, 3].contains(&output.code), "{}: {}", output.code, output.err);
    let sent = tap.sent();
    assert!(sent.len() <= 200, "{}", sent.len());
    assert!(grants(&sent).count() > 20);
    for grant in grants(&sent) {
        let principal = json(grant)["Principal"].as_str().unwrap_or_default().to_owned();
        assert!(
            [".amazonaws.com", ".amazon.com", ACCOUNT].iter().any(|own| principal.contains(own)),
            "{grant:?}"
        );
    }
    assert_eq!(dir.json("g.json")["target"]["kind"], "emulator", "a stand-in is no ground truth");
    assert!(dir.read_dir(".permspec/journal").is_empty());
}
