//! Output of the commands: text on stdout and stderr, and files that are written atomically.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Failure, usage};
use crate::report::text::{block, inert};

/// Writes text to stdout, without styles if it does not support them. A closed pipe
/// (`permspec list | head`) is not an error.
pub fn print(text: &str) {
    let mut out = anstream::stdout();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        lose();
        warn(&format!("cannot write to stdout: {error}"));
    }
}

/// Writes text to stderr.
pub fn eprint(text: &str) {
    // There is nowhere to report that stderr is closed.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Writes a message to stderr after the name of the program. It may hold what a target or a file
/// says: nothing in it steers a terminal or is a command to a CI runner.
pub fn warn(text: &str) {
    let text = block(text, LONGEST);
    let rows: Vec<String> = text.lines().map(inert).collect();
    eprint(&format!("permspec: {}\n", rows.join("\n")));
}

/// The longest message, in characters.
const LONGEST: usize = 8_000;

/// Whether output was lost.
static LOST: AtomicBool = AtomicBool::new(false);

/// Notes that output was lost.
pub fn lose() {
    LOST.store(true, Ordering::Relaxed);
}

/// Whether output was lost: then the command is not a whole success.
pub fn is_lost() -> bool {
    LOST.load(Ordering::Relaxed)
}

/// Whether a path means stdout.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Checks that files can be written, before anything is sent. At most one of them may be stdout, and
/// none may be named twice.
pub fn check(paths: &[&PathBuf]) -> Result<(), Failure> {
    for (at, path) in paths.iter().enumerate() {
        if paths[..at].contains(path) {
            return Err(usage(format!(
                "two reports have the same file {}; give each its own",
                path.display()
            )));
        }
        if is_stdout(path) {
            continue;
        }
        if path.is_dir() {
            return Err(usage(format!("{} is a directory; name a file in it", path.display())));
        }
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(usage(format!(
                "cannot write {}: directory {} does not exist; create it first",
                path.display(),
                folder.display()
            )));
        }
        probe(path, folder)?;
    }
    Ok(())
}

/// Writes and removes a file beside a report: whether that works, is better known before the run.
fn probe(path: &Path, folder: &Path) -> Result<(), Failure> {
    if path.exists() && !path.is_file() {
        return Ok(());
    }
    let draft = folder.join(format!(".permspec.{}.probe", std::process::id()));
    let tried = std::fs::write(&draft, "");
    // Where it could not be written there is nothing to remove.
    let _ = std::fs::remove_file(&draft);
    tried.map_err(|error| usage(format!("cannot write {}: {error}", path.display())))
}

/// Writes a file atomically; `-` is stdout.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if is_stdout(path) {
        let mut out = std::io::stdout();
        return out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
    if path.exists() && !path.is_file() {
        // Devices and pipes cannot be replaced.
        return std::fs::write(path, text);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder_of(path).join(format!(".{name}.{}.draft", std::process::id()));
    let written = std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        // The temporary file is useless now; ignore errors of removing it.
        let _ = std::fs::remove_file(&draft);
    }
    written
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}
