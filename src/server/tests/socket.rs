//! The server on a socket, and as a stand-in of AWS.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{add, furnished, furniture, get, plain};
use crate::server::signature::verify;
use crate::server::{
    Credentials, DeliveryFailure, Reading, ReferenceServer, RunningServer, ServerOptions, Throttle,
};

/// What comes back for the text of one request on a connection of its own.
async fn raw(server: &RunningServer, request: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.expect("the server listens");
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut answer = Vec::new();
    // A connection that is dropped on purpose may end with a reset: what came counts.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn adding(name: &str, body: &str) -> String {
    format!(
        "POST /2015-03-31/functions/{name}/policy HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

const GOOD: &str = r#"{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"*"}"#;

#[tokio::test]
async fn paths_and_bodies_reach_the_server_as_they_were_sent() {
    let server = RunningServer::start(Arc::new(plain()), 0).await.expect("a port is free");
    let answer = raw(&server, &adding("f%3Alive", GOOD)).await;
    assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{answer}");
    assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
    assert!(answer.contains("x-amzn-requestid: ") && answer.contains("date: "), "{answer}");
    assert!(answer.contains(r#"function:f:live\"}"#), "{answer}");
    let answer = raw(&server, &adding("..", GOOD)).await;
    assert!(answer.starts_with("HTTP/1.1 403 Forbidden\r\n"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn readings_of_the_wire_show_on_the_wire() {
    for (reading, shows) in [
        (Reading::Chunked, "transfer-encoding: chunked\r\n"),
        (Reading::TitleCaseHeaders, "Content-Type: application/json\r\n"),
        (Reading::CloseConnections, "connection: close\r\n"),
    ] {
        let server = Arc::new(super::reading(reading));
        let server = RunningServer::start(server, 0).await.expect("a port is free");
        let answer = raw(&server, &adding("f", GOOD)).await;
        assert!(answer.contains(shows), "{reading}: {answer}");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_dropped_answer_leaves_nothing_on_the_wire() {
    let options = ServerOptions { drop_every: Some(1), ..ServerOptions::default() };
    let server = Arc::new(ReferenceServer::new(options));
    let server = RunningServer::start(server, 0).await.expect("a port is free");
    assert_eq!(raw(&server, &adding("f", GOOD)).await, "");
    server.stop().await;
}

#[test]
fn answers_are_dropped_before_and_after_the_write_in_turn() {
    let server =
        ReferenceServer::new(ServerOptions { drop_every: Some(2), ..ServerOptions::default() });
    let statuses: Vec<(u16, bool)> = (0..4)
        .map(|_| {
            let delivery = server.deliver(&super::create("f"));
            (delivery.response.status, delivery.mishap == Some(DeliveryFailure::Dropped))
        })
        .collect();
    assert_eq!(statuses, [(201, false), (409, true), (409, false), (0, true)]);
}

#[test]
fn what_comes_too_often_is_throttled() {
    let options = ServerOptions { throttle: Some(Throttle::Every(3)), ..ServerOptions::default() };
    let server = furnished(options);
    let answers: Vec<u16> = (0..3).map(|_| server.handle(&get("f", None)).status).collect();
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 1);
    let bucket = Throttle::Bucket { rate: 0.001, burst: 2.0 };
    let server =
        ReferenceServer::new(ServerOptions { throttle: Some(bucket), ..ServerOptions::default() });
    let answers: Vec<_> = (0..3).map(|_| server.handle(&get("f", None))).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [404, 404, 429]);
    assert_eq!(answers[2].header("retry-after"), Some("1"));
    assert_eq!(answers[2].header("x-amzn-errortype"), Some("TooManyRequestsException"));
}

#[test]
fn reads_show_writes_only_after_a_while() {
    let wait = Duration::from_millis(60);
    let server = furnished(ServerOptions { eventual: Some(wait), ..ServerOptions::default() });
    std::thread::sleep(wait);
    assert_eq!(server.handle(&add("f", None, &json!({}))).status, 201);
    assert_eq!(server.handle(&get("f", None)).status, 404);
    std::thread::sleep(wait);
    assert_eq!(server.handle(&get("f", None)).status, 200);
}

#[test]
fn answers_take_their_time() {
    let latency = Duration::from_millis(5);
    let options = ServerOptions {
        latency: Some(latency),
        slow_randomly: Some(latency),
        ..ServerOptions::default()
    };
    let server = ReferenceServer::new(options);
    let delays: Vec<Duration> = (0..7).map(|_| server.deliver(&furniture()[0]).delay).collect();
    assert_eq!(delays[0], latency);
    assert_eq!(delays[6], 2 * latency);
}

fn credentials() -> Credentials {
    Credentials {
        access_key: "AKIDEXAMPLE".into(),
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        session_token: None,
        expired: false,
    }
}

/// A signed request, by the suite's own client library, at a time in seconds since 1970.
fn signed(at: u64, secret: &str, token: Option<&str>) -> crate::wire::WireRequest {
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4::SigningParams;
    let mut request = add("f:live", Some("live"), &json!({}));
    let identity = aws_credential_types::Credentials::new(
        "AKIDEXAMPLE",
        secret,
        token.map(ToOwned::to_owned),
        None,
        "test",
    )
    .into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("lambda")
        .time(UNIX_EPOCH + Duration::from_secs(at))
        .settings(SigningSettings::default())
        .build()
        .expect("all parameters are given")
        .into();
    let url = format!("http://localhost:1{}", request.target());
    let headers = [("content-type", "application/json")];
    let signable =
        SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(&request.body))
            .expect("the request can be signed");
    let (instructions, _) = sign(signable, &params).expect("the request is signed").into_parts();
    for (name, value) in instructions.headers() {
        request.headers.push((name.to_owned(), value.to_owned()));
    }
    request.headers.push(("host".into(), "localhost:1".into()));
    request
}

#[test]
fn a_right_signature_is_accepted_and_anything_else_is_not() {
    let secret = credentials().secret_key;
    let now = 1_764_038_573;
    let request = signed(now, &secret, None);
    let code = |result: Result<(), crate::server::ErrorReply>| result.err().map(|error| error.code);
    assert_eq!(verify(&request, &credentials(), "us-east-1", now), Ok(()));
    assert_eq!(
        code(verify(&request, &credentials(), "us-east-1", now + 301)).as_deref(),
        Some("InvalidSignatureException")
    );
    assert_eq!(
        code(verify(&request, &credentials(), "eu-west-1", now)).as_deref(),
        Some("InvalidSignatureException")
    );
    let mut tampered = request.clone();
    tampered.body.push(b' ');
    assert_eq!(
        code(verify(&tampered, &credentials(), "us-east-1", now)).as_deref(),
        Some("InvalidSignatureException")
    );
    let mut elsewhere = request.clone();
    elsewhere.path = elsewhere.path.replace("live", "edge");
    assert!(verify(&elsewhere, &credentials(), "us-east-1", now).is_err());
    let wrong = signed(now, "another", None);
    assert_eq!(
        code(verify(&wrong, &credentials(), "us-east-1", now)).as_deref(),
        Some("InvalidSignatureException")
    );
    let other = Credentials { access_key: "AKIDOTHER".into(), ..credentials() };
    assert_eq!(
        code(verify(&request, &other, "us-east-1", now)).as_deref(),
        Some("UnrecognizedClientException")
    );
    let unsigned = get("f", None);
    assert_eq!(
        code(verify(&unsigned, &credentials(), "us-east-1", now)).as_deref(),
        Some("MissingAuthenticationTokenException")
    );
}

#[test]
fn a_session_token_must_come_along_and_may_have_expired() {
    let now = 1_764_038_573;
    let secret = credentials().secret_key;
    let session = Credentials { session_token: Some("token".into()), ..credentials() };
    let request = signed(now, &secret, Some("token"));
    assert_eq!(verify(&request, &session, "us-east-1", now), Ok(()));
    let without = signed(now, &secret, None);
    assert!(verify(&without, &session, "us-east-1", now).is_err());
    let expired = Credentials { expired: true, ..session };
    let refused = verify(&request, &expired, "us-east-1", now).expect_err("the session is over");
    assert_eq!((refused.status, refused.code.as_str()), (403, "ExpiredTokenException"));
}

#[test]
fn a_server_that_checks_signatures_answers_a_signed_request() {
    let options =
        ServerOptions { verify_signatures: Some(credentials()), ..ServerOptions::default() };
    let server = ReferenceServer::new(options);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let request = signed(now, &credentials().secret_key, None);
    assert_eq!(server.handle(&request).status, 404, "there is no function");
    assert_eq!(server.handle(&get("f", None)).status, 403);
}

#[test]
fn a_clock_that_is_ahead_and_a_session_that_ends_are_told_apart() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let secret = credentials().secret_key;
    let code = |server: &ReferenceServer, token: Option<&str>| {
        let answer = server.handle(&signed(now, &secret, token));
        answer.header("x-amzn-errortype").map(ToOwned::to_owned)
    };
    let with = |options: ServerOptions| {
        ReferenceServer::new(ServerOptions { verify_signatures: Some(credentials()), ..options })
    };
    let ahead =
        with(ServerOptions { clock_skew: Duration::from_mins(10), ..ServerOptions::default() });
    assert_eq!(code(&ahead, None).as_deref(), Some("InvalidSignatureException"));
    let over =
        with(ServerOptions { expired_token: Some("old".into()), ..ServerOptions::default() });
    assert_eq!(code(&over, Some("old")).as_deref(), Some("ExpiredTokenException"));
    assert_eq!(code(&over, Some("new")).as_deref(), Some("UnrecognizedClientException"));
    assert_eq!(code(&over, None).as_deref(), Some("ResourceNotFoundException"));
    let short = with(ServerOptions { expire_after: Some(1), ..ServerOptions::default() });
    assert_eq!(code(&short, None).as_deref(), Some("ResourceNotFoundException"));
    assert_eq!(code(&short, None).as_deref(), Some("ExpiredTokenException"));
}
