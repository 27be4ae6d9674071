//! Both ways of sending put the same bytes on the wire, for every request of a run.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use permspec::client::{Endpoint, RealAws, Signing, Target, TargetConfig};
use permspec::embed::{Request, Suite};
use permspec::observation::Answer;
use permspec::server::{ReferenceServer, ServerOptions};
use permspec::wire::WireRequest;

/// Method, path with query, content type, body.
type Generated = (&'static str, String, Option<String>, Vec<u8>);

/// Every distinct request of a run against the reference server.
fn generated() -> BTreeSet<Generated> {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let server = Arc::new(ReferenceServer::new(ServerOptions::default()));
    let recorder = Arc::clone(&seen);
    Suite::of(move |request: Request| {
        let (recorder, server) = (Arc::clone(&recorder), Arc::clone(&server));
        async move {
            let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
            let mut wire = WireRequest::new(method(request.method()), request.uri().path().into());
            request.uri().query().unwrap_or_default().clone_into(&mut wire.query);
            wire.headers = request.headers().iter().map(header).collect();
            wire.body.clone_from(request.body());
            let kind = request
                .headers()
                .get("content-type")
                .and_then(|kind| kind.to_str().ok())
                .map(str::to_owned);
            let target = request.uri().path_and_query().unwrap().to_string();
            recorder.lock().unwrap().insert((wire.method, target, kind, wire.body.clone()));
            let answer = server.handle(&wire);
            let mut response = http::Response::builder().status(answer.status);
            for (name, value) in answer.headers {
                response = response.header(name, value);
            }
            response.body(answer.body).unwrap()
        }
    })
    .run_blocking()
    .unwrap()
    .assert_conforms();
    let seen = seen.lock().unwrap();
    seen.clone()
}

/// A removal with each StatementId that reqwest's URL type would take for a way through folders.
/// Few runs draw one.
fn with_dots(requests: &BTreeSet<Generated>) -> Vec<Generated> {
    let removal = requests.iter().find(|(method, path, ..)| {
        *method == "DELETE" && path.contains("/permspec-") && path.contains("/policy/")
    });
    let (method, path, kind, body) = removal.unwrap();
    let (folder, _) = path.rsplit_once("/policy/").unwrap();
    [".", "..", "%2e", "%2E%2e"]
        .map(|id| (*method, format!("{folder}/policy/{id}"), kind.clone(), body.clone()))
        .to_vec()
}

fn method(method: &http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "POST",
    }
}

/// A server on 127.0.0.1 that keeps what it reads and answers each request with 200.
struct Recorder {
    endpoint: String,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
    connections: Arc<AtomicUsize>,
}

impl Recorder {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(AtomicUsize::new(0));
        let (kept, counted) = (Arc::clone(&requests), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::Relaxed);
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || record(&stream.unwrap(), &kept));
            }
        });
        Self { endpoint, requests, connections }
    }

    fn last(&self) -> Vec<u8> {
        self.requests.lock().unwrap().pop().expect("the request arrived before its answer")
    }
}

/// Reads requests from a connection until it ends.
fn record(mut stream: &TcpStream, kept: &Mutex<Vec<Vec<u8>>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut bytes = Vec::new();
        let mut length = 0;
        loop {
            let start = bytes.len();
            if reader.read_until(b'\n', &mut bytes).unwrap_or(0) == 0 {
                return;
            }
            let line = String::from_utf8_lossy(&bytes[start..]).to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        bytes.extend(body);
        kept.lock().unwrap().push(bytes);
        if stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").is_err() {
            return;
        }
    }
}

#[test]
fn every_request_of_a_run_goes_out_as_the_same_bytes_both_ways() {
    let mut requests = generated();
    requests.extend(with_dots(&requests));
    let recorder = Recorder::start();
    let endpoint = Endpoint::parse(&recorder.endpoint, RealAws::Refuse).unwrap();
    // Only what names functions of the run goes out, so this run has the name of the other.
    let run = requests.iter().find_map(|(_, path, ..)| path.split("/permspec-").nth(1));
    let run = run.and_then(|rest| rest.split('-').next()).unwrap();
    let mut config = TargetConfig::new(run);
    // A signature changes with the second; the same headers go out both ways without one.
    config.signing = Signing::Nothing;
    let target = Target::http(endpoint, config);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut rewritten = 0;
    for (method, path_and_query, kind, body) in &requests {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query.as_str(), ""));
        let mut request = WireRequest::new(method, path.into());
        request.query = query.to_owned();
        request.headers.extend(kind.iter().map(|kind| ("content-type".to_owned(), kind.clone())));
        request.body.clone_from(body);
        let alone = runtime.block_on(target.send(&request));
        assert_eq!(alone.answer().map(Answer::status), Some(200), "{path_and_query}");
        let alone = recorder.last();
        runtime.block_on(target.send_together(vec![request.clone()]));
        let in_a_race = recorder.last();
        let shown = String::from_utf8_lossy(&alone).into_owned();
        assert_eq!(shown, String::from_utf8_lossy(&in_a_race), "{path_and_query}");
        assert_eq!(alone, in_a_race, "{path_and_query}");
        let line = format!("{method} {} HTTP/1.1\r\n", request.target());
        assert!(shown.starts_with(&line) && alone.ends_with(body), "{shown}");
        let has_dots = |label: &str| {
            matches!(label.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
        };
        rewritten += usize::from(path.split('/').any(has_dots));
    }
    assert!(requests.len() > 1000, "a run sends more than {} requests", requests.len());
    assert!(rewritten > 0, "no request has a path that reqwest would rewrite");
    // Each request of a race has a connection of its own, and so have the paths with dots; the
    // rest share one, so it is reqwest that sends them.
    let shared = recorder.connections.load(Ordering::Relaxed) - requests.len() - rewritten;
    assert!(shared < requests.len() / 20, "{shared} connections for {} requests", requests.len());
}
