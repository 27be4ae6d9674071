//! Shared by the tests of the command: a directory to run it in, and servers with one defect.

#![expect(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use permspec::contract::{Member, RuleId};
use permspec::model::{RejectKind, RejectReason};
use permspec::schema::Schema;
use permspec::server::mutants::Mutation;
use permspec::server::{Mutant, ReferenceServer, RunningServer, ServerOptions};
use serde_json::Value;

/// A selection of rules that runs quickly.
pub const FEW: [&str; 5] =
    ["statement-id.pattern", "--phases", "bounds,near-misses", "--depth", "quick"];

/// A temporary directory in which the command runs.
pub struct TestDir {
    dir: tempfile::TempDir,
}

/// The exit code and the output of the command.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl TestDir {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// The names of all files in the directory, including hidden ones.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The files of a directory, sorted by name; empty if it does not exist.
    pub fn read_dir(&self, name: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path(name)) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    /// The command in this directory, without any `PERMSPEC_*` or `GITHUB_*` variable.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_permspec"));
        command.args(words);
        self.set_up(command)
    }

    /// A shell in this directory that finds `permspec` on its path.
    pub fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        let program = Path::new(env!("CARGO_BIN_EXE_permspec"));
        let mut path = program.parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command.args(["-c", script]).env("PATH", path);
        self.set_up(command)
    }

    fn set_up(&self, mut command: Command) -> Command {
        command.current_dir(self.dir.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("PERMSPEC_") || name.starts_with("GITHUB_") {
                command.env_remove(name);
            }
        }
        command.env("COLUMNS", "100").env("NO_COLOR", "1");
        command
    }

    pub fn permspec(&self, words: &[&str]) -> Output {
        output_of(self.command(words))
    }

    /// Runs [`FEW`] against a server, with further arguments.
    pub fn run(&self, server: &Server, more: &[&str]) -> Output {
        let mut words = vec!["run", "--endpoint", &server.endpoint];
        words.extend(FEW);
        words.extend(more);
        self.permspec(&words)
    }

    /// Starts the command without waiting for it.
    pub fn start(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

pub fn output_of(mut command: Command) -> Output {
    let output = command.output().unwrap();
    Output {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Output {
    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Asserts a usage error: one line on stderr that contains these words.
    #[track_caller]
    pub fn usage(self, words: &[&str]) {
        let output = self.exits(2);
        assert_eq!(output.out, "");
        assert_eq!(output.err.lines().count(), 1, "{}", output.err);
        assert!(output.err.starts_with("permspec: "), "{}", output.err);
        for word in words {
            assert!(output.err.contains(word), "no {word:?} in {}", output.err);
        }
    }
}

/// Waits until a file has at least this number of lines.
pub fn wait_for_lines(path: &Path, lines: usize) {
    let begun = Instant::now();
    while fs::read_to_string(path).map_or(0, |text| text.lines().count()) < lines {
        assert!(begun.elapsed() < Duration::from_mins(1), "{} stays short", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Asserts that a value conforms to a schema.
#[track_caller]
pub fn valid(schema: Schema, value: &Value) {
    let validator = jsonschema::validator_for(&schema.value()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", schema.name());
}

/// Parses an event stream.
pub fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A free loopback endpoint.
pub fn endpoint() -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", free.local_addr().unwrap())
}

/// An endpoint with no listener: a run against it exits with 5.
pub const NOWHERE: &str = "http://127.0.0.1:9";

/// A reference server in this process.
pub struct Server {
    pub endpoint: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(mutant: Option<&'static Mutant>) -> Self {
        Self::with(ServerOptions {
            mutants: mutant.into_iter().collect(),
            ..ServerOptions::default()
        })
    }

    pub fn with(options: ServerOptions) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (sender, endpoint) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let server = Arc::new(ReferenceServer::new(options));
                let running = RunningServer::start(server, 0).await.unwrap();
                sender.send(running.endpoint()).unwrap();
                let _ = stopped.await;
                running.stop().await;
            });
        });
        Self { endpoint: endpoint.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn breaks_pattern(fault: &RejectReason) -> bool {
    fault.member == Some(Member::StatementId) && fault.kind == RejectKind::Pattern
}

/// Accepts every StatementId.
pub static LAX: Mutant = Mutant {
    name: "lax",
    about: "accepts every StatementId",
    rules: &[RuleId::StatementIdPattern],
    member: Some(Member::StatementId),
    advisory: false,
    plants: &[Mutation::DropFault(|fault, _| breaks_pattern(fault))],
};

static SEEN: AtomicU32 = AtomicU32::new(0);

/// Makes [`FLAKY`] accept one more invalid StatementId. Only one test per process may use it.
pub fn rearm() {
    SEEN.store(0, Ordering::Relaxed);
}

/// Accepts an invalid StatementId once per process.
pub static FLAKY: Mutant = Mutant {
    name: "flaky",
    about: "accepts an invalid StatementId once",
    rules: &[RuleId::StatementIdPattern],
    member: Some(Member::StatementId),
    advisory: false,
    plants: &[Mutation::DropFault(|fault, ask| {
        // With a second defect the request would be refused for that one.
        let only = ask.text(Member::StatementId).is_some_and(|id| (1..=100).contains(&id.len()));
        breaks_pattern(fault) && only && SEEN.fetch_add(1, Ordering::Relaxed) == 0
    })],
};

/// Answers with text that breaks a report which does not escape it.
pub static HOSTILE: Mutant = Mutant {
    name: "hostile",
    about: "puts markup and terminal escapes into its errors, and accepts every StatementId",
    rules: &[RuleId::StatementIdPattern],
    member: None,
    advisory: false,
    plants: &[
        Mutation::DropFault(|fault, _| breaks_pattern(fault)),
        Mutation::EditStatement(|statement, _| {
            statement.insert("Note".into(), HOSTILE_TEXT.into());
        }),
        Mutation::EditError(|error, _| error.message = HOSTILE_TEXT.into()),
        Mutation::EditAnswer(|answer, _| {
            answer.headers.push(("x-note".into(), "<script>alert(1)</script>".into()));
        }),
    ],
};

/// Breaks reports that do not escape it.
pub const HOSTILE_TEXT: &str = "]]><script>alert(1)</script>\u{1b}[2J\u{202e}\n::error::x";
