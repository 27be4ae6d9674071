//! What came back, normalised.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::{WireResponse, read_json};

/// What a target did with one request.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// It answered.
    Answer(Answer),
    /// No whole answer came.
    Fault(TransportFault),
}

/// A whole answer, read as the SDKs read it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Answer {
    /// The answer as it came.
    pub response: WireResponse,
    /// The body as JSON, where it is JSON.
    pub json: Option<Value>,
    /// The error code, without namespace and URL tail, where one is given.
    pub code: Option<String>,
    /// Where the error code stood.
    pub code_place: Option<CodePlace>,
    /// The error's message, under either spelling.
    pub message: Option<String>,
}

/// Where an answer carried its error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodePlace {
    /// In the header `x-amzn-errortype`, where AWS puts it.
    Header,
    /// In the body alone.
    Body,
}

/// Why no whole answer came.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "detail", rename_all = "kebab-case")]
pub enum TransportFault {
    /// No connection could be made; the request was not sent.
    Connect(String),
    /// The time for one request ran out.
    Timeout,
    /// The connection ended before the answer was whole.
    Dropped(String),
    /// What came back was not HTTP.
    Garbled(String),
    /// The request could not be put on the wire as meant.
    Untransportable(String),
    /// The request was kept back on purpose.
    Withheld(String),
    /// The answer is larger than permspec reads, which HTTP does not forbid.
    OverLimit(String),
    /// The exchange was given up because the run ended; the target may have received the request.
    Abandoned(String),
}

impl std::fmt::Display for TransportFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connect(why) => write!(f, "no connection: {why}"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::Dropped(why) => write!(f, "the connection ended early: {why}"),
            Self::Garbled(why) => write!(f, "the answer is not HTTP: {why}"),
            Self::Untransportable(why) => write!(f, "the request cannot be sent: {why}"),
            Self::Withheld(why) => write!(f, "not sent: {why}"),
            Self::OverLimit(why) => write!(f, "the answer is larger than permspec reads: {why}"),
            Self::Abandoned(why) => write!(f, "given up: {why}"),
        }
    }
}

impl Answer {
    /// Whether the target says that another update is under way: it could not do now what it may
    /// well do later, and the refusal says nothing of the request.
    pub fn is_busy(&self) -> bool {
        const WORDS: [&str; 3] = ["concurrent", "in progress", "being updated"];
        let text = self.message.as_deref().unwrap_or_default().to_ascii_lowercase();
        self.status() == 409 && WORDS.iter().any(|word| text.contains(word))
    }

    /// Whether its content type is one of JSON: `application/json`, `application/x-amz-json-1.1`,
    /// with whatever parameters.
    pub fn is_called_json(&self) -> bool {
        self.response.header("content-type").is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default();
            kind.to_ascii_lowercase().contains("json")
        })
    }

    /// Reads a response.
    pub fn read(response: WireResponse) -> Self {
        let json = response.json();
        let from_header = response.header("x-amzn-errortype").and_then(bare_code);
        let from_body = || {
            ["__type", "code", "Code"]
                .iter()
                .find_map(|key| json.as_ref()?.get(key)?.as_str().and_then(bare_code))
        };
        let is_error = response.status >= 400;
        let (code, code_place) = match from_header {
            Some(code) => (Some(code), Some(CodePlace::Header)),
            None if is_error => {
                from_body().map_or((None, None), |code| (Some(code), Some(CodePlace::Body)))
            }
            None => (None, None),
        };
        let message = ["message", "Message"]
            .iter()
            .find_map(|key| Some(json.as_ref()?.get(key)?.as_str()?.to_owned()));
        Self { response, json, code, code_place, message }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.response.status
    }

    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.response.status)
    }

    /// The value that the string member `name` of the body holds as JSON: the Statement of
    /// AddPermission, the Policy of GetPolicy.
    pub fn nested(&self, name: &str) -> Option<Value> {
        read_json(self.json.as_ref()?.get(name)?.as_str()?)
    }

    /// The statement of a successful AddPermission: the one in the member Statement, or in a member
    /// whose name differs from that in case alone, as text or as an object.
    pub fn statement(&self) -> Option<Value> {
        self.nested("Statement").or_else(|| {
            let body = self.json.as_ref()?.as_object()?;
            let (_, value) =
                body.iter().find(|(name, _)| name.eq_ignore_ascii_case("Statement"))?;
            match value {
                Value::String(text) => read_json(text),
                other => Some(other.clone()),
            }
        })
    }

    /// The revision that a GetPolicy answer carries.
    pub fn revision(&self) -> Option<&str> {
        let revision = self.json.as_ref()?.get("RevisionId")?.as_str()?;
        // What is longer is not kept; a UUID has 36 characters.
        (revision.len() <= LONGEST_REVISION).then_some(revision)
    }
}

/// The longest revision that is taken for one, in bytes.
const LONGEST_REVISION: usize = 1_024;

impl Observation {
    /// The answer, if there is one.
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Fault(_) => None,
        }
    }

    /// Status and code in a few words: `400 ValidationException`, `no answer in time`.
    pub fn brief(&self) -> String {
        match self {
            Self::Answer(answer) => match &answer.code {
                Some(code) => format!("{} {}", answer.status(), printable(code, 80)),
                None => answer.status().to_string(),
            },
            Self::Fault(fault) => fault.to_string(),
        }
    }
}

/// A code without `namespace#` before and `:http://…` behind, as the SDKs read it.
fn bare_code(text: &str) -> Option<String> {
    let text = text.split(':').next().unwrap_or_default();
    let text = text.rsplit('#').next().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// `text` with control characters escaped and cut to `limit` characters: what a target sent must
/// not steer a terminal.
pub fn printable(text: &str, limit: usize) -> String {
    let mut out = String::new();
    for (at, symbol) in text.chars().enumerate() {
        if at == limit {
            out.push('…');
            break;
        }
        if matches!(symbol, '\n' | '\r' | '\t') {
            out.extend(symbol.escape_default());
        } else if is_steering(symbol) {
            out.extend(symbol.escape_unicode());
        } else {
            out.push(symbol);
        }
    }
    out
}

/// Whether a character can steer a terminal, reorder a line, or hides in one: controls, marks of
/// direction, separators of lines, and all that Unicode calls ignorable by default.
fn is_steering(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(headers: &[(&str, &str)], body: &str) -> Answer {
        Answer::read(WireResponse {
            status: 400,
            headers: headers.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            body: body.as_bytes().to_vec(),
            truncated: false,
        })
    }

    #[test]
    fn the_code_is_read_without_namespace_and_tail() {
        let answer = error(&[("x-amzn-errortype", "ValidationException:http://x/y")], "{}");
        assert_eq!(answer.code.as_deref(), Some("ValidationException"));
        let answer = error(&[], r#"{"__type":"com.amazonaws#Oops","message":"m"}"#);
        assert_eq!(answer.code.as_deref(), Some("Oops"));
        assert_eq!(answer.code_place, Some(CodePlace::Body));
        assert_eq!(answer.message.as_deref(), Some("m"));
    }

    #[test]
    fn nothing_a_target_sends_steers_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\u{202e}", 9), "a\\u{1b}[2Jb\\u{202e}");
        assert_eq!(printable("aaaa", 2), "aa…");
    }
}
