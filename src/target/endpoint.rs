//! The endpoint that a user names: read, and refused where it cannot be meant.

use std::fmt;

use http::Uri;

use crate::observation::printable;

/// Where requests go: scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    authority: String,
    host: String,
    port: u16,
}

/// Whether an endpoint may be real AWS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RealAws {
    /// A host of AWS is refused.
    #[default]
    Refuse,
    /// The user said that real AWS is meant.
    Permit,
}

/// Why an endpoint cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The text is no URL of a server.
    #[error("the endpoint {0:?} is no URL; write it like http://127.0.0.1:4566")]
    Malformed(String),
    /// The URL holds a user name or a password.
    #[error("the endpoint holds a user name or password; leave out everything before the @")]
    UserInfo,
    /// The scheme is not one that Lambda is spoken over.
    #[error("the endpoint has the scheme {0:?}; only http is spoken, as in http://127.0.0.1:4566")]
    Scheme(String),
    /// There is something behind host and port.
    #[error("the endpoint {0:?} goes on behind the host; leave out path, query and fragment")]
    NotBare(String),
    /// The host belongs to AWS and that was not permitted.
    #[error(
        "the host {0:?} belongs to AWS, where a run makes and deletes real functions; \
         permit real AWS explicitly, or name an emulator"
    )]
    RealAws(String),
    /// TLS is not there yet.
    #[error("the endpoint is https, which is not supported yet; name the target's http port")]
    Https,
}

/// Domains under which AWS answers, over all its partitions.
const AWS_DOMAINS: [&str; 12] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "on.aws",
    "aws.dev",
    "aws.amazon.com",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
];

impl Endpoint {
    /// Reads what a user wrote.
    pub fn parse(text: &str, real_aws: RealAws) -> Result<Self, EndpointError> {
        let text = text.trim();
        // Checked first: no later error may quote a password.
        if text.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        let quoted = || printable(text, 200);
        let malformed = || EndpointError::Malformed(quoted());
        // `http::Uri` silently drops a fragment.
        if text.contains('#') {
            return Err(EndpointError::NotBare(quoted()));
        }
        let uri: Uri = text.parse().map_err(|_| malformed())?;
        let scheme = uri.scheme_str().ok_or_else(malformed)?;
        if scheme != "http" && scheme != "https" {
            return Err(EndpointError::Scheme(printable(scheme, 40)));
        }
        let authority = uri.authority().ok_or_else(malformed)?;
        let host = authority.host();
        let bare_host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let bare_host = bare_host.unwrap_or(host);
        if bare_host.is_empty() {
            return Err(malformed());
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(EndpointError::NotBare(quoted()));
        }
        let port = match authority.as_str().strip_prefix(host) {
            Some("") => {
                if scheme == "http" {
                    80
                } else {
                    443
                }
            }
            _ => authority.port_u16().filter(|port| *port != 0).ok_or_else(malformed)?,
        };
        if real_aws == RealAws::Refuse && is_aws(host) {
            return Err(EndpointError::RealAws(printable(host, 200)));
        }
        if scheme == "https" {
            return Err(EndpointError::Https);
        }
        Ok(Self { authority: authority.as_str().to_owned(), host: bare_host.to_owned(), port })
    }

    /// Host and port as they stand in the Host header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host without brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.authority)
    }
}

/// Whether a host is AWS's own.
fn is_aws(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    AWS_DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://127.0.0.1:4566", "127.0.0.1", 4566)]
    #[case("http://localhost:4566/", "localhost", 4566)]
    #[case(" http://[::1]:1 ", "::1", 1)]
    #[case("http://emulator", "emulator", 80)]
    #[case("http://amazonaws.com.example.org:1", "amazonaws.com.example.org", 1)]
    #[case("http://notamazonaws.com:1", "notamazonaws.com", 1)]
    fn a_bare_http_url_is_an_endpoint(#[case] text: &str, #[case] host: &str, #[case] port: u16) {
        let endpoint = Endpoint::parse(text, RealAws::Refuse).unwrap();
        assert_eq!((endpoint.host(), endpoint.port()), (host, port));
        assert_eq!(endpoint.to_string(), text.trim().trim_end_matches('/'));
    }

    #[rstest]
    #[case("", "is no URL")]
    #[case("localhost:4566", "is no URL")]
    #[case("/path", "is no URL")]
    #[case("http://", "is no URL")]
    #[case("http://h:", "is no URL")]
    #[case("http://h:0", "is no URL")]
    #[case("http://h:99999", "is no URL")]
    #[case("http://a b", "is no URL")]
    #[case("ftp://h", "only http")]
    #[case("http://h/lambda", "goes on behind the host")]
    #[case("http://h/?a=b", "goes on behind the host")]
    #[case("http://h/#x", "goes on behind the host")]
    #[case("https://h", "not supported yet")]
    fn what_is_no_endpoint_is_refused_in_a_sentence(#[case] text: &str, #[case] says: &str) {
        let error = Endpoint::parse(text, RealAws::Refuse).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }

    #[rstest]
    #[case("http://lambda.us-east-1.amazonaws.com")]
    #[case("https://LAMBDA.eu-west-1.AmazonAWS.com.")]
    #[case("https://lambda.cn-north-1.amazonaws.com.cn")]
    #[case("https://lambda.us-east-1.api.aws")]
    #[case("https://lambda.eusc-de-east-1.amazonaws.eu")]
    fn real_aws_is_refused_unless_permitted(#[case] text: &str) {
        let error = Endpoint::parse(text, RealAws::Refuse).unwrap_err();
        assert!(matches!(error, EndpointError::RealAws(_)), "{error}");
        let permitted = Endpoint::parse(text, RealAws::Permit);
        assert!(!matches!(permitted, Err(EndpointError::RealAws(_))), "{permitted:?}");
    }

    #[test]
    fn a_password_in_a_url_is_not_repeated() {
        let error = Endpoint::parse("http://me:hunter2@h/x", RealAws::Refuse).unwrap_err();
        assert_eq!(error, EndpointError::UserInfo);
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }

    #[test]
    fn an_error_does_not_steer_the_terminal() {
        let error = Endpoint::parse("http://h/\u{1b}[2J", RealAws::Refuse).unwrap_err();
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
}
