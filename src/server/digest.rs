//! Hashes, and ids derived from counters, without clock or randomness.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The HMAC with SHA-256 of some bytes.
pub(super) fn hmac(key: &[u8], bytes: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&sha256(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let mut inner: Vec<u8> = block.iter().map(|byte| byte ^ 0x36).collect();
    inner.extend_from_slice(bytes);
    let mut outer: Vec<u8> = block.iter().map(|byte| byte ^ 0x5c).collect();
    outer.extend_from_slice(&sha256(&inner));
    sha256(&outer)
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The digest of a function's code, as CodeSha256 shows it.
pub(super) fn code_sha256(code: &[u8]) -> String {
    STANDARD.encode(sha256(code))
}

/// A UUID for a counter: the same counter and purpose make the same UUID.
pub(super) fn uuid(purpose: &str, counter: u64) -> String {
    let mut bytes = sha256(format!("{purpose} {counter}").as_bytes());
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes[..16]);
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hmac_of_the_second_vector_of_rfc_4231_comes_out() {
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn uuids_have_their_form_and_differ_by_counter() {
        let one = uuid("revision", 1);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert_eq!(one, uuid("revision", 1));
        assert_ne!(one, uuid("revision", 2));
    }
}
