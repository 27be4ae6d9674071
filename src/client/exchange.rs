//! What both ways of sending share: the request as they take it, the limits on an answer, and
//! which fault an error is.

use std::error::Error;
use std::io::ErrorKind;

use http::header::{ACCEPT, HOST, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, StatusCode, Uri};
use hyper::body::Bytes;

use super::transport::{BODY_LIMIT, ExtraHeaders};
use crate::observation::{TransportFault, printable};
use crate::wire::{WireRequest, WireResponse};

/// Bytes of a response's head that are read.
pub(super) const HEAD_LIMIT: usize = 64 << 10;
/// Header fields of a response that are read.
pub(super) const HEADER_COUNT_LIMIT: usize = 128;

/// The request as `http` has it, with every header that goes out but the length. Header fields
/// go out in this order; reqwest would add `accept` if it were missing, so both have it.
pub(super) fn outgoing(
    host: &HeaderValue,
    request: &WireRequest,
    target: &PathAndQuery,
    extra: &ExtraHeaders,
) -> Result<Request<Bytes>, TransportFault> {
    let mut outgoing = Request::new(Bytes::from(request.body.clone()));
    *outgoing.method_mut() = request.method.parse().map_err(|_| {
        TransportFault::Untransportable(format!("invalid HTTP method {:?}", request.method))
    })?;
    *outgoing.uri_mut() = Uri::from(target.clone());
    let headers = outgoing.headers_mut();
    headers.insert(HOST, host.clone());
    let own = request.headers.iter().map(|(name, value)| (name.as_str(), value));
    for (name, value) in own.chain(extra.iter().map(|(name, value)| (*name, value))) {
        // The value is not shown: it may be a signature or a token.
        let refused = || {
            let name = printable(name, 60);
            TransportFault::Untransportable(format!("no header {name:?} can hold its value"))
        };
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| refused())?;
        headers.append(key, HeaderValue::from_str(value).map_err(|_| refused())?);
    }
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    Ok(outgoing)
}

/// An answer that is being read.
pub(super) struct Collected(WireResponse);

impl Collected {
    /// An answer of which the head is read; refused where the head is longer than we read.
    pub(super) fn new(status: StatusCode, headers: &HeaderMap) -> Result<Self, TransportFault> {
        let length: usize = headers.iter().map(|(name, value)| field_length(name, value)).sum();
        if length > HEAD_LIMIT {
            let why = format!("the head of the answer is longer than {} KiB", HEAD_LIMIT >> 10);
            return Err(TransportFault::Garbled(why));
        }
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Ok(Self(WireResponse {
            status: status.as_u16(),
            headers: headers.collect(),
            ..WireResponse::default()
        }))
    }

    /// Takes the next part of the body; false where the limit was reached and the rest is not
    /// to be read.
    pub(super) fn takes(&mut self, data: &[u8]) -> bool {
        let room = BODY_LIMIT - self.0.body.len();
        let taken = data.get(..room).unwrap_or(data);
        self.0.body.extend_from_slice(taken);
        self.0.truncated = taken.len() < data.len();
        !self.0.truncated
    }

    pub(super) fn into_response(self) -> WireResponse {
        self.0
    }
}

/// The bytes of a field's line.
fn field_length(name: &HeaderName, value: &HeaderValue) -> usize {
    name.as_str().len() + value.len() + ": \r\n".len()
}

/// Which fault an error of hyper's is, or of a library above it.
pub(super) fn fault_of(error: &(dyn Error + 'static)) -> TransportFault {
    let mut causes = Vec::new();
    let mut garbled = false;
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(cause) = cause.downcast_ref::<hyper::Error>() {
            garbled |= cause.is_parse();
        }
        if let Some(cause) = cause.downcast_ref::<std::io::Error>() {
            // hyper's error for a chunk size that cannot be read.
            garbled |= matches!(cause.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData);
        }
        causes.push(cause);
        next = cause.source();
    }
    // Above hyper's own errors stand a library's words for "sending failed", with the URL.
    let first = causes.iter().position(|cause| cause.is::<hyper::Error>()).unwrap_or(0);
    let mut text = String::new();
    for cause in &causes[first..] {
        let inner = cause.to_string();
        if text.is_empty() {
            text = inner;
        } else if !text.contains(&inner) {
            text = format!("{text}: {inner}");
        }
    }
    let text = printable(&text, 200);
    // hyper reads so much of chunk extensions, and HTTP sets no bound to them.
    if text.contains("chunk extensions over limit") {
        return TransportFault::OverLimit(text);
    }
    if garbled { TransportFault::Garbled(text) } else { TransportFault::Dropped(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_bounded_whoever_reads_it() {
        let mut headers = HeaderMap::new();
        let long = HeaderValue::from_str(&"x".repeat(HEAD_LIMIT)).unwrap();
        headers.insert("x-long", long);
        assert!(Collected::new(StatusCode::OK, &headers).is_err());
        headers.insert("x-long", HeaderValue::from_static("short"));
        assert!(Collected::new(StatusCode::OK, &headers).is_ok());
    }

    #[test]
    fn a_body_is_cut_at_the_limit_and_marked() {
        let mut collected = Collected::new(StatusCode::OK, &HeaderMap::new()).unwrap();
        assert!(collected.takes(&vec![b'x'; BODY_LIMIT - 1]));
        assert!(collected.takes(b"y"), "exactly the limit is whole");
        assert!(!collected.takes(b"z"));
        let response = collected.into_response();
        assert_eq!((response.body.len(), response.truncated), (BODY_LIMIT, true));
    }
}
