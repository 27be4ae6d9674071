//! What hostile, broken and unlucky targets do to a run: nothing. Each behaviour is held to the
//! time and the memory of a run, the size of its reports, secrecy, and to leaving other people's
//! functions alone and nothing of its own unnamed.

#[path = "../common/mod.rs"]
mod common;

mod behaviours;
mod interrupts;
mod planted;
mod server;

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use behaviours::Behaviour;
use common::TestDir;
use server::{Hostile, PLANTED};

/// The time that a run is given.
const MAX_TIME: Duration = Duration::from_millis(1_500);
/// How much longer it may take to end.
const GRACE: Duration = Duration::from_secs(5);
/// The memory that it may take at its peak, in KiB.
const MEMORY: u64 = 150 << 10;
/// The longest report.
const REPORT: u64 = 5 << 20;
/// How many runs there are at a time.
const AT_A_TIME: usize = 4;

/// These tests measure time: each has the machine for itself.
static MACHINE: Mutex<()> = Mutex::new(());

/// Waits until no other test of this file runs.
fn machine() -> MutexGuard<'static, ()> {
    // A test that failed has done with it as well.
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The access key of the runs.
pub const KEY: &str = "AKIAHOSTILEEXAMPLE99";
/// Its secret.
pub const SECRET: &str = "hostileSECRET/hostile+SECRET/hostileSECRET";
/// The session token that goes with it.
pub const TOKEN: &str = "hostileTOKEN+hostile/TOKEN/hostileTOKEN+end==";

/// The words of a run that writes every report.
pub fn words(endpoint: &str) -> Vec<String> {
    let text = format!(
        "run --endpoint {endpoint} --credentials chain --depth quick --max-requests 400 \
         --timeout 1s --patience 1s --ready-timeout 2s --json r.json --junit r.xml --html r.html \
         --markdown r.md --sarif r.sarif --events e.ndjson --corpus kept"
    );
    text.split_whitespace().map(str::to_owned).collect()
}

/// What a run came to.
struct Ended {
    code: Option<i32>,
    took: Duration,
    peak: u64,
    largest: u64,
    problems: Vec<String>,
}

#[test]
fn no_behaviour_of_a_target_hangs_swells_or_misleads_a_run() {
    let _alone = machine();
    let behaviours = behaviours::all();
    assert!(behaviours.len() >= 80, "{} behaviours", behaviours.len());
    let next = AtomicUsize::new(0);
    let rows: Mutex<Vec<(usize, String, Ended)>> = Mutex::default();
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(behaviour) = behaviours.get(at) else { break };
                    let ended = suffer(behaviour);
                    rows.lock().unwrap().push((at, behaviour.name.clone(), ended));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap();
    rows.sort_by_key(|(at, ..)| *at);
    println!(
        "{:>3} {:<58} {:>4} {:>7} {:>8} {:>8}",
        "no", "behaviour", "exit", "time", "memory", "report"
    );
    let mut problems = Vec::new();
    for (at, name, ended) in rows {
        println!(
            "{:>3} {name:<58} {:>4} {:>5.1} s {:>5} MB {:>5} KB",
            at + 1,
            ended.code.map_or("?".to_owned(), |code| code.to_string()),
            ended.took.as_secs_f64(),
            ended.peak >> 10,
            ended.largest >> 10
        );
        problems.extend(ended.problems.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn suffer(behaviour: &Behaviour) -> Ended {
    let dir = TestDir::new();
    let server = Hostile::start(behaviour.spoil.clone());
    let before = server.planted();
    let mut words = words(&format!("http://127.0.0.1:{}", server.port));
    words.extend(["--max-time".to_owned(), humantime::format_duration(MAX_TIME).to_string()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let began = Instant::now();
    let mut command = dir.command(&words);
    with_credentials(&mut command);
    let out = fs::File::create(dir.path("stdout")).unwrap();
    let err = fs::File::create(dir.path("stderr")).unwrap();
    let mut child = command.stdout(Stdio::from(out)).stderr(Stdio::from(err)).spawn().unwrap();
    let limit = MAX_TIME + GRACE;
    let mut peak = 0;
    let status = loop {
        peak = peak.max(memory(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if began.elapsed() > limit + GRACE {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let took = began.elapsed();
    let code = status.and_then(|status| status.code());
    let mut problems = Vec::new();
    let mut hold = |is_so: bool, problem: String| {
        if !is_so {
            problems.push(problem);
        }
    };
    hold(took <= limit, format!("it took {took:?}"));
    hold(matches!(code, Some(0 | 1 | 3 | 5)), format!("it ended with {code:?}"));
    hold(peak < MEMORY, format!("it took {peak} KiB"));
    hold(before == server.planted(), "a function of the user's was changed".into());
    for name in PLANTED {
        let named = |line: &String| {
            let path = line.split(' ').nth(1).unwrap_or_default();
            path.strip_prefix("/2015-03-31/functions/")
                .and_then(|rest| rest.split(['/', '?']).next())
                == Some(name)
        };
        let sent = server.lines.lock().unwrap().iter().find(|line| named(line)).cloned();
        hold(sent.is_none(), format!("sent to a function of the user's: {sent:?}"));
    }
    let mut largest = 0;
    let signatures = server.signatures.lock().unwrap().clone();
    for (name, bytes) in files(&dir) {
        if !name.starts_with("std") {
            largest = largest.max(bytes.len() as u64);
        }
        hold((bytes.len() as u64) < REPORT, format!("{name} has {} bytes", bytes.len()));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for problem in unsafe_text(&text, &signatures) {
            hold(false, format!("{name} holds {problem}"));
        }
    }
    let left = server.left();
    let said = dir.read("stdout") + &dir.read("stderr");
    if !left.is_empty() {
        hold(code != Some(0), format!("{} functions are left, and the exit code is 0", left.len()));
        hold(
            said.contains("permspec cleanup"),
            format!("{} functions are left and not said", left.len()),
        );
        let journals: String = dir
            .read_dir(".permspec/journal")
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        let unnamed = left.iter().find(|name| !journals.contains(name.as_str()));
        hold(unnamed.is_none(), format!("{unnamed:?} is left and not in the journal"));
    }
    Ended { code, took, peak, largest, problems }
}

/// Gives a command the credentials that no output may hold.
pub fn with_credentials(command: &mut std::process::Command) {
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", TOKEN),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
    ] {
        command.env(name, value);
    }
}

/// Everything that a run wrote, folders too.
fn files(dir: &TestDir) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found
}

/// What a text holds that a reader must not be given.
fn unsafe_text(text: &str, signatures: &[String]) -> Vec<String> {
    use base64::Engine as _;
    let mut problems = Vec::new();
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let in_base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let lower = text.to_lowercase();
    for secret in [KEY, SECRET, TOKEN] {
        for spelled in
            [secret.to_owned(), reversed(secret), permspec::wire::encode(secret), in_base64(secret)]
        {
            if lower.contains(&spelled.to_lowercase()) {
                problems.push("a credential".to_owned());
            }
        }
    }
    if signatures.iter().any(|signature| lower.contains(&signature.to_lowercase())) {
        problems.push("a signature".to_owned());
    }
    if let Some(bad) = text.chars().find(|c| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{e0041}')
    }) {
        problems.push(format!("the character {:?}", bad.escape_unicode().to_string()));
    }
    for row in text.lines() {
        let begins = row.trim_start().starts_with("::") && row.contains("hostile");
        if begins
            || ["##[error]hostile", "##vso[", "##teamcity["].iter().any(|word| row.contains(word))
        {
            problems.push(format!("a command: {}", row.chars().take(80).collect::<String>()));
        }
    }
    if text.contains("<script>alert(1)") && text.contains("<!DOCTYPE html>") {
        problems.push("a script".to_owned());
    }
    problems
}

/// The peak of a process's memory so far, in KiB; 0 where nobody says.
fn memory(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.trim().parse().ok()).unwrap_or(0)
}
