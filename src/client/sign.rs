//! SigV4: the one module that knows `aws-sigv4`.

use std::time::SystemTime;

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as sign_http};
use aws_sigv4::sign::v4::SigningParams;

use super::credentials::Credentials;
use crate::wire::WireRequest;

/// Whom a signature is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The service, such as `lambda`.
    pub service: &'a str,
    /// The region.
    pub region: &'a str,
    /// Host and port, as in the Host header.
    pub authority: &'a str,
}

/// Why a request could not be signed. Holds no part of the credentials.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the request cannot be signed: {0}")]
pub struct SignError(String);

/// The headers that sign `request`: over its path and query exactly as they are sent, its headers,
/// the Host header and its body.
///
/// Lambda signs the path encoded once more, as every service but S3 does; that is the default of
/// AWS's crate.
pub fn sign(
    credentials: &Credentials,
    scope: Scope<'_>,
    request: &WireRequest,
    time: SystemTime,
) -> Result<Vec<(&'static str, String)>, SignError> {
    let identity = credentials.0.clone().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| SignError(error.to_string()))?
        .into();
    // Whoever passes the request on may send the body in another way.
    let headers = request
        .headers
        .iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("transfer-encoding"))
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let signable = SignableRequest::new(
        request.method,
        format!("http://{}{}", scope.authority, request.target()),
        headers.chain([("host", scope.authority)]),
        SignableBody::Bytes(&request.body),
    )
    .map_err(|error| SignError(error.to_string()))?;
    let (instructions, _signature) =
        sign_http(signable, &params).map_err(|error| SignError(error.to_string()))?.into_parts();
    let (headers, _query) = instructions.into_parts();
    Ok(headers.iter().map(|header| (header.name(), header.value().to_owned())).collect())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use rstest::rstest;

    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "a+session/token==";

    /// 2026-03-04T05:06:07Z.
    fn then() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_772_600_767)
    }

    fn signature(
        request: &WireRequest,
        token: Option<&str>,
        service: &str,
        region: &str,
    ) -> String {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, token);
        let scope = Scope { service, region, authority: "127.0.0.1:4566" };
        let headers = sign(&credentials, scope, request, then()).unwrap();
        let header = |name| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone());
        assert_eq!(header("x-amz-date").as_deref(), Some("20260304T050607Z"));
        assert_eq!(header("x-amz-security-token").as_deref(), token);
        header("authorization").unwrap()
    }

    fn encoded_arn() -> WireRequest {
        WireRequest::new(
            "POST",
            "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aps-a\
             /policy"
                .into(),
        )
        .with_query("Qualifier", "$LATEST")
        .with_json(
            br#"{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com"}"#
                .to_vec(),
        )
    }

    /// Made with botocore 1.44.5: `SigV4Auth(credentials, service, region).add_auth(AWSRequest)`
    /// with `botocore.auth.get_current_datetime` held at the time above, for the same method, URL,
    /// body and content type.
    #[rstest]
    #[case::encoded_arn_query_and_token(
        encoded_arn(),
        Some(TOKEN),
        "05b161e53c467cdcc2db0ac430fc1f9efc08ea906181d383d69442a6aaf02b62",
        "content-type;host;x-amz-date;x-amz-security-token"
    )]
    #[case::plain(
        WireRequest::new("GET", "/2015-03-31/functions/ps-a/policy".into()),
        None,
        "a5543282b75fdde05aea75c3e2a5e843c184c5c015658730558159b8ce1a03ac",
        "host;x-amz-date"
    )]
    #[case::odd_characters_and_unsorted_query(
        WireRequest::new("DELETE", "/2015-03-31/functions/%C3%A4%20%2F~/policy/a.b_c-d".into())
            .with_query("RevisionId", "a+b c")
            .with_query("Qualifier", "live"),
        None,
        "0228520d0c7db6361572b1454e79ef11a6bb549cf406f8709b92fe84326cc9d5",
        "host;x-amz-date"
    )]
    fn a_signature_is_the_one_that_botocore_makes(
        #[case] request: WireRequest,
        #[case] token: Option<&str>,
        #[case] expected: &str,
        #[case] signed: &str,
    ) {
        assert_eq!(
            signature(&request, token, "lambda", "eu-west-1"),
            format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260304/eu-west-1/lambda/aws4_request, \
                 SignedHeaders={signed}, Signature={expected}"
            )
        );
    }

    #[test]
    fn another_service_is_signed_for_itself() {
        let mut request = WireRequest::new("POST", "/".into());
        request.headers = vec![("content-type".into(), "application/x-www-form-urlencoded".into())];
        request.body = b"Action=CreateRole&Version=2010-05-08".to_vec();
        let header = signature(&request, None, "iam", "us-east-1");
        assert!(header.contains("/us-east-1/iam/aws4_request"), "{header}");
        assert!(
            header.ends_with("3a96c1a609616a47632f2a33926cf764e78323f26d02eee05090eb87bf57243d"),
            "{header}"
        );
    }

    #[test]
    fn credentials_are_never_shown() {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some("token\nwith a break"));
        let scope = Scope { service: "lambda", region: "eu-west-1", authority: "h" };
        let error = sign(&credentials, scope, &encoded_arn(), then()).unwrap_err();
        let shown = format!("{credentials:?} {error} {error:?}");
        for secret in ["AKIDEXAMPLE", SECRET, "with a break"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    /// A measurement rather than a test: run it with `--release -- --ignored --nocapture`.
    #[test]
    #[ignore = "a measurement"]
    fn signing_is_fast() {
        let credentials = Credentials::new("AKIDEXAMPLE", SECRET, Some(TOKEN));
        let scope = Scope { service: "lambda", region: "eu-west-1", authority: "127.0.0.1:4566" };
        let request = encoded_arn();
        let began = Instant::now();
        for _ in 0..20_000 {
            std::hint::black_box(sign(&credentials, scope, &request, then()).unwrap());
        }
        let each = began.elapsed() / 20_000;
        println!("{each:?} a signature");
        assert!(each < Duration::from_micros(50), "{each:?}");
    }
}
