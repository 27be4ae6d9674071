//! Masks what was sent as credential, session token or signature wherever a target echoes it.
//!
//! Answers are masked before anything else sees them, so that no report, event or file needs to.

use std::collections::{HashSet, VecDeque};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::observation::TransportFault;
use crate::wire::{WireResponse, encode, read_json};

/// What stands for a secret.
pub const MASKED: &str = "[masked]";

/// Texts shorter than this are not secret: the dummy credentials are the word `test`.
const SHORTEST: usize = 8;
/// Length of a signature in hexadecimal digits.
const SIGNATURE: usize = 64;
/// The signatures that are remembered.
const REMEMBERED: usize = 50_000;
/// JSON in strings of JSON is read so deep.
const NESTED: u32 = 4;

/// What was sent and must not be shown.
#[derive(Debug, Default)]
pub(super) struct Secrets(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Credentials and session tokens.
    values: Vec<String>,
    /// The values in every spelling that is looked for, the longest first.
    spellings: Vec<String>,
    signatures: HashSet<String>,
    order: VecDeque<String>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known(redacted)")
    }
}

impl Secrets {
    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a credential or a session token.
    pub(super) fn add(&self, value: &str) {
        let mut known = self.known();
        if value.len() < SHORTEST || known.values.iter().any(|known| known == value) {
            return;
        }
        known.values.push(value.to_owned());
        let mut spellings: Vec<String> = known.values.iter().flat_map(|v| spellings(v)).collect();
        spellings.sort_by_key(|spelling| std::cmp::Reverse(spelling.len()));
        spellings.dedup();
        known.spellings = spellings;
    }

    /// Notes the headers that sign a request.
    pub(super) fn add_headers(&self, headers: &[(&'static str, String)]) {
        for (name, value) in headers {
            if *name == "authorization" {
                let signature = value.rsplit("Signature=").next().unwrap_or_default();
                let mut known = self.known();
                if signature.len() == SIGNATURE && known.signatures.insert(signature.to_owned()) {
                    known.order.push_back(signature.to_owned());
                    if known.order.len() > REMEMBERED
                        && let Some(oldest) = known.order.pop_front()
                    {
                        known.signatures.remove(&oldest);
                    }
                }
            }
        }
    }

    /// The answer with every secret masked.
    pub(super) fn mask(&self, mut response: WireResponse) -> WireResponse {
        let known = self.known();
        if known.spellings.is_empty() && known.signatures.is_empty() {
            return response;
        }
        for (name, value) in &mut response.headers {
            for text in [name, value] {
                if let Some(masked) = known.masked(text) {
                    *text = masked;
                }
            }
        }
        let body = String::from_utf8_lossy(&response.body);
        let mut masked = known.masked(&body);
        // What JSON escapes, is read before it is looked at.
        let text = masked.as_deref().unwrap_or(&body);
        if let Some(mut value) = read_json(text)
            && known.mask_value(&mut value, NESTED)
        {
            masked = Some(value.to_string());
        }
        if let Some(masked) = masked {
            response.body = masked.into_bytes();
        }
        response
    }

    /// A fault whose text holds no secret.
    pub(super) fn mask_fault(&self, fault: TransportFault) -> TransportFault {
        let known = self.known();
        let masked = |text: String| known.masked(&text).unwrap_or(text);
        match fault {
            TransportFault::Connect(text) => TransportFault::Connect(masked(text)),
            TransportFault::Dropped(text) => TransportFault::Dropped(masked(text)),
            TransportFault::Garbled(text) => TransportFault::Garbled(masked(text)),
            TransportFault::OverLimit(text) => TransportFault::OverLimit(masked(text)),
            other => other,
        }
    }
}

impl Known {
    /// The text with every secret masked, where it holds one.
    fn masked(&self, text: &str) -> Option<String> {
        let mut masked: Option<String> = None;
        for spelling in &self.spellings {
            let seen = masked.as_deref().unwrap_or(text);
            if let Some(found) = replaced(seen, spelling) {
                masked = Some(found);
            }
        }
        let seen = masked.as_deref().unwrap_or(text);
        self.without_signatures(seen).or(masked)
    }

    /// The text without the signatures that were sent.
    fn without_signatures(&self, text: &str) -> Option<String> {
        if self.signatures.is_empty() || text.len() < SIGNATURE {
            return None;
        }
        let bytes = text.as_bytes();
        let mut out = String::new();
        let (mut kept, mut at) = (0, 0);
        while at < bytes.len() {
            let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if run >= SIGNATURE {
                // A signature may stand within a longer run of hexadecimal digits.
                let mut start = at;
                while start + SIGNATURE <= at + run {
                    let window = text[start..start + SIGNATURE].to_ascii_lowercase();
                    if self.signatures.contains(&window) {
                        out.push_str(&text[kept..start]);
                        out.push_str(MASKED);
                        start += SIGNATURE;
                        kept = start;
                    } else {
                        start += 1;
                    }
                }
            }
            at += run.max(1);
        }
        (kept > 0).then(|| format!("{out}{}", &text[kept..]))
    }

    /// Masks the texts of a value, JSON in them too; true where there was something to mask.
    fn mask_value(&self, value: &mut Value, depth: u32) -> bool {
        match value {
            Value::String(text) => {
                if let Some(masked) = self.masked(text) {
                    *text = masked;
                    return true;
                }
                if depth == 0 || !text.contains('\\') {
                    return false;
                }
                let Some(mut inner) = read_json(text).filter(|inner| !inner.is_number()) else {
                    return false;
                };
                let found = self.mask_value(&mut inner, depth - 1);
                if found {
                    *text = inner.to_string();
                }
                found
            }
            Value::Array(items) => {
                items.iter_mut().fold(false, |found, item| self.mask_value(item, depth) | found)
            }
            Value::Object(members) => {
                let mut found = false;
                let mut masked = serde_json::Map::new();
                for (name, mut value) in std::mem::take(members) {
                    found |= self.mask_value(&mut value, depth);
                    let other = self.masked(&name);
                    found |= other.is_some();
                    masked.insert(other.unwrap_or(name), value);
                }
                *members = masked;
                found
            }
            _ => false,
        }
    }
}

/// The ways in which a target may spell what it was sent.
fn spellings(value: &str) -> Vec<String> {
    let plain = value.trim_end_matches('=');
    let mut all = vec![
        value.to_owned(),
        plain.to_owned(),
        encode(value),
        utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
        value.replace('/', "\\/"),
        value.replace('+', "&#43;").replace('/', "&#47;").replace('=', "&#61;"),
        value.replace('+', "&#x2B;").replace('/', "&#x2F;").replace('=', "&#x3D;"),
        value.replace('+', "\\u002b").replace('=', "\\u003d"),
        value.chars().rev().collect(),
    ];
    // Base64 of it, wherever it stands in what was encoded: what surrounds it changes at most the
    // characters at its ends.
    for offset in 0..3_usize {
        let shifted = [vec![b' '; offset], value.as_bytes().to_vec()].concat();
        for engine in [&STANDARD, &URL_SAFE] {
            let encoded = engine.encode(&shifted);
            let certain = shifted.len() / 3 * 4;
            let start = if offset == 0 { 0 } else { 4 };
            all.extend(encoded.get(start..certain).map(str::to_owned));
        }
    }
    let mut hex = String::new();
    for byte in value.bytes() {
        let _ = write!(hex, "{byte:02x}");
    }
    all.push(hex);
    all.retain(|spelling| spelling.len() >= SHORTEST);
    all
}

/// The text with every occurrence masked, in whatever case; none where there is none.
fn replaced(text: &str, secret: &str) -> Option<String> {
    let (haystack, needle) = (text.as_bytes(), secret.as_bytes());
    let mut out = String::new();
    let (mut kept, mut at) = (0, 0);
    while at + needle.len() <= haystack.len() {
        if haystack[at..at + needle.len()].eq_ignore_ascii_case(needle)
            && text.is_char_boundary(at)
            && text.is_char_boundary(at + needle.len())
        {
            out.push_str(&text[kept..at]);
            out.push_str(MASKED);
            at += needle.len();
            kept = at;
        } else {
            at += 1;
        }
    }
    (kept > 0).then(|| format!("{out}{}", &text[kept..]))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TOKEN: &str = "IQoJb3JpZ2luX2VjE+session/token/EXAMPLE==";

    fn secrets() -> Secrets {
        let secrets = Secrets::default();
        secrets.add("test");
        secrets.add("AKIAIOSFODNN7EXAMPLE");
        secrets.add(TOKEN);
        let signature = "0123456789abcdef".repeat(4);
        let header = format!("AWS4-HMAC-SHA256 Credential=x, Signature={signature}");
        secrets.add_headers(&[("authorization", header)]);
        secrets
    }

    fn body(text: &str) -> String {
        let response = WireResponse {
            status: 200,
            headers: vec![("x-echo".into(), text.into())],
            body: text.as_bytes().to_vec(),
            truncated: false,
        };
        let masked = secrets().mask(response);
        String::from_utf8(masked.body).unwrap()
    }

    #[rstest]
    #[case::plain(TOKEN.to_owned())]
    #[case::percent_encoded(encode(TOKEN))]
    #[case::in_json(serde_json::json!({ "message": TOKEN }).to_string())]
    #[case::with_slashes_escaped(format!("{{\"m\":\"{}\"}}", TOKEN.replace('/', "\\/")))]
    #[case::every_character_escaped(format!(
        "{{\"m\":\"{}\"}}",
        TOKEN.chars().fold(String::new(), |mut text, c| {
            let _ = write!(text, "\\u{:04x}", c as u32);
            text
        })
    ))]
    #[case::in_json_in_json(serde_json::json!({
        "Policy": serde_json::json!({ "Sid": TOKEN.replace('/', "\\/") }).to_string()
    }).to_string())]
    #[case::as_a_key(serde_json::json!({ TOKEN: 1 }).to_string())]
    #[case::in_base64(STANDARD.encode(TOKEN))]
    #[case::in_other_case(TOKEN.to_lowercase())]
    fn a_session_token_is_masked_however_it_is_spelled(#[case] text: String) {
        let masked = body(&text);
        assert!(masked.contains(MASKED), "{masked}");
        for part in ["session/token", "session%2ftoken", "session\\/token", &STANDARD.encode(TOKEN)]
        {
            assert!(!masked.to_lowercase().contains(&part.to_lowercase()), "{masked}");
        }
    }

    #[test]
    fn signatures_and_keys_are_masked_and_everything_else_is_not() {
        let signature = "0123456789abcdef".repeat(4);
        assert_eq!(body(&format!("a{signature}b AKIAIOSFODNN7EXAMPLE")), "a[masked]b [masked]");
        let other = "f".repeat(64);
        let text = format!("a test {other} é {{\"a\": 1.0}}");
        assert_eq!(body(&text), text);
        let json = format!("{{\"b\" : \"{other}\", \"a\": [1.50, null]}}");
        assert_eq!(body(&json), json, "nothing was rewritten");
    }

    #[test]
    fn faults_hold_no_secret_either() {
        let masked = secrets().mask_fault(TransportFault::Garbled(format!("got {TOKEN}")));
        assert_eq!(masked, TransportFault::Garbled("got [masked]".into()));
    }
}
