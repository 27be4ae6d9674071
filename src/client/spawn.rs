//! A target that permspec starts itself: a command, until it answers; ended with all that it
//! started, even if permspec is killed.
//!
//! The command is the leader of a process group of its own, so that a Ctrl-C in a terminal
//! reaches permspec alone, which still cleans up behind itself. The group is ended by a watchdog,
//! a shell that waits for the end of a pipe that permspec holds open: that end comes when
//! permspec lets go of it, and also when permspec is killed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::{Child, ChildStdin, Command};

use super::Endpoint;
use super::http::Http;
use super::transport::Transport;
use crate::observation::{Observation, TransportFault, printable};
use crate::wire::WireRequest;

/// What is started.
#[derive(Clone, Debug)]
pub struct Spawn {
    /// The command, for a POSIX shell. It finds host and port of the endpoint in the variables
    /// `PERMSPEC_HOST` and `PERMSPEC_PORT`.
    pub command: String,
    /// Where it will answer.
    pub endpoint: Endpoint,
    /// The file that takes what it prints; what was in it is lost.
    pub log: PathBuf,
    /// How long it may take until it answers.
    pub ready_timeout: Duration,
}

/// A target that was started. When this is dropped, its processes are ended in the background;
/// [`end`](Self::end) waits for that.
#[derive(Debug)]
pub struct Spawned {
    child: Child,
    watchdog: Child,
    /// Closing it is what the watchdog waits for.
    alive: ChildStdin,
    spawn: Spawn,
}

/// Why there is no target.
#[derive(Debug, thiserror::Error)]
pub enum SpawnError {
    /// There are no process groups.
    #[error("a target can be started on Unix only; start it yourself")]
    Unsupported,
    /// Somebody else would be tested.
    #[error(
        "something answers at {0} already, and would be tested in place of what --spawn starts; \
         end it, or leave out --spawn to test it"
    )]
    Taken(String),
    /// The log cannot be written.
    #[error("cannot write what the target prints to {path}: {source}")]
    Log {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The shell cannot be started.
    #[error("the shell that runs the target cannot be started: {0}")]
    Shell(io::Error),
    /// The command ended.
    #[error(
        "the command that --spawn names ended ({status}) before it answered at {address}{tail}"
    )]
    Ended {
        /// How.
        status: ExitStatus,
        /// Where it should have answered.
        address: String,
        /// What it printed.
        tail: Tail,
    },
    /// It goes on without answering.
    #[error(
        "the command that --spawn names did not answer at {address} within {}{tail}",
        humantime::format_duration(*.within)
    )]
    NotReady {
        /// How long it was waited for.
        within: Duration,
        /// Where it should have answered.
        address: String,
        /// What it printed.
        tail: Tail,
    },
}

/// The last lines that a target printed.
#[derive(Clone, Debug)]
pub struct Tail {
    path: PathBuf,
    lines: Vec<String>,
}

/// How many lines are shown, and how long each may be.
const TAIL: (usize, usize) = (10, 300);
/// How much of the log is read for them.
const TAIL_BYTES: u64 = 16 * 1024;
/// How often a target that starts is looked at.
const PAUSE: Duration = Duration::from_millis(50);
/// The time for one look.
const LOOK: Duration = Duration::from_secs(2);

/// Ends the process group `$1` when its input ends: asks, waits up to five seconds, and kills.
const WATCHDOG: &str = r#"
while read -r _; do :; done
kill -s TERM -- "-$1" 2>/dev/null || exit 0
tries=0
while [ "$tries" -lt 50 ]; do
    sleep 0.1
    kill -s 0 -- "-$1" 2>/dev/null || exit 0
    tries=$((tries + 1))
done
kill -s KILL -- "-$1" 2>/dev/null
"#;
/// How long the watchdog is waited for: longer than it takes.
const END: Duration = Duration::from_secs(8);

impl Spawned {
    /// Starts a command. Nothing may answer at its endpoint yet.
    pub async fn start(spawn: Spawn) -> Result<Self, SpawnError> {
        if cfg!(not(unix)) {
            return Err(SpawnError::Unsupported);
        }
        match look(&spawn.endpoint).await {
            Observation::Fault(TransportFault::Connect(_)) => {}
            // Whatever takes the connection is somebody else, even if it says nothing.
            _ => return Err(SpawnError::Taken(spawn.endpoint.to_string())),
        }
        let log = |source| SpawnError::Log { path: spawn.log.clone(), source };
        let out = File::create(&spawn.log).map_err(log)?;
        let err = out.try_clone().map_err(log)?;
        let mut command = shell();
        command
            .args(["-c", &spawn.command])
            .env("PERMSPEC_HOST", spawn.endpoint.host())
            .env("PERMSPEC_PORT", spawn.endpoint.port().to_string())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        let mut child = command.spawn().map_err(SpawnError::Shell)?;
        match watch(&child) {
            Ok((watchdog, alive)) => Ok(Self { child, watchdog, alive, spawn }),
            Err(error) => {
                // It may have ended by itself, which is as good.
                let _ = child.start_kill();
                Err(SpawnError::Shell(error))
            }
        }
    }

    /// The file that takes what it prints.
    pub fn log(&self) -> &Path {
        &self.spawn.log
    }

    /// Waits until it answers over HTTP, with any response.
    pub async fn ready(&mut self) -> Result<(), SpawnError> {
        let begun = Instant::now();
        let within = self.spawn.ready_timeout;
        let address = self.spawn.endpoint.to_string();
        loop {
            if let Some(status) = self.ended() {
                return Err(SpawnError::Ended { status, address, tail: self.tail() });
            }
            let left = within.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Err(SpawnError::NotReady { within, address, tail: self.tail() });
            }
            let answer = tokio::time::timeout(left, look(&self.spawn.endpoint)).await;
            let is_up =
                matches!(&answer, Ok(Observation::Answer(answer)) if !is_gateway(answer.status()));
            // What answers after the command has ended is somebody else.
            if is_up && self.ended().is_none() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE.min(left)).await;
        }
    }

    /// How the command ended, where it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        // An error means that it cannot be known, which is no end.
        self.child.try_wait().ok().flatten()
    }

    /// The last lines that it printed.
    pub fn tail(&self) -> Tail {
        Tail { path: self.spawn.log.clone(), lines: last_lines(&self.spawn.log) }
    }

    /// Ends it and everything that it started, and waits until they are gone.
    pub async fn end(self) {
        let Self { mut child, mut watchdog, alive, .. } = self;
        drop(alive);
        // Waited for as well, or it stays a process that has ended and still counts.
        let gone = async { tokio::join!(child.wait(), watchdog.wait()) };
        // What withstands a kill will not be moved by waiting longer.
        let _ = tokio::time::timeout(END, gone).await;
    }
}

/// A shell, in a process group of its own.
fn shell() -> Command {
    let mut command = Command::new("/bin/sh");
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// Starts the watchdog of a process and its group.
fn watch(child: &Child) -> io::Result<(Child, ChildStdin)> {
    let group = child.id().ok_or_else(|| io::Error::other("it has ended already"))?.to_string();
    let mut watchdog = shell()
        .args(["-c", WATCHDOG, "permspec-watchdog", &group])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let alive = watchdog.stdin.take().ok_or_else(|| io::Error::other("it has no input"))?;
    Ok((watchdog, alive))
}

/// Asks whether anything answers.
async fn look(endpoint: &Endpoint) -> Observation {
    let transport = Transport::Http(Arc::new(Http::new(endpoint.clone(), LOOK)));
    transport.send(&WireRequest::new("GET", "/".into()), &Vec::new()).await.0
}

/// Whether a status says that somebody answers for a server that is not there yet.
fn is_gateway(status: u16) -> bool {
    (502..=504).contains(&status)
}

/// The last lines of a file; none where it cannot be read.
fn last_lines(path: &Path) -> Vec<String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let from = file.metadata()?.len().saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let (most, longest) = TAIL;
    lines[lines.len().saturating_sub(most)..].iter().map(|line| printable(line, longest)).collect()
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        if self.lines.is_empty() {
            return write!(f, "; it printed nothing to {path}");
        }
        write!(f, "; the end of what it printed to {path}:")?;
        for line in &self.lines {
            // Indented, so that no runner of CI reads a command in it.
            write!(f, "\n    | {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_is_bounded_and_steers_no_terminal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut text: Vec<u8> =
            (0..4_000).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        text.extend(b"\n  \nred \x1b[31m \xff\n");
        std::fs::write(&path, text).unwrap();
        let tail = Tail { lines: last_lines(&path), path: path.clone() };
        assert_eq!(tail.lines.len(), TAIL.0);
        assert_eq!(tail.lines[0], "line 3991");
        let last = tail.lines.last().unwrap();
        assert!(last.starts_with("red \\u{1b}[31m"), "{last}");
        assert!(tail.to_string().contains("\n    | line 3991\n"), "{tail}");
        let empty = Tail { lines: last_lines(&dir.path().join("none")), path };
        assert!(empty.to_string().contains("it printed nothing"), "{empty}");
    }
}
