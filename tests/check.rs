//! Recorded answers held against the model, and the specification against AWS's service model.

mod common;

use common::{Server, TestDir};
use permspec::golden::{GoldenFile, Kind, RecordedOutcome};
use permspec::server::mutants;
use serde_json::json;

const CORPUS: [&str; 2] = ["--phases", "corpus"];

fn observed() -> String {
    format!("{}/corpora/observed", env!("CARGO_MANIFEST_DIR"))
}

/// A recording of the reference server, written again after a change.
fn recorded(dir: &TestDir, out: &str, change: impl FnOnce(&mut GoldenFile)) {
    let words = ["record", "--embedded", "--out", "plain.json", "--phases", "corpus"];
    if !dir.path("plain.json").exists() {
        dir.permspec(&words).exits(0);
    }
    let mut file = GoldenFile::read(&dir.path("plain.json")).unwrap();
    change(&mut file);
    dir.write(out, &file.to_text().unwrap());
}

/// Changes the status of the first answer that has this one.
fn answer_otherwise(file: &mut GoldenFile, about: &str, from: u16, to: u16) {
    let scenario = file.scenarios.iter_mut().find(|one| one.about.contains(about)).unwrap();
    let answers = scenario.steps.iter_mut().filter_map(|step| match &mut step.recorded {
        RecordedOutcome::Answer(answer) => Some(answer),
        RecordedOutcome::Lost { .. } => None,
    });
    answers.into_iter().find(|answer| answer.status == from).unwrap().status = to;
}

#[test]
fn the_observed_answers_and_those_of_the_reference_server_agree() {
    let dir = TestDir::new();
    recorded(&dir, "reference.json", |_| {});
    let output = dir.permspec(&["golden", "check", &observed(), "reference.json"]).exits(0).out;
    assert!(output.contains("102 of 104 answers admitted, in 58 scenarios"), "{output}");
    assert!(output.contains("57 scenarios of it were also recorded from AWS"), "{output}");
    assert!(!output.contains("Admitted by the model, but not"), "{output}");
    assert!(output.contains("recorded today") && output.contains(" days old: "), "{output}");
    assert!(output.contains(" rules have no golden; --all lists them"), "{output}");
    assert!(output.contains("AGREE  the model admits "), "{output}");
    let all = dir.permspec(&["golden", "check", &observed(), "--all"]).exits(0).out;
    assert!(all.contains("race."), "{all}");
}

#[test]
fn an_answer_of_aws_that_the_model_does_not_admit_puts_the_model_in_doubt() {
    let dir = TestDir::new();
    recorded(&dir, "aws.json", |file| {
        file.target.kind = Kind::Aws;
        file.date = "2099-01-01".into();
        answer_otherwise(file, "StatementId that exists already", 409, 400);
    });
    let output = dir.permspec(&["golden", "check", "aws.json"]).exits(6).out;
    assert!(output.contains("DOUBT  error.conflict"), "{output}");
    assert!(output.contains("the model is wrong: AWS answered otherwise"), "{output}");
    assert!(output.contains("dated in the future"), "{output}");
    assert!(output.contains("1 put the ground truth in doubt"), "{output}");
}

#[test]
fn an_emulator_that_the_model_does_not_admit_is_wrong_unless_aws_says_the_same() {
    let dir = TestDir::new();
    let server = Server::start(mutants::find("length-413"));
    let words = ["record", "--endpoint", &server.endpoint, "--out", "emulator.json"];
    dir.permspec(&[&words[..], &CORPUS].concat()).exits(0);
    let output = dir.permspec(&["golden", "check", "emulator.json"]).exits(1).out;
    assert!(output.contains("FAIL  statement-id.length"), "{output}");
    assert!(output.contains("the target is wrong"), "{output}");
    assert!(
        output.contains("AWS answered        400 ValidationException (gh-08, undated)"),
        "{output}"
    );
    // The same answers, recorded later and from AWS: then it is the model that is wrong.
    let mut file = GoldenFile::read(&dir.path("emulator.json")).unwrap();
    file.target.kind = Kind::Aws;
    file.date = "2099-01-01".into();
    dir.write("aws.json", &file.to_text().unwrap());
    let output = dir.permspec(&["golden", "check", "emulator.json", "aws.json"]).exits(6).out;
    assert!(!output.contains("the target is wrong"), "{output}");
    assert!(output.contains("The ground truth changed"), "{output}");
    assert!(output.contains("the model admits the older"), "{output}");
}

#[test]
fn an_old_answer_of_aws_that_a_newer_one_contradicts_is_out_of_date() {
    let dir = TestDir::new();
    for (out, date) in [("old.json", "2019-05-01"), ("new.json", "2026-11-01")] {
        recorded(&dir, out, |file| {
            file.target.kind = Kind::Aws;
            file.date = date.into();
            if out == "old.json" {
                answer_otherwise(file, "StatementId that exists already", 409, 400);
            }
        });
    }
    let output = dir.permspec(&["golden", "check", "old.json", "new.json"]).exits(0).out;
    assert!(output.contains("OLD  error.conflict"), "{output}");
    assert!(output.contains("the golden is out of date"), "{output}");
    assert!(output.contains("The ground truth changed"), "{output}");
    assert!(output.contains("the model admits the newer"), "{output}");
    assert!(output.contains("old.json, 2019-05-01  400 ResourceConflictException"), "{output}");
    // Alone as well: the recordings that permspec ships are newer.
    let alone = dir.permspec(&["golden", "check", "old.json"]).exits(0).out;
    assert!(alone.contains("OLD  error.conflict"), "{alone}");
}

#[test]
fn what_is_no_golden_is_told_in_a_sentence() {
    let dir = TestDir::new();
    dir.write("run.json", r#"{"schema": "permspec.results/1"}"#);
    dir.write("empty/note.txt", "");
    dir.permspec(&["golden", "check", "gone.json"]).usage(&["cannot read gone.json"]);
    dir.permspec(&["golden", "check", "run.json"]).usage(&["permspec.results/1"]);
    dir.permspec(&["golden", "check", "empty"]).usage(&["holds no recorded answer"]);
}

#[test]
fn the_specification_is_held_against_a_model_of_aws() {
    let dir = TestDir::new();
    let string = |max: u32| json!({"type": "string", "min": 1, "max": max});
    let model = json!({
        "metadata": {"apiVersion": "2015-03-31"},
        "operations": {"AddPermission": {
            "http": {
                "method": "POST",
                "requestUri": "/2015-03-31/functions/{FunctionName}/policy",
                "responseCode": 201,
            },
            "input": {"shape": "In"},
            "errors": [],
        }},
        "shapes": {
            "In": {"required": ["StatementId"], "members": {"StatementId": {"shape": "Sid"}}},
            "Sid": string(128),
        },
    });
    dir.write("model.json", &model.to_string());
    let output = dir.permspec(&["spec", "diff", "model.json"]).exits(1).out;
    assert!(output.starts_with("model.json  botocore model 2015-03-31: AddPermission"));
    let length = "StatementId              max       statement-id.length\n      \
                  here   100\n      there  128\n";
    assert_eq!(output.matches(length).count(), 3, "{output}");
    assert!(output.contains("The edition of the API page differs in "), "{output}");
    assert!(output.trim_end().ends_with("the model differs from the current edition"), "{output}");
    std::fs::write(dir.path("model.json.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
    dir.permspec(&["spec", "diff", "model.json.gz"]).usage(&["compressed", "gzip -dk"]);
    dir.write("other.json", "{}");
    dir.permspec(&["spec", "diff", "other.json"]).usage(&["neither botocore's"]);
    dir.permspec(&["spec", "diff", "gone.json"]).usage(&["cannot read gone.json"]);
}

#[test]
#[ignore = "needs PERMSPEC_TEST_PYTHON, a Python with botocore"]
fn the_current_edition_is_the_one_that_botocore_ships() {
    let Some(python) = std::env::var_os("PERMSPEC_TEST_PYTHON") else {
        panic!("PERMSPEC_TEST_PYTHON names no Python with botocore");
    };
    let script = "\
import glob, gzip, os, sys, botocore
folder = os.path.join(os.path.dirname(botocore.__file__), 'data', 'lambda', '2015-03-31')
path = sorted(glob.glob(os.path.join(folder, 'service-2.json*')))[0]
opened = gzip.open(path) if path.endswith('.gz') else open(path, 'rb')
open(sys.argv[1], 'wb').write(opened.read())";
    let dir = TestDir::new();
    let model = dir.path("service-2.json");
    let mut command = std::process::Command::new(python);
    let output = command.args(["-c", script]).arg(&model).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = dir.permspec(&["spec", "diff", "service-2.json"]).exits(0).out;
    assert!(output.contains("The edition of the current model agrees."), "{output}");
    assert!(output.contains("InvokedViaFunctionUrl"), "{output}");
}
