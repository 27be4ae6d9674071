//! How soon a run finds what is wrong, and what confirming and shrinking cost, for one build or for
//! two builds in turn.
//!
//! `cargo bench --bench yield -- TARGET...` runs the suite against emulators of `corpora/targets`,
//! with an empty list of known failures, and prints for each the requests, the time, the processor
//! time of the client, and APFD (average percentage of faults detected). `--old PROGRAM` runs
//! another build of permspec in turn with this one and prints the ratios; `--runs N` repeats. The
//! emulators must be installed: `permspec run --profile TARGET` must work from the root of the
//! repository. Reads `/proc`, so it needs Linux.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// What the figures of a quick run are compared with: its first requests.
const FIRST: u64 = 350;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("yield: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The figures of one run, or the sums of several.
#[derive(Clone, Copy, Debug, Default)]
struct Figures {
    runs: u32,
    exploring: u64,
    shrinking: u64,
    causes: usize,
    rules: usize,
    /// Rules that were seen violated within the first requests.
    early: usize,
    apfd: f64,
    seconds: f64,
    /// Processor time of the client in seconds.
    processor: f64,
}

fn measure() -> Result<(), Box<dyn Error>> {
    let (mut old, mut runs, mut targets) = (None, 1, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            // What cargo adds.
            "--bench" => {}
            "--old" => old = Some(PathBuf::from(words.next().ok_or("--old needs a program")?)),
            "--runs" => runs = words.next().ok_or("--runs needs a number")?.parse::<u32>()?,
            target => targets.push(target.to_owned()),
        }
    }
    if targets.is_empty() {
        println!("name a target of corpora/targets, such as moto, after `--`");
        return Ok(());
    }
    let new = PathBuf::from(env!("CARGO_BIN_EXE_permspec"));
    let programs: BTreeMap<&str, PathBuf> =
        old.map(|old| ("old", old)).into_iter().chain([("new", new)]).collect();
    println!("target       build APFD   first {FIRST} exploring shrinking causes   time  client");
    for target in &targets {
        let mut sums: BTreeMap<&str, Figures> = BTreeMap::new();
        for _ in 0..runs.max(1) {
            for (&name, program) in &programs {
                sums.entry(name).or_default().add(&once(program, target)?);
            }
        }
        for (name, figures) in &sums {
            figures.print(target, name);
        }
        if let (Some(old), Some(new)) = (sums.get("old"), sums.get("new")) {
            println!(
                "{target:<12} ratio new to old: time {:.2}, client processor time a request {:.2}",
                new.seconds / old.seconds,
                new.a_request() / old.a_request(),
            );
        }
    }
    Ok(())
}

impl Figures {
    fn add(&mut self, run: &Self) {
        self.runs += 1;
        self.exploring += run.exploring;
        self.shrinking += run.shrinking;
        self.causes = run.causes;
        self.rules = run.rules;
        self.early = run.early;
        self.apfd += run.apfd;
        self.seconds += run.seconds;
        self.processor += run.processor;
    }

    /// Client processor time a request, in microseconds.
    fn a_request(&self) -> f64 {
        self.processor * 1e6 / (self.exploring + self.shrinking).max(1) as f64
    }

    fn print(&self, target: &str, name: &str) {
        let runs = f64::from(self.runs);
        println!(
            "{target:<12} {name:<5} {:.3}  {:>2} of {:<3}  {:>8} {:>9} {:>6} {:>5.1}s {:>4.0} µs",
            self.apfd / runs,
            self.early,
            self.rules,
            self.exploring / u64::from(self.runs),
            self.shrinking / u64::from(self.runs),
            self.causes,
            self.seconds / runs,
            self.a_request(),
        );
    }
}

/// Runs the suite once, with a target that the program starts itself.
fn once(program: &Path, target: &str) -> Result<Figures, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (result, known) = (folder.path().join("result.json"), folder.path().join("known.toml"));
    fs::write(&known, "format = \"permspec.known/1\"\n")?;
    let mut run = Command::new(program)
        .args(["run", "--profile", target, "--known"])
        .arg(&known)
        .arg("--json")
        .arg(&result)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let started = Instant::now();
    while !is_over(run.id()) {
        if started.elapsed() > Duration::from_mins(15) {
            run.kill()?;
            run.wait()?;
            return Err(format!("a run against {target} did not end in time").into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    // The times of a process stay readable until it is waited for, those of its children apart.
    let ticks = ticks(run.id()).ok_or("no /proc: this benchmark needs Linux")?;
    run.wait()?;
    let text = fs::read(&result).map_err(|_| format!("no result of a run against {target}"))?;
    let mut figures = figures(&serde_json::from_slice(&text)?).ok_or("an unexpected result")?;
    figures.processor = ticks as f64 / 100.0;
    Ok(figures)
}

/// The figures that a result holds.
fn figures(result: &Value) -> Option<Figures> {
    let counts = |name: &str| result["counts"][name].as_u64();
    let (exploring, shrinking) = (counts("exploring")?, counts("shrinking")?);
    let mut seen: Vec<u64> = Vec::new();
    let (mut rules, mut early) = (0, 0);
    for rule in result["rules"].as_array()? {
        let causes = rule["causes"].as_array().into_iter().flatten();
        let scored = causes.filter(|cause| cause["advisory"] == false && cause["flaky"] != true);
        let own: Vec<u64> = scored.filter_map(|cause| cause["seen_at"].as_u64()).collect();
        rules += usize::from(!own.is_empty());
        early += usize::from(own.iter().any(|at| *at <= FIRST));
        seen.extend(own);
    }
    let (requests, causes) = (exploring as f64, seen.len() as f64);
    let apfd = 1.0 - seen.iter().sum::<u64>() as f64 / (requests * causes) + 0.5 / requests;
    let seconds = result["run"]["duration_ms"].as_u64()? as f64 / 1e3;
    let (runs, causes) = (1, seen.len());
    Some(Figures {
        runs,
        exploring,
        shrinking,
        causes,
        rules,
        early,
        apfd,
        seconds,
        processor: 0.0,
    })
}

/// The fields of `/proc/PID/stat` after the process name, which may contain any character.
fn stat(process: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(ToOwned::to_owned).collect())
}

/// The processor time of a process, user and system, in hundredths of a second.
fn ticks(process: u32) -> Option<u64> {
    let fields = stat(process)?;
    // `utime` and `stime`: fields 14 and 15 in proc(5), of which the first two are split off.
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

fn is_over(process: u32) -> bool {
    stat(process).is_none_or(|fields| fields.first().is_some_and(|state| state == "Z"))
}
