//! A server on raw sockets: the reference server behind it, and a behaviour that spoils what it
//! sends.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use permspec::server::{ReferenceServer, ServerOptions};
use permspec::wire::{WireRequest, WireResponse};

/// Functions of the user's, each with a policy of its own.
pub const PLANTED: [&str; 7] = ["a", "A", "0", "f", "test", "my-function", "function"];

/// What a connection does next.
#[derive(Clone, Debug)]
pub enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes over and over, until the reader has gone.
    Repeat(Vec<u8>),
    /// Sends these bytes one at a time, with this pause between two.
    Drip(Vec<u8>, Duration),
    /// Says nothing until the reader has gone.
    Hang,
    /// Closes.
    Close,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The request.
    pub wire: WireRequest,
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// How many requests came before it.
    pub number: usize,
}

impl Asked {
    /// The value of a header.
    pub fn header(&self, name: &str) -> String {
        let found = self.wire.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

/// What a server makes of a request and the right answer to it.
pub type Spoil = Arc<dyn Fn(&Asked, WireResponse) -> Vec<Act> + Send + Sync>;

/// A running server.
pub struct Hostile {
    pub port: u16,
    inner: Arc<ReferenceServer>,
    stop: Arc<AtomicBool>,
    /// The first lines and the signatures of all requests.
    pub lines: Arc<Mutex<Vec<String>>>,
    pub signatures: Arc<Mutex<Vec<String>>>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Hostile {
    pub fn start(spoil: Spoil) -> Self {
        let inner = Arc::new(ReferenceServer::new(ServerOptions::default()));
        for name in PLANTED {
            let body =
                format!(r#"{{"FunctionName":"{name}","Role":"r","Code":{{"ZipFile":"AA=="}}}}"#);
            let create = WireRequest::new("POST", "/2015-03-31/functions".into());
            assert_eq!(inner.handle(&create.with_json(body.into_bytes())).status, 201);
            let body = r#"{"StatementId":"theirs","Action":"lambda:InvokeFunction","Principal":"s3.amazonaws.com"}"#;
            let add = WireRequest::new("POST", format!("/2015-03-31/functions/{name}/policy"));
            assert_eq!(inner.handle(&add.with_json(body.into())).status, 201);
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let (lines, signatures) = (Arc::default(), Arc::default());
        let hostile = Self {
            port,
            inner: Arc::clone(&inner),
            stop: Arc::clone(&stop),
            lines: Arc::clone(&lines),
            signatures: Arc::clone(&signatures),
        };
        let count = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (spoil, inner, count) =
                    (Arc::clone(&spoil), Arc::clone(&inner), Arc::clone(&count));
                let (lines, signatures) = (Arc::clone(&lines), Arc::clone(&signatures));
                thread::spawn(move || serve(stream, &spoil, &inner, &count, &lines, &signatures));
            }
        });
        hostile
    }

    /// What the user's functions look like, byte by byte.
    pub fn planted(&self) -> Vec<Vec<u8>> {
        let mut seen = Vec::new();
        for name in PLANTED {
            for path in [format!("{name}/policy"), format!("{name}/configuration")] {
                let read = WireRequest::new("GET", format!("/2015-03-31/functions/{path}"));
                seen.push(self.inner.handle(&read).body);
            }
        }
        seen
    }

    /// The functions that permspec made and that are still there.
    pub fn left(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut marker = String::new();
        loop {
            let mut list = WireRequest::new("GET", "/2015-03-31/functions".into());
            if !marker.is_empty() {
                list = list.with_query("Marker", &marker);
            }
            let answer = self.inner.handle(&list).json().unwrap();
            let functions = answer["Functions"].as_array().unwrap();
            let found = functions.iter().map(|function| function["FunctionName"].as_str().unwrap());
            names.extend(found.filter(|name| name.starts_with("permspec-")).map(str::to_owned));
            match answer["NextMarker"].as_str() {
                Some(next) if !next.is_empty() => next.clone_into(&mut marker),
                _ => return names,
            }
        }
    }
}

fn serve(
    mut stream: TcpStream,
    spoil: &Spoil,
    inner: &ReferenceServer,
    count: &AtomicUsize,
    lines: &Mutex<Vec<String>>,
    signatures: &Mutex<Vec<String>>,
) {
    while let Some((line, wire)) = read(&mut stream) {
        lines.lock().unwrap().push(line);
        let asked = Asked {
            operation: operation(&wire),
            number: count.fetch_add(1, Ordering::Relaxed),
            wire,
        };
        let authorization = asked.header("authorization");
        if let Some((_, signature)) = authorization.rsplit_once("Signature=") {
            signatures.lock().unwrap().push(signature.to_owned());
        }
        let answer = inner.handle(&asked.wire);
        for act in spoil(&asked, answer) {
            let gone = match act {
                Act::Send(bytes) => stream.write_all(&bytes).is_err(),
                Act::Repeat(bytes) => {
                    while stream.write_all(&bytes).is_ok() {}
                    true
                }
                Act::Drip(bytes, pause) => bytes.iter().any(|byte| {
                    thread::sleep(pause);
                    stream.write_all(&[*byte]).is_err()
                }),
                Act::Hang => {
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
                    let _ = stream.read(&mut [0; 64]);
                    true
                }
                Act::Close => true,
            };
            if gone {
                return;
            }
        }
    }
}

/// The next request, where one comes.
fn read(stream: &mut TcpStream) -> Option<(String, WireRequest)> {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        let mut some = [0; 4096];
        match stream.read(&mut some) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&some[..length]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut rows = head.split("\r\n");
    let line = rows.next()?.to_owned();
    let headers: Vec<(String, String)> = rows
        .filter_map(|row| row.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        let mut some = [0; 4096];
        match stream.read(&mut some) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&some[..length]),
        }
    }
    let mut words = line.split(' ');
    let method = match words.next()? {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => return None,
    };
    let target = words.next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let wire = WireRequest {
        method,
        path: path.into(),
        query: query.into(),
        headers,
        body: bytes[end..end + length].to_vec(),
    };
    Some((line, wire))
}

fn operation(wire: &WireRequest) -> &'static str {
    let rest = wire.path.strip_prefix("/2015-03-31/functions").unwrap_or("?");
    let parts: Vec<&str> = rest.split('/').skip(1).collect();
    match (wire.method, parts.as_slice()) {
        ("POST", []) => "CreateFunction",
        ("GET", [_, "configuration"]) => "GetFunctionConfiguration",
        ("DELETE", [_]) => "DeleteFunction",
        ("POST", [_, "policy"]) => "AddPermission",
        ("GET", [_, "policy"]) => "GetPolicy",
        ("DELETE", [_, "policy", _]) => "RemovePermission",
        ("POST", [_, "versions"]) => "PublishVersion",
        ("POST", [_, "aliases"]) => "CreateAlias",
        _ => "other",
    }
}

/// An answer as its bytes.
pub fn bytes(answer: &WireResponse) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {} X\r\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        if !["content-length", "transfer-encoding", "connection"].contains(&name.as_str()) {
            out.extend(format!("{name}: {value}\r\n").into_bytes());
        }
    }
    out.extend(format!("content-length: {}\r\n\r\n", answer.body.len()).into_bytes());
    out.extend(&answer.body);
    out
}
