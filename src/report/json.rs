//! The result as JSON: written whole, read back with a clear word where it is not one of ours.

use serde_json::Value;

use crate::event::RunResult;
use crate::event::result::RESULTS;

/// Why a result could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The text is no JSON.
    #[error("invalid JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// The text is JSON of something else.
    #[error("not a result of permspec: it has no \"schema\"")]
    NoSchema,
    /// The text is of another version or kind.
    #[error("unsupported schema {found:?}: expected {RESULTS:?}")]
    OtherSchema {
        /// The schema that the text names.
        found: String,
    },
    /// The text names the schema and breaks it.
    #[error("does not conform to {RESULTS}: {0}")]
    Broken(#[source] serde_json::Error),
}

/// The result as indented JSON with a line break at its end.
///
/// # Panics
///
/// Never: every key of a result is a string, and nothing in it can refuse to be written.
pub fn json(result: &RunResult) -> String {
    let text =
        serde_json::to_string_pretty(result).expect("a result is made of strings and numbers");
    super::text::json_text(&text) + "\n"
}

/// Reads a result that [`json`] wrote.
pub fn read_json(text: &str) -> Result<RunResult, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(ReadError::NotJson)?;
    let schema = value.get("schema").and_then(Value::as_str).ok_or(ReadError::NoSchema)?;
    if schema != RESULTS {
        let found = super::text::line(schema, 80);
        return Err(ReadError::OtherSchema { found });
    }
    serde_json::from_value(value).map_err(ReadError::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{hostile, sample};

    #[test]
    fn a_result_reads_back_as_it_was_written() {
        for result in [sample(), hostile()] {
            let text = json(&result);
            assert_eq!(text.chars().find(|c| c.is_control() && *c != '\n'), None);
            assert_eq!(read_json(&text).unwrap(), result);
        }
    }

    #[test]
    fn a_result_of_another_version_is_refused_by_name() {
        let text = json(&sample()).replace(RESULTS, "permspec.results/9");
        let error = read_json(&text).unwrap_err().to_string();
        assert_eq!(
            error,
            "unsupported schema \"permspec.results/9\": expected \"permspec.results/1\""
        );
    }

    #[test]
    fn what_is_no_result_is_refused_with_the_reason() {
        assert!(matches!(read_json("{"), Err(ReadError::NotJson(_))));
        assert!(matches!(read_json("[1]"), Err(ReadError::NoSchema)));
        let broken = read_json(&format!("{{\"schema\":\"{RESULTS}\"}}")).unwrap_err();
        assert!(broken.to_string().contains("missing field"), "{broken}");
    }
}
