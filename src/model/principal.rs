//! Reading a Principal: its kind, how it is rendered, and whether it must be accepted.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use crate::contract::partition::{has_commercial_spelling, is_service_domain, partition_of};

/// What a Principal is, as far as its text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// `*`.
    Wildcard,
    /// An account id.
    Account,
    /// A service principal.
    Service,
    /// A well-formed IAM ARN.
    IamArn,
    /// A domain that belongs to no AWS service.
    ForeignDomain,
    /// An IAM ARN that lacks a colon.
    MalformedArn,
    /// An IAM ARN whose account is no account id.
    NoAccountArn,
    /// Anything else.
    Other,
}

/// Whether a Principal must be accepted, must be refused, or either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// It must be accepted.
    Certain,
    /// An implementation may accept or refuse it: it may check that the principal exists.
    Open,
    /// It must be refused.
    Refused,
}

/// Service principals that recordings or reports show accepted, without the regional form.
const WELL_KNOWN: [&str; 19] = [
    "apigateway.amazonaws.com",
    "cloudfront.amazonaws.com",
    "cognito-idp.amazonaws.com",
    "config.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "events.amazonaws.com",
    "iot.amazonaws.com",
    "kinesis.amazonaws.com",
    "lambda.alarms.cloudwatch.amazonaws.com",
    "lambda.amazonaws.com",
    "logs.amazonaws.com",
    "s3.amazonaws.com",
    "secretsmanager.amazonaws.com",
    "ses.amazonaws.com",
    "sns.amazonaws.com",
    "sqs.amazonaws.com",
    "states.amazonaws.com",
    "alexa-appkit.amazon.com",
    "alexa-connectedhome.amazon.com",
];

/// The account of the boto3 page's second example.
const EXAMPLE_ACCOUNT: &str = "223456789012";

struct Patterns {
    account: Regex,
    iam_arn: Regex,
    colon_short: Regex,
    no_account: Regex,
    domain: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    // invariant: constants, compiled by every test of this module
    let compile = |pattern: &str| Regex::new(pattern).expect("the pattern is a constant");
    Patterns {
        account: compile(r"\A[0-9]{12}\z"),
        iam_arn: compile(
            r"\Aarn:aws[a-zA-Z-]*:iam::[0-9]{12}:(root|(user|role)/[\x21-\x7e]{1,512})\z",
        ),
        colon_short: compile(
            r"\Aarn:aws[a-zA-Z-]*:iam:[0-9]{12}:(root|(user|role)/[\w+=,.@/-]+)\z",
        ),
        no_account: compile(
            r"\Aarn:aws[a-zA-Z-]*:iam::(?P<account>[0-9a-zA-Z]+):(root|(user|role)/[\w+=,.@/-]+)\z",
        ),
        domain: compile(r"\A[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+\z"),
    }
});

impl Principal {
    /// Reads a Principal.
    pub fn read(text: &str) -> Self {
        if text == "*" {
            return Self::Wildcard;
        }
        let patterns = &*PATTERNS;
        if patterns.account.is_match(text) {
            return Self::Account;
        }
        if patterns.iam_arn.is_match(text) {
            return Self::IamArn;
        }
        if patterns.colon_short.is_match(text) {
            return Self::MalformedArn;
        }
        // `aws` is the account of what AWS itself keeps, such as managed policies.
        let account = patterns.no_account.captures(text).and_then(|found| found.name("account"));
        if account.is_some_and(|account| account.as_str() != "aws") {
            return Self::NoAccountArn;
        }
        if patterns.domain.is_match(text) {
            let is_service = is_service_domain(text);
            // A top-level domain of digits would be an address; leave that open.
            let top = text.rsplit('.').next().unwrap_or_default();
            return if is_service {
                Self::Service
            } else if top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_lowercase()) {
                Self::ForeignDomain
            } else {
                Self::Other
            };
        }
        Self::Other
    }

    /// Whether the principal must be accepted by an implementation whose own account is
    /// `account`, and whose IAM is known to hold `role`, where there is one.
    pub fn acceptance(
        &self,
        text: &str,
        account: &str,
        region: &str,
        role: Option<&str>,
    ) -> Acceptance {
        let certain = match self {
            Self::Wildcard => true,
            Self::Account => text == account || text == EXAMPLE_ACCOUNT,
            Self::Service => {
                // Which spelling other partitions take is not recorded.
                let regional = partition_of(region).is_none_or(has_commercial_spelling)
                    && text == format!("logs.{region}.amazonaws.com");
                WELL_KNOWN.contains(&text) || regional
            }
            Self::IamArn => Some(text) == role,
            Self::ForeignDomain if text.contains("amazon") => return Self::refused_if(text),
            Self::ForeignDomain | Self::MalformedArn | Self::NoAccountArn => {
                return Acceptance::Refused;
            }
            Self::Other => false,
        };
        if certain { Acceptance::Certain } else { Acceptance::Open }
    }

    /// Domains that look like AWS's own are refused for certain only where a report says so.
    fn refused_if(text: &str) -> Acceptance {
        if matches!(text, "amazonaws.com" | "invalid.nonaws.com") {
            Acceptance::Refused
        } else {
            Acceptance::Open
        }
    }

    /// The principal as the statement shows it.
    pub fn render(&self, text: &str, partition: &str) -> Value {
        match self {
            Self::Wildcard => json!("*"),
            Self::Account => json!({ "AWS": format!("arn:{partition}:iam::{text}:root") }),
            Self::Service | Self::ForeignDomain => json!({ "Service": text }),
            Self::IamArn | Self::MalformedArn | Self::NoAccountArn | Self::Other => {
                json!({ "AWS": text })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_told_apart() {
        for (text, kind) in [
            ("*", Principal::Wildcard),
            ("123456789012", Principal::Account),
            ("s3.amazonaws.com", Principal::Service),
            ("s3.amazonaws.com.cn", Principal::Service),
            ("alexa-appkit.amazon.com", Principal::Service),
            ("arn:aws:iam::123456789012:role/x", Principal::IamArn),
            ("arn:aws:iam::123456789012:root", Principal::IamArn),
            ("arn:aws:iam:123456789012:role/x", Principal::MalformedArn),
            ("arn:aws:iam::abc:root", Principal::NoAccountArn),
            ("arn:aws:iam::12345678901:role/x", Principal::NoAccountArn),
            ("arn:aws:iam::aws:role/x", Principal::Other),
            ("arn:aws:iam::*:root", Principal::Other),
            ("logs.us-iso-east-1.c2s.ic.gov", Principal::Service),
            ("logs.us-isob-east-1.sc2s.sgov.gov", Principal::Service),
            ("invalid.nonaws.com", Principal::ForeignDomain),
            ("amazonaws.com", Principal::ForeignDomain),
            ("example.org", Principal::ForeignDomain),
            ("1.2.3.4", Principal::Other),
            ("host.x", Principal::Other),
            ("host.x1", Principal::Other),
            ("arn:aws:sts::123456789012:assumed-role/r/s", Principal::Other),
            ("1234567890123", Principal::Other),
            ("a", Principal::Other),
        ] {
            assert_eq!(Principal::read(text), kind, "{text}");
        }
    }

    #[test]
    fn only_what_evidence_shows_is_certain() {
        let accept = |text: &str| {
            Principal::read(text).acceptance(
                text,
                "123456789012",
                "us-east-1",
                Some("arn:aws:iam::123456789012:role/mine"),
            )
        };
        assert_eq!(accept("*"), Acceptance::Certain);
        assert_eq!(accept("123456789012"), Acceptance::Certain);
        assert_eq!(accept("223456789012"), Acceptance::Certain, "the boto3 page's example");
        assert_eq!(accept("999999999999"), Acceptance::Open);
        assert_eq!(accept("logs.us-east-1.amazonaws.com"), Acceptance::Certain);
        assert_eq!(accept("nosuchservice.amazonaws.com"), Acceptance::Open);
        assert_eq!(accept("arn:aws:iam::123456789012:role/mine"), Acceptance::Certain);
        assert_eq!(accept("arn:aws:iam::123456789012:role/other"), Acceptance::Open);
        assert_eq!(accept("a"), Acceptance::Open);
        assert_eq!(accept("amazonaws.com"), Acceptance::Refused);
        assert_eq!(accept("invalid.nonaws.com"), Acceptance::Refused);
        assert_eq!(accept("arn:aws:iam:123456789012:role/x"), Acceptance::Refused);
        assert_eq!(accept("arn:aws:iam::abc:root"), Acceptance::Refused);
        assert_eq!(accept("example.org"), Acceptance::Refused);
        assert_eq!(accept("shop.amazon.de"), Acceptance::Open);
    }

    #[test]
    fn services_that_recordings_or_reports_show_are_certain() {
        for service in [
            "s3.amazonaws.com",
            "logs.amazonaws.com",
            "logs.eu-west-1.amazonaws.com",
            "lambda.amazonaws.com",
            "sqs.amazonaws.com",
            "sns.amazonaws.com",
            "events.amazonaws.com",
            "states.amazonaws.com",
            "kinesis.amazonaws.com",
            "apigateway.amazonaws.com",
            "alexa-appkit.amazon.com",
            "alexa-connectedhome.amazon.com",
            "secretsmanager.amazonaws.com",
            "iot.amazonaws.com",
        ] {
            let acceptance =
                Principal::read(service).acceptance(service, "123456789012", "eu-west-1", None);
            assert_eq!(acceptance, Acceptance::Certain, "{service}");
        }
    }

    #[test]
    fn the_regional_spelling_is_certain_in_the_commercial_partitions_only() {
        let accept = |text: &str, region: &str| {
            Principal::read(text).acceptance(text, "123456789012", region, None)
        };
        let certain = Acceptance::Certain;
        assert_eq!(accept("logs.us-gov-west-1.amazonaws.com", "us-gov-west-1"), certain);
        assert_eq!(accept("apigateway.amazonaws.com", "cn-north-1"), certain);
        for (text, region) in [
            ("logs.cn-north-1.amazonaws.com", "cn-north-1"),
            ("logs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("logs.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
            ("logs.us-iso-east-1.c2s.ic.gov", "us-east-1"),
            ("logs.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"),
        ] {
            assert_eq!(accept(text, region), Acceptance::Open, "{text} in {region}");
        }
    }

    #[test]
    fn a_role_is_certain_only_where_the_functions_role_is_known() {
        let role = "arn:aws:iam::123456789012:role/mine";
        let acceptance = Principal::IamArn.acceptance(role, "123456789012", "us-east-1", None);
        assert_eq!(acceptance, Acceptance::Open);
    }

    #[test]
    fn each_kind_is_shown_as_recorded() {
        for (text, shown) in [
            ("*", json!("*")),
            ("123456789012", json!({"AWS": "arn:aws-cn:iam::123456789012:root"})),
            ("s3.amazonaws.com", json!({"Service": "s3.amazonaws.com"})),
            ("example.org", json!({"Service": "example.org"})),
            ("arn:aws:iam::123456789012:root", json!({"AWS": "arn:aws:iam::123456789012:root"})),
            ("arn:aws:iam:123456789012:role/x", json!({"AWS": "arn:aws:iam:123456789012:role/x"})),
            ("nobody", json!({"AWS": "nobody"})),
        ] {
            assert_eq!(Principal::read(text).render(text, "aws-cn"), shown, "{text}");
        }
    }
}
