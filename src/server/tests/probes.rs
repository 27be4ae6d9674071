//! Requests and sequences that between them touch everything that a reading or a mutant changes.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::far_probes::{FAR_SEQUENCES, far_singles};
use super::requests::singles;
use super::{add, alias, create, furniture, get, post, remove};
use crate::contract::Member;
use crate::server::state::State;
use crate::server::{ReferenceServer, ServerOptions};
use crate::wire::{WireRequest, WireResponse};

/// The state that every session starts from: made once, as there are many sessions.
static FURNISHED: LazyLock<State> = LazyLock::new(|| {
    let server = ReferenceServer::new(ServerOptions::default());
    for request in furniture() {
        server.handle(&request);
    }
    server.lock().clone()
});

/// A server and what it was heard to say.
pub(in crate::server) struct Session {
    pub server: ReferenceServer,
    pub log: Vec<String>,
    /// The requests, each with the world before it and the answer.
    pub exchanges: Vec<(WireRequest, crate::model::World, WireResponse)>,
}

impl Session {
    pub fn new(options: ServerOptions) -> Self {
        let server = ReferenceServer::holding(options, FURNISHED.clone());
        Self { server, log: Vec::new(), exchanges: Vec::new() }
    }

    /// Sends a request and notes the answer, but for the ids of requests.
    pub fn send(&mut self, request: WireRequest) -> WireResponse {
        let world = self.server.lock().world.clone();
        let delivery = self.server.deliver(&request);
        let mut response = delivery.response;
        response.headers.retain(|(name, _)| name != "x-amzn-requestid");
        self.log.push(format!(
            "{} {:?} {} {:?} {:?}",
            response.status,
            response.headers,
            String::from_utf8_lossy(&response.body),
            delivery.delay,
            delivery.mishap,
        ));
        self.exchanges.push((request, world, response.clone()));
        response
    }

    fn add(&mut self, name: &str, qualifier: Option<&str>, sid: &str) {
        self.send(add(name, qualifier, &json!({ "StatementId": sid })));
    }

    fn get(&mut self, name: &str, qualifier: Option<&str>) -> String {
        let answer = self.send(get(name, qualifier));
        let body = answer.json().unwrap_or_default();
        body["RevisionId"].as_str().unwrap_or_default().to_owned()
    }

    fn remove(&mut self, name: &str, qualifier: Option<&str>, sid: &str) {
        self.send(remove(name, qualifier, sid));
    }

    fn delete(&mut self, path: &str) {
        self.send(WireRequest::new("DELETE", format!("/2015-03-31/functions/{path}")));
    }

    fn put(&mut self, path: &str, body: &Value) {
        let mut request = post(&format!("/2015-03-31/functions/{path}"), body);
        request.method = "PUT";
        self.send(request);
    }
}

/// The sequences.
pub(in crate::server) const SEQUENCES: &[fn(&mut Session)] = &[
    // Several statements, read, removed one by one.
    |s| {
        for sid in ["b", "a", "ab", "c"] {
            s.add("f", None, sid);
            s.get("f", None);
        }
        s.add("f", None, "B");
        s.add("f", None, "c");
        s.add("f", None, "b");
        s.send(add("f", None, &json!({"StatementId": "a", "SourceAccount": "123456789012"})));
        s.get("f", None);
        s.remove("f", None, "a");
        s.get("f", None);
        s.add("f", None, "a");
        s.get("f", None);
        s.remove("f", None, "nope");
        for sid in ["b", "ab", "c", "B", "a"] {
            s.remove("f", None, sid);
            s.get("f", None);
        }
        s.remove("f", None, "a");
    },
    // Function, versions and aliases.
    |s| {
        s.put("f/code", &json!({"ZipFile": "BBBB"}));
        s.add("f", None, "s");
        s.get("f", None);
        s.send(post("/2015-03-31/functions/f/versions", &json!({})));
        s.get("f", Some("2"));
        s.get("f", None);
        for qualifier in ["1", "2", "live", "edge"] {
            s.add("f", Some(qualifier), "s");
            s.get("f", Some(qualifier));
            s.get("f", None);
        }
        s.add("f", Some("live"), "t");
        s.get("f", Some("1"));
        s.get("g", None);
        s.add("g", None, "s");
        s.get("g", None);
        s.get("f", None);
        s.put("f/code", &json!({"ZipFile": "CCCC"}));
        s.get("f", None);
        s.put("f/aliases/live", &json!({"FunctionVersion": "2"}));
        s.get("f", Some("live"));
        s.remove("f", Some("live"), "s");
        s.get("f", Some("live"));
        s.get("f", None);
        s.remove("f", None, "s");
        s.get("f", Some("edge"));
        s.get("f", None);
    },
    // Revisions.
    |s| {
        let revise = |sid: &str, revision: &str| {
            add("f", None, &json!({"StatementId": sid, "RevisionId": revision}))
        };
        let own = s.send(WireRequest::new("GET", "/2015-03-31/functions/f/configuration".into()));
        let own = own.json().unwrap_or_default()["RevisionId"].as_str().unwrap_or("x").to_owned();
        s.send(revise("own", &own));
        s.remove("f", None, "own");
        let alias = s.send(WireRequest::new("GET", "/2015-03-31/functions/f/aliases/live".into()));
        let alias = alias.json().unwrap_or_default()["RevisionId"].clone();
        s.send(add("f", Some("live"), &json!({"RevisionId": alias})));
        s.send(revise("none", "00000000-0000-4000-8000-000000000000"));
        s.get("f", None);
        s.send(revise("empty", ""));
        s.remove("f", None, "empty");
        s.add("f", None, "a");
        let first = s.get("f", None);
        s.get("f", None);
        s.send(revise("b", &first));
        let second = s.get("f", None);
        s.send(revise("c", &first));
        s.get("f", None);
        s.send(revise("garbage", "garbage"));
        s.get("f", None);
        s.send(revise("a", &second));
        let live = s.get("f", Some("live"));
        s.send(revise("d", &live));
        s.send(remove("f", None, "a").with_query("RevisionId", &first));
        s.get("f", None);
        let last = s.get("f", None);
        s.send(remove("f", None, "b").with_query("RevisionId", &last));
        s.get("f", None);
        s.send(revise("a", "garbage"));
        s.send(revise("e", &last.to_uppercase()));
    },
    // Lifecycles.
    |s| {
        s.add("f", None, "s");
        s.add("f", Some("live"), "s");
        s.delete("f/aliases/live");
        s.get("f", Some("live"));
        s.send(alias("f", "live", "1"));
        s.get("f", Some("live"));
        s.add("f", Some("live"), "s");
        s.delete("f");
        s.get("f", None);
        s.send(create("f"));
        s.get("f", None);
        s.add("f", None, "s");
    },
    // A refusal beside what is stored.
    |s| {
        s.add("f", None, "kept");
        s.get("f", None);
        for body in [
            json!({"StatementId": "a b"}),
            json!({"StatementId": "x", "Principal": "example.org"}),
            json!({"StatementId": "x", "Action": "nope"}),
            json!({"StatementId": "x", "FunctionUrlAuthType": "NONE"}),
            json!({"StatementId": "kept", "Principal": "*"}),
            json!({"StatementId": "x", "RevisionId": "wrong"}),
            json!({"StatementId": "kept", "RevisionId": "wrong", "Principal": "example.org"}),
        ] {
            s.send(add("f", None, &body));
            s.get("f", None);
        }
    },
    // Names that are near others.
    |s| {
        s.send(create("ff"));
        s.send(create("F"));
        s.add("ff", None, "s");
        s.get("f", None);
        s.get("F", None);
        s.add("f", None, "s");
        s.get("ff", None);
        s.remove("f", Some("live"), "s");
        s.remove("nope", None, "s");
        s.remove("f", Some("nope"), "s");
        s.remove("g", None, "s");
        s.get("nope", None);
        s.get("f", Some("77"));
    },
    // A policy that grows to its limit; a step is some five hundred characters.
    |s| {
        for at in 0..60 {
            let token =
                json!({"StatementId": format!("s{at}"), "EventSourceToken": "a".repeat(256)});
            s.send(add("f", None, &token));
        }
        let long = format!("arn:aws:s3:::{}", "b".repeat(9000));
        s.send(add("f", None, &json!({"StatementId": "long", "SourceArn": long})));
        s.send(add("f", None, &json!({"StatementId": "s0", "EventSourceToken": "a".repeat(256)})));
        s.get("f", None);
    },
];

/// What a server with these options says to each of the probes, one after another.
pub(in crate::server) fn hear(options: &ServerOptions) -> impl Iterator<Item = Vec<String>> {
    let sequences = sequences().map(|sequence| {
        let mut session = Session::new(options.clone());
        sequence(&mut session);
        session.log
    });
    let singles = singles().into_iter().chain(far_singles());
    sequences.chain(singles.map(|request| hear_one(options, request)))
}

/// Every sequence.
pub(in crate::server) fn sequences() -> impl Iterator<Item = &'static fn(&mut Session)> {
    SEQUENCES.iter().chain(FAR_SEQUENCES)
}

/// What a server with these options says to one request, and to a look at the policy afterwards.
pub(in crate::server) fn hear_one(options: &ServerOptions, request: WireRequest) -> Vec<String> {
    let mut session = Session::new(options.clone());
    session.send(request);
    session.get("f", None);
    session.log
}

/// The requests that are sent alone, with their places, those first that hold the member at a
/// value of its own: what is looked for is most likely there.
pub(in crate::server) fn singles_about(member: Option<Member>) -> Vec<(usize, WireRequest)> {
    let plain = add("f", None, &json!({}));
    let value = |request: &WireRequest, member: Member| -> Value {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match member {
            Member::FunctionName => request.path.clone().into(),
            Member::Qualifier => request.query.clone().into(),
            _ => body[member.name()].clone(),
        }
    };
    let mut singles: Vec<(usize, WireRequest)> =
        singles().into_iter().chain(far_singles()).enumerate().collect();
    if let Some(member) = member {
        singles.sort_by_key(|(_, request)| value(request, member) == value(&plain, member));
    }
    singles
}
