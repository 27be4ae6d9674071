//! Verification of SigV4 signatures.

use super::digest::{hex, hmac, sha256};
use super::options::Credentials;
use super::reply::ErrorReply;
use crate::contract::ErrorCode;
use crate::wire::{WireRequest, decode, encode};

/// Maximum clock skew of a caller, in seconds.
const SKEW: u64 = 300;

/// Verifies the signature of a request that arrived at `now`, in seconds since 1970.
pub(super) fn verify(
    request: &WireRequest,
    credentials: &Credentials,
    region: &str,
    now: u64,
) -> Result<(), ErrorReply> {
    let header = |name: &str| {
        request
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    let Some(authorization) = header("authorization") else {
        return Err(ErrorReply::new(
            ErrorCode::MissingAuthenticationTokenException,
            "Missing Authentication Token",
        ));
    };
    let incomplete = || {
        let text = "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters and the header 'X-Amz-Date'.";
        ErrorReply {
            code: "IncompleteSignatureException".into(),
            ..ErrorReply::new(ErrorCode::InvalidSignatureException, text)
        }
    };
    let fields = authorization.strip_prefix("AWS4-HMAC-SHA256").ok_or_else(incomplete)?.trim();
    let field = |name: &str| {
        fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
            .ok_or_else(incomplete)
    };
    let (credential, signed, signature) =
        (field("Credential")?, field("SignedHeaders")?, field("Signature")?);
    let date = header("x-amz-date").ok_or_else(incomplete)?;
    let then = seconds(date).ok_or_else(incomplete)?;
    let (access_key, scope) = credential.split_once('/').ok_or_else(incomplete)?;
    if access_key != credentials.access_key {
        return Err(unknown_client());
    }
    if header("x-amz-security-token") != credentials.session_token.as_deref() {
        return Err(unknown_client());
    }
    if credentials.expired {
        return Err(ErrorReply::new(
            ErrorCode::ExpiredTokenException,
            "The security token included in the request is expired",
        ));
    }
    let invalid = |text: String| ErrorReply::new(ErrorCode::InvalidSignatureException, text);
    if now.abs_diff(then) > SKEW {
        let side = if now > then { "expired" } else { "not yet current" };
        return Err(invalid(format!(
            "Signature {side}: {date} is more than 5 min. from the time of the service"
        )));
    }
    let day = date.get(..8).unwrap_or_default();
    if scope != format!("{day}/{region}/lambda/aws4_request") {
        return Err(invalid(format!(
            "Credential should be scoped to a valid region. The scope is {day}/{region}/lambda/aws4_request"
        )));
    }
    let mut headers = String::new();
    for name in signed.split(';') {
        let value = header(name).ok_or_else(incomplete)?;
        let value: Vec<&str> = value.split_ascii_whitespace().collect();
        headers.push_str(name);
        headers.push(':');
        headers.push_str(&value.join(" "));
        headers.push('\n');
    }
    if !signed.split(';').any(|name| name == "host") {
        return Err(invalid("'Host' must be a signed header.".into()));
    }
    let payload = hex(&sha256(&request.body));
    if header("x-amz-content-sha256")
        .is_some_and(|sent| sent != payload && sent != "UNSIGNED-PAYLOAD")
    {
        return Err(invalid("The value of 'X-Amz-Content-Sha256' does not fit the body.".into()));
    }
    let path: Vec<String> = request.path.split('/').map(encode).collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{signed}\n{payload}",
        request.method,
        path.join("/"),
        canonical_query(&request.query),
    );
    let to_sign =
        format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&sha256(canonical.as_bytes())));
    let mut key = hmac(format!("AWS4{}", credentials.secret_key).as_bytes(), day.as_bytes());
    for part in [region, "lambda", "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    if hex(&hmac(&key, to_sign.as_bytes())) == signature {
        return Ok(());
    }
    Err(invalid("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.".into()))
}

/// Whether a request carries this session token.
pub(super) fn carries(request: &WireRequest, token: Option<&str>) -> bool {
    token.is_some_and(|token| {
        request
            .headers
            .iter()
            .any(|(key, value)| key.eq_ignore_ascii_case("x-amz-security-token") && value == token)
    })
}

fn unknown_client() -> ErrorReply {
    ErrorReply::new(
        ErrorCode::UnrecognizedClientException,
        "The security token included in the request is invalid.",
    )
}

/// The query with its parameters encoded alike and sorted.
fn canonical_query(query: &str) -> String {
    let again = |text: &str| decode(text).map_or_else(|| text.to_owned(), |text| encode(&text));
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (again(key), again(value))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    pairs.join("&")
}

/// The seconds since 1970 of a time such as `20251125T024253Z`.
fn seconds(date: &str) -> Option<u64> {
    let bytes = date.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' || !date.is_ascii() {
        return None;
    }
    let number = |from: usize, to: usize| date[from..to].parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days since the first of March of the year 0: leap days end years that begin in March.
    let (shifted_year, shifted_month) =
        if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * shifted_year + shifted_year / 4 - shifted_year / 100
        + shifted_year / 400
        + (153 * shifted_month + 2) / 5
        + day
        - 1;
    let days = days.checked_sub(719_468)?;
    Some(days * 86_400 + number(9, 11)? * 3_600 + number(11, 13)? * 60 + number(13, 15)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_across_leap_days() {
        assert_eq!(seconds("19700101T000000Z"), Some(0));
        assert_eq!(seconds("20000301T000000Z"), Some(951_868_800));
        assert_eq!(seconds("20251125T024253Z"), Some(1_764_038_573));
        assert_eq!(seconds("20251125 024253Z"), None);
    }

    #[test]
    fn queries_are_sorted_and_encoded_alike() {
        assert_eq!(canonical_query("b=1&a=%24x&c"), "a=%24x&b=1&c=");
    }
}
