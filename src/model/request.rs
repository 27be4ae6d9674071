//! Parsing of requests.

use serde_json::{Map, Value};

use crate::wire::{Members, WireRequest, decode};

/// The operation of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// AddPermission.
    AddPermission(AddRequest),
    /// GetPolicy.
    GetPolicy(PolicyRequest),
    /// RemovePermission.
    RemovePermission(RemoveRequest),
    /// A policy operation whose path label not every HTTP router can carry: empty, `.`, `..`, with
    /// a slash, or invalid UTF-8.
    Unroutable,
    /// Anything else.
    Other,
}

/// The input of AddPermission as in the bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct AddRequest {
    /// The decoded path label.
    pub name: String,
    /// The decoded query parameter.
    pub qualifier: Option<String>,
    /// The body.
    pub body: ParsedBody,
}

/// The input of GetPolicy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyRequest {
    /// The decoded path label.
    pub name: String,
    /// The decoded query parameter.
    pub qualifier: Option<String>,
}

/// The input of RemovePermission.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveRequest {
    /// The decoded path label.
    pub name: String,
    /// The decoded query parameter.
    pub qualifier: Option<String>,
    /// The decoded second path label.
    pub statement_id: String,
    /// The decoded query parameter.
    pub revision_id: Option<String>,
}

/// A request body.
#[derive(Clone, Debug, PartialEq)]
pub enum ParsedBody {
    /// Empty, or only white space.
    Empty,
    /// Not JSON.
    Malformed,
    /// A JSON object followed by other bytes: invalid JSON, but some parsers stop after the object.
    TrailingData,
    /// Bytes on which JSON parsers differ: a byte order mark, an unpaired surrogate, a number or
    /// nesting beyond the limits of a parser, a duplicate name.
    Ambiguous,
    /// JSON, but not an object.
    NotAnObject,
    /// An object.
    Object(Map<String, Value>),
}

impl ParsedBody {
    /// Parses a body.
    pub fn read(bytes: &[u8]) -> Self {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Self::Empty;
        }
        match serde_json::from_slice(bytes) {
            Ok(Members(members)) => return Self::object(members),
            Err(error) if error.is_data() => {}
            Err(error) if is_contested(bytes, &error) => return Self::Ambiguous,
            Err(_) if is_tailed(bytes) => return Self::TrailingData,
            Err(_) => return Self::Malformed,
        }
        // It does not begin as an object.
        match serde_json::from_slice::<Value>(bytes) {
            Ok(_) => Self::NotAnObject,
            Err(error) if is_contested(bytes, &error) => Self::Ambiguous,
            Err(_) => Self::Malformed,
        }
    }

    /// An object, unless it contains a duplicate name: some parsers take the first value, some the
    /// last, some neither (RFC 8259, section 4).
    fn object(members: Vec<(String, Value)>) -> Self {
        let count = members.len();
        let members: Map<String, Value> = members.into_iter().collect();
        if members.len() == count { Self::Object(members) } else { Self::Ambiguous }
    }
}

/// Whether invalid JSON begins with a valid object.
fn is_tailed(bytes: &[u8]) -> bool {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Members>();
    matches!(values.next(), Some(Ok(_)))
}

/// Whether the standard leaves it to the reader to take these bytes (RFC 8259, sections 6, 8.1,
/// 8.2 and 9), or an earlier one had readers take them: in UTF-16 or UTF-32, which zeros among the
/// first four bytes tell (RFC 4627, section 3).
fn is_contested(bytes: &[u8], error: &serde_json::Error) -> bool {
    let text = error.to_string();
    let by_limit = text.contains("number out of range") || text.contains("recursion limit");
    let surrogate = bytes.windows(4).any(|four| {
        four[0] == b'\\'
            && four[1] == b'u'
            && four[2].eq_ignore_ascii_case(&b'd')
            && matches!(four[3].to_ascii_lowercase(), b'8' | b'9' | b'a'..=b'f')
    });
    let wide = bytes.first_chunk::<4>().is_some_and(|four| four.contains(&0));
    by_limit || surrogate || wide || bytes.starts_with(b"\xef\xbb\xbf")
}

/// The path of every function operation before the label.
const FUNCTIONS: &str = "/2015-03-31/functions/";

impl Request {
    /// Parses a request.
    pub fn read(wire: &WireRequest) -> Self {
        let Some(rest) = wire.path.strip_prefix(FUNCTIONS) else { return Self::Other };
        let segments: Vec<&str> = rest.split('/').collect();
        let (label, statement_id) = match (wire.method, segments.as_slice()) {
            ("POST" | "GET", [label, "policy"]) => (*label, None),
            ("DELETE", [label, "policy", statement_id]) => (*label, Some(*statement_id)),
            _ => return Self::Other,
        };
        let Some(name) = decode(label).filter(|name| is_routable(name)) else {
            return Self::Unroutable;
        };
        let qualifier = wire.query_value("Qualifier");
        match (wire.method, statement_id) {
            ("POST", _) => Self::AddPermission(AddRequest {
                name,
                qualifier,
                body: ParsedBody::read(&wire.body),
            }),
            ("GET", _) => Self::GetPolicy(PolicyRequest { name, qualifier }),
            (_, Some(statement_id)) => match decode(statement_id).filter(|sid| is_routable(sid)) {
                Some(statement_id) => Self::RemovePermission(RemoveRequest {
                    name,
                    qualifier,
                    statement_id,
                    revision_id: wire.query_value("RevisionId"),
                }),
                None => Self::Unroutable,
            },
            _ => Self::Other,
        }
    }
}

/// Whether path or query hold, once decoded, a control character, a backslash, a percent sign, a
/// slash within a label, or bytes that are no UTF-8.
pub fn is_refused_at_front(wire: &WireRequest) -> bool {
    let mut parts = wire.path.split('/').chain(wire.query.split(['&', '=']));
    let odd = |c: char| c.is_ascii_control() || matches!(c, '\\' | '%' | '/');
    parts.any(|part| decode(part).is_none_or(|text| text.contains(odd)))
}

fn is_routable(label: &str) -> bool {
    !label.is_empty() && label != "." && label != ".." && !label.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(label: &str) -> Request {
        Request::read(&WireRequest::new("POST", format!("{FUNCTIONS}{label}/policy")))
    }

    #[test]
    fn labels_that_routers_lose_are_told_apart() {
        for label in ["", ".", "..", "%2E", "a%2Fb", "%FF"] {
            assert_eq!(post(label), Request::Unroutable, "{label}");
        }
        assert!(matches!(post("a%3Ab"), Request::AddPermission(add) if add.name == "a:b"));
    }

    #[test]
    fn bodies_are_told_apart() {
        assert_eq!(ParsedBody::read(b" \n"), ParsedBody::Empty);
        assert_eq!(ParsedBody::read(b"{"), ParsedBody::Malformed);
        assert_eq!(ParsedBody::read(b"{\"a\":\"\xff\"}"), ParsedBody::Malformed);
        assert_eq!(ParsedBody::read(b"[]"), ParsedBody::NotAnObject);
        assert_eq!(ParsedBody::read(b"{}"), ParsedBody::Object(Map::new()));
        for contested in [&b"\xef\xbb\xbf{}"[..], b"{\"a\":\"\\uD800\"}", b"{\"a\":1e999}"] {
            assert_eq!(ParsedBody::read(contested), ParsedBody::Ambiguous);
        }
        for other in [&b"-5"[..], b"5", b"0.5", b"true", b"null", b"\"x\"", b"[1]"] {
            assert_eq!(ParsedBody::read(other), ParsedBody::NotAnObject);
        }
    }
}
