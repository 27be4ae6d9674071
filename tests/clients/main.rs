//! Clients that people use, against the reference server: what they call is understood, and what
//! it answers is what they take for success and for each of their own kinds of error.
//!
//! * [`walk`]: what every client does; its steps and their answers stand in `walk.json`;
//! * `walk.py`, `walk.mjs`: those steps through boto3 and the JavaScript SDK;
//! * [`cli`]: through the AWS command line;
//! * `page.py`: the examples of the boto3 page.
//!
//! `tests/rust_sdk.rs` takes the same walk through the Rust SDK.

mod cli;
#[path = "../common/mod.rs"]
mod common;
mod walk;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::Server;
use permspec::scenario::CorpusFile;
use permspec::scenario::file::FileStep;
use serde_json::Value;
use walk::{Client, RecordedOutcome, Stage};

/// What a variable that `.ci/run` sets says.
fn tool(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty());
    PathBuf::from(value.unwrap_or_else(|| panic!("{variable} is not set: see .ci/run")))
}

/// A program that knows of AWS only what a user would set: an endpoint, a region, a key.
fn program(program: &Path, endpoint: &str, region: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_REGION", region)
        .env("AWS_DEFAULT_REGION", region)
        .env("AWS_ACCESS_KEY_ID", walk::ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", walk::SECRET_KEY)
        // Whatever this machine's user has set is none of the test's business.
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        // A throttled call is to fail, not to be tried again.
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The lines that a program prints, as JSON; it must end well.
fn lines(mut command: Command, input: &str) -> Vec<Value> {
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// Takes every stage of the walk by a script.
fn walk_by(interpreter: &Path, name: &str, client: &Client, also: &[(&str, &Path)]) {
    for stage in Stage::all() {
        let server = Server::with(stage.server());
        let mut command = program(interpreter, &server.endpoint, walk::REGION);
        command.arg(script(name)).envs(also.iter().copied());
        let told: Vec<RecordedOutcome> =
            lines(command, &serde_json::to_string(&stage.steps).unwrap())
                .into_iter()
                .map(|line| serde_json::from_value(line).unwrap())
                .collect();
        stage.hold(client, &told);
    }
}

#[test]
#[ignore = "needs boto3, by PERMSPEC_TEST_PYTHON"]
fn boto3_takes_every_answer_for_what_it_is() {
    let client = Client { base: "ClientError", tells_status: true, tells_type: true };
    walk_by(&tool("PERMSPEC_TEST_PYTHON"), "walk.py", &client, &[]);
}

#[test]
#[ignore = "needs Node.js and the JavaScript SDK, by PERMSPEC_TEST_NODE_MODULES"]
fn the_javascript_sdk_takes_every_answer_for_what_it_is() {
    let modules = tool("PERMSPEC_TEST_NODE_MODULES");
    let client = Client { base: "LambdaServiceException", tells_status: true, tells_type: true };
    let also = [("PERMSPEC_TEST_NODE_MODULES", modules.as_path())];
    walk_by(Path::new("node"), "walk.mjs", &client, &also);
}

#[test]
#[ignore = "needs the AWS command line, by PERMSPEC_TEST_AWS"]
fn the_aws_command_line_takes_every_answer_for_what_it_is() {
    let aws = tool("PERMSPEC_TEST_AWS");
    for stage in Stage::all() {
        let server = Server::with(stage.server());
        let told = cli::walk(&stage.steps, || program(&aws, &server.endpoint, walk::REGION));
        stage.hold(&cli::CLIENT, &told);
    }
}

/// `permspec serve`, ended when it is dropped.
struct Served {
    child: Child,
    endpoint: String,
}

impl Served {
    fn start(words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_permspec"));
        command.arg("serve").args(words).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.trim().strip_prefix("listening on ").unwrap().to_owned();
        Self { child, endpoint }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "needs boto3, by PERMSPEC_TEST_PYTHON"]
fn the_examples_of_the_boto3_page_get_the_documented_answers_to_the_letter() {
    let served = Served::start(&["--region", "us-east-2"]);
    let mut command = program(&tool("PERMSPEC_TEST_PYTHON"), &served.endpoint, "us-east-2");
    command.arg(script("page.py"));
    let answers = lines(command, "");
    let documented = ["boto3-example-1-bucket", "boto3-example-2-account"].map(|name| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/documented");
        let file = CorpusFile::read(&folder.join(format!("{name}.json"))).unwrap();
        let FileStep::One { recorded: Some(recorded), .. } = &file.steps[0] else {
            panic!("{name} holds no documented answer");
        };
        recorded.body.as_ref().unwrap()["Statement"].clone()
    });
    assert_eq!(answers.len(), documented.len());
    for (mut answer, documented) in answers.into_iter().zip(documented) {
        let metadata = answer.as_object_mut().unwrap().remove("ResponseMetadata").unwrap();
        assert_eq!(metadata["HTTPStatusCode"], 201);
        // The page shows the statement and the metadata, and nothing else.
        assert_eq!(answer, serde_json::json!({ "Statement": documented }));
    }
}
