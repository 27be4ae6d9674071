//! The endpoint that a user names: read, and refused where it cannot be meant.

use std::fmt;
use std::net::IpAddr;

use http::Uri;

use crate::observation::printable;

/// Where requests go: scheme, host and port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    authority: String,
    host: String,
    port: u16,
    tls: bool,
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
    /// The text is not the URL of a server.
    #[error("the endpoint {0:?} is not a URL; write it like http://127.0.0.1:4566")]
    Malformed(String),
    /// The URL holds a user name or a password.
    #[error("the endpoint holds a user name or password; leave out everything before the @")]
    UserInfo,
    /// The scheme is not one that Lambda is spoken over.
    #[error(
        "the endpoint has the scheme {0:?}; only http and https are spoken, as in http://127.0.0.1:4566"
    )]
    Scheme(String),
    /// There is something behind host and port.
    #[error("the endpoint {0:?} goes on behind the host; leave out path, query and fragment")]
    NotBare(String),
    /// The host belongs to AWS and that was not permitted.
    #[error(
        "the host {0:?} belongs to AWS, where a run makes and deletes real functions; \
         say that you mean it with --aws, or name an emulator"
    )]
    RealAws(String),
}

/// Domains under which AWS answers, over all its partitions, with those of FIPS and of both
/// versions of IP.
const AWS_DOMAINS: [&str; 17] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "on.aws",
    "aws.dev",
    "aws.amazon.com",
    "amazonwebservices.com.cn",
    "amazonwebservices.eu",
    "c2s.ic.gov",
    "aws.ic.gov",
    "sc2s.sgov.gov",
    "aws.scloud",
    "adc-e.uk",
    "csp.hci.ic.gov",
    "aws.hci.ic.gov",
    "amazonaws-us-gov.com",
];

/// The beginnings of regions with the domain under which AWS answers there; the first that fits
/// counts.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("", "amazonaws.com"),
];

impl Endpoint {
    /// The endpoint of Lambda in a region, or `None` if the text is not the name of a region.
    pub fn of_aws(region: &str) -> Option<String> {
        let parts: Vec<&str> = region.split('-').collect();
        let is_word = |part: &&str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let ends_in_number = parts.last()?.bytes().all(|b| b.is_ascii_digit());
        if parts.len() < 3 || !parts.iter().all(is_word) || !ends_in_number {
            return None;
        }
        let (_, domain) = PARTITIONS.iter().find(|(begins, _)| region.starts_with(begins))?;
        Some(format!("https://lambda.{region}.{domain}"))
    }

    /// Whether the host is AWS's own.
    pub fn is_aws(&self) -> bool {
        is_aws(&self.host)
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_end_matches('.');
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

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
        let (authority, host) = (authority.as_str().to_owned(), bare_host.to_owned());
        Ok(Self { authority, host, port, tls: scheme == "https" })
    }

    /// Whether the way there is encrypted.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Host and port as in the Host header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host without brackets.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Host and port, the port also where the scheme implies it.
    pub(super) fn host_and_port(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.authority)
    }
}

/// Whether a host is AWS's own.
fn is_aws(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    // Where the machines of AWS are told who they are.
    let link_local = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.to_ipv4_mapped().is_some_and(|address| address.is_link_local())
                || address.is_unicast_link_local()
                || address.segments()[..2] == [0xfd00, 0xec2]
        }
        Err(_) => false,
    };
    if link_local {
        return true;
    }
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
    #[case("https://emulator", "emulator", 443)]
    #[case("https://localhost:4566", "localhost", 4566)]
    #[case("http://amazonaws.com.example.org:1", "amazonaws.com.example.org", 1)]
    #[case("http://notamazonaws.com:1", "notamazonaws.com", 1)]
    fn a_bare_url_is_an_endpoint(#[case] text: &str, #[case] host: &str, #[case] port: u16) {
        let endpoint = Endpoint::parse(text, RealAws::Refuse).unwrap();
        assert_eq!((endpoint.host(), endpoint.port()), (host, port));
        assert_eq!(endpoint.to_string(), text.trim().trim_end_matches('/'));
    }

    #[rstest]
    #[case("", "is not a URL")]
    #[case("localhost:4566", "is not a URL")]
    #[case("/path", "is not a URL")]
    #[case("http://", "is not a URL")]
    #[case("http://h:", "is not a URL")]
    #[case("http://h:0", "is not a URL")]
    #[case("http://h:99999", "is not a URL")]
    #[case("http://a b", "is not a URL")]
    #[case("ftp://h", "only http and https")]
    #[case("http://h/lambda", "goes on behind the host")]
    #[case("http://h/?a=b", "goes on behind the host")]
    #[case("http://h/#x", "goes on behind the host")]
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
    #[case("https://lambda-fips.us-gov-west-1.amazonaws.com")]
    #[case("https://lambda-fips.us-east-1.api.aws")]
    #[case("https://lambda.cn-northwest-1.api.amazonwebservices.com.cn")]
    #[case("https://lambda.us-iso-east-1.c2s.ic.gov")]
    #[case("https://lambda.us-isob-east-1.sc2s.sgov.gov")]
    #[case("https://lambda.us-isof-south-1.csp.hci.ic.gov")]
    #[case("https://lambda.eu-isoe-west-1.cloud.adc-e.uk")]
    #[case("https://lambda.us-isob-east-1.api.aws.scloud")]
    #[case("https://vpce-0a-1b.lambda.us-east-1.vpce.amazonaws.com")]
    #[case("http://lambda.us-east-1.amazonaws.com..:443")]
    #[case("http://169.254.169.254")]
    #[case("http://[fd00:ec2::254]")]
    #[case("http://[::ffff:169.254.169.254]:80")]
    fn real_aws_is_refused_unless_permitted(#[case] text: &str) {
        let error = Endpoint::parse(text, RealAws::Refuse).unwrap_err();
        assert!(matches!(error, EndpointError::RealAws(_)), "{error}");
        let permitted = Endpoint::parse(text, RealAws::Permit);
        assert!(!matches!(permitted, Err(EndpointError::RealAws(_))), "{permitted:?}");
    }

    #[rstest]
    #[case("us-east-1", Some("https://lambda.us-east-1.amazonaws.com"))]
    #[case("us-gov-west-1", Some("https://lambda.us-gov-west-1.amazonaws.com"))]
    #[case("cn-north-1", Some("https://lambda.cn-north-1.amazonaws.com.cn"))]
    #[case("eusc-de-east-1", Some("https://lambda.eusc-de-east-1.amazonaws.eu"))]
    #[case("us-iso-east-1", Some("https://lambda.us-iso-east-1.c2s.ic.gov"))]
    #[case("us-isob-east-1", Some("https://lambda.us-isob-east-1.sc2s.sgov.gov"))]
    #[case("us-isof-east-1", Some("https://lambda.us-isof-east-1.csp.hci.ic.gov"))]
    #[case("eu-isoe-west-1", Some("https://lambda.eu-isoe-west-1.cloud.adc-e.uk"))]
    #[case("us-east", None)]
    #[case("us-east-1.example.org", None)]
    #[case("us-east-1/x-1", None)]
    #[case("", None)]
    fn each_region_has_its_endpoint(#[case] region: &str, #[case] expected: Option<&str>) {
        let found = Endpoint::of_aws(region);
        assert_eq!(found.as_deref(), expected);
        if let Some(url) = found {
            let refused = Endpoint::parse(&url, RealAws::Refuse);
            assert!(matches!(refused, Err(EndpointError::RealAws(_))), "{refused:?}");
        }
    }

    #[rstest]
    #[case("http://127.0.0.1:1", true)]
    #[case("http://127.9.9.9:1", true)]
    #[case("http://[::1]:1", true)]
    #[case("http://LocalHost:1", true)]
    #[case("http://localhost.example.org:1", false)]
    #[case("http://10.0.0.1:1", false)]
    fn this_machine_is_known(#[case] url: &str, #[case] expected: bool) {
        assert_eq!(Endpoint::parse(url, RealAws::Refuse).unwrap().is_loopback(), expected);
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
