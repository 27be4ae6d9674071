//! Ctrl-C in each phase of a run, on a target that hangs in each operation.

#![cfg(unix)]

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::TestDir;
use crate::server::{Act, Asked, Hostile, bytes};

/// The longest that a run may take to end once it was told to.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn an_interrupted_run_ends_soon_whatever_hangs_and_leaves_nothing_unnamed() {
    let _alone = crate::machine();
    let operations =
        ["CreateFunction", "AddPermission", "GetPolicy", "RemovePermission", "DeleteFunction"];
    // Within the preflight, while it explores, and late: while it confirms and shrinks.
    let cases: Vec<(&str, usize)> =
        operations.into_iter().flat_map(|name| [0, 30, 120].map(|from| (name, from))).collect();
    let problems = Mutex::new(Vec::new());
    for cases in cases.chunks(4) {
        thread::scope(|scope| {
            for (operation, from) in cases {
                let problems = &problems;
                scope.spawn(move || {
                    for problem in interrupt(operation, *from) {
                        let text = format!("{operation} hangs from request {from} on: {problem}");
                        problems.lock().unwrap().push(text);
                    }
                });
            }
        });
    }
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn interrupt(operation: &'static str, from: usize) -> Vec<String> {
    let dir = TestDir::new();
    let hung = Arc::new(Mutex::new(false));
    let noted = Arc::clone(&hung);
    let server = Hostile::start(Arc::new(move |asked: &Asked, answer| {
        if asked.operation == operation && asked.number >= from {
            *noted.lock().unwrap() = true;
            return vec![Act::Hang];
        }
        // A fault of each refusal, so that there is something to confirm.
        let mut answer = answer;
        if asked.operation == "AddPermission" && answer.status == 400 {
            answer.status = 409;
        }
        vec![Act::Send(bytes(&answer))]
    }));
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let words = ["run", "--endpoint", &endpoint, "--depth", "quick", "--json", "r.json"];
    let mut command = dir.command(&words);
    let out = fs::File::create(dir.path("stdout")).unwrap();
    let err = fs::File::create(dir.path("stderr")).unwrap();
    let mut child = command.stdout(Stdio::from(out)).stderr(Stdio::from(err)).spawn().unwrap();
    let began = Instant::now();
    while !*hung.lock().unwrap() && began.elapsed() < Duration::from_secs(20) {
        if child.try_wait().unwrap().is_some() {
            return vec!["the run ended before anything hung".to_owned()];
        }
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_millis(200));
    let told = Instant::now();
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if told.elapsed() > AT_ONCE * 3 {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let took = told.elapsed();
    let mut problems = Vec::new();
    if took > AT_ONCE {
        problems.push(format!("it took {took:?} to end"));
    }
    let code = status.and_then(|status| status.code());
    // A preflight that was interrupted judged nothing.
    if !matches!(code, Some(130 | 5)) {
        problems.push(format!("it ended with {code:?}"));
    }
    if !dir.path("r.json").exists() {
        problems.push("there is no report".to_owned());
    } else if dir.json("r.json")["complete"] != false {
        problems.push("the report does not say that it is partial".to_owned());
    }
    let left = server.left();
    let journals: String = dir
        .read_dir(".permspec/journal")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    if let Some(name) = left.iter().find(|name| !journals.contains(name.as_str())) {
        problems.push(format!("{name} is left and named nowhere"));
    }
    let said = dir.read("stdout") + &dir.read("stderr");
    if !left.is_empty() && !said.contains("permspec cleanup") {
        problems.push(format!("{} functions are left and not said", left.len()));
    }
    problems
}
