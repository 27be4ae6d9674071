//! JUnit XML: one suite a topic, one case a rule.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use super::findings::{self, Standing, Status};
use super::terminal::counterexample_text;
use super::text::{LINE, line};
use crate::contract::Topic;
use crate::event::{Outcome, RuleResult, RunResult};

/// The result as JUnit XML.
///
/// Only what fails a run is a failure or an error here; what is known, does not apply or is not
/// scored is skipped, with the reason. A run that did not end has a case of its own for that, so
/// that a partial run is never green.
///
/// # Panics
///
/// Never: the XML is written to memory, and every text in it was cleaned.
pub fn junit(result: &RunResult) -> String {
    let mut report = Report::new("permspec");
    report.set_time(Duration::from_millis(result.run.duration_ms));
    report.add_test_suite(run_suite(result));
    let mut topics: Vec<Topic> = Vec::new();
    for rule in &result.rules {
        if !topics.contains(&rule.topic) {
            topics.push(rule.topic);
        }
    }
    for topic in topics {
        let mut suite = TestSuite::new(topic.name());
        suite.add_properties(properties(result));
        for rule in result.rules.iter().filter(|rule| rule.topic == topic) {
            suite.add_test_case(case(rule));
        }
        report.add_test_suite(suite);
    }
    let text = report.to_string().expect("XML written to memory");
    // quick-junit counts the skipped at the root too, where the schema has no place for them. No
    // text of a target is before it.
    text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1)
}

/// What must be known to run it again and to trust a comparison.
fn properties(result: &RunResult) -> Vec<Property> {
    let target = &result.target;
    let entries = [
        ("seed", result.run.seed.to_string()),
        ("permspec", result.suite.version.clone()),
        ("catalogue", result.suite.catalogue.clone()),
        ("started", result.run.started.clone()),
        ("reproduce", result.run.reproduce.clone()),
        ("target", findings::target_name(result)),
        ("endpoint", target.endpoint.clone()),
        ("region", target.region.clone()),
    ];
    entries.into_iter().map(|(name, value)| Property::new(name, line(&value, LINE))).collect()
}

/// The suite on the run itself.
fn run_suite(result: &RunResult) -> TestSuite {
    let mut suite = TestSuite::new("run");
    suite.add_properties(properties(result));
    let verdict = findings::verdict(result);
    let status =
        if !result.complete || matches!(result.outcome, Outcome::Interrupted | Outcome::Unusable) {
            non_success(NonSuccessKind::Error, findings::outcome_word(result), &verdict)
        } else if result.counts.stale > 0 {
            non_success(NonSuccessKind::Failure, "stale", &verdict)
        } else {
            TestCaseStatus::success()
        };
    let mut case = TestCase::new("run.complete", status);
    case.set_classname("permspec.run");
    let warnings: Vec<String> =
        result.warnings.iter().map(|warning| line(&warning.detail, LINE)).collect();
    if !warnings.is_empty() {
        case.set_system_out(warnings.join("\n"));
    }
    suite.add_test_case(case);
    suite
}

fn non_success(kind: NonSuccessKind, of: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status.set_type(of).set_message(line(message, LINE));
    status
}

fn skipped(message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(line(message, LINE));
    status
}

/// The case of one rule.
fn case(rule: &RuleResult) -> TestCase {
    let reason = rule.reason.as_deref().unwrap_or("no reason given");
    let status = match Status::of(rule) {
        Status::Pass | Status::Note => TestCaseStatus::success(),
        Status::Fail => failure(rule),
        Status::Known => skipped(&format!("known: {reason}")),
        Status::NotApplicable => skipped(&format!("does not apply: {reason}")),
        Status::Unrun if rule.scored => non_success(NonSuccessKind::Error, "could-not-run", reason),
        Status::Unrun => skipped(&format!("could not run, not scored: {reason}")),
        Status::Flaky if rule.scored => {
            let mut status =
                non_success(NonSuccessKind::Error, "flaky", "violated once, not reproduced");
            status.set_description(texts(rule, Standing::Flaky));
            status
        }
        Status::Flaky => skipped("violated once, not reproduced, not scored"),
    };
    let mut case = TestCase::new(rule.id.name(), status);
    case.set_classname(format!("permspec.{}", rule.topic));
    let advisory = texts(rule, Standing::Advisory);
    if !advisory.is_empty() {
        case.set_system_out(format!("reported, not scored:\n{advisory}"));
    }
    case
}

/// A violated rule: the first cause in the message, each counterexample in the text.
fn failure(rule: &RuleResult) -> TestCaseStatus {
    let causes = findings::failures_of(rule);
    let (of, brief) = causes.first().map_or(("violated", rule.sentence.as_str()), |cause| {
        (findings::blame(cause), cause.brief.as_str())
    });
    let mut status = non_success(NonSuccessKind::Failure, of, brief);
    let text = texts(rule, Standing::Failure);
    status.set_description(format!("{}\n\n{text}", line(&rule.sentence, LINE)));
    status
}

/// The counterexamples of a rule's causes of one standing.
fn texts(rule: &RuleResult, standing: Standing) -> String {
    let texts: Vec<String> = rule
        .causes
        .iter()
        .filter(|cause| Standing::of(rule, cause) == standing)
        .map(counterexample_text)
        .collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{clean, hostile, sample};

    fn read(xml: &str) -> Report {
        Report::deserialize_from_str(xml).unwrap_or_else(|error| panic!("{error:?}\n{xml}"))
    }

    fn find<'a>(report: &'a Report, name: &str) -> &'a TestCase {
        let mut cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
        cases.find(|case| case.name.as_str() == name).unwrap()
    }

    #[test]
    fn only_what_fails_the_run_is_red() {
        let report = read(&junit(&sample()));
        assert_eq!((report.failures, report.errors), (2, 2));
        assert_eq!(report.tests, sample().rules.len() + 1);
        for (name, word) in [
            ("source-arn.pattern", "known: the emulator skips"),
            ("qualifier.alias", "does not apply: declared absent"),
        ] {
            let TestCaseStatus::Skipped { message, .. } = &find(&report, name).status else {
                panic!("{name} is not skipped")
            };
            assert!(message.as_ref().unwrap().as_str().starts_with(word), "{message:?}");
        }
        assert!(matches!(find(&report, "error.messages").status, TestCaseStatus::Success { .. }));
    }

    #[test]
    fn a_failure_carries_its_counterexample() {
        let report = read(&junit(&sample()));
        let case = find(&report, "statement-id.pattern");
        let TestCaseStatus::NonSuccess { kind, message, description, .. } = &case.status else {
            panic!("not red")
        };
        assert_eq!(*kind, NonSuccessKind::Failure);
        assert_eq!(message.as_ref().unwrap().as_str(), "\".\" is accepted");
        let text = description.as_ref().unwrap().as_str();
        for part in ["{\"StatementId\":\".\"", "nearest that works", "permspec replay 9c41"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn each_suite_names_seed_and_versions() {
        let report = read(&junit(&sample()));
        for suite in &report.test_suites {
            let names: Vec<_> = suite.properties.iter().map(|p| p.name.as_str()).collect();
            assert!(names.starts_with(&["seed", "permspec", "catalogue"]), "{names:?}");
        }
    }

    #[test]
    fn a_partial_run_is_never_green() {
        let mut result = clean();
        assert_eq!(read(&junit(&result)).errors, 0);
        result.complete = false;
        result.outcome = Outcome::Interrupted;
        assert_eq!(read(&junit(&result)).errors, 1);
    }

    #[test]
    fn the_xml_is_whole_whatever_the_target_answered() {
        let xml = junit(&hostile());
        let report = read(&xml);
        assert_eq!((report.failures, report.errors), (2, 2));
        assert!(!xml.contains("<script"));
        let bad = xml.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None);
        assert!(!xml.contains(['\u{fffe}', '\u{ffff}', '\u{202e}']));
    }
}
