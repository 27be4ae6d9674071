//! The two ways of sending: which is chosen, and that both behave alike.

use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use hyper_util::client::proxy::matcher::Matcher;
use rstest::rstest;

use super::super::http::{Http, Way};
use super::super::proxy::Proxy;
use super::super::route::Route;
use super::super::testing::{CREATED, Server, Then, hasty};
use super::super::transport::Transport;
use super::super::{Endpoint, RealAws, Target};
use crate::observation::{Observation, TransportFault};
use crate::wire::WireRequest;

fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url, RealAws::Refuse).unwrap()
}

fn grant(path: &str) -> WireRequest {
    WireRequest::new("POST", path.into()).with_json(b"{\"StatementId\":\"s\"}".to_vec())
}

#[rstest]
#[case::plain("/2015-03-31/functions/f/policy", true)]
#[case::arn(
    "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1/policy?Qualifier=%24LATEST",
    true
)]
#[case::space("/2015-03-31/functions/a%20b/policy", true)]
#[case::empty_query("/2015-03-31/functions/f/policy?", true)]
#[case::empty_label("/2015-03-31/functions//policy", true)]
#[case::two_dots("/2015-03-31/functions/../policy", false)]
#[case::one_dot("/2015-03-31/functions/./policy", false)]
#[case::encoded_dots("/2015-03-31/functions/%2E%2e/policy", false)]
#[case::encoded_dot("/2015-03-31/functions/%2e/policy", false)]
#[case::trailing_dots("/2015-03-31/functions/..", false)]
fn reqwest_carries_what_its_url_keeps(#[case] target: &str, #[case] keeps: bool) {
    for url in ["http://127.0.0.1:4566", "https://emulator.test", "http://[::1]:80"] {
        let http = Http::new(endpoint(url), Duration::from_secs(1));
        let way = http.way(&PathAndQuery::try_from(target).unwrap());
        assert_eq!(matches!(way, Way::Reqwest(_)), keeps, "{url} {target}: {way:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_carries_hundreds_of_requests() {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let target = server.target(hasty());
    for _ in 0..300 {
        assert!(target.send(&grant("/f")).await.answer().is_some());
    }
    assert_eq!(server.requests().len(), 300);
    // A connection that is not back in the pool in time is replaced. How often depends on how busy
    // the machine is; without reuse there would be 300.
    assert!(server.connections() <= 100, "{}", server.connections());
}

#[rstest]
#[case::temporary("307 Temporary Redirect")]
#[case::permanent("308 Permanent Redirect")]
#[case::see_other("303 See Other")]
#[tokio::test]
async fn no_redirect_is_followed(#[case] status: &str) {
    let head = format!("HTTP/1.1 {status}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    let server = Server::start(vec![Then::Say(head.leak())]).await;
    let answer = server.target(hasty()).send(&grant("/f")).await;
    assert_eq!(answer.answer().unwrap().status().to_string(), status[..3]);
    assert_eq!(server.requests().len(), 1);
}

#[rstest]
#[case::many_fields(
    format!("HTTP/1.1 200 OK\r\n{}Content-Length: 0\r\n\r\n", "X-Y: z\r\n".repeat(200))
)]
#[case::long_head(format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "x".repeat(70_000)))]
#[tokio::test]
async fn a_head_beyond_the_limits_is_garbled_both_ways(#[case] head: String) {
    let head: &'static str = head.leak();
    for path in ["/f", "/.."] {
        let server = Server::start(vec![Then::Say(head)]).await;
        let observation = server.target(hasty()).send(&grant(path)).await;
        let garbled = matches!(&observation, Observation::Fault(TransportFault::Garbled(_)));
        assert!(garbled, "{path}: {}", observation.brief());
        assert_eq!(server.requests().len(), 1, "{path}");
    }
}

/// A target behind a proxy, which the test's server plays.
fn behind(server: &Server, url: &str) -> Target {
    let proxy = format!("http://user:pass@127.0.0.1:{}", server.port);
    let matcher = Matcher::builder().all(proxy).build();
    let proxy = Proxy::among(&matcher, &endpoint(url)).unwrap().unwrap();
    let config = hasty();
    let http = Http::on(Route::through(endpoint(url), proxy), config.timeout);
    let transport = Transport::Http(Arc::new(http));
    Target::new(transport, endpoint(url).authority().to_owned(), url.to_owned(), config)
}

#[tokio::test]
async fn both_ways_go_through_the_proxy() {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let target = behind(&server, "http://emulator.test:4566");
    assert_eq!(target.proxy(), Some(format!("http://127.0.0.1:{}", server.port)));
    assert!(target.send(&grant("/f")).await.answer().is_some());
    assert!(target.send_together(vec![grant("/f")]).await[0].0.answer().is_some());
    for sent in server.requests() {
        assert!(sent.starts_with("POST http://emulator.test:4566/f HTTP/1.1\r\n"), "{sent}");
        let head = sent.to_ascii_lowercase();
        assert!(head.contains("\r\nhost: emulator.test:4566\r\n"), "{sent}");
        assert!(head.contains("\r\nproxy-authorization: basic dxnlcjpwyxnz\r\n"), "{sent}");
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn an_encrypted_target_is_asked_for_a_tunnel_and_a_refusal_is_no_answer() {
    let refused = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(vec![Then::Say(refused)]).await;
    let target = behind(&server, "https://emulator.test");
    let alone = target.send(&grant("/f")).await;
    let together = target.send_together(vec![grant("/f")]).await.remove(0).0;
    for observation in [alone, together] {
        let connect = matches!(&observation, Observation::Fault(TransportFault::Connect(_)));
        assert!(connect, "{observation:?}");
    }
    assert!(!server.requests().is_empty());
    for sent in server.requests() {
        assert!(sent.starts_with("CONNECT emulator.test:443 HTTP/1.1\r\n"), "{sent}");
        assert!(!sent.contains("StatementId"), "nothing goes out before the tunnel stands: {sent}");
    }
}
