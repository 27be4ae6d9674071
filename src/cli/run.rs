//! `permspec run`, and bare `permspec`: the suite against its own reference server.

use std::collections::hash_map::RandomState;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use clap::Parser as _;

use super::args::{Cli, Command, JudgingArgs, RunArgs, TargetArgs};
use super::{Failure, OrFail, catalogue, usage};
use crate::event::{Judging, RunResult};
use crate::exit_code::ExitCode;
use crate::report::{self, Progress, TerminalOptions};
use crate::run::{self, DEFAULT_SEED, Engine, RunError, RunOptions};
use crate::server::{ReferenceServer, RunningServer, ServerOptions};
use crate::spec::Phase;
use crate::target::{Endpoint, RealAws, Target, TargetConfig};

/// Where counterexamples are kept where no folder is named.
pub const KEPT: &str = ".permspec";

/// Bare `permspec`.
pub async fn demonstrate() -> Result<ExitCode, Failure> {
    let cli = Cli::try_parse_from(["permspec", "run", "--embedded"]).or_fail(ExitCode::Bug)?;
    match cli.command {
        Some(Command::Run(arguments)) => run(*arguments).await,
        _ => Err(usage("the demonstration is `permspec run --embedded`")),
    }
}

/// `permspec run`.
pub async fn run(arguments: RunArgs) -> Result<ExitCode, Failure> {
    let options = options(&arguments)?;
    let embedded = if arguments.embedded {
        let server = Arc::new(ReferenceServer::new(ServerOptions {
            region: arguments.target.region.clone(),
            ..ServerOptions::default()
        }));
        Some(RunningServer::start(server, 0).await.or_fail(ExitCode::Unusable)?)
    } else {
        None
    };
    let endpoint = match &embedded {
        Some(server) => server.endpoint(),
        None => endpoint_of(&arguments.target)?,
    };
    let target = target(&endpoint, &arguments.target, options.seed)?;
    let result = drive(target, options).await?;
    if let Some(server) = embedded {
        server.stop().await;
    }
    let result = finish(result, &arguments, &endpoint)?;
    Ok(ExitCode::ALL
        .into_iter()
        .find(|code| *code as u8 == result.exit_code)
        .unwrap_or(ExitCode::Bug))
}

/// Runs the suite with progress on stderr; Ctrl-C ends it early, cleaned up.
async fn drive(target: Target, options: RunOptions) -> Result<RunResult, Failure> {
    let progress = if std::io::stderr().is_terminal() {
        Progress::bar()
    } else {
        Progress::lines(std::io::stderr())
    };
    let progress = Mutex::new(progress);
    let engine = Engine::new(target.clone(), options, move |event| {
        if let Ok(mut progress) = progress.lock() {
            progress.take(&event);
        }
    });
    let stopper = Arc::clone(&engine);
    let interrupts = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopper.stop();
        }
        // A second one does not wait for the clean-up.
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(ExitCode::Interrupted as i32);
        }
    });
    let outcome = run::run(&engine).await;
    interrupts.abort();
    match outcome {
        Ok(result) => Ok(result),
        Err(error) => {
            target.release_all().await;
            let code = match &error {
                RunError::Preflight(_) => ExitCode::Unusable,
                RunError::Corpus(_) => ExitCode::Usage,
            };
            Err(error).or_fail(code)
        }
    }
}

/// Turns a result into the text of a report.
type Writer = fn(&RunResult) -> String;

/// Keeps counterexamples, writes reports, prints the result.
fn finish(
    mut result: RunResult,
    arguments: &RunArgs,
    endpoint: &str,
) -> Result<RunResult, Failure> {
    let folder = arguments.corpus.clone().unwrap_or_else(|| PathBuf::from(KEPT));
    let place = if arguments.embedded { String::new() } else { format!(" --endpoint {endpoint}") };
    for cause in result.rules.iter_mut().flat_map(|rule| &mut rule.causes) {
        let kept = arguments.corpus.as_ref().map(|dir| format!(" --corpus {}", dir.display()));
        cause.counterexample.replay =
            format!("permspec replay {}{place}{}", cause.id, kept.unwrap_or_default());
    }
    run::corpus::save(&result, &folder).or_fail(ExitCode::Usage)?;
    let reports = &arguments.reports;
    let outputs: [(&Option<PathBuf>, Writer); 6] = [
        (&reports.json, report::json),
        (&reports.junit, report::junit),
        (&reports.html, report::html),
        (&reports.markdown, report::markdown),
        (&reports.sarif, report::sarif),
        (&reports.badge, report::badge),
    ];
    for (path, write) in outputs {
        if let Some(path) = path {
            std::fs::write(path, write(&result))
                .map_err(|error| usage(format!("cannot write {}: {error}", path.display())))?;
        }
    }
    let width = terminal_width();
    let text = report::terminal(
        &result,
        &TerminalOptions { colour: true, width, all_rules: arguments.all_rules },
    );
    // Styles are stripped where the stream does not take them.
    anstream::print!("{text}");
    if arguments.coverage {
        for member in &result.coverage {
            let points: Vec<String> = member
                .points
                .iter()
                .map(|(kind, (reached, all))| format!("{kind} {reached}/{all}"))
                .collect();
            anstream::println!("coverage  {:<24} {}", member.subject, points.join("  "));
        }
    }
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        anstream::print!("{}", report::annotations(&result));
    }
    Ok(result)
}

fn terminal_width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(100_usize)
        .clamp(60, 140)
}

/// The endpoint that the arguments name.
pub fn endpoint_of(arguments: &TargetArgs) -> Result<String, Failure> {
    match arguments.endpoint.as_deref() {
        Some("") => Err(usage("the endpoint is empty; name one, such as http://127.0.0.1:4566")),
        Some(endpoint) => Ok(endpoint.to_owned()),
        None => Err(usage(
            "no target: name one with --endpoint URL, or test the reference server with --embedded",
        )),
    }
}

/// The target that the arguments name.
pub fn target(endpoint: &str, arguments: &TargetArgs, seed: u64) -> Result<Target, Failure> {
    let endpoint = Endpoint::parse(endpoint, RealAws::Refuse).or_fail(ExitCode::Usage)?;
    // Names of functions differ from run to run, also where two run at once.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(seed);
    let mut config = TargetConfig::new(&format!("{:06x}", hasher.finish() & 0x00ff_ffff));
    config.region.clone_from(&arguments.region);
    config.timeout = arguments.timeout;
    config.role.clone_from(&arguments.role);
    Ok(Target::http(endpoint, config))
}

/// How to judge.
pub fn judging(arguments: &JudgingArgs) -> Judging {
    Judging {
        edition: arguments.edition.into(),
        evidence: arguments.evidence.into(),
        strict: arguments.strict,
    }
}

fn seed(text: Option<&str>) -> Result<u64, Failure> {
    let Some(text) = text else { return Ok(DEFAULT_SEED) };
    if text == "random" {
        return Ok(RandomState::new().build_hasher().finish());
    }
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| usage(format!("{text:?} is no seed: give a number or `random`")))
}

fn options(arguments: &RunArgs) -> Result<RunOptions, Failure> {
    let rules =
        if arguments.rules.is_empty() { None } else { Some(catalogue::select(&arguments.rules)?) };
    let seed = seed(arguments.seed.as_deref())?;
    let mut phases: Vec<Phase> = arguments.phases.iter().map(|phase| phase.0).collect();
    if phases.is_empty() {
        phases = Phase::ALL.to_vec();
    }
    phases.sort_unstable();
    phases.dedup();
    if let Some(rules) = &rules {
        let fed = run::phases_of(rules.iter().copied());
        if !fed.iter().any(|phase| phases.contains(phase)) {
            let fed: Vec<&str> = fed.iter().map(|phase| phase.name()).collect();
            return Err(usage(format!(
                "none of these phases feeds these rules; they are fed by {}",
                fed.join(", ")
            )));
        }
    }
    if arguments.max_requests == 0 || arguments.rounds == 0 {
        return Err(usage("--max-requests and --rounds must not be 0"));
    }
    Ok(RunOptions {
        seed,
        depth: arguments.depth.into(),
        phases,
        rules,
        without: arguments.without.iter().map(|feature| feature.0).collect(),
        judging: judging(&arguments.judging),
        jobs: if arguments.function.is_some() { 1 } else { usize::from(arguments.jobs) },
        max_requests: match arguments.depth {
            super::args::DepthArg::Deep if arguments.max_requests == 4_000 => u64::MAX,
            _ => arguments.max_requests,
        },
        max_time: arguments.max_time,
        rounds: arguments.rounds,
        function: arguments.function.clone(),
        corpus: arguments.corpus.clone(),
        flaky_fails: arguments.flaky == super::args::FlakyArg::Fail,
        reproduce: reproduce(arguments, seed),
        name: arguments.name.clone(),
        ..RunOptions::default()
    })
}

/// The command line that repeats a run, without anything secret.
fn reproduce(arguments: &RunArgs, seed: u64) -> String {
    let mut line = String::from("permspec run");
    match &arguments.target.endpoint {
        Some(endpoint) if !arguments.embedded => {
            line.push_str(" --endpoint ");
            // A user's URL may carry a password before the host.
            line.push_str(endpoint.rsplit('@').next().unwrap_or_default());
        }
        _ => line.push_str(" --embedded"),
    }
    let _ = write!(line, " --seed {seed:#x}");
    for rule in &arguments.rules {
        line.push(' ');
        line.push_str(rule);
    }
    line
}
