//! HTTP messages as bytes: what is sent, what comes back.
//!
//! These types know nothing of sockets. The model judges a [`WireRequest`], the target sends it,
//! the embedded server answers it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// An HTTP request, its path and query already percent-encoded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WireRequest {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path as it goes out, percent-encoded, from the first slash.
    pub path: String,
    /// The query as it goes out, without the question mark; empty when there is none.
    pub query: String,
    /// Headers beside those that the client adds (host, length, signature).
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A whole HTTP response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WireResponse {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case, values as text (invalid UTF-8 replaced).
    pub headers: Vec<(String, String)>,
    /// The body, at most as long as the target's reader takes.
    pub body: Vec<u8>,
    /// Whether the body was longer than the reader takes and was cut.
    pub truncated: bool,
}

/// Everything but the unreserved characters, as AWS's SDKs encode a label or a query value.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a path label or a query value as AWS's SDKs do.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, LABEL).to_string()
}

/// Decodes a percent-encoded label or query value; `None` where it is not UTF-8.
pub fn decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

impl WireRequest {
    /// A request without body.
    pub fn new(method: &'static str, path: String) -> Self {
        Self { method, path, query: String::new(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a query parameter, encoding its value.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(name);
        self.query.push('=');
        self.query.push_str(&encode(value));
        self
    }

    /// Sets a JSON body and its content type.
    #[must_use]
    pub fn with_json(self, body: Vec<u8>) -> Self {
        let mut request = self;
        request.headers.push(("content-type".into(), "application/json".into()));
        request.body = body;
        request
    }

    /// The decoded value of the first query parameter called `name`.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query.split('&').filter(|pair| !pair.is_empty()).find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if decode(key)? == name { decode(&value.replace('+', " ")) } else { None }
        })
    }

    /// Path and query as they stand in the request line.
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }

    /// Whether sending it twice could do something twice.
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }
}

impl WireResponse {
    /// The value of the first header called `name` (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, where it is JSON and whole.
    pub fn json(&self) -> Option<Value> {
        if self.truncated { None } else { serde_json::from_slice(&self.body).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_encoded_as_the_sdks_do() {
        assert_eq!(encode("arn:aws:x/ä~.-_$"), "arn%3Aaws%3Ax%2F%C3%A4~.-_%24");
    }

    #[test]
    fn query_values_read_back() {
        let request = WireRequest::new("GET", "/".into())
            .with_query("Qualifier", "$LATEST & more")
            .with_query("RevisionId", "a=b");
        assert_eq!(request.query_value("Qualifier").as_deref(), Some("$LATEST & more"));
        assert_eq!(request.query_value("RevisionId").as_deref(), Some("a=b"));
        assert_eq!(request.query_value("Absent"), None);
    }
}
