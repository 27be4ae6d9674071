//! What is left behind, and how it goes away.

use permspec::server::ServerOptions;

use super::stand_in::{cleanup, options, plain_request, run, server, start};
use crate::common::{NOWHERE, Server, TestDir, wait_for_lines};

/// The functions of permspec's that are on the server, as a dry run lists them.
fn left(dir: &TestDir, server: &Server) -> usize {
    let output = cleanup(dir, &["--prefix", "permspec-", "--endpoint", &server.endpoint]);
    let output = output.exits(0);
    output
        .out
        .lines()
        .filter(|line| line.contains("would be deleted") && line.starts_with("  "))
        .count()
}

/// A server that does not check signatures: what is looked at from outside is not signed.
fn open() -> Server {
    Server::with(ServerOptions { verify_signatures: None, ..options() })
}

#[test]
fn a_run_that_was_killed_is_cleaned_up_after_and_nothing_else_is_touched() {
    let dir = TestDir::new();
    let server = open();
    let body = r#"{"FunctionName":"permspec-of-mine","Role":"r","Code":{"ZipFile":"AA=="}}"#;
    plain_request(&server, "POST /2015-03-31/functions", body);
    let more = ["--events", "e.ndjson", "--rate", "100", "--jobs", "4"];
    let mut child = start(&dir, &server.endpoint, &more);
    wait_for_lines(&dir.path("e.ndjson"), 13);
    let busy = cleanup(&dir, &["--yes"]).exits(3).says(&["is still going"]);
    assert!(!busy.out.contains("deleted"), "{}", busy.out);
    child.kill().unwrap();
    child.wait().unwrap();
    let there = left_of_journal(&dir);
    assert!(there > 0, "a run that was killed leaves something");
    assert_eq!(left_of_journal(&dir), there, "a dry run deletes nothing");
    let output = cleanup(&dir, &["--yes"]).exits(0);
    assert!(output.out.contains(&format!("{there} function")), "{}", output.out);
    assert!(dir.read_dir(".permspec/journal").is_empty());
    let again = cleanup(&dir, &["--yes"]).exits(0);
    assert!(again.out.contains("nothing to clean up"), "{}", again.out);
    let listed = plain_request(&server, "GET /2015-03-31/functions", "");
    assert!(listed.contains("permspec-of-mine") && !listed.contains("made by permspec"));
}

/// How many functions a dry run would delete.
fn left_of_journal(dir: &TestDir) -> usize {
    let output = cleanup(dir, &[]).exits(0);
    output.out.lines().filter(|line| line.ends_with("  would be deleted")).count()
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_deletes_what_it_made() {
    let dir = TestDir::new();
    let server = server();
    let more = ["--events", "e.ndjson", "--rate", "200"];
    let mut child = start(&dir, &server.endpoint, &more);
    wait_for_lines(&dir.path("e.ndjson"), 13);
    assert_eq!(dir.read_dir(".permspec/journal").len(), 1);
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(dir.read_dir(".permspec/journal").is_empty());
}

#[test]
fn functions_are_found_by_their_prefix_over_several_pages() {
    let dir = TestDir::new();
    let server = open();
    let make = |name: &str, description: &str| {
        let body = format!(
            r#"{{"FunctionName":"{name}","Role":"r","Code":{{"ZipFile":"AA=="}},"Description":"{description}"}}"#
        );
        plain_request(&server, "POST /2015-03-31/functions", &body);
    };
    for number in 0..60 {
        make(&format!("permspec-x-{number}"), "made by permspec; may be deleted");
    }
    make("permspec-x-mine", "of mine");
    make("permspecial", "made by permspec; may be deleted");
    make("other", "made by permspec; may be deleted");
    let at = ["--endpoint", &server.endpoint, "--prefix"];
    let with = |more: &[&str]| cleanup(&dir, &[&at[..], more].concat());
    let dry = with(&["permspec-x-1"]).exits(0);
    assert!(dry.out.contains("11 functions would be deleted"), "{}", dry.out);
    let done = with(&["permspec-", "--yes"]).exits(0);
    assert!(done.out.contains("60 functions deleted"), "{}", done.out);
    assert!(done.out.contains("permspec-x-mine  not deleted: its description"), "{}", done.out);
    let listed = plain_request(&server, "GET /2015-03-31/functions", "");
    for kept in ["permspec-x-mine", "permspecial", "other"] {
        assert!(listed.contains(&format!("\"{kept}\"")), "{kept}");
    }
    with(&["o"]).exits(2).says(&["begin with permspec-"]);
    with(&["permspecial"]).exits(2);
    assert_eq!(left(&dir, &server), 0);
}

#[test]
fn credentials_of_another_account_do_not_pass_for_a_clean_target() {
    let dir = TestDir::new();
    let server = server();
    let more = ["--events", "e.ndjson", "--rate", "100"];
    let mut child = start(&dir, &server.endpoint, &more);
    wait_for_lines(&dir.path("e.ndjson"), 13);
    child.kill().unwrap();
    child.wait().unwrap();
    let other = Server::with(ServerOptions { account: "999999999999".into(), ..options() });
    let journal = dir.read_dir(".permspec/journal").remove(0);
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, text.replace(&server.endpoint, &other.endpoint)).unwrap();
    cleanup(&dir, &["--yes"]).exits(5).says(&["123456789012", "999999999999", "--aws-profile"]);
    assert_eq!(dir.read_dir(".permspec/journal").len(), 1, "nothing was forgotten");
}

#[test]
fn a_journal_that_cannot_be_trusted_is_left_alone() {
    let dir = TestDir::new();
    dir.write(".permspec/journal/x.ndjson", "{}\n");
    cleanup(&dir, &["--yes"]).exits(3).says(&["is not a journal of permspec"]);
    let head = |endpoint: &str| {
        format!(
            r#"{{"schema":"permspec.journal/1","run":"r","endpoint":"{endpoint}","region":"us-east-1","account":"","prefix":"permspec","started":""}}"#
        )
    };
    dir.write(".permspec/journal/x.ndjson", &head("http://10.0.0.1"));
    cleanup(&dir, &["--yes"])
        .exits(2)
        .says(&["names a target that is neither AWS nor on this machine"]);
    cleanup(&dir, &["--aws"]).exits(2).says(&["--prefix"]);
    dir.write(".permspec/journal/x.ndjson", &head(NOWHERE));
    cleanup(&dir, &["--yes"]).exits(0);
}

#[test]
fn what_could_not_be_deleted_is_no_success() {
    let dir = TestDir::new();
    let server = Server::with(ServerOptions { mutants: (&KEEPS).into(), ..options() });
    let mut more = super::stand_in::FEWEST.to_vec();
    more.extend(["--json", "r.json"]);
    run(&dir, &server.endpoint, &more).exits(3);
    let result = dir.json("r.json");
    let warnings = result["warnings"].to_string();
    assert!(warnings.contains("could not be deleted: 403"), "{warnings}");
    assert!(warnings.contains("permspec cleanup --yes"), "{warnings}");
    assert_eq!(result["counts"]["could_not_run"], 0);
    let still = cleanup(&dir, &["--yes"]).exits(3);
    assert!(still.out.contains("deletion failed: "), "{}", still.out);
}

/// Deletes no function.
static KEEPS: permspec::server::Mutant = permspec::server::Mutant {
    name: "keeps",
    about: "deletes no function",
    rules: &[],
    member: None,
    advisory: false,
    plants: &[permspec::server::mutants::Mutation::RewriteRequest(|request, _| {
        if request.method == "DELETE" && !request.path.contains("/policy") {
            // No such operation.
            request.method = "PATCH";
        }
    })],
};
