//! Other bytes for the same request: what HTTP and percent-encoding leave to the client.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::wire::{WireRequest, decode};

/// How a request is written. The default is what AWS's SDKs write.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields, default, rename_all = "PascalCase")]
pub struct Spelling {
    /// How the path labels are percent-encoded.
    #[serde(skip_serializing_if = "Escapes::is_plain")]
    pub escapes: Escapes,
    /// Whether header names are written `Content-Type` instead of `content-type`.
    #[serde(skip_serializing_if = "is_off")]
    pub title_case: bool,
    /// Whether the body is sent in chunks instead of with its length.
    #[serde(skip_serializing_if = "is_off")]
    pub chunked: bool,
    /// Whether the query's parameters stand in reverse order.
    #[serde(skip_serializing_if = "is_off")]
    pub query_reversed: bool,
}

/// How path labels are percent-encoded (RFC 3986, sections 2.1 to 2.3 and 3.3).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub enum Escapes {
    /// Everything but unreserved characters, with capital digits: `arn%3Aaws`.
    #[default]
    Usual,
    /// The same with small digits: `arn%3aaws`.
    LowerCase,
    /// Also the unreserved characters: `%61%72%6E%3A`.
    Unreserved,
    /// Only what a path segment cannot hold: `arn:aws`.
    Sparse,
}

impl Escapes {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_off(flag: &bool) -> bool {
    !*flag
}

impl Spelling {
    /// Whether it is what AWS's SDKs write.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// The request, written in this way.
    pub(super) fn apply(self, mut request: WireRequest) -> WireRequest {
        if self.escapes != Escapes::Usual {
            request.path = escape(&request.path, self.escapes);
        }
        if self.query_reversed {
            request.query = request.query.rsplit('&').collect::<Vec<_>>().join("&");
        }
        if self.chunked && !request.body.is_empty() {
            request.headers.push(("transfer-encoding".into(), "chunked".into()));
        }
        if self.title_case {
            for (name, _) in &mut request.headers {
                *name = title_case(name);
            }
        }
        request
    }
}

/// A header's name with a capital at the start of each word.
fn title_case(name: &str) -> String {
    let mut starts = true;
    name.chars()
        .map(|symbol| {
            let symbol = if starts { symbol.to_ascii_uppercase() } else { symbol };
            starts = symbol == '-';
            symbol
        })
        .collect()
}

/// The labels of the path between its fixed words, escaped in another way.
fn escape(path: &str, escapes: Escapes) -> String {
    const FIXED: [&str; 4] = ["", "2015-03-31", "functions", "policy"];
    let label = |segment: &str| {
        // A label that is no UTF-8 has no other spelling here.
        let Some(text) = decode(segment) else { return segment.to_owned() };
        let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let is_kept = |byte: u8| match escapes {
            Escapes::Usual | Escapes::LowerCase => is_unreserved(byte),
            Escapes::Unreserved => false,
            Escapes::Sparse => is_unreserved(byte) || b":@$!&'()*+,;=".contains(&byte),
        };
        let mut out = String::new();
        for byte in text.bytes() {
            if is_kept(byte) {
                out.push(char::from(byte));
            } else if escapes == Escapes::LowerCase {
                let _ = write!(out, "%{byte:02x}");
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    };
    // The fixed words stand at places 0 to 2 and 4; a function may be called as they are.
    let segments = path.split('/').enumerate().map(|(at, segment)| {
        let is_label = matches!(at, 3 | 5) || !FIXED.contains(&segment);
        if is_label { label(segment) } else { segment.to_owned() }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removal(escapes: Escapes) -> String {
        let path = "/2015-03-31/functions/policy%3A%24L/policy/a-1".to_owned();
        Spelling { escapes, ..Spelling::default() }.apply(WireRequest::new("DELETE", path)).path
    }

    #[test]
    fn labels_are_escaped_as_asked_and_nothing_else_is() {
        assert_eq!(removal(Escapes::Usual), "/2015-03-31/functions/policy%3A%24L/policy/a-1");
        assert_eq!(removal(Escapes::LowerCase), "/2015-03-31/functions/policy%3a%24L/policy/a-1");
        assert_eq!(removal(Escapes::Sparse), "/2015-03-31/functions/policy:$L/policy/a-1");
        assert_eq!(
            removal(Escapes::Unreserved),
            "/2015-03-31/functions/%70%6F%6C%69%63%79%3A%24%4C/policy/%61%2D%31"
        );
    }

    #[test]
    fn headers_and_query_are_written_as_asked() {
        let request = WireRequest::new("POST", "/".into())
            .with_query("Qualifier", "1")
            .with_query("RevisionId", "a=b")
            .with_json(b"{}".to_vec());
        let spelling = Spelling {
            title_case: true,
            chunked: true,
            query_reversed: true,
            ..Spelling::default()
        };
        let written = spelling.apply(request.clone());
        assert_eq!(written.query, "RevisionId=a%3Db&Qualifier=1");
        let names: Vec<&str> = written.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Content-Type", "Transfer-Encoding"]);
        assert_eq!(Spelling::default().apply(request.clone()), request);
    }
}
