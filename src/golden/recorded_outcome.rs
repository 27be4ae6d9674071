//! One answer as a golden tells it: only what does not change from one day to the next.
//!
//! Of the headers, the content type and the place of the error code are kept; the request id, the
//! date and lengths are not. Strings hold references (`${account}`, `${function.a}`) and tokens
//! (`<revision:1>`) where the target decided.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::mask::Mask;
use crate::observation::{CodePlace, Observation, TransportFault};
use crate::scenario::Operation;

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordedOutcome {
    /// It was answered.
    Answer(Box<RecordedResponse>),
    /// No whole answer came.
    Lost {
        /// How: `timeout`, `dropped`, …
        lost: String,
    },
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedResponse {
    /// The status.
    pub status: u16,
    /// The error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether the code stood in the body alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code_in_body: bool,
    /// The content type, without its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The body, where it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The body, where it is something else; long ones are cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// How a step is told that was kept back.
const WITHHELD: &str = "withheld";

/// Characters of a body that is no JSON that are kept.
const TEXT_LIMIT: usize = 2_000;

impl RecordedOutcome {
    /// An outcome of which nothing is known; it equals no recorded one.
    pub(super) fn unknown() -> Self {
        let status = 999;
        Self::Answer(Box::new(RecordedResponse { status, ..RecordedResponse::default() }))
    }

    /// Tells an observation. Of the operations beside the policy's only the outcome counts.
    pub fn of(operation: &Operation, observation: &Observation, mask: &mut Mask) -> Self {
        let answer = match observation {
            Observation::Answer(answer) => answer,
            Observation::Fault(fault) => return Self::Lost { lost: kind(fault).to_owned() },
        };
        let mut told = RecordedResponse {
            status: answer.status(),
            code: answer.code.as_deref().map(|code| mask.text(code)),
            code_in_body: answer.code_place == Some(CodePlace::Body),
            ..RecordedResponse::default()
        };
        if is_policy(operation) {
            let kind = answer.response.header("content-type");
            told.content_type = kind.map(|kind| {
                mask.text(kind.split(';').next().unwrap_or_default().trim()).to_ascii_lowercase()
            });
            told.body = answer.json.as_ref().map(|body| mask.body(body));
            if told.body.is_none() && !answer.response.body.is_empty() {
                let text = String::from_utf8_lossy(&answer.response.body);
                let text: String = text.chars().take(TEXT_LIMIT).collect();
                told.text = Some(mask.text(&text));
            }
        }
        Self::Answer(Box::new(told))
    }

    /// The answer, if there is one.
    pub fn answer(&self) -> Option<&RecordedResponse> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Lost { .. } => None,
        }
    }

    /// Status and code in a few words.
    pub fn brief(&self) -> String {
        match self {
            Self::Answer(answer) => match &answer.code {
                Some(code) => format!("{} {code}", answer.status),
                None => answer.status.to_string(),
            },
            Self::Lost { lost } => format!("no answer ({lost})"),
        }
    }

    /// What is told of a step that was kept back on purpose, or that follows one.
    pub fn withheld() -> Self {
        Self::Lost { lost: WITHHELD.to_owned() }
    }

    /// Whether nothing is told of the step: it was throttled, or kept back.
    pub fn is_withheld(&self) -> bool {
        match self {
            Self::Answer(answer) => answer.status == 429,
            Self::Lost { lost } => lost == WITHHELD,
        }
    }
}

impl RecordedResponse {
    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The message of an error, under either spelling.
    pub fn message(&self) -> Option<&str> {
        let body = self.body.as_ref()?;
        ["message", "Message"].iter().find_map(|name| body.get(name)?.as_str())
    }

    /// The value that the string member `name` of the body holds as JSON.
    pub fn nested(&self, name: &str) -> Option<Value> {
        serde_json::from_str(self.body.as_ref()?.get(name)?.as_str()?).ok()
    }

    /// The token of the revision that the body carries.
    pub fn revision(&self) -> Option<&str> {
        self.body.as_ref()?.get("RevisionId")?.as_str()
    }
}

/// Whether an operation is one of the three on a policy.
pub fn is_policy(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::AddPermission(_) | Operation::GetPolicy(_) | Operation::RemovePermission(_)
    )
}

/// What became of a request that was not answered, in a word.
fn kind(fault: &TransportFault) -> &'static str {
    match fault {
        TransportFault::Connect(_) => "connect",
        TransportFault::Timeout => "timeout",
        TransportFault::Dropped(_) => "dropped",
        TransportFault::Garbled(_) => "garbled",
        TransportFault::Untransportable(_) => "untransportable",
        TransportFault::OverLimit(_) => "over-limit",
        // Like one that was never sent, it shows nothing of the target.
        TransportFault::Abandoned(_) | TransportFault::Withheld(_) => WITHHELD,
    }
}
