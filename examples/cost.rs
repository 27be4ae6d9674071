//! What a run costs the machine that it runs on: processor time a request and memory.
//!
//! `cargo build --release && cargo run --example cost target/release/permspec` runs the suite of
//! that program several times, each run a process of its own, against a reference server that is a
//! process of its own as well, and prints the client's share. What is printed first is the time on
//! this machine; the ratio to what the server spends on the same requests is what two machines can
//! be compared by. Reads `/proc`, so it needs Linux.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// How often the suite is run.
const RUNS: u32 = 10;
/// How long a run may take before something is wrong with it.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    let Some(program) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: cargo run --example cost PERMSPEC, such as target/release/permspec");
        return ExitCode::FAILURE;
    };
    match program.canonicalize().map_err(Into::into).and_then(|program| measure(&program)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cost: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What one run used.
struct Used {
    requests: u64,
    /// Processor time, user and system, in clock ticks.
    ticks: u64,
    /// The most memory that was resident, in KiB.
    peak: u64,
}

fn measure(program: &Path) -> Result<(), Box<dyn Error>> {
    let mut server = Command::new(program)
        .args(["serve", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let outcome = against(program, &mut server);
    server.kill()?;
    server.wait()?;
    outcome
}

fn against(program: &Path, server: &mut Child) -> Result<(), Box<dyn Error>> {
    let stdout = server.stdout.take().ok_or("the server has no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let endpoint = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .ok_or("the server does not say where it listens")?;
    let folder = tempfile::tempdir()?;
    let mut used = Vec::new();
    let before = ticks(server.id())?;
    for _ in 0..RUNS {
        used.push(once(program, endpoint, folder.path())?);
    }
    let served = ticks(server.id())? - before;
    let requests: u64 = used.iter().map(|run| run.requests).sum();
    let spent: u64 = used.iter().map(|run| run.ticks).sum();
    let peak = used.iter().map(|run| run.peak).max().unwrap_or_default();
    let microseconds = |ticks: u64| ticks as f64 * 1e6 / ticks_a_second() / requests as f64;
    println!("runs                    {RUNS}, {} requests each", requests / u64::from(RUNS));
    println!("client, a request       {:.1} µs of processor time", microseconds(spent));
    println!("server, a request       {:.1} µs of processor time", microseconds(served));
    println!("client to server        {:.2}", spent as f64 / served as f64);
    println!("most memory, client     {:.1} MB", peak as f64 * 1024.0 / 1e6);
    Ok(())
}

/// Runs the suite once.
fn once(program: &Path, endpoint: &str, folder: &Path) -> Result<Used, Box<dyn Error>> {
    let result = folder.join("result.json");
    let mut run = Command::new(program)
        .args(["run", "--endpoint", endpoint, "--json"])
        .arg(&result)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let started = Instant::now();
    let (mut spent, mut peak) = (0, 0);
    loop {
        // A process that has ended and was not waited for still tells its times.
        spent = ticks(run.id()).unwrap_or(0).max(spent);
        peak = resident(run.id()).unwrap_or(0).max(peak);
        if is_over(run.id()) {
            spent = ticks(run.id()).unwrap_or(0).max(spent);
            break;
        }
        if started.elapsed() > PATIENCE {
            run.kill()?;
            run.wait()?;
            return Err("a run does not end".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let status = run.wait()?;
    if !status.success() {
        return Err(format!("a run against the reference server failed: {status}").into());
    }
    let result: serde_json::Value = serde_json::from_slice(&fs::read(&result)?)?;
    let requests = result["counts"]["requests"].as_u64().ok_or("the result counts no requests")?;
    Ok(Used { requests, ticks: spent, peak })
}

/// The fields of `/proc/PID/stat` behind the name, which may hold anything.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(ToOwned::to_owned).collect())
}

/// The processor time of a process so far, user and system.
fn ticks(process: u32) -> Result<u64, Box<dyn Error>> {
    let fields = stat(process).ok_or("no /proc: this benchmark needs Linux")?;
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok());
    // `utime` and `stime`, fields 14 and 15 of the page, two of which stand before the name.
    field(11).zip(field(12)).map(|(user, system)| user + system).ok_or("no times in stat".into())
}

fn is_over(process: u32) -> bool {
    stat(process).is_none_or(|fields| fields.first().is_some_and(|state| state == "Z"))
}

/// The most memory that a process had resident, in KiB.
fn resident(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Clock ticks a second: what Linux promises to user space on every platform.
fn ticks_a_second() -> f64 {
    100.0
}
