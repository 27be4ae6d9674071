//! The corpora that ship with the suite: every file reads, every reference in it can be
//! resolved, every recording is either in a file or excluded with a reason, and nothing in them
//! belongs to anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use permspec::contract::{ErrorCode, RuleId};
use permspec::scenario::file::{FileStep, Recorded};
use permspec::scenario::template::resolve_value;
use permspec::scenario::{CorpusFile, Operation};
use serde_json::Value;

/// The ids of every answer that was gathered from AWS, whatever became of it.
const RECORDINGS: &str = "
    pe-01 pe-02 pe-03 pe-04 pe-05 pe-06 pe-07 pe-08 pe-09 pe-10 pe-11 pe-12 pe-13 pe-14 pe-15
    pe-16 ap-01 ap-02 ver-01 ver-02 ver-03 ver-04 ver-05 ver-06 ver-07 ver-08 ver-09 ver-10
    ver-11 ver-12 fld-01 fld-02 fld-03 fld-04 fld-05 fld-06 rm-01 rm-02 rm-03 rm-04 rm-05 rm-06
    rm-07 rm-08 rm-09 mu-01 mu-02 mu-03 rev-01 rev-02 rev-03 rev-04 rev-05 url-01 url-02 sns-01
    logs-01 cfn-01 cfn-02 acct-01 gh-01 gh-02 gh-03 gh-04 gh-05 gh-06 gh-07 gh-08 gh-09 gh-10
    gh-11 gh-12 gh-13 gh-14 gh-15 gh-16 gh-17 gh-18 gh-19 gh-20 tf-01 tf-02 tf-03 tf-04 tf-05
    tf-06 tf-07 tf-08 sib-name-01 sib-name-02 sib-name-03 sib-name-04 sib-name-05 sib-name-06
    sib-name-07 sib-name-08 sib-name-09 sib-name-10 sib-name-11 sib-name-12 sib-name-13
    sib-name-14 sib-name-15 sib-name-16 sib-name-17 sib-region sib-account sib-null sib-enum
    sib-multi sib-ser sib-404body sib-400hdr sib-valbody sib-429 sib-alias1 sib-alias2
    sib-two-on-one
    hr-c7n-05 hr-c7n-06 hr-c7n-07 hr-c7n-08 hr-c7n-09 hr-c7n-10 hr-c7n-12 hr-c7n-13 hr-cli-01
    hr-cli-03 hr-cli-04 hr-cli-06 hr-cli-07 hr-cli-08 hr-cli-10 hr-cli-11 hr-ct-02 hr-err-01
    hr-err-02 hr-err-04 hr-err-05 hr-err-06 hr-err-07 hr-err-08
";

/// Refusals that somebody described without their codes.
const CODE_UNKNOWN: [&str; 1] = ["hr-err-07"];

/// The accounts that may appear: made-up ones, of the documents and of ours.
const ACCOUNTS: [&str; 6] = [
    "000000000000",
    "111111111111",
    "111122223333",
    "123456789012",
    "222222222222",
    "223456789012",
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusions {
    excluded: Vec<Exclusion>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Exclusion {
    id: String,
    reason: String,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora").join(name)
}

fn observed() -> Vec<(PathBuf, CorpusFile)> {
    CorpusFile::read_folder(&folder("observed")).unwrap()
}

fn documented() -> Vec<(PathBuf, CorpusFile)> {
    CorpusFile::read_folder(&folder("documented")).unwrap()
}

fn every_file() -> Vec<(PathBuf, CorpusFile)> {
    let mut files = observed();
    files.extend(documented());
    assert!(files.len() > 40, "only {} corpus files were found", files.len());
    files
}

fn exclusions() -> Vec<Exclusion> {
    let text = std::fs::read_to_string(folder("observed").join("EXCLUDED.toml")).unwrap();
    toml::from_str::<Exclusions>(&text).unwrap().excluded
}

/// The operations of a file with the answers recorded beside them.
fn answered(file: &CorpusFile) -> impl Iterator<Item = (&Operation, &Recorded)> {
    file.steps.iter().filter_map(|step| match step {
        FileStep::One { send, recorded: Some(recorded), .. } => Some((send, recorded.as_ref())),
        FileStep::One { recorded: None, .. } | FileStep::Together { .. } => None,
    })
}

/// Values for exactly the references that a run of the file would know: a reference to a
/// function, version or alias that neither the fixture nor a step makes has no value.
fn bindings(file: &CorpusFile) -> impl Fn(&str) -> Option<String> + use<> {
    let account = file.account.clone().unwrap_or_else(|| "123456789012".into());
    let region = file.region.clone().unwrap_or_else(|| "eu-central-1".into());
    let partition = match region.split('-').next() {
        Some("cn") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let mut known = BTreeMap::from([
        ("region".to_owned(), region),
        ("partition".to_owned(), partition.to_owned()),
        ("prefix".to_owned(), "permspec-1-".to_owned()),
        ("role".to_owned(), format!("arn:aws:iam::{account}:role/permspec")),
        ("account".to_owned(), account),
    ]);
    for revision in ["current", "stale", "foreign"] {
        known.insert(format!("revision.{revision}"), format!("a-{revision}-revision"));
    }
    let mut published = BTreeMap::new();
    for function in &file.fixture.functions {
        let key = &function.key;
        let name = file.names.get(key).cloned().unwrap_or_else(|| format!("function-{key}"));
        known.insert(format!("function.{key}"), name);
        published.insert(key.clone(), function.versions);
        for alias in &function.aliases {
            known.insert(format!("revision.alias.{key}.{}", alias.name), "of-an-alias".into());
        }
    }
    for step in &file.steps {
        let FileStep::One { send, .. } = step else { continue };
        match send {
            Operation::PublishVersion(on) => *published.get_mut(&on.function).unwrap() += 1,
            Operation::CreateAlias(alias) => {
                let reference = format!("revision.alias.{}.{}", alias.function, alias.name);
                known.insert(reference, "of-an-alias".into());
            }
            _ => {}
        }
    }
    for (key, versions) in published {
        for version in 1..=versions {
            known.insert(format!("version.{key}.{version}"), version.to_string());
        }
    }
    move |reference| known.get(reference).cloned()
}

/// The path that an operation goes to, resolved, where it is one that takes templates.
fn path(send: &Operation, bindings: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let bindings = &|reference: &str| bindings(reference);
    let request = match send {
        Operation::AddPermission(add) => add.to_wire(bindings),
        Operation::GetPolicy(get) => get.to_wire(bindings),
        Operation::RemovePermission(remove) => remove.to_wire(bindings),
        _ => return None,
    };
    Some(request.unwrap_or_else(|unknown| panic!("{unknown}")).target())
}

#[test]
fn every_file_reads_back_to_its_own_text() {
    for (path, file) in every_file() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(file.to_text() == text, "{} is not written as permspec writes it", path.display());
        assert!(!file.about.is_empty() && !file.source.is_empty(), "{}", path.display());
        assert!(!file.steps.is_empty(), "{} has no steps", path.display());
    }
}

#[test]
fn every_reference_is_one_that_a_run_knows() {
    for (name, file) in every_file() {
        let known = bindings(&file);
        for operation in file.scenario().operations() {
            if let Some(path) = path(operation, &known) {
                assert!(!path.contains("%24%7B"), "{}: {path}", name.display());
            }
        }
        for (_, recorded) in answered(&file) {
            if let Some(body) = &recorded.body {
                resolve_value(body, &known)
                    .unwrap_or_else(|unknown| panic!("{}: {unknown}", recorded.id));
            }
        }
    }
}

#[test]
fn a_reference_that_nothing_makes_is_noticed() {
    let (_, file) = observed()
        .into_iter()
        .find(|(path, _)| path.ends_with("ap-service-with-source-arn.json"))
        .unwrap();
    let known = bindings(&file);
    for unknown in ["function.b", "version.a.1", "revision.alias.a.live", "accounts"] {
        assert_eq!(known(unknown), None, "{unknown}");
    }
}

#[test]
fn every_recording_is_in_one_file_or_excluded_with_a_reason() {
    let expected: BTreeSet<String> = RECORDINGS.split_whitespace().map(str::to_owned).collect();
    assert_eq!(expected.len(), RECORDINGS.split_whitespace().count(), "an id stands twice");
    let mut found = BTreeSet::new();
    for (path, file) in observed() {
        let before = found.len();
        for (_, recorded) in answered(&file) {
            assert!(found.insert(recorded.id.clone()), "{} is told twice", recorded.id);
        }
        assert!(found.len() > before, "{} holds no recorded answer", path.display());
    }
    for Exclusion { id, reason } in exclusions() {
        assert!(reason.len() > 20, "{id} is excluded for {reason:?}");
        assert!(found.insert(id.clone()), "{id} is told and excluded, or excluded twice");
    }
    assert_eq!(found, expected);
}

#[test]
fn documented_answers_do_not_pose_as_recordings() {
    let recordings: BTreeSet<&str> = RECORDINGS.split_whitespace().collect();
    let mut examples = Vec::new();
    for (_, file) in documented() {
        for (_, recorded) in answered(&file) {
            assert!(!recordings.contains(recorded.id.as_str()), "{}", recorded.id);
            examples.push((recorded.id.clone(), recorded.status));
        }
    }
    assert_eq!(examples, [("boto3-example-1".into(), 201), ("boto3-example-2".into(), 201)]);
}

#[test]
fn recorded_codes_fit_their_status() {
    for (_, file) in every_file() {
        for (_, recorded) in answered(&file) {
            let Recorded { id, status, code, .. } = recorded;
            if *status < 300 {
                assert_eq!(code.as_deref(), None, "{id}");
            } else {
                // A refusal that was only described: its code is not known.
                if code.is_none() && CODE_UNKNOWN.contains(&id.as_str()) {
                    continue;
                }
                let name = code.as_deref().unwrap_or_else(|| panic!("{id} has no code"));
                let code = ErrorCode::from_name(name).unwrap_or_else(|| panic!("{id}: {name}"));
                assert_eq!(code.status(), *status, "{id}");
            }
        }
    }
}

#[test]
fn recorded_statements_are_json_and_name_the_function_that_was_granted_on() {
    let mut statements = 0;
    for (name, file) in every_file() {
        let known = bindings(&file);
        let resource = |key: &str| {
            let value = |name: &str| known(name).unwrap();
            format!(
                "arn:{}:lambda:{}:{}:function:{}",
                value("partition"),
                value("region"),
                value("account"),
                value(&format!("function.{key}"))
            )
        };
        for (_, recorded) in answered(&file) {
            let Some(body) = &recorded.body else { continue };
            let body = resolve_value(body, &known).unwrap();
            let listed: Vec<Value> = match (body.get("Statement"), body.get("Policy")) {
                (Some(Value::String(text)), _) => vec![serde_json::from_str(text).unwrap()],
                (_, Some(Value::String(text))) => {
                    let policy: Value = serde_json::from_str(text).unwrap();
                    policy["Statement"].as_array().unwrap().clone()
                }
                _ => Vec::new(),
            };
            for statement in listed {
                let named = statement["Resource"].as_str().unwrap();
                let whole = named == resource("a") || named.starts_with(&(resource("a") + ":"));
                assert!(whole, "{}: {named} is not below {}", name.display(), resource("a"));
                statements += 1;
            }
        }
    }
    assert!(statements > 30, "only {statements} statements were looked at");
}

#[test]
fn the_first_documented_example_is_the_repaired_one() {
    let files = documented();
    let (_, file) =
        files.iter().find(|(path, _)| path.ends_with("boto3-example-1-bucket.json")).unwrap();
    let (send, recorded) = answered(file).next().unwrap();
    let Operation::AddPermission(add) = send else { panic!("not an AddPermission") };
    let sent = add.members().unwrap();
    let text = recorded.body.as_ref().unwrap()["Statement"].as_str().unwrap();
    let statement: Value = serde_json::from_str(text).unwrap();
    assert_eq!(sent["Principal"], "s3.amazonaws.com");
    assert_eq!(statement["Principal"]["Service"], sent["Principal"]);
    assert!(sent["SourceArn"].as_str().unwrap().ends_with("/*"));
    assert_eq!(statement["Condition"]["ArnLike"]["AWS:SourceArn"], sent["SourceArn"]);
}

#[test]
fn dates_are_whole_and_rules_and_names_exist() {
    for (path, file) in every_file() {
        let path = path.display();
        if let Some(date) = &file.date {
            let form: String =
                date.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
            assert_eq!(form, "9999-99-99", "{path}");
        }
        if let Some(rule) = &file.rule {
            assert!(RuleId::from_name(rule).is_some(), "{path}: no rule {rule}");
        }
        for key in file.names.keys() {
            let known = file.fixture.functions.iter().any(|function| function.key == *key);
            assert!(known, "{path}: no function {key}");
        }
    }
}

#[test]
fn nothing_in_the_corpora_belongs_to_anybody() {
    let mut paths: Vec<PathBuf> = every_file().into_iter().map(|(path, _)| path).collect();
    paths.push(folder("observed").join("EXCLUDED.toml"));
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(foreign(&text), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn an_account_and_an_access_key_would_be_noticed() {
    // Put together here, so that no scanner takes this file for a leak.
    let key = format!("{}{}", "AKIA", "IOSFODNN7EXAMPLE");
    let text = format!("\"arn:aws:iam::987654321098:root\", \"{key}\", \"{}\"", ACCOUNTS[0]);
    assert_eq!(foreign(&text), ["987654321098".to_owned(), key]);
}

/// Account ids that are nobody's example, and access keys.
fn foreign(text: &str) -> Vec<String> {
    let digits = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 12 && !ACCOUNTS.contains(run));
    let keys = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| {
        let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        word.len() == 20
            && ["AKIA", "ASIA"].iter().any(|start| word.starts_with(start))
            && word.chars().all(upper)
    });
    digits.chain(keys).map(str::to_owned).collect()
}
