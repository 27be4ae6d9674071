//! What the commands write: text on stdout, files whole or not at all.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::{Failure, usage};

/// Writes a text to stdout, without styles where it does not take them. A reader who has gone
/// (`permspec list | head`) is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        warn(&format!("cannot write to stdout: {error}"));
    }
}

/// Writes a text to stderr, for people.
pub fn eprint(text: &str) {
    // Nothing is left to tell it to where stderr is gone.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Says on stderr what went wrong, where the command goes on all the same.
pub fn warn(text: &str) {
    eprint(&format!("permspec: {text}\n"));
}

/// Whether a path stands for stdout.
pub fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Checks that files can be written, before anything is sent: where a folder is missing, it is
/// better told now than after the run. At most one may be stdout, and none may be named twice.
pub fn check(paths: &[&PathBuf]) -> Result<(), Failure> {
    for (at, path) in paths.iter().enumerate() {
        if paths[..at].contains(path) {
            return Err(usage(format!(
                "two reports go to {}; give each a file of its own",
                path.display()
            )));
        }
        if is_stdout(path) {
            continue;
        }
        if path.is_dir() {
            return Err(usage(format!("{} is a folder; name a file in it", path.display())));
        }
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(usage(format!(
                "cannot write {}: there is no folder {}; make it first",
                path.display(),
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Writes a file whole or not at all; `-` is stdout.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if is_stdout(path) {
        let mut out = std::io::stdout();
        return out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
    if path.exists() && !path.is_file() {
        // A device or a pipe cannot be replaced.
        return std::fs::write(path, text);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder_of(path).join(format!(".{name}.{}.draft", std::process::id()));
    let written = std::fs::write(&draft, text).and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        // What is left of the draft is of no use; where it cannot be removed it stays.
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
