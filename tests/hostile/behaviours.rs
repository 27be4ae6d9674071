//! The behaviours: what goes wrong, of which operation, and how.

use std::sync::Arc;
use std::time::Duration;

use permspec::wire::WireResponse;

use crate::server::{Act, Asked, Spoil, bytes};

/// One behaviour.
pub struct Behaviour {
    pub name: String,
    pub spoil: Spoil,
}

/// Requests that are answered well first, so that the preflight passes.
const KIND: usize = 14;

const OPERATIONS: [&str; 7] = [
    "CreateFunction",
    "GetPolicy",
    "AddPermission",
    "RemovePermission",
    "DeleteFunction",
    "PublishVersion",
    "every operation",
];

fn whole(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn error(status: u16, code: &str, message: &str) -> Vec<u8> {
    let body = serde_json::json!({ "Type": "User", "Message": message }).to_string();
    // A header holds no line break, whatever the code is.
    let code: String = code.chars().filter(|c| !c.is_control()).collect();
    let headers = format!("content-type: application/json\r\nx-amzn-errortype: {code}\r\n");
    whole(status, &headers, body.as_bytes())
}

/// What becomes of a right answer.
type Way = Arc<dyn Fn(&Asked, &[u8]) -> Vec<Act> + Send + Sync>;

fn way(way: impl Fn(&Asked, &[u8]) -> Vec<Act> + Send + Sync + 'static) -> Way {
    Arc::new(way)
}

/// Ways to spoil any answer.
fn ways() -> Vec<(&'static str, Way)> {
    vec![
        ("never answered", way(|_, _| vec![Act::Hang])),
        ("closed without an answer", way(|_, _| vec![Act::Close])),
        (
            "cut within its head",
            way(|_, _| vec![Act::Send(b"HTTP/1.1 201 Created\r\nconte".to_vec()), Act::Close]),
        ),
        (
            "never whole",
            way(|_, right| {
                vec![Act::Send(right[..right.len().saturating_sub(1)].to_vec()), Act::Hang]
            }),
        ),
        (
            "answered with noise",
            way(|_, _| vec![Act::Send(b"\x00\xff\x16\x03 what?\r\n\r\n".to_vec()), Act::Close]),
        ),
        (
            "a 500 page",
            way(|_, _| {
                let page = b"<!DOCTYPE html><h1>Internal Server Error</h1>";
                vec![Act::Send(whole(500, "content-type: text/html\r\n", page))]
            }),
        ),
        (
            "throttled for ever",
            way(|_, _| vec![Act::Send(error(429, "TooManyRequestsException", "Rate exceeded"))]),
        ),
        (
            "told to wait for a year",
            way(|_, _| vec![Act::Send(whole(503, "retry-after: 31536000\r\n", b""))]),
        ),
        (
            "answered a byte at a time",
            way(|_, right| vec![Act::Drip(right.to_vec(), Duration::from_millis(150))]),
        ),
    ]
}

/// Every behaviour.
pub fn all() -> Vec<Behaviour> {
    let mut all = Vec::new();
    for operation in OPERATIONS {
        for (way, act) in ways() {
            all.push(Behaviour {
                name: format!("{operation}: {way}"),
                spoil: Arc::new(move |asked: &Asked, answer: WireResponse| {
                    let is_meant = operation == "every operation" || asked.operation == operation;
                    let right = bytes(&answer);
                    if is_meant && asked.number >= KIND {
                        act(asked, &right)
                    } else {
                        vec![Act::Send(right)]
                    }
                }),
            });
        }
    }
    // From the first request on.
    for (way, act) in ways() {
        all.push(Behaviour {
            name: format!("from the first request: {way}"),
            spoil: Arc::new(move |asked: &Asked, answer: WireResponse| act(asked, &bytes(&answer))),
        });
    }
    all.extend(contents());
    all
}

/// A behaviour of AddPermission, once the target is known to be one.
fn adds(
    name: &str,
    answer: impl Fn(&Asked, WireResponse) -> Vec<Act> + Send + Sync + 'static,
) -> Behaviour {
    Behaviour {
        name: format!("AddPermission: {name}"),
        spoil: Arc::new(move |asked: &Asked, right: WireResponse| {
            if asked.operation == "AddPermission" && asked.number >= KIND {
                answer(asked, right)
            } else {
                vec![Act::Send(bytes(&right))]
            }
        }),
    }
}

/// A behaviour that changes the body of every AddPermission that succeeds.
fn bodies(
    name: &str,
    change: impl Fn(&Asked, String) -> Vec<u8> + Send + Sync + 'static,
) -> Behaviour {
    adds(name, move |asked, mut right| {
        if right.status == 201 {
            right.body = change(asked, String::from_utf8_lossy(&right.body).into_owned());
        }
        vec![Act::Send(bytes(&right))]
    })
}

/// A behaviour of which every AddPermission is refused with this code and message.
fn refuses(
    name: &str,
    said: impl Fn(&Asked) -> (String, String) + Send + Sync + 'static,
) -> Behaviour {
    adds(name, move |asked, _| {
        let (code, message) = said(asked);
        vec![Act::Send(error(400, &code, &message))]
    })
}

fn statement(text: &str) -> Vec<u8> {
    serde_json::json!({ "Statement": text }).to_string().into_bytes()
}

fn contents() -> Vec<Behaviour> {
    let mut all = framing();
    all.extend(large());
    all.extend(texts());
    all.extend(echoes());
    all
}

/// Answers that are framed wrongly, or never end.
fn framing() -> Vec<Behaviour> {
    let head = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n";
    let chunked = [&head[..], b"transfer-encoding: chunked\r\n\r\n"].concat();
    let endless = chunked.clone();
    let extension = chunked.clone();
    let lying = chunked.clone();
    vec![
        adds("a body without end", move |_, _| {
            let chunk = [b"1000\r\n".to_vec(), vec![b'a'; 4096], b"\r\n".to_vec()].concat();
            vec![Act::Send(endless.clone()), Act::Repeat(chunk)]
        }),
        adds("headers without end", |_, _| {
            vec![
                Act::Send(b"HTTP/1.1 201 Created\r\n".to_vec()),
                Act::Repeat(b"x-more: aaaaaaaaaaaaaaaaaaaaaaaa\r\n".to_vec()),
            ]
        }),
        adds("interim answers without end", |_, _| {
            vec![Act::Repeat(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())]
        }),
        adds("1,000 headers", |_, right| {
            let many = (0..1_000).map(|n| format!("x-{n}: a\r\n")).collect::<Vec<_>>().concat();
            vec![Act::Send(whole(201, &many, &right.body))]
        }),
        adds("a header of 300 KB", |_, right| {
            let long = format!("x-long: {}\r\n", "a".repeat(300_000));
            vec![Act::Send(whole(201, &long, &right.body))]
        }),
        adds("a chunk extension of 20 KB", move |_, right| {
            let size = format!("{:x};x={}\r\n", right.body.len(), "a".repeat(20_000));
            let body = [size.as_bytes(), &right.body, b"\r\n0\r\n\r\n"].concat();
            vec![Act::Send([extension.clone(), body].concat())]
        }),
        adds("a chunk that is shorter than it says", move |_, _| {
            vec![Act::Send([lying.clone(), b"fffffff\r\n{}".to_vec()].concat()), Act::Close]
        }),
        adds("a length that is too large", |_, _| {
            vec![
                Act::Send(b"HTTP/1.1 201 X\r\ncontent-length: 99999999999\r\n\r\n{".to_vec()),
                Act::Hang,
            ]
        }),
        adds("a negative length", |_, _| {
            vec![Act::Send(b"HTTP/1.1 201 X\r\ncontent-length: -1\r\n\r\n{}".to_vec()), Act::Close]
        }),
        adds("two lengths", |_, _| {
            vec![
                Act::Send(
                    b"HTTP/1.1 201 X\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_vec(),
                ),
                Act::Close,
            ]
        }),
        adds("an encoding that nobody asked for", |_, _| {
            vec![Act::Send(whole(201, "content-encoding: gzip\r\n", b"\x1f\x8b\x08"))]
        }),
        adds("another place", |_, _| {
            vec![Act::Send(whole(
                302,
                "location: http://127.0.0.1:9/2015-03-31/functions/a\r\n",
                b"",
            ))]
        }),
        adds("an empty 200", |_, _| vec![Act::Send(whole(200, "", b""))]),
        adds("a page", |_, _| {
            vec![Act::Send(whole(
                200,
                "content-type: text/html\r\n",
                b"<html><body>Welcome</body></html>",
            ))]
        }),
        adds("switching protocols", |_, _| {
            vec![
                Act::Send(
                    b"HTTP/1.1 101 X\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n".to_vec(),
                ),
                Act::Hang,
            ]
        }),
        adds("two answers to one request", |_, right| {
            vec![Act::Send([bytes(&right), bytes(&right)].concat())]
        }),
    ]
}

/// Answers that are large, or never the same.
fn large() -> Vec<Behaviour> {
    vec![
        bodies("20 MB", |_, _| vec![b' '; 20 << 20]),
        bodies("100,000 brackets", |_, _| vec![b'['; 100_000]),
        bodies("an array of 120,000 numbers", |_, _| {
            format!("[{}0]", "0,".repeat(120_000)).into_bytes()
        }),
        bodies("bytes that are no text", |_, _| vec![0xff; 1_000]),
        bodies("10,000 condition keys", |_, _| {
            let keys = (0..10_000).map(|n| format!(r#""k{n}":"v","#)).collect::<Vec<_>>().concat();
            statement(&format!(
                r#"{{"Sid":"x","Effect":"Allow","Condition":{{"StringEquals":{{{keys}"z":"z"}}}}}}"#
            ))
        }),
        bodies("another member of the statement each time", |asked, right| {
            right
                .replace("{\\\"Sid", &format!("{{\\\"x{}\\\":1,\\\"Sid", asked.number))
                .into_bytes()
        }),
        refuses("another error code each time", |asked| {
            (format!("Error{}Exception", asked.number), String::new())
        }),
        refuses("a code of 50 KB", |_| ("E".repeat(50_000), String::new())),
        refuses("a message of 200 KB", |_| (plain(), "m".repeat(200_000))),
    ]
}

/// Texts that steer, hide or command.
fn texts() -> Vec<Behaviour> {
    let texts: [(&str, &str); 9] = [
        ("terminal escapes", "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m"),
        ("commands for GitHub", "\n::error file=a::hostile\n##[error]hostile\n::stop-commands::x"),
        ("commands for Azure", "##vso[task.setvariable variable=a]hostile"),
        ("commands for TeamCity", "\n##teamcity[buildStatus text='hostile']"),
        ("markup", "<script>alert(1)</script><img src=x onerror=alert(1)>]]>--><!--"),
        ("marks that reorder and hide", "a\u{202e}b\u{2066}c\u{200b}\u{ad}\u{e0041}\u{fe0f}"),
        (
            "links and mentions",
            "see https://hostile.example/x @hostile [a](https://hostile.example)",
        ),
        ("a table's bars", "| a | b |\n|---|---|\n| ``` | ` |"),
        ("a null and a line separator", "a\u{0}b\u{2028}c\r\n\r\nHTTP/1.1 200 OK"),
    ];
    texts
        .into_iter()
        .map(|(name, text)| refuses(name, move |_| (format!("Bad{text}"), text.to_owned())))
        .collect()
}

fn plain() -> String {
    "ValidationException".to_owned()
}

/// A way to write a secret.
type Spelling = fn(&str) -> String;

/// What we signed with, in an answer.
fn echoes() -> Vec<Behaviour> {
    let mut all = Vec::new();
    let echoes: [(&str, Spelling); 6] = [
        ("as it came", str::to_owned),
        ("in other case", str::to_uppercase),
        ("reversed", |text| text.chars().rev().collect()),
        ("percent-encoded", permspec::wire::encode),
        ("with slashes escaped", |text| text.replace('/', "\\/")),
        ("in base64", |text| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(text)
        }),
    ];
    for (name, spell) in echoes {
        all.push(refuses(&format!("our credentials, {name}"), move |asked| {
            let sent = [asked.header("authorization"), asked.header("x-amz-security-token")];
            (plain(), sent.map(|text| spell(&text)).join(" "))
        }));
    }
    all.push(adds("our credentials in a header and as a member", |asked, right| {
        let token = asked.header("x-amz-security-token");
        let headers = format!(
            "content-type: application/json\r\nserver: {token}\r\nx-amzn-errortype: {token}\r\n"
        );
        let body = serde_json::json!({ token: right.status }).to_string();
        vec![Act::Send(whole(400, &headers, body.as_bytes()))]
    }));
    all
}
