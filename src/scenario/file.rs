//! The corpus format: a scenario with what a reader wants to know of it.
//!
//! The format is an interface. It stores values, never seeds, and no verdict: what is expected is
//! computed by the model when the file is replayed. An observed scenario also carries the
//! recorded answers.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Fixture, Operation, Scenario, Step};

/// The version of the format that this program writes and reads.
pub const FORMAT: &str = "permspec.scenario/1";

/// A corpus file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusFile {
    /// The version of the format, [`FORMAT`].
    pub format: String,
    /// What the scenario shows, in a few words.
    pub about: String,
    /// Where it comes from: a page's section, a recording, a run.
    pub source: String,
    /// When it was recorded or found (`2025-11-25`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The deployment tool whose requests these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<Tool>,
    /// The rule that it was kept for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The region the scenario wants, where its recorded answers name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The account the scenario wants, where its recorded answers name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Names for functions of the fixture that the scenario wants, by key.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub names: std::collections::BTreeMap<String, String>,
    /// What must exist before the first step.
    #[serde(default)]
    pub fixture: Fixture,
    /// What is sent, in order.
    pub steps: Vec<FileStep>,
}

/// A step of a corpus file, with the recorded answer where there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FileStep {
    /// Operations that are released together.
    Together {
        /// The operations.
        together: Vec<Operation>,
    },
    /// One operation.
    One {
        /// What is sent.
        send: Operation,
        /// What AWS answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recorded: Option<Box<Recorded>>,
        /// What a deployment tool needs of the answer to go on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        needs: Option<Need>,
    },
}

/// A deployment tool, and what it was asked to deploy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The tool's name, as its package is called.
    pub name: String,
    /// The version that was looked at.
    pub version: String,
    /// What makes it send these requests (`S3 event`).
    pub trigger: String,
    /// How its requests are known.
    pub seen: Seen,
}

/// How the requests of a tool are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Seen {
    /// The tool was run against a recording proxy.
    Run,
    /// The tool's source was read.
    Read,
}

/// What a deployment tool needs of an answer to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Any 2xx.
    Success,
    /// A refusal: AWS refuses this request of the tool.
    Refusal,
    /// `ResourceConflictException`, which the tool takes for a grant that is there already.
    Conflict,
    /// `ResourceNotFoundException`, which the tool takes for nothing to look at or to remove.
    NotFound,
    /// A policy in which the tool recognizes the statement that it added before.
    OwnStatement,
}

/// A recorded answer. Strings hold the references of templates where the recording was masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The id of the recording.
    pub id: String,
    /// The status.
    pub status: u16,
    /// The error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The body; absent where it was not captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// What a reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Why a corpus file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The file system said no.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The file is not in the format.
    #[error("{path} is not a scenario file: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The file is of another version of the format.
    #[error("{path} has the format {found:?}; this permspec reads {FORMAT:?}")]
    Format {
        /// The file.
        path: PathBuf,
        /// The format that the file names.
        found: String,
    },
}

impl CorpusFile {
    /// A file around a scenario.
    pub fn new(scenario: &Scenario, about: &str, source: &str) -> Self {
        Self {
            format: FORMAT.into(),
            about: about.into(),
            source: source.into(),
            date: None,
            tool: None,
            rule: None,
            region: None,
            account: None,
            names: std::collections::BTreeMap::new(),
            fixture: scenario.fixture.clone(),
            steps: scenario
                .steps
                .iter()
                .map(|step| match step {
                    Step::One(operation) => {
                        FileStep::One { send: operation.clone(), recorded: None, needs: None }
                    }
                    Step::Together { together } => {
                        FileStep::Together { together: together.clone() }
                    }
                })
                .collect(),
        }
    }

    /// The scenario.
    pub fn scenario(&self) -> Scenario {
        Scenario {
            fixture: self.fixture.clone(),
            steps: self
                .steps
                .iter()
                .map(|step| match step {
                    FileStep::One { send, .. } => Step::One(send.clone()),
                    FileStep::Together { together } => {
                        Step::Together { together: together.clone() }
                    }
                })
                .collect(),
        }
    }

    /// Reads one file.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let text = crate::input::read_text(path, crate::input::LIMIT)
            .map_err(|source| CorpusError::Read { path: path.into(), source })?;
        let file: Self = serde_json::from_str(&text)
            .map_err(|source| CorpusError::Parse { path: path.into(), source })?;
        if file.format != FORMAT {
            return Err(CorpusError::Format { path: path.into(), found: file.format });
        }
        // A key ends the name of a function, so it must be able to.
        let is_key = |key: &str| {
            (1..=32).contains(&key.len())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if let Some(odd) = file.fixture.functions.iter().find(|function| !is_key(&function.key)) {
            let why = format!(
                "the key {:?} of a function is not 1 to 32 letters, digits, hyphens or underscores",
                odd.key.chars().take(60).collect::<String>()
            );
            let source = serde::de::Error::custom(why);
            return Err(CorpusError::Parse { path: path.into(), source });
        }
        Ok(file)
    }

    /// Reads every `.json` file of a folder, by name; a missing folder holds none.
    pub fn read_folder(folder: &Path) -> Result<Vec<(PathBuf, Self)>, CorpusError> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(CorpusError::Read { path: folder.into(), source }),
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .collect();
        paths.sort();
        let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        if paths.iter().map(size).fold(0, u64::saturating_add) > crate::input::FOLDER_LIMIT {
            let why = format!(
                "its files are larger than the limit of {} MiB in all",
                crate::input::FOLDER_LIMIT >> 20
            );
            let source = std::io::Error::new(std::io::ErrorKind::FileTooLarge, why);
            return Err(CorpusError::Read { path: folder.into(), source });
        }
        paths.into_iter().map(|path| Ok((path.clone(), Self::read(&path)?))).collect()
    }

    /// The file's text: readable JSON with a newline at its end.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
