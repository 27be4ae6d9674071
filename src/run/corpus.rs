//! Causes as results show them, and counterexamples kept as files.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::event::{Cause, Counterexample, RunResult};
use crate::judge::Finding;
use crate::scenario::CorpusFile;

/// The first eight digits of a hash.
pub fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let start = digest.iter().take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    format!("{start:08x}")
}

/// A cause as results show it.
pub fn cause(
    finding: &Finding,
    (occurrences, seen_at): (u32, u64),
    counterexample: Counterexample,
    flaky: bool,
) -> Cause {
    let fingerprint = short_hash(&finding.fingerprint_text());
    let rule = finding.rule();
    let id = format!("{}-{}", rule.name().replace('.', "-"), &fingerprint[..4]);
    let path = finding.differences.first().map(|difference| difference.path.clone());
    let mut counterexample = counterexample;
    counterexample.replay = format!("permspec replay {id}");
    Cause {
        id,
        fingerprint,
        rule,
        aspect: finding.aspect,
        direction: finding.direction,
        evidence: finding.evidence,
        source: finding.source.clone(),
        advisory: finding.advisory,
        flaky,
        known: None,
        occurrences,
        seen_at,
        brief: format!(
            "{}: expected {}, got {}",
            path.unwrap_or_else(|| finding.aspect.name().to_owned()),
            finding.expected.first().cloned().unwrap_or_default(),
            finding.actual
        ),
        counterexample,
    }
}

/// The counterexample of a cause as a file keeps it.
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

/// Writes every counterexample of a result into a folder; returns the files.
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

/// Finds a kept counterexample by its file or by its id in one of the folders.
pub fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let as_path = PathBuf::from(name);
    if as_path.is_file() {
        return Some(as_path);
    }
    folders.iter().map(|folder| folder.join(format!("{name}.json"))).find(|path| path.is_file())
}
