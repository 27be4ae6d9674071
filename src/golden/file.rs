//! The format of golden files: one JSON document, a line a scenario, so that two recordings can
//! be compared by eye as well.
//!
//! The format is an interface. It holds what was sent and what came, and no verdict.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::recorded_outcome::RecordedOutcome;
use crate::contract::{EditionChoice, Phase};
use crate::observation::printable;
use crate::scenario::{Fixture, Operation, Scenario, Step};

/// The version of the format that this program writes and reads.
pub const FORMAT: &str = "permspec.golden/1";

/// Answers recorded from one target on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenFile {
    /// The version of the format, [`FORMAT`].
    pub format: String,
    /// When they were recorded (`2026-11-22`).
    pub date: String,
    /// The version of permspec that recorded them.
    pub permspec: String,
    /// What was asked.
    pub target: GoldenTarget,
    /// The editions whose bounds and patterns were tried.
    pub edition: EditionChoice,
    /// Whether every scenario that was to be recorded is here.
    pub complete: bool,
    /// Why some are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
    /// The scenarios with their answers.
    pub scenarios: Vec<GoldenScenario>,
}

/// What was asked. Its account is only told where it is an example's or an emulator's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenTarget {
    /// Its name.
    pub name: String,
    /// What kind of thing it is.
    pub kind: Kind,
    /// The region.
    pub region: String,
    /// The account, where it is nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// What it called itself in its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// What kind of thing a target is, which says what its answers are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// AWS itself: its answers are the ground truth.
    Aws,
    /// The embedded reference server: the model behind HTTP.
    Reference,
    /// Anything else.
    Emulator,
}

/// A scenario with the answers to its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenScenario {
    /// A hash of fixture and steps: equal for equal scenarios in every file.
    pub id: String,
    /// What is sent, in a few words.
    pub about: String,
    /// The phase that it is from.
    pub phase: Phase,
    /// What must exist before the first step.
    #[serde(default)]
    pub fixture: Fixture,
    /// What was sent and what came.
    pub steps: Vec<GoldenStep>,
}

/// One operation and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenStep {
    /// What was sent.
    pub send: Operation,
    /// What came.
    pub recorded: RecordedOutcome,
}

/// Why a golden file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GoldenError {
    /// The file system said no.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// The file is not in the format.
    #[error("{path} is not a golden file: {source}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The file is of another version of the format, or something else.
    #[error(
        "{path} has the format {found}; this permspec reads {FORMAT:?}, as `permspec record` \
         writes it"
    )]
    Format {
        /// The file.
        path: PathBuf,
        /// The format that the file names.
        found: String,
    },
}

/// Accounts that are nobody's: of AWS's documents, of emulators, of our corpora.
const NOBODYS: [&str; 6] = [
    "000000000000",
    "111111111111",
    "111122223333",
    "123456789012",
    "222222222222",
    "223456789012",
];

/// An account, where it is nobody's.
pub fn placeholder_account(account: &str) -> Option<String> {
    NOBODYS.contains(&account).then(|| account.to_owned())
}

impl GoldenScenario {
    /// The scenario without its answers.
    pub fn scenario(&self) -> Scenario {
        Scenario {
            fixture: self.fixture.clone(),
            steps: self.steps.iter().map(|step| Step::One(step.send.clone())).collect(),
        }
    }

    /// The answers, step by step.
    pub fn answers(&self) -> Vec<RecordedOutcome> {
        self.steps.iter().map(|step| step.recorded.clone()).collect()
    }
}

impl GoldenFile {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, GoldenError> {
        let text = crate::input::read_text(path, crate::input::LIMIT)
            .map_err(|source| GoldenError::Read { path: path.into(), source })?;
        let parse = |source| GoldenError::Parse { path: path.into(), source };
        let value: serde_json::Value = serde_json::from_str(&text).map_err(parse)?;
        let format = value.get("format").or_else(|| value.get("schema"));
        if format.and_then(serde_json::Value::as_str) != Some(FORMAT) {
            let found = format.map_or_else(
                || "of something else".to_owned(),
                |format| printable(&format.to_string(), 60),
            );
            return Err(GoldenError::Format { path: path.into(), found });
        }
        // Once more from the text, so that an error says where.
        serde_json::from_str(&text).map_err(parse)
    }

    /// The file's text: the head in lines, then a line a scenario.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        let head = Self { scenarios: Vec::new(), ..self.clone() };
        let mut text = serde_json::to_string_pretty(&head)?;
        // Opened again where the empty list closes.
        text.truncate(text.trim_end_matches(['}', '\n', ']', ' ']).len());
        for (at, scenario) in self.scenarios.iter().enumerate() {
            text.push_str(if at == 0 { "\n    " } else { ",\n    " });
            text.push_str(&serde_json::to_string(scenario)?);
        }
        text.push_str(if self.scenarios.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::RecordedResponse;
    use crate::scenario::{GetPolicy, Template};

    fn file(scenarios: Vec<GoldenScenario>) -> GoldenFile {
        GoldenFile {
            format: FORMAT.into(),
            date: "2026-11-22".into(),
            permspec: "0.1.0".into(),
            target: GoldenTarget {
                name: "x".into(),
                kind: Kind::Emulator,
                region: "us-east-1".into(),
                account: placeholder_account("999999999999"),
                server: None,
            },
            edition: EditionChoice::Either,
            complete: true,
            partial: None,
            scenarios,
        }
    }

    #[test]
    fn a_file_reads_back_and_has_a_line_for_each_scenario() {
        let step = GoldenStep {
            send: Operation::GetPolicy(GetPolicy {
                function_name: Template::reference("function.a"),
                ..GetPolicy::default()
            }),
            recorded: RecordedOutcome::Answer(Box::new(RecordedResponse {
                status: 404,
                ..RecordedResponse::default()
            })),
        };
        let one = GoldenScenario {
            id: "0".into(),
            about: "GetPolicy".into(),
            phase: Phase::Values,
            fixture: Fixture::plain(),
            steps: vec![step],
        };
        for scenarios in [vec![], vec![one.clone()], vec![one.clone(), one]] {
            let file = file(scenarios);
            let text = file.to_text().unwrap();
            assert_eq!(serde_json::from_str::<GoldenFile>(&text).unwrap(), file, "{text}");
            let lines = text.lines().filter(|line| line.starts_with("    {\"id\""));
            assert_eq!(lines.count(), file.scenarios.len());
        }
    }

    #[test]
    fn an_account_of_somebody_is_not_told() {
        assert_eq!(placeholder_account("424242424242"), None);
        assert_eq!(placeholder_account("000000000000").as_deref(), Some("000000000000"));
    }
}
