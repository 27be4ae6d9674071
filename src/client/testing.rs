//! For tests: a server that sends exactly the bytes it is told to, and a small fake of Lambda.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::transport::{Handler, Handling};
use super::{Endpoint, Patience, RealAws, Target, TargetConfig};
use crate::wire::{WireRequest, WireResponse};

/// What a connection does after it has read a request.
#[derive(Clone, Debug)]
pub(super) enum Then {
    /// Sends these bytes and waits for the next request.
    Say(&'static str),
    /// Sends these bytes and closes.
    SayAndClose(&'static str),
    /// Sends a whole answer with a body of this many bytes.
    SayMuch(usize),
    /// Says nothing, for long.
    Sleep,
}

/// An answer of 201 with a body, after which the connection stays open.
pub(super) const CREATED: &str = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";

/// A server on a free port of 127.0.0.1. The n-th request that arrives gets the n-th answer of the
/// script, the last one from then on.
pub(super) struct Server {
    pub(super) port: u16,
    seen: Arc<Mutex<Seen>>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
pub(super) struct Seen {
    pub(super) connections: usize,
    /// Heads and bodies as they came.
    pub(super) requests: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    pub(super) async fn start(script: Vec<Then>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = Arc::clone(&seen);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, script.clone(), Arc::clone(&shared)));
            }
        });
        Self { port, seen, accepting }
    }

    pub(super) fn target(&self, config: TargetConfig) -> Target {
        let url = format!("http://127.0.0.1:{}", self.port);
        Target::http(Endpoint::parse(&url, RealAws::Refuse).unwrap(), config)
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }
}

async fn serve(mut stream: TcpStream, script: Vec<Then>, seen: Arc<Mutex<Seen>>) {
    while let Some(request) = read_request(&mut stream).await {
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            seen.requests.len() - 1
        };
        // The client may be gone: that is its right in most of these tests.
        match script[number.min(script.len() - 1)] {
            Then::Say(bytes) => drop(stream.write_all(bytes.as_bytes()).await),
            Then::SayAndClose(bytes) => {
                drop(stream.write_all(bytes.as_bytes()).await);
                drop(stream.shutdown().await);
                return;
            }
            Then::SayMuch(length) => {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
                drop(stream.write_all(head.as_bytes()).await);
                drop(stream.write_all(&vec![b'x'; length]).await);
            }
            Then::Sleep => tokio::time::sleep(Duration::from_mins(1)).await,
        }
    }
}

/// Head and body of the next request; `None` at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Settings that do not wait long.
pub(super) fn hasty() -> TargetConfig {
    let mut config = TargetConfig::new("r1");
    config.timeout = Duration::from_secs(5);
    config.given = vec!["f".into()];
    config.patience = Patience {
        longest: Duration::from_millis(20),
        per_request: Duration::from_millis(100),
        per_run: Duration::from_secs(5),
        outage: Duration::from_millis(50),
        ready: Duration::from_secs(2),
        first_answer: Duration::from_secs(1),
    };
    config
}

/// How the fake of Lambda differs from a willing one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quirks {
    /// CreateFunction wants a role that CreateRole made.
    pub(super) wants_role: bool,
    /// A function stays pending for so many reads.
    pub(super) pending_reads: u32,
    /// Versions, aliases and Qualifier answer 501.
    pub(super) no_versions: bool,
    /// DeleteFunction answers 500.
    pub(super) keeps_functions: bool,
    /// AddPermission answers 403.
    pub(super) grants_nothing: bool,
    /// AddPermission answers `{}`.
    pub(super) says_nothing: bool,
    /// PublishVersion always answers version 1.
    pub(super) one_version: bool,
    /// CreateAlias answers 400.
    pub(super) refuses_aliases: bool,
}

/// A small fake of Lambda and of IAM's roles.
#[derive(Default)]
pub(super) struct FakeLambda {
    quirks: Quirks,
    state: Mutex<FakeState>,
}

#[derive(Default)]
pub(super) struct FakeState {
    pub(super) functions: BTreeMap<String, FakeFunction>,
    pub(super) roles: Vec<String>,
    pub(super) log: Vec<String>,
}

#[derive(Default)]
pub(super) struct FakeFunction {
    role: String,
    code: String,
    pub(super) versions: Vec<String>,
    reads_left: u32,
    changes: u32,
}

impl FakeLambda {
    pub(super) fn with(quirks: Quirks) -> Arc<Self> {
        Arc::new(Self { quirks, state: Mutex::default() })
    }

    pub(super) fn target(self: &Arc<Self>) -> Target {
        Target::in_process(Arc::clone(self) as Arc<dyn Handler>, hasty())
    }

    pub(super) fn state(&self) -> std::sync::MutexGuard<'_, FakeState> {
        self.state.lock().unwrap()
    }

    fn answer(&self, request: &WireRequest) -> (u16, Value) {
        let mut state = self.state();
        state.log.push(format!("{} {}", request.method, request.target()));
        if request.path == "/" {
            return iam(&mut state, &String::from_utf8_lossy(&request.body));
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let path = request.path.trim_start_matches("/2015-03-31/functions");
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let qualified = !request.query.is_empty();
        if self.quirks.no_versions
            && (qualified || matches!(parts[..], [_, "versions" | "aliases", ..]))
        {
            return (501, json!({}));
        }
        if parts.is_empty() {
            return self.create(&mut state, &body);
        }
        if !state.functions.contains_key(parts[0]) {
            return error(404, "ResourceNotFoundException", "Function not found");
        }
        if matches!((request.method, &parts[..]), ("DELETE", [_])) {
            if self.quirks.keeps_functions {
                return error(500, "ServiceException", "cannot delete");
            }
            state.functions.remove(parts[0]);
            return (204, Value::Null);
        }
        let name = parts[0];
        let function = state.functions.get_mut(name).unwrap();
        match (request.method, &parts[1..]) {
            ("GET", ["configuration"]) => {
                function.reads_left = function.reads_left.saturating_sub(1);
                (200, describe(name, function))
            }
            ("PUT", ["code"]) => {
                function.code = body["ZipFile"].to_string();
                function.changes += 1;
                (200, describe(name, function))
            }
            ("POST", ["versions"]) => {
                if !function.versions.contains(&function.code) {
                    function.versions.push(function.code.clone());
                }
                let number = if self.quirks.one_version { 1 } else { function.versions.len() };
                let mut version = describe(name, function);
                version["Version"] = json!(number.to_string());
                (201, version)
            }
            ("POST" | "PUT", ["aliases", ..]) if self.quirks.refuses_aliases => {
                error(400, "InvalidParameterValueException", "no\u{1b}[2J aliases today")
            }
            ("POST", ["aliases"]) => (201, json!({"RevisionId": "alias-1"})),
            ("PUT", ["aliases", _]) => (200, json!({"RevisionId": "alias-2"})),
            ("DELETE", ["aliases" | "policy", _]) => (204, Value::Null),
            ("POST", ["policy"]) if self.quirks.grants_nothing => {
                error(403, "AccessDeniedException", "not \u{1b}[31mtoday")
            }
            ("POST", ["policy"]) if self.quirks.says_nothing => (200, json!({})),
            ("POST", ["policy"]) => (201, json!({"Statement": "{}"})),
            ("GET", ["policy"]) => (200, json!({"Policy": "{}", "RevisionId": "p"})),
            _ => (404, Value::Null),
        }
    }

    fn create(&self, state: &mut FakeState, body: &Value) -> (u16, Value) {
        let own = |member: &str| body[member].as_str().unwrap().to_owned();
        let (name, role) = (own("FunctionName"), own("Role"));
        if self.quirks.wants_role && !state.roles.contains(&role) {
            let message = "The role defined for the function cannot be assumed by Lambda.";
            return error(400, "InvalidParameterValueException", message);
        }
        if state.functions.contains_key(&name) {
            return error(409, "ResourceConflictException", "Function already exist");
        }
        let function = FakeFunction {
            role,
            code: body["Code"]["ZipFile"].to_string(),
            reads_left: self.quirks.pending_reads,
            ..FakeFunction::default()
        };
        let answer = describe(&name, &function);
        state.functions.insert(name, function);
        (201, answer)
    }
}

impl Handler for FakeLambda {
    fn handle<'a>(&'a self, request: &'a WireRequest) -> Handling<'a> {
        let (status, body) = self.answer(request);
        let body = match body {
            Value::Null => Vec::new(),
            Value::String(text) => text.into_bytes(),
            body => body.to_string().into_bytes(),
        };
        let headers = vec![("server".into(), "fake/1".into())];
        let response = WireResponse { status, headers, body, truncated: false };
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn error(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({"__type": code, "message": message}))
}

fn describe(name: &str, function: &FakeFunction) -> Value {
    json!({
        "FunctionArn": format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}"),
        "Role": function.role,
        "RevisionId": format!("{name}-{}", function.changes),
        "State": if function.reads_left > 0 { "Pending" } else { "Active" },
    })
}

fn iam(state: &mut FakeState, form: &str) -> (u16, Value) {
    let name = form.split('&').find_map(|pair| pair.strip_prefix("RoleName=")).unwrap();
    let arn = format!("arn:aws:iam::111122223333:role/{name}");
    if form.starts_with("Action=DeleteRole&") {
        state.roles.retain(|role| *role != arn);
        return (200, json!("<DeleteRoleResponse/>"));
    }
    state.roles.push(arn.clone());
    (200, json!(format!("<CreateRoleResponse><Arn>{arn}</Arn></CreateRoleResponse>")))
}
