//! A headless Chromium, spoken to in the DevTools protocol over its standard streams.
//!
//! `--remote-debugging-pipe` reads messages from file descriptor 3 and writes them to 4, each
//! ended by a zero byte; a shell puts them where a pipe of ours is.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The longest that any one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Browser {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// What went wrong on the page: errors on the console, exceptions, dialogs, what was blocked.
    pub complaints: Vec<String>,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn start(chromium: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 >/dev/null"#])
            .arg(chromium)
            // In a container there is no sandbox to be had, and nothing of anybody else's is opened.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--remote-debugging-pipe", "--no-first-run", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            for message in output.split(0) {
                let Ok(message) = message else { break };
                let Ok(message) = serde_json::from_slice(&message) else { continue };
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            input,
            messages,
            session: None,
            last: 0,
            complaints: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Calls a method of the protocol and waits for what it returns.
    pub fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.write_all(&bytes).unwrap();
        let begun = Instant::now();
        loop {
            let message = self.next(begun, method);
            if message["id"] == id {
                assert_eq!(message["error"], Value::Null, "{method} {params}");
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    /// Waits for an event.
    fn wait(&mut self, event: &str) {
        let begun = Instant::now();
        loop {
            let message = self.next(begun, event);
            self.note(&message);
            if message["method"] == event {
                return;
            }
        }
    }

    fn next(&mut self, begun: Instant, what: &str) -> Value {
        match self.messages.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("{what}: Chromium is silent"),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("{what}: Chromium ended: {:?}", self.child.wait())
            }
        }
    }

    fn note(&mut self, message: &Value) {
        let params = &message["params"];
        let complains = match message["method"].as_str() {
            Some("Runtime.consoleAPICalled") => ["error", "warning", "assert"]
                .contains(&params["type"].as_str().unwrap_or_default()),
            Some("Log.entryAdded") => ["error", "warning"]
                .contains(&params["entry"]["level"].as_str().unwrap_or_default()),
            Some("Runtime.exceptionThrown" | "Page.javascriptDialogOpening") => true,
            _ => false,
        };
        if complains {
            self.complaints.push(params.to_string());
        }
    }

    /// Holds that nothing went wrong on any page so far.
    #[track_caller]
    pub fn assert_content(&self) {
        assert!(self.complaints.is_empty(), "{}", self.complaints.join("\n"));
    }

    /// A window of that width, in light or in dark.
    pub fn window(&mut self, width: u32, scheme: &str) {
        let metrics = json!({
            "width": width, "height": 812, "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", &media);
    }

    /// Opens a file, at an anchor where one is named.
    pub fn open(&mut self, path: &Path, anchor: &str) {
        // Only a page that is not open yet is loaded when its anchor changes.
        self.call("Page.navigate", &json!({ "url": "about:blank" }));
        self.wait("Page.loadEventFired");
        let hash = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
        let url = format!("file://{}{hash}", path.display());
        self.call("Page.navigate", &json!({ "url": url }));
        self.wait("Page.loadEventFired");
    }

    /// The value of an expression on the page, awaited where it is a promise.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let evaluate = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
        });
        let result = self.call("Runtime.evaluate", &evaluate);
        assert_eq!(result["exceptionDetails"], Value::Null, "{expression}");
        result["result"]["value"].clone()
    }

    /// Clicks in the middle of the first element that a selector finds, as a mouse does.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let place = self.value(&format!(
            "(() => {{ const e = document.querySelector({selector:?}); if (!e) return null; \
             e.scrollIntoView({{ block: 'center' }}); const r = e.getBoundingClientRect(); \
             return [r.left + r.width / 2, r.top + r.height / 2]; }})()"
        ));
        assert!(place.is_array(), "there is no {selector}");
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1,
            });
            self.call("Input.dispatchMouseEvent", &event);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
