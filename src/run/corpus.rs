//! Saved counterexamples.

use std::path::{Path, PathBuf};

use crate::event::{Cause, RunResult};
use crate::scenario::CorpusFile;

/// The counterexample of a cause, as a file.
pub fn file(cause: &Cause, result: &RunResult) -> CorpusFile {
    let mut file = CorpusFile::new(
        &cause.counterexample.scenario,
        &cause.brief.chars().take(200).collect::<String>(),
        &format!("a run of permspec {}", env!("CARGO_PKG_VERSION")),
    );
    file.rule = Some(cause.rule.name().to_owned());
    file.date = result.run.started.get(..10).map(ToOwned::to_owned);
    file
}

/// Writes every counterexample of a result to a directory; returns the files.
pub fn save(result: &RunResult, folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let causes: Vec<&Cause> = result
        .rules
        .iter()
        .flat_map(|rule| &rule.causes)
        .filter(|cause| !cause.advisory && !cause.flaky)
        .collect();
    if causes.is_empty() {
        return Ok(Vec::new());
    }
    std::fs::create_dir_all(folder)?;
    let mut files = Vec::new();
    for cause in causes {
        let file = file(cause, result);
        let path = folder.join(format!("{}.json", cause.id));
        // Whole or not at all: a half-written file would be no scenario.
        let draft = folder.join(format!(".{}.draft", cause.id));
        std::fs::write(&draft, file.to_text())?;
        std::fs::rename(&draft, &path)?;
        files.push(path);
    }
    Ok(files)
}

/// Finds a saved counterexample by its file, or by its id in one of the directories.
pub fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let as_path = PathBuf::from(name);
    if as_path.is_file() {
        return Some(as_path);
    }
    folders.iter().map(|folder| folder.join(format!("{name}.json"))).find(|path| path.is_file())
}
