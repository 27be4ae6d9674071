//! Every file of the corpora is replayed and held against what was recorded.
//!
//! In comes `PERMSPEC_ENDPOINT`, or nothing for the reference server in this process; out comes
//! a test for each file. A recorded answer must be one that the model admits, and the target
//! must give that very answer, as the snapshots under `snapshots/` hold it. What the snapshots of
//! observed files say is derived from the recordings, and those of documented files were written
//! by hand from the page: never accept one from a server's output.
//!
//! * [`place`]: where the files are replayed;
//! * [`replay`]: one file, step by step, each answer judged;
//! * [`text`]: answers as the snapshots hold them.
//!
//! New files are found when this test is built: touch it after adding one.

mod place;
mod replay;
mod text;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use permspec::contract::ErrorCode;
use permspec::event::Judging;
use permspec::scenario::CorpusFile;
use rstest::rstest;

use place::Place;
use replay::{Exchange, replay};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora").join(name)
}

/// The name of a file's snapshot: its folder and its own name.
fn snapshot_name(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    format!("{folder}__{name}")
}

fn assert_snapshot(path: &Path, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(snapshot_name(path), text));
}

/// What is said of a request that the limits of real AWS keep back.
const NOT_SENT: &str = "not sent: ";

/// The exchanges of a file; none where the limits of real AWS keep a part of it back, which is
/// said.
fn replayed(place: &Place, path: &Path, file: &CorpusFile) -> Option<Vec<Exchange>> {
    let replayed = replay(place, file);
    let kept_back = match &replayed {
        Ok(exchanges) => exchanges.iter().any(|e| e.answer.brief().starts_with(NOT_SENT)),
        Err(why) => why.contains(NOT_SENT),
    };
    if place.is_aws() && kept_back {
        println!("{} is left out on real AWS", path.display());
        return None;
    }
    Some(replayed.unwrap())
}

/// Recorded answers that newer recordings of the same aspect contradict: Action as a list, and
/// GetPolicy without a RevisionId, both of 2016.
const OUTDATED: [&str; 2] = ["hr-c7n-09", "hr-c7n-10"];

/// What is wrong with the exchanges of a file, a line each; `replayed` counts recorded answers.
fn complaints(exchanges: &[Exchange], replayed: &mut Vec<String>) -> Vec<String> {
    let mut complaints = Vec::new();
    for exchange in exchanges {
        let brief = exchange.answer.brief();
        let step = format!("step {} ({})", exchange.step, exchange.operation);
        for violation in &exchange.judged.violations {
            complaints.push(format!("{step} answered {brief}, a violation of {violation}"));
        }
        let Some(recorded) = &exchange.recorded else {
            if let Some(reason) = &exchange.judged.unjudged {
                complaints.push(format!("{step} could not be judged: {reason}"));
            }
            continue;
        };
        let id = &recorded.told.id;
        replayed.push(id.clone());
        // What AWS answered in its first years and does not answer any more.
        if OUTDATED.contains(&id.as_str()) {
            continue;
        }
        for violation in &recorded.admitted.violations {
            complaints.push(format!("{id} is not admitted: a violation of {violation}"));
        }
        if let Some(reason) = &recorded.admitted.unjudged {
            complaints.push(format!("{id} is not judged: {reason}"));
        }
    }
    complaints
}

#[rstest]
fn every_answer_is_one_that_the_model_admits(
    #[files("corpora/observed/*.json")]
    #[files("corpora/documented/*.json")]
    path: PathBuf,
) {
    let file = CorpusFile::read(&path).unwrap();
    let Some(exchanges) = replayed(&Place::from_environment(), &path, &file) else { return };
    let complaints = complaints(&exchanges, &mut Vec::new());
    assert!(complaints.is_empty(), "{}:\n{}", path.display(), complaints.join("\n"));
}

/// Recordings that a report gives only in part (no `Type`, no code), or in the words of their
/// year: the model admits them, but today's answer reads otherwise.
const NOT_TO_THE_LETTER: [&str; 7] = [
    "c7n-2016-action-as-list",
    "c7n-last-statement-removed",
    "err-function-name-suffix-with-dots",
    "err-missing-function-2017",
    "err-no-policy-2018",
    "err-source-arn-pattern",
    "err-via-url-with-url-action",
];

#[rstest]
fn every_known_answer_is_given_to_the_letter(
    #[files("corpora/observed/*.json")]
    #[files("corpora/documented/*.json")]
    path: PathBuf,
) {
    if path.file_stem().is_some_and(|name| NOT_TO_THE_LETTER.iter().any(|not| name == *not)) {
        return;
    }
    let file = CorpusFile::read(&path).unwrap();
    let Some(exchanges) = replayed(&Place::from_environment(), &path, &file) else { return };
    assert_snapshot(&path, &text::given(&exchanges, is_documented(&path)));
}

#[rstest]
fn the_snapshot_of_an_observed_file_says_what_was_recorded(
    #[files("corpora/observed/*.json")] path: PathBuf,
) {
    let file = CorpusFile::read(&path).unwrap();
    assert_snapshot(&path, &text::recorded(&file));
}

#[rstest]
fn what_failed_once_does_not_fail_again(#[files("corpora/regressions/*.json")] path: PathBuf) {
    let file = CorpusFile::read(&path).unwrap();
    let place = Place::from_environment();
    let replayed = place::wait_for(async {
        let target = place.target(&file);
        let judging = Judging::default();
        let replayed = permspec::run::replay::replay(&target, &file, "r", judging, 10).await;
        target.release_all().await;
        replayed
    })
    .unwrap();
    assert!(replayed.violations.is_empty(), "{}: {:#?}", path.display(), replayed.violations);
    if place.is_aws() && replayed.unjudged.as_ref().is_some_and(|why| why.starts_with(NOT_SENT)) {
        println!("{} is left out on real AWS", path.display());
        return;
    }
    assert_eq!(replayed.unjudged, None, "{}", path.display());
}

fn is_documented(path: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.ends_with("documented"))
}

#[derive(serde::Deserialize)]
struct Exclusions {
    excluded: Vec<Exclusion>,
}

#[derive(serde::Deserialize)]
struct Exclusion {
    id: String,
    reason: String,
}

#[test]
fn at_least_eighty_recorded_answers_are_replayed_and_the_others_are_listed() {
    let place = Place::from_environment();
    let mut replayed = Vec::new();
    let mut complaints_of_all = Vec::new();
    let mut unscored = BTreeSet::new();
    for name in ["observed", "documented"] {
        for (path, file) in CorpusFile::read_folder(&folder(name)).unwrap() {
            let Some(exchanges) = self::replayed(&place, &path, &file) else { continue };
            for complaint in complaints(&exchanges, &mut replayed) {
                complaints_of_all.push(format!("{}: {complaint}", snapshot_name(&path)));
            }
            let known = exchanges.iter().filter(|exchange| exchange.unscored);
            unscored.extend(known.filter_map(|e| Some(e.recorded.as_ref()?.told.id.clone())));
        }
    }
    let text = std::fs::read_to_string(folder("observed").join("EXCLUDED.toml")).unwrap();
    let exclusions: Exclusions = toml::from_str(&text).unwrap();
    println!("{} recorded answers were replayed", replayed.len());
    println!("{} were not:", exclusions.excluded.len());
    for Exclusion { id, reason } in &exclusions.excluded {
        println!("  {id:<16} {reason}");
    }
    assert!(complaints_of_all.is_empty(), "{}", complaints_of_all.join("\n"));
    assert_eq!(unscored, BTreeSet::new(), "answers that the model does not score");
    let least = if place.is_aws() { 40 } else { 80 };
    assert!(replayed.len() >= least, "only {} recorded answers were replayed", replayed.len());
    let distinct: BTreeSet<&String> = replayed.iter().collect();
    assert_eq!(distinct.len(), replayed.len(), "a recorded answer was counted twice");
}

#[test]
fn documented_snapshots_name_errors_of_the_page_with_their_status() {
    let mut errors = BTreeSet::new();
    for (path, _) in CorpusFile::read_folder(&folder("documented")).unwrap() {
        let name = format!("{}.snap", snapshot_name(&path));
        let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(name);
        let text = std::fs::read_to_string(snapshot).unwrap();
        for line in text.lines().filter(|line| line.ends_with("Exception")) {
            let (status, code) = line.trim().split_once(' ').unwrap();
            let code = ErrorCode::from_name(code).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(code.status().to_string(), status, "{}: {line}", path.display());
            errors.insert(code.name());
        }
    }
    let page = [
        "InvalidParameterValueException",
        "PolicyLengthExceededException",
        "PreconditionFailedException",
        "ResourceConflictException",
        "ResourceNotFoundException",
    ];
    assert_eq!(errors.into_iter().collect::<Vec<_>>(), page);
}

/// The answers of the file of the first example, given by a server where one thing is changed.
fn given_with(change: impl Fn(&mut permspec::scenario::file::Recorded)) -> (String, String) {
    use permspec::scenario::file::FileStep;
    let path = folder("documented").join("boto3-example-1-bucket.json");
    let mut file = CorpusFile::read(&path).unwrap();
    for step in &mut file.steps {
        if let FileStep::One { recorded: Some(recorded), .. } = step {
            change(recorded);
        }
    }
    let exchanges = replay(&Place::Embedded, &file).unwrap();
    (text::given(&exchanges, true), text::recorded(&file))
}

#[test]
fn an_answer_that_differs_in_a_blank_is_another_answer() {
    let (given, recorded) = given_with(|_| {});
    assert_eq!(given, recorded);
    let (given, recorded) = given_with(|recorded| {
        let body = recorded.body.as_mut().unwrap();
        let spaced = body["Statement"].as_str().unwrap().replacen(':', ": ", 1);
        body["Statement"] = spaced.into();
    });
    assert_ne!(given, recorded);
    let (given, recorded) = given_with(|recorded| recorded.status = 200);
    assert_ne!(given, recorded);
}

#[test]
fn a_recorded_answer_that_breaks_a_rule_is_not_admitted() {
    let path = folder("observed").join("rm-removal.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let wrong: CorpusFile = serde_json::from_str(&text.replace("Allow", "Deny")).unwrap();
    let exchanges = replay(&Place::Embedded, &wrong).unwrap();
    let complaints = complaints(&exchanges, &mut Vec::new());
    assert!(complaints.iter().any(|line| line.starts_with("rm-01 is not admitted")));
    assert!(complaints.iter().any(|line| line.starts_with("rm-03 is not admitted")));
}
