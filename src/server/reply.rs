//! Responses in the format of AWS: headers, key order, and which errors use `Message`.

use serde_json::{Map, Value};

use super::readings::{Reading, Readings};
use crate::contract::ErrorCode;
use crate::model::RejectReason;
use crate::wire::WireResponse;

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorReply {
    /// The status.
    pub status: u16,
    /// The code, for `x-amzn-errortype`.
    pub code: String,
    /// The text.
    pub message: String,
    /// The body member that holds the text; none for a body without one.
    pub message_member: Option<&'static str>,
    /// The value of the body member Type.
    pub type_member: Option<&'static str>,
}

impl ErrorReply {
    /// An error as AWS shapes the code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            status: code.status(),
            code: code.name().to_owned(),
            message: message.into(),
            message_member: Some(code.message_member()),
            type_member: code.type_member(),
        }
    }

    /// The same error under another code, in the shape of that code.
    #[must_use]
    pub fn coded(self, code: ErrorCode) -> Self {
        Self::new(code, self.message)
    }

    /// The same error with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// 404 with a text.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::ResourceNotFoundException, message)
    }

    /// 400 InvalidParameterValueException with a text.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValueException, message)
    }

    /// 400 ValidationException for single texts, aggregated as AWS does.
    pub fn validation(texts: &[&str]) -> Self {
        let plural = if texts.len() == 1 { "" } else { "s" };
        let message =
            format!("{} validation error{plural} detected: {}", texts.len(), texts.join("; "));
        Self::new(ErrorCode::ValidationException, message)
    }

    /// The error as a response.
    pub(super) fn into_response(mut self, readings: Readings) -> WireResponse {
        if readings.has(Reading::OtherTexts) {
            self.message = format!("request refused by this implementation ({})", self.code);
        }
        let mut entries: Vec<(&str, Value)> = Vec::new();
        if readings.has(Reading::TypeInBody) {
            entries.push(("__type", self.code.clone().into()));
        }
        let kind = self.type_member.filter(|_| !readings.has(Reading::NoTypeMember));
        let member = match self.message_member {
            Some(_) if readings.has(Reading::MessageLowerCase) => Some("message"),
            Some(_) if readings.has(Reading::MessageUpperCase) => Some("Message"),
            given => given,
        };
        let text = member.map(|member| (member, Value::from(self.message)));
        // AWS writes Type before `message` and after `Message`.
        let type_first = (member == Some("message")) != readings.has(Reading::ErrorKeysReversed);
        let kind = kind.map(|kind| ("Type", Value::from(kind)));
        if type_first {
            entries.extend(kind.into_iter().chain(text));
        } else {
            entries.extend(text.into_iter().chain(kind));
        }
        let body: Map<String, Value> =
            entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut response = json_response(self.status, &Value::Object(body), readings);
        let code = if readings.has(Reading::ErrorTypeTail) {
            format!("{}:http://internal.amazon.com/coral/com.amazonaws.awsgirapi/", self.code)
        } else if readings.has(Reading::ErrorTypePrefix) {
            format!("com.amazonaws.lambda#{}", self.code)
        } else {
            self.code
        };
        response.headers.push(("x-amzn-errortype".into(), code));
        if self.status == 429 {
            response.headers.push(("retry-after".into(), "1".into()));
        }
        response
    }
}

impl From<&RejectReason> for ErrorReply {
    fn from(fault: &RejectReason) -> Self {
        Self::new(fault.refusal.code, fault.message.clone())
    }
}

/// A response with a JSON body.
pub(super) fn json_response(status: u16, body: &Value, readings: Readings) -> WireResponse {
    let text =
        if readings.has(Reading::SpacedBody) { spaced(body) } else { escaped(body, readings) };
    let content_type = if readings.has(Reading::Charset) {
        "application/json; charset=utf-8"
    } else {
        "application/json"
    };
    let mut headers = vec![("content-type".to_owned(), content_type.to_owned())];
    if readings.has(Reading::ExtraHeaders) {
        headers.push(("server".into(), "permspec".into()));
        headers.push(("x-amzn-trace-id".into(), "Root=1-00000000-000000000000000000000000".into()));
    }
    WireResponse { status, headers, body: text.into_bytes(), truncated: false }
}

/// A response without a body.
pub(super) fn no_content() -> WireResponse {
    WireResponse { status: 204, ..WireResponse::default() }
}

/// JSON inside a string member: a statement or a policy.
pub(super) fn nested(value: &Value, readings: Readings) -> Value {
    if readings.has(Reading::SpacedJson) {
        return spaced(value).into();
    }
    escaped(value, readings).into()
}

/// Compact JSON, with the slashes escaped where the reading says so.
fn escaped(value: &Value, readings: Readings) -> String {
    let text = value.to_string();
    if readings.has(Reading::EscapedSlashes) { text.replace('/', "\\/") } else { text }
}

/// JSON with blanks behind commas and colons, as Python writes it.
pub(super) fn spaced(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let parts: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), spaced(value)))
                .collect();
            format!("{{{}}}", parts.join(", "))
        }
        Value::Array(values) => {
            let parts: Vec<String> = values.iter().map(spaced).collect();
            format!("[{}]", parts.join(", "))
        }
        other => other.to_string(),
    }
}

/// The same JSON with the keys of every object in reverse.
pub(super) fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: Map<String, Value> =
                members.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect();
            Value::Object(members)
        }
        Value::Array(values) => Value::Array(values.iter().map(reversed).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(code: ErrorCode) -> String {
        let response = ErrorReply::new(code, "m").into_response(Readings::default());
        String::from_utf8_lossy(&response.body).into_owned()
    }

    #[test]
    fn bodies_of_errors_have_the_recorded_members_in_the_recorded_order() {
        assert_eq!(
            body(ErrorCode::InvalidParameterValueException),
            r#"{"Type":"User","message":"m"}"#
        );
        assert_eq!(body(ErrorCode::ResourceNotFoundException), r#"{"Message":"m","Type":"User"}"#);
        assert_eq!(body(ErrorCode::ValidationException), r#"{"message":"m"}"#);
        assert_eq!(body(ErrorCode::SerializationException), r#"{"Message":"m"}"#);
    }

    #[test]
    fn the_body_of_the_raw_recording_has_its_length() {
        let text = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id";
        let reply = ErrorReply::new(ErrorCode::PreconditionFailedException, text);
        assert_eq!(reply.into_response(Readings::default()).body.len(), 149);
    }
}
