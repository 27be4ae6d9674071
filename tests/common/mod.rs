//! What the tests of the command share: a folder to run it in, and servers with one thing broken.

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

/// The few rules that most tests run, so that they are quick.
pub const FEW: [&str; 5] =
    ["statement-id.pattern", "--phases", "bounds,near-misses", "--depth", "quick"];

/// A folder that the command runs in.
pub struct TestDir {
    dir: tempfile::TempDir,
}

/// What the command said.
#[derive(Debug)]
pub struct Said {
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

    /// The names of the files in the folder, hidden ones too.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The files of a folder, in the order of their names; none where it is missing.
    pub fn read_dir(&self, name: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path(name)) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    /// The command, in this folder and without what the environment says.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_permspec"));
        command.args(words).current_dir(self.dir.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("PERMSPEC_") || name.starts_with("GITHUB_") {
                command.env_remove(name);
            }
        }
        command.env("COLUMNS", "100").env("NO_COLOR", "1");
        command
    }

    pub fn permspec(&self, words: &[&str]) -> Said {
        said(self.command(words))
    }

    /// Runs a few rules against a server, with more words.
    pub fn run(&self, server: &Server, more: &[&str]) -> Said {
        let mut words = vec!["run", "--endpoint", &server.endpoint];
        words.extend(FEW);
        words.extend(more);
        self.permspec(&words)
    }

    /// Starts the command and does not wait for it.
    pub fn start(&self, words: &[&str]) -> Child {
        self.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

pub fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Said {
    /// Holds the exit code against the one that is expected.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Holds a failure of usage: one sentence that holds these words.
    #[track_caller]
    pub fn usage(self, words: &[&str]) {
        let said = self.ends(2);
        assert_eq!(said.out, "");
        assert_eq!(said.err.lines().count(), 1, "{}", said.err);
        assert!(said.err.starts_with("permspec: "), "{}", said.err);
        for word in words {
            assert!(said.err.contains(word), "no {word:?} in {}", said.err);
        }
    }
}

/// Waits until a file has so many lines.
pub fn wait_for_lines(path: &Path, lines: usize) {
    let begun = Instant::now();
    while fs::read_to_string(path).map_or(0, |text| text.lines().count()) < lines {
        assert!(begun.elapsed() < Duration::from_mins(1), "{} stays short", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Holds a value against a schema.
#[track_caller]
pub fn valid(schema: Schema, value: &Value) {
    let validator = jsonschema::validator_for(&schema.value()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", schema.name());
}

/// The events of a stream.
pub fn events(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// An endpoint of this machine at which nothing answers yet.
pub fn endpoint() -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", free.local_addr().unwrap())
}

/// An address that nothing listens at: what is sent to it fails, with exit code 5.
pub const NOWHERE: &str = "http://127.0.0.1:9";

/// A server of this process.
pub struct Server {
    pub endpoint: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(mutant: Option<&'static Mutant>) -> Self {
        Self::with(ServerOptions { mutant, ..ServerOptions::default() })
    }

    pub fn with(options: ServerOptions) -> Self {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let server = Arc::new(ReferenceServer::new(options));
                let running = RunningServer::start(server, 0).await.unwrap();
                tell.send(running.endpoint()).unwrap();
                let _ = stopped.await;
                running.stop().await;
            });
        });
        Self { endpoint: told.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
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

/// Takes every StatementId.
pub static LAX: Mutant = Mutant {
    name: "lax",
    about: "takes every StatementId",
    rules: &[RuleId::StatementIdPattern],
    member: Some(Member::StatementId),
    advisory: false,
    plants: &[Mutation::DropFault(|fault, _| breaks_pattern(fault))],
};

static SEEN: AtomicU32 = AtomicU32::new(0);

/// Makes [`FLAKY`] take a wrong StatementId once more. One test of a process uses it.
pub fn rearm() {
    SEEN.store(0, Ordering::Relaxed);
}

/// Takes a wrong StatementId once, and never again.
pub static FLAKY: Mutant = Mutant {
    name: "flaky",
    about: "takes a wrong StatementId once",
    rules: &[RuleId::StatementIdPattern],
    member: Some(Member::StatementId),
    advisory: false,
    plants: &[Mutation::DropFault(|fault, ask| {
        // Nothing else may be wrong with it, or it would be refused all the same.
        let only = ask.text(Member::StatementId).is_some_and(|id| (1..=100).contains(&id.len()));
        breaks_pattern(fault) && only && SEEN.fetch_add(1, Ordering::Relaxed) == 0
    })],
};

/// Answers with all that could break a report.
pub static HOSTILE: Mutant = Mutant {
    name: "hostile",
    about: "puts markup and terminal escapes into its errors, and takes every StatementId",
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

/// What bends reports that do not escape.
pub const HOSTILE_TEXT: &str = "]]><script>alert(1)</script>\u{1b}[2J\u{202e}\n::error::x";
