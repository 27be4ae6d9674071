//! Writes that show late.

use std::time::Duration;

use permspec::schema::Schema;
use permspec::server::ServerOptions;
use permspec::server::mutants::MutantSet;

use super::stand_in::{options, run};
use crate::common::{Server, TestDir};

/// A few rules whose reads follow their writes.
const RULES: &str = "policy.*,revision-id.*,remove.*,error.not-stored";

fn late(mutant: Option<&str>) -> Server {
    let mutants = MutantSet::parse(mutant.unwrap_or_default()).unwrap();
    let eventual = Some(Duration::from_millis(200));
    Server::with(ServerOptions { eventual, mutants, ..options() })
}

fn quick(more: &[&'static str]) -> Vec<&'static str> {
    let mut words = vec![RULES, "--phases", "values,sequences", "--depth", "quick"];
    words.extend(["--json", "r.json"]);
    words.extend(more);
    words
}

#[test]
fn a_target_that_shows_writes_late_is_blamed_for_nothing_and_the_waiting_is_told() {
    let dir = TestDir::new();
    let output =
        run(&dir, &late(None).endpoint, &quick(&["--consistency-timeout", "1s", "--jobs", "32"]));
    let result = dir.json("r.json");
    assert_eq!(result["counts"]["violated"], 0, "{}", output.out);
    assert_eq!(result["counts"]["flaky"], 0, "{}", output.out);
    let settling = &result["consistency"];
    assert!(settling["settled"].as_u64().unwrap() > 0, "{settling}");
    assert_eq!((&settling["unsettled"], &settling["bound_ms"]), (&0.into(), &1000.into()));
    assert!(output.out.contains("reads were repeated until they showed"), "{}", output.out);
    let schema = jsonschema::validator_for(&Schema::Results.value()).unwrap();
    assert!(schema.is_valid(&result));
}

#[test]
fn whoever_takes_a_late_target_for_a_strong_one_is_not_told_that_it_conforms() {
    let dir = TestDir::new();
    let words = quick(&["--consistency", "strong", "--jobs", "8"]);
    let output = run(&dir, &late(None).endpoint, &words);
    // What is late is late by chance: seen again it is a violation, otherwise flaky.
    assert!([1, 3].contains(&output.code), "{}\n{}", output.out, output.err);
    let result = dir.json("r.json");
    let found = |kind: &str| result["counts"][kind].as_u64().unwrap();
    assert!(found("violated") + found("flaky") > 0, "{}", output.out);
    assert!(result.get("consistency").is_none());
}

#[test]
fn waiting_hides_no_bug() {
    let dir = TestDir::new();
    let mut words = quick(&["--consistency-timeout", "300ms", "--jobs", "8"]);
    words[0] = "policy.exact";
    words.extend(["--max-requests", "2000"]);
    run(&dir, &late(Some("add-not-stored")).endpoint, &words).exits(1);
    let result = dir.json("r.json");
    let rules = result["rules"].as_array().unwrap();
    let found = rules.iter().find(|found| found["id"] == "policy.exact").unwrap();
    assert_eq!(found["verdict"], "violated", "{found}");
    assert!(result["consistency"]["unsettled"].as_u64().unwrap() > 0);
}
