//! HTTP messages as bytes: what is sent, what comes back.
//!
//! These types know nothing of sockets. The model judges a [`WireRequest`], the target sends it,
//! the embedded server answers it.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
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

    /// Path and query as in the request line.
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
        if self.truncated { None } else { read_json(std::str::from_utf8(&self.body).ok()?) }
    }
}

/// The members of a JSON object as they appear, those of one name too.
#[derive(Debug)]
pub struct Members(pub Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A JSON text that somebody else wrote. An escape of half a surrogate pair is JSON by its
/// grammar, though it stands for no character: what holds one is read with a replacement for it.
pub fn read_json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| {
        let whole = without_halves(text)?;
        serde_json::from_str(&whole).ok()
    })
}

/// A JSON text with U+FFFD for every escape of half a surrogate pair, where there is one.
fn without_halves(text: &str) -> Option<String> {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut found = false;
    let mut at = 0;
    while let Some(next) = text[at..].find('\\').map(|next| at + next) {
        out.push_str(&text[at..next]);
        let (kept, length) = match (unit(next), unit(next + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (true, 12),
            (Some(0xd800..=0xdfff), _) => (false, 6),
            // An escaped character, which may be a backslash.
            _ => (true, 1 + text[next + 1..].chars().next().map_or(0, char::len_utf8)),
        };
        if kept {
            out.push_str(&text[next..next + length]);
        } else {
            out.push_str("\\ufffd");
            found = true;
        }
        at = next + length;
    }
    out.push_str(&text[at..]);
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_surrogate_pair_is_json_by_its_grammar() {
        let read = |text: &str| read_json(text).map(|value| value.to_string());
        assert_eq!(read(r#""a\ud800b\udc00""#).as_deref(), Some("\"a\u{fffd}b\u{fffd}\""));
        assert_eq!(read(r#"["\ud83d\ude00","\ud83d"]"#).as_deref(), Some("[\"😀\",\"\u{fffd}\"]"));
        assert_eq!(read(r#""\\ud800 \ud800""#).as_deref(), Some("\"\\\\ud800 \u{fffd}\""));
        for text in [r#""\ud800"#, r#"{"a":\ud800}"#, r#""\ud80""#, "\"é\\", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

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
