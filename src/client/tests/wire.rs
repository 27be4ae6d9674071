//! One exchange with a server that sends exactly what a test says.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rstest::rstest;

use super::super::testing::{CREATED, Server, Then, hasty};
use super::super::transport::{BODY_LIMIT, Handler, Handling};
use super::super::{Credentials, Endpoint, RealAws, Signing, Target};
use crate::observation::{Observation, TransportFault};
use crate::wire::{WireRequest, WireResponse};

fn write() -> WireRequest {
    WireRequest::new("POST", "/2015-03-31/functions/f/policy".into()).with_json(b"{}".to_vec())
}

fn read() -> WireRequest {
    WireRequest::new("GET", "/2015-03-31/functions/f/policy".into())
}

fn status(observation: &Observation) -> Option<u16> {
    observation.answer().map(crate::observation::Answer::status)
}

#[tokio::test]
async fn a_request_goes_out_as_it_is_and_signed() {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let target = server.target(hasty());
    let mut request = write();
    request.path = "/2015-03-31/functions/%2E%2E/policy".into();
    request.query = "Qualifier=%24LATEST&x".into();
    assert_eq!(status(&target.send(&request).await), Some(201));
    let sent = &server.requests()[0];
    let line = "POST /2015-03-31/functions/%2E%2E/policy?Qualifier=%24LATEST&x HTTP/1.1\r\n";
    assert!(sent.starts_with(line), "{sent}");
    let head = sent.to_ascii_lowercase();
    assert!(head.contains(&format!("\r\nhost: 127.0.0.1:{}\r\n", server.port)), "{sent}");
    assert!(head.contains("\r\ncontent-type: application/json\r\n"), "{sent}");
    assert!(head.contains("\r\ncontent-length: 2\r\n"), "{sent}");
    let agent = concat!("\r\nuser-agent: permspec/", env!("CARGO_PKG_VERSION"), "\r\n");
    assert!(head.contains(agent), "{sent}");
    assert!(sent.contains("AWS4-HMAC-SHA256 Credential=test/"), "{sent}");
    assert!(sent.contains("/us-east-1/lambda/aws4_request"), "{sent}");
    assert!(sent.ends_with("\r\n\r\n{}"), "{sent}");
}

#[tokio::test]
async fn without_credentials_nothing_is_signed() {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let mut config = hasty();
    config.signing = Signing::Nothing;
    server.target(config).send(&write()).await;
    assert!(!server.requests()[0].to_ascii_lowercase().contains("authorization"));
}

#[rstest]
#[case("/a b")]
#[case("/a#b")]
#[case("a")]
#[case("/a\u{7f}")]
#[case("/a\nb")]
#[tokio::test]
async fn a_path_that_cannot_go_out_as_it_is_is_not_sent(#[case] path: &str) {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let target = server.target(hasty());
    let request = WireRequest::new("GET", path.into());
    let observation = target.send(&request).await;
    assert!(
        matches!(&observation, Observation::Fault(TransportFault::Untransportable(_))),
        "{observation:?}"
    );
    assert_eq!(server.connections(), 0);
}

/// Which fault a hostile answer is.
#[rstest]
#[case::nothing(Then::SayAndClose(""), "dropped")]
#[case::half_a_head(Then::SayAndClose("HTTP/1.1 201 Cre"), "dropped")]
#[case::short_body(
    Then::SayAndClose("HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{}"),
    "dropped"
)]
#[case::endless_chunks(
    Then::SayAndClose("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
    "dropped"
)]
#[case::no_http(Then::SayAndClose("SSH-2.0-OpenSSH_9.2\r\n\r\n"), "garbled")]
#[case::no_status(Then::SayAndClose("HTTP/1.1 abc Oops\r\n\r\n"), "garbled")]
#[case::no_length(Then::SayAndClose("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}"), "garbled")]
#[case::no_chunk_size(
    Then::Say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "garbled"
)]
#[case::silence(Then::Sleep, "timeout")]
#[case::half_a_body(Then::Say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), "timeout")]
#[tokio::test]
async fn a_hostile_answer_is_a_fault_and_no_write_is_sent_again(
    #[case] then: Then,
    #[case] expected: &str,
) {
    let server = Server::start(vec![then]).await;
    let mut config = hasty();
    config.timeout = Duration::from_millis(300);
    let observation = server.target(config).send(&write()).await;
    let kind = match &observation {
        Observation::Fault(TransportFault::Dropped(_)) => "dropped",
        Observation::Fault(TransportFault::Garbled(_)) => "garbled",
        Observation::Fault(TransportFault::Timeout) => "timeout",
        _ => "something else",
    };
    assert_eq!(kind, expected, "{observation:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_head_without_end_is_garbled() {
    let long: &'static str = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(1 << 20)).leak();
    let server = Server::start(vec![Then::SayAndClose(long)]).await;
    let observation = server.target(hasty()).send(&write()).await;
    let garbled = matches!(&observation, Observation::Fault(TransportFault::Garbled(_)));
    assert!(garbled, "{}", observation.brief());
}

#[tokio::test]
async fn a_long_chunk_extension_is_more_than_is_read_and_no_fault_of_the_target() {
    let extension = "x".repeat(20_000);
    let long: &'static str = format!(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a={extension}\r\n{{}}\r\n0\r\n\r\n"
    )
    .leak();
    let server = Server::start(vec![Then::SayAndClose(long)]).await;
    let observation = server.target(hasty()).send(&write()).await;
    let is_over = matches!(&observation, Observation::Fault(TransportFault::OverLimit(_)));
    assert!(is_over, "{}", observation.brief());
}

#[tokio::test]
async fn what_is_under_way_is_given_up_when_the_run_ends_and_nothing_more_is_sent() {
    let server = Server::start(vec![Then::Sleep]).await;
    let target = server.target(hasty());
    let halting = target.clone();
    let halted = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        halting.halt("enough");
    });
    let began = Instant::now();
    let given_up = Observation::Fault(TransportFault::Abandoned("enough".into()));
    assert_eq!(target.send(&write()).await, given_up);
    halted.await.unwrap();
    let unsent = Observation::Fault(TransportFault::Withheld("enough".into()));
    assert_eq!(target.send(&write()).await, unsent);
    assert_eq!(target.send_together(vec![write(), write()]).await[1].0, unsent);
    assert!(!target.pause(Duration::from_secs(9)).await);
    assert!(began.elapsed() < Duration::from_secs(2));
    // The clean-up still has a few seconds, and no more.
    assert_eq!(target.send_undo(&write()).await, Observation::Fault(TransportFault::Timeout));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_request_to_a_function_that_is_not_ours_is_not_sent() {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let target = server.target(hasty());
    for name in ["a", "my-function"] {
        let request = WireRequest::new("GET", format!("/2015-03-31/functions/{name}/policy"));
        let withheld = target.send(&request).await;
        assert!(matches!(withheld, Observation::Fault(TransportFault::Withheld(_))));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_huge_body_is_cut_and_its_connection_is_not_used_again() {
    // So much that its end cannot have been read along with what is kept: then the connection would
    // be as good as new.
    let much = Then::SayMuch(16 * BODY_LIMIT);
    let server = Server::start(vec![much, Then::Say(CREATED)]).await;
    let target = server.target(hasty());
    let observation = target.send(&read()).await;
    let response = &observation.answer().unwrap().response;
    assert!(response.truncated);
    assert_eq!(response.body.len(), BODY_LIMIT);
    assert_eq!(status(&target.send(&write()).await), Some(201));
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_whole() {
    let server = Server::start(vec![Then::SayMuch(BODY_LIMIT)]).await;
    let observation = server.target(hasty()).send(&read()).await;
    let response = &observation.answer().unwrap().response;
    assert!(!response.truncated);
    assert_eq!(response.body.len(), BODY_LIMIT);
}

#[tokio::test]
async fn header_names_are_in_lower_case_and_values_are_text() {
    let bytes = "HTTP/1.1 400 Bad\r\nX-Amzn-ErrorType: Oops:http://x\r\nX-Odd: \u{e4}\r\n\
                 Content-Length: 0\r\n\r\n";
    let server = Server::start(vec![Then::Say(bytes)]).await;
    let observation = server.target(hasty()).send(&write()).await;
    let answer = observation.answer().unwrap();
    assert_eq!(answer.code.as_deref(), Some("Oops"));
    assert_eq!(answer.response.header("x-odd"), Some("\u{e4}"));
}

#[tokio::test]
async fn a_refused_connection_was_never_sent_on() {
    let server = Server::start(vec![Then::Sleep]).await;
    let port = server.port;
    drop(server);
    tokio::task::yield_now().await;
    let url = format!("http://127.0.0.1:{port}");
    let target = Target::http(Endpoint::parse(&url, RealAws::Refuse).unwrap(), hasty());
    let observation = target.send(&write()).await;
    assert!(
        matches!(&observation, Observation::Fault(TransportFault::Connect(_))),
        "{observation:?}"
    );
}

#[tokio::test]
async fn a_connection_is_kept_while_the_target_keeps_it() {
    let server = Server::start(vec![Then::Say(CREATED)]).await;
    let target = server.target(hasty());
    for _ in 0..20 {
        assert_eq!(status(&target.send(&write()).await), Some(201));
    }
    assert_eq!(server.connections(), 1);
    assert_eq!(target.requests(), 20);
}

#[rstest]
#[case::announced("HTTP/1.1 201 Created\r\nConnection: Close\r\nContent-Length: 2\r\n\r\n{}")]
#[case::old("HTTP/1.0 201 Created\r\nContent-Length: 2\r\n\r\n{}")]
#[case::without_length("HTTP/1.0 201 Created\r\n\r\n{}")]
#[tokio::test]
async fn a_target_that_closes_each_connection_loses_no_request(#[case] bytes: &'static str) {
    let server = Server::start(vec![Then::SayAndClose(bytes)]).await;
    let target = server.target(hasty());
    for _ in 0..20 {
        assert_eq!(status(&target.send(&write()).await), Some(201));
    }
    assert_eq!((server.connections(), server.requests().len()), (20, 20));
}

#[tokio::test]
async fn a_target_that_closes_without_a_word_loses_no_request_either() {
    let server = Server::start(vec![Then::SayAndClose(CREATED)]).await;
    let target = server.target(hasty());
    for _ in 0..20 {
        assert_eq!(status(&target.send(&write()).await), Some(201));
    }
    assert_eq!((server.connections(), server.requests().len()), (20, 20));
}

#[tokio::test]
async fn a_read_on_a_connection_that_breaks_is_sent_once_more_and_a_write_is_not() {
    let script = vec![Then::Say(CREATED), Then::SayAndClose(""), Then::Say(CREATED)];
    let server = Server::start(script.clone()).await;
    let target = server.target(hasty());
    target.send(&read()).await;
    assert_eq!(status(&target.send(&read()).await), Some(201));
    assert_eq!((server.connections(), server.requests().len()), (2, 3));

    let server = Server::start(script).await;
    let target = server.target(hasty());
    target.send(&write()).await;
    let observation = target.send(&write()).await;
    let dropped = matches!(&observation, Observation::Fault(TransportFault::Dropped(_)));
    assert!(dropped, "{observation:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_read_on_a_new_connection_that_breaks_is_not_repeated() {
    let server = Server::start(vec![Then::SayAndClose("")]).await;
    let observation = server.target(hasty()).send(&read()).await;
    assert_eq!(status(&observation), None);
    assert_eq!(server.requests().len(), 1);
}

const SLOW_DOWN: &str = "HTTP/1.1 429 Too Many\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";

#[tokio::test]
async fn throttling_is_waited_out() {
    let script = vec![Then::Say(SLOW_DOWN), Then::Say(SLOW_DOWN), Then::Say(CREATED)];
    let server = Server::start(script).await;
    let target = server.target(hasty());
    assert_eq!(status(&target.send(&write()).await), Some(201));
    assert_eq!((target.requests(), target.throttled()), (3, 2));
}

#[tokio::test]
async fn throttling_without_end_is_reported_as_it_is() {
    let server = Server::start(vec![Then::Say(
        "HTTP/1.1 429 Too Many\r\nRetry-After: 9999\r\nContent-Length: 0\r\n\r\n",
    )])
    .await;
    let target = server.target(hasty());
    let began = Instant::now();
    assert_eq!(status(&target.send(&write()).await), Some(429));
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(target.requests(), 6, "five waits of 20 ms and no more");
}

#[tokio::test]
async fn what_is_sent_together_overlaps_on_connections_of_its_own() {
    let server = Server::start(vec![
        Then::Say(CREATED),
        Then::Say(SLOW_DOWN),
        Then::Say(CREATED),
        Then::SayAndClose(""),
    ])
    .await;
    let target = server.target(hasty());
    target.send(&write()).await;
    let results = target.send_together(vec![write(), write(), write(), read()]).await;
    assert_eq!(server.connections(), 5, "none uses the kept connection");
    assert_eq!(target.requests(), 5, "none is sent again, throttled or dropped");
    let throttled = results.iter().filter(|(o, _)| status(o) == Some(429)).count();
    let lost = results.iter().filter(|(o, _)| status(o).is_none()).count();
    assert_eq!((results.len(), throttled, lost), (4, 1, 2), "{results:?}");
    for (_, timing) in &results {
        assert!(timing.started <= timing.ended);
    }
}

/// Counts how many requests it is answering at once.
#[derive(Default)]
struct Crowd(tokio::sync::Mutex<()>, std::sync::atomic::AtomicUsize);

impl Handler for Crowd {
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        Box::pin(async move {
            let before = self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            assert!(request.path != "/panic", "as the test wants it");
            while request.path == "/all" && self.1.load(std::sync::atomic::Ordering::SeqCst) < 4 {
                tokio::task::yield_now().await;
            }
            let _one_at_a_time = self.0.lock().await;
            let body = before.to_string().into_bytes();
            Ok(WireResponse { status: 200, body, ..WireResponse::default() })
        })
    }
}

#[tokio::test]
async fn a_handler_in_this_process_is_asked_without_a_socket() {
    let target = Target::in_process(Arc::new(Crowd::default()), hasty());
    // Each of the four waits for the other three, so they must be in flight together.
    let requests = vec![WireRequest::new("GET", "/all".into()); 4];
    let results = target.send_together(requests).await;
    assert!(results.iter().all(|(o, _)| status(o) == Some(200)), "{results:?}");
    assert_eq!(target.address(), "in-process");
}

#[tokio::test]
async fn a_handler_that_panics_or_hangs_is_a_fault() {
    let mut config = hasty();
    config.timeout = Duration::from_millis(50);
    let target = Target::in_process(Arc::new(Crowd::default()), config);
    let panicked = target.send(&WireRequest::new("GET", "/panic".into())).await;
    assert!(matches!(&panicked, Observation::Fault(TransportFault::Dropped(_))), "{panicked:?}");
    let hung = target.send(&WireRequest::new("GET", "/all".into())).await;
    assert_eq!(hung, Observation::Fault(TransportFault::Timeout));
}

#[tokio::test]
async fn no_debug_text_shows_credentials() {
    let server = Server::start(vec![Then::SayAndClose("nonsense")]).await;
    let mut config = hasty();
    let credentials = Credentials::new("AKIDVISIBLE", "secretvisible", Some("tokvisible"));
    config.signing = Signing::With(credentials);
    let shown_config = format!("{config:?}");
    let target = server.target(config);
    let observation = target.send(&write()).await;
    let shown = format!("{shown_config} {target:?} {observation:?} {}", observation.brief());
    assert!(server.requests()[0].contains("tokvisible"), "it was sent");
    assert!(!shown.contains("isible") && !shown.contains("ISIBLE"), "{shown}");
    assert!(!shown.contains("Signature="), "{shown}");
}
