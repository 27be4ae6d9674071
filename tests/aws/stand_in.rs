//! The stand-in for real AWS.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use permspec::server::{Credentials, Mutant, ServerOptions};

use crate::common::{Output, Server, TestDir, output_of};

pub const KEY: &str = "AKIDEXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub const TOKEN: &str = "session+token/==";
pub const ACCOUNT: &str = "123456789012";
pub const ROLE: &str = "arn:aws:iam::123456789012:role/permspec";

/// The rule and phase that need the fewest requests.
pub const FEWEST: [&str; 5] = ["success.status", "--phases", "examples", "--depth", "quick"];

/// A server that checks signatures.
pub fn options() -> ServerOptions {
    let credentials = Credentials {
        access_key: KEY.into(),
        secret_key: SECRET.into(),
        session_token: Some(TOKEN.into()),
        expired: false,
    };
    ServerOptions { verify_signatures: Some(credentials), ..ServerOptions::default() }
}

pub fn server() -> Server {
    Server::with(options())
}

pub fn broken(mutant: &'static Mutant) -> Server {
    Server::with(ServerOptions { mutants: mutant.into(), ..options() })
}

/// The command with good credentials in the environment, and nothing else of AWS's.
pub fn command(dir: &TestDir, words: &[&str]) -> Command {
    let mut command = dir.command(words);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("AWS_") || name.starts_with("SSL_CERT_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_SESSION_TOKEN", TOKEN)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", dir.path("no-config"))
        .env("AWS_SHARED_CREDENTIALS_FILE", dir.path("no-credentials"));
    command
}

/// The words of a run on the stand-in, quick enough for a test.
pub fn words<'a>(endpoint: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["run", "--aws", "--endpoint", endpoint, "--role", ROLE];
    for (flag, value) in [("--rate", "2000"), ("--patience", "1s")] {
        if !more.contains(&flag) {
            words.extend([flag, value]);
        }
    }
    words.extend(more);
    words
}

/// Runs on the stand-in.
pub fn run(dir: &TestDir, endpoint: &str, more: &[&str]) -> Output {
    output_of(command(dir, &words(endpoint, more)))
}

/// Starts a run on the stand-in and does not wait for it.
pub fn start(dir: &TestDir, endpoint: &str, more: &[&str]) -> Child {
    let mut command = command(dir, &words(endpoint, more));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Cleans up after runs on the stand-in.
pub fn cleanup(dir: &TestDir, more: &[&str]) -> Output {
    let mut words = vec!["cleanup"];
    words.extend(more);
    output_of(command(dir, &words))
}

impl Output {
    /// Holds the words of one sentence on stderr against what is expected.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in\n{}\n{}", self.err, self.out);
        }
        for secret in [SECRET, TOKEN, "Signature="] {
            let shown = self.err.contains(secret) || self.out.contains(secret);
            assert!(!shown, "{secret} is shown:\n{}\n{}", self.err, self.out);
        }
        self
    }
}

/// A request as it went over the tap.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Method and target, such as `POST /2015-03-31/functions`.
    pub line: String,
    /// The body.
    pub body: String,
}

/// A way to a server on which everything that is sent is seen, and which can be cut.
pub struct Tap {
    pub endpoint: String,
    seen: Arc<Mutex<Vec<Vec<u8>>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
    cut: Arc<AtomicBool>,
}

impl Tap {
    pub fn on(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let upstream = server.endpoint.trim_start_matches("http://").to_owned();
        let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let open: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let cut: Arc<AtomicBool> = Arc::default();
        let tap = Self { endpoint, seen, open, cut };
        let (seen, open) = (Arc::clone(&tap.seen), Arc::clone(&tap.open));
        let cut = Arc::clone(&tap.cut);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if cut.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&upstream)) else {
                    return;
                };
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let number = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(Vec::new());
                    seen.len() - 1
                };
                let both = [client.try_clone().unwrap(), server.try_clone().unwrap()];
                open.lock().unwrap().extend(both);
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                std::thread::spawn(move || copy(back.0, back.1, |_| {}));
                let seen = Arc::clone(&seen);
                std::thread::spawn(move || {
                    copy(client, server, |bytes| {
                        seen.lock().unwrap()[number].extend_from_slice(bytes);
                    });
                });
            }
        });
        tap
    }

    /// Cuts the way: nobody listens there any more.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it goes.
        let _ = TcpStream::connect(self.endpoint.trim_start_matches("http://"));
        for stream in self.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Everything that was sent, each connection by itself.
    pub fn sent(&self) -> Vec<Sent> {
        let seen = self.seen.lock().unwrap();
        seen.iter().flat_map(|bytes| requests(&String::from_utf8_lossy(bytes))).collect()
    }
}

fn copy(mut from: TcpStream, mut to: TcpStream, note: impl Fn(&[u8])) {
    let mut buffer = [0; 16 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        note(&buffer[..read]);
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// The requests of one connection.
fn requests(mut text: &str) -> Vec<Sent> {
    let mut found = Vec::new();
    while let Some((head, rest)) = text.split_once("\r\n\r\n") {
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
            })
            .unwrap_or(0_usize);
        let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
            let (body, left) = chunks(rest);
            found.push(Sent { line, body });
            text = left;
            continue;
        }
        let body = rest.get(..length).unwrap_or(rest);
        found.push(Sent { line, body: body.to_owned() });
        text = rest.get(length..).unwrap_or_default();
    }
    found
}

/// A body in chunks, and what follows it.
fn chunks(mut text: &str) -> (String, &str) {
    let mut body = String::new();
    while let Some((size, rest)) = text.split_once("\r\n") {
        let length = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        body.push_str(rest.get(..length).unwrap_or(rest));
        text = rest.get(length + 2..).unwrap_or_default();
        if length == 0 {
            break;
        }
    }
    (body, text)
}

/// One request without a signature, to a server that checks none; its status.
pub fn plain_request(server: &Server, line: &str, body: &str) -> String {
    let address = server.endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{line} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
