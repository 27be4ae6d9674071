//! What a run costs the machine it runs on: processor time per request, and memory.
//!
//! `cargo bench --bench cost` runs the suite ten times against a reference server. Every run is a
//! process of its own, and so is the server, so that the time of each is counted separately. The
//! absolute times depend on the machine; the ratio of client to server can be compared between
//! machines. Reads `/proc`, so it needs Linux.

use std::error::Error;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Number of runs of the suite.
const RUNS: u32 = 10;
/// A run that takes longer than this has hung.
const RUN_TIMEOUT: Duration = Duration::from_mins(2);

fn main() -> ExitCode {
    match measure(Path::new(env!("CARGO_BIN_EXE_permspec"))) {
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
    /// Peak resident memory, in KiB.
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
        .ok_or("the server did not print its address")?;
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
    let microseconds = |ticks: u64| ticks as f64 * 1e6 / ticks_per_second() / requests as f64;
    println!("runs                    {RUNS}, {} requests each", requests / u64::from(RUNS));
    println!("client, per request     {:.1} µs of processor time", microseconds(spent));
    println!("server, per request     {:.1} µs of processor time", microseconds(served));
    println!("client to server        {:.2}", spent as f64 / served as f64);
    println!("peak memory, client     {:.1} MB", peak as f64 * 1024.0 / 1e6);
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
        // The times of a process stay readable until it is waited for.
        spent = ticks(run.id()).unwrap_or(0).max(spent);
        peak = resident(run.id()).unwrap_or(0).max(peak);
        if is_over(run.id()) {
            spent = ticks(run.id()).unwrap_or(0).max(spent);
            break;
        }
        if started.elapsed() > RUN_TIMEOUT {
            run.kill()?;
            run.wait()?;
            return Err("a run did not end in time".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let status = run.wait()?;
    if !status.success() {
        return Err(format!("a run against the reference server failed: {status}").into());
    }
    let result: serde_json::Value = serde_json::from_slice(&fs::read(&result)?)?;
    let requests =
        result["counts"]["requests"].as_u64().ok_or("the result has no count of requests")?;
    Ok(Used { requests, ticks: spent, peak })
}

/// The fields of `/proc/PID/stat` after the process name, which may contain any character.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(ToOwned::to_owned).collect())
}

/// The processor time of a process so far, user and system.
fn ticks(process: u32) -> Result<u64, Box<dyn Error>> {
    let fields = stat(process).ok_or("no /proc: this benchmark needs Linux")?;
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok());
    // `utime` and `stime`: fields 14 and 15 in proc(5), of which the first two are split off.
    field(11)
        .zip(field(12))
        .map(|(user, system)| user + system)
        .ok_or("no processor times in /proc".into())
}

fn is_over(process: u32) -> bool {
    stat(process).is_none_or(|fields| fields.first().is_some_and(|state| state == "Z"))
}

/// Peak resident memory of a process, in KiB.
fn resident(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Clock ticks per second, which Linux fixes at 100 for user space on every platform.
fn ticks_per_second() -> f64 {
    100.0
}
