//! The proxy on the way to an endpoint, as the environment names it.

use std::fmt;

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::Matcher;

use super::endpoint::Endpoint;
use crate::observation::printable;

/// An HTTP proxy. Shown without its user name and password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Proxy {
    host: String,
    port: u16,
    auth: Option<HeaderValue>,
}

impl Proxy {
    /// The proxy that `HTTPS_PROXY`, `HTTP_PROXY` or `ALL_PROXY` name for an endpoint (in either
    /// case of letters), unless `NO_PROXY` excludes it. None for loopback: a target on this
    /// machine is not behind a proxy, whatever the environment says.
    pub(super) fn of(endpoint: &Endpoint) -> Result<Option<Self>, String> {
        Self::among(&Matcher::from_env(), endpoint)
    }

    pub(super) fn among(matcher: &Matcher, endpoint: &Endpoint) -> Result<Option<Self>, String> {
        if endpoint.is_loopback() {
            return Ok(None);
        }
        let Ok(uri) = endpoint.to_string().parse::<Uri>() else { return Ok(None) };
        let Some(found) = matcher.intercept(&uri) else { return Ok(None) };
        let (scheme, host) = (found.uri().scheme_str(), found.uri().host());
        let (Some("http"), Some(host)) = (scheme, host) else {
            let scheme = printable(scheme.unwrap_or_default(), 40);
            return Err(format!(
                "the environment names a proxy with the scheme {scheme:?}; name one that speaks \
                 http, or list the endpoint's host in NO_PROXY"
            ));
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        let port = found.uri().port_u16().unwrap_or(80);
        Ok(Some(Self { host, port, auth: found.basic_auth().cloned() }))
    }

    /// Name or address, an IPv6 address without brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The value of `proxy-authorization`.
    pub(super) fn auth(&self) -> Option<&HeaderValue> {
        self.auth.as_ref()
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "http://[{}]:{}", self.host, self.port)
        } else {
            write!(f, "http://{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::super::RealAws;
    use super::*;

    fn found(matcher: &Matcher, endpoint: &str) -> Result<Option<Proxy>, String> {
        Proxy::among(matcher, &Endpoint::parse(endpoint, RealAws::Refuse).unwrap())
    }

    #[test]
    fn a_proxy_applies_as_the_environment_says_and_never_to_loopback() {
        let matcher = Matcher::builder()
            .http("http://user:secret@proxy.test:3128")
            .https("http://[2001:db8::1]")
            .no("inside.test,10.0.0.0/8")
            .build();
        let shown = |endpoint| found(&matcher, endpoint).unwrap().map(|proxy| proxy.to_string());
        assert_eq!(shown("http://emulator.test:4566").unwrap(), "http://proxy.test:3128");
        assert_eq!(shown("https://emulator.test").unwrap(), "http://[2001:db8::1]:80");
        for direct in [
            "http://inside.test:4566",
            "https://deep.inside.test",
            "http://10.1.2.3:4566",
            "http://127.0.0.1:4566",
            "http://localhost:4566",
            "https://[::1]:4566",
        ] {
            assert_eq!(shown(direct), None, "{direct}");
        }
        let proxy = found(&matcher, "http://emulator.test").unwrap().unwrap();
        assert!(proxy.auth().is_some());
        assert!(!format!("{proxy} {proxy:?}").contains("secret"));
    }

    #[test]
    fn a_proxy_of_a_scheme_that_is_not_spoken_is_an_error() {
        let matcher = Matcher::builder().all("socks5://proxy.test:1080").build();
        let error = found(&matcher, "http://emulator.test").unwrap_err();
        assert!(error.contains("socks5") && error.contains("NO_PROXY"), "{error}");
    }
}
