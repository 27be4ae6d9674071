//! `permspec run`, and bare `permspec`: the suite against its own reference server.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::args::{JudgingArgs, RunArgs};
use super::choices::{DepthArg, FlakyArg};
use super::place::{self, Outlasts, check, target_within};
pub use super::place::{endpoint_of, target};
use super::settings::Settings;
use super::{Failure, OrFail, output, report, select, spawn, usage};
use crate::client::Target;
use crate::client::spawn::Spawn;
use crate::contract::Phase;
use crate::event::{Event, Judging, RunResult};
use crate::exit_code::ExitCode;
use crate::known::KnownFile;
use crate::report::{EventWriter, Progress, TerminalOptions, annotations};
use crate::run::stale::StaleEntries;
use crate::run::{self, DEFAULT_SEED, Engine, RunError, RunOptions};

/// The default directory of counterexamples.
pub const KEPT: &str = ".permspec";
/// The file of the last result with bugs, for `permspec show`.
pub const LAST: &str = ".permspec/last/results.json";
/// Default maximum number of exploration requests, except in deep runs.
const MAX_REQUESTS: u64 = 6_000;

/// `permspec run`.
pub async fn run(arguments: RunArgs, settings: &Settings) -> Result<ExitCode, Failure> {
    if arguments.config.show_config {
        output::print(&settings.shown());
        return Ok(ExitCode::Passed);
    }
    let Ran { result, unusable, .. } = execute(&arguments, settings).await?;
    let written = arguments.reports.write(&result);
    match unusable {
        // Nothing was judged, so only the reason is printed.
        Some(failure) => output::warn(&super::format_error(&failure.error)),
        None => show(&result, &arguments),
    }
    let code = ExitCode::ALL
        .into_iter()
        .find(|code| *code as u8 == result.exit_code)
        .unwrap_or(ExitCode::Bug);
    if let Err(problem) = written {
        output::warn(&problem);
        // A lost report makes a run incomplete, but violations take precedence.
        return Ok(if code == ExitCode::Passed { ExitCode::Incomplete } else { code });
    }
    Ok(code)
}

/// A finished run.
pub struct Ran {
    /// The result, with saved counterexamples and replay commands.
    pub result: RunResult,
    /// The files of known failures.
    pub known: Vec<KnownFile>,
    /// The known failures that are stale, expired or unchecked.
    pub stale: StaleEntries,
    /// The reason if the target could not be used.
    pub unusable: Option<Failure>,
}

/// Runs the suite with these arguments, which are checked before anything is sent.
pub async fn execute(arguments: &RunArgs, settings: &Settings) -> Result<Ran, Failure> {
    let mut outputs = arguments.reports.paths();
    outputs.extend(&arguments.events);
    output::check(&outputs)?;
    let options = options(arguments, settings)?;
    let spawn = if arguments.embedded {
        if arguments.target.aws {
            return Err(usage("two targets: --aws and --embedded; use only one of them"));
        }
        None
    } else {
        let endpoint = check(&endpoint_of(&arguments.target)?, &arguments.target)?;
        if arguments.target.aws && arguments.spawn.is_some() {
            return Err(usage("two targets: --spawn and --aws; use only one of them"));
        }
        spawn::asked(arguments, &endpoint)?
    };
    if arguments.target.aws && arguments.function.is_some() {
        return Err(usage("--aws only uses functions that permspec creates; remove --function"));
    }
    let known = options.known.clone();
    let events = arguments.events.as_deref().map(open_events).transpose()?;
    let embedded = if arguments.embedded {
        Some(place::embedded(&arguments.target.region).await?)
    } else {
        None
    };
    let endpoint = match &embedded {
        Some(server) => server.endpoint(),
        None => endpoint_of(&arguments.target)?,
    };
    let most = arguments.max_requests.unwrap_or(MAX_REQUESTS);
    let outlasts = Outlasts::of(arguments.embedded);
    let target = target_within(
        &endpoint,
        &arguments.target,
        options.seed,
        most,
        outlasts,
        Some(arguments.ready_timeout),
    )?;
    let driven = drive(target, options, events, spawn).await?;
    let Driven { mut result, stale, unusable } = driven;
    if let Some(server) = embedded {
        server.stop().await;
    }
    keep(&mut result, arguments, &endpoint);
    Ok(Ran { result, known, stale, unusable })
}

type Events = EventWriter<Box<dyn Write + Send>>;

/// Opens the destination of events: a new file, or stdout.
fn open_events(path: &Path) -> Result<Events, Failure> {
    let out: Box<dyn Write + Send> = if output::is_stdout(path) {
        Box::new(std::io::stdout())
    } else {
        let file = File::create(path)
            .map_err(|error| usage(format!("cannot write {}: {error}", path.display())))?;
        Box::new(file)
    };
    Ok(EventWriter::new(out))
}

/// Consumes the events of a run: shows progress and writes the stream.
struct Listener {
    progress: Progress,
    events: Option<Events>,
}

impl Listener {
    fn take(&mut self, event: &Event) {
        self.progress.take(event);
        if let Some(events) = &mut self.events
            && let Err(error) = events.write(event)
        {
            // Reported once; the run continues without the stream.
            self.events = None;
            output::lose();
            output::warn(&format!("cannot write events any more: {error}"));
        }
    }
}

/// The outcome of driving the suite.
struct Driven {
    result: RunResult,
    stale: StaleEntries,
    unusable: Option<Failure>,
}

/// Runs the suite with progress on stderr, and starts the target if requested. A signal ends the
/// run early, with cleanup.
async fn drive(
    target: Target,
    options: RunOptions,
    events: Option<Events>,
    spawn: Option<Spawn>,
) -> Result<Driven, Failure> {
    let progress = if std::io::stderr().is_terminal() {
        Progress::bar()
    } else {
        Progress::lines(std::io::stderr())
    };
    let listener = Mutex::new(Listener { progress, events });
    let engine = Engine::new(target, options, move |event| {
        if let Ok(mut listener) = listener.lock() {
            listener.take(&event);
        }
    });
    let stopper = Arc::clone(&engine);
    let stop = Arc::new(Notify::new());
    let stopping = Arc::clone(&stop);
    let left = engine.target.clone();
    let interrupts = tokio::spawn(async move {
        if interrupted().await {
            stopper.stop();
            stopping.notify_one();
        }
        // A second signal does not wait for the cleanup.
        if interrupted().await {
            tell_left(&left.unreleased(), &left);
            std::process::exit(ExitCode::Interrupted as i32);
        }
    });
    let spawned = match spawn {
        None => None,
        Some(spawn) => match spawn::start(spawn, stop.notified()).await {
            Ok(spawned) => Some(spawned),
            Err(failure) if failure.code == ExitCode::Unusable => {
                let result = engine.never_began(&failure.error.to_string());
                let stale = StaleEntries::default();
                return Ok(Driven { result, stale, unusable: Some(failure) });
            }
            Err(failure) => return Err(failure),
        },
    };
    let outcome = judged(&engine, run::run(&engine).await).await;
    if let Some(spawned) = spawned {
        spawn::end(spawned).await;
    }
    interrupts.abort();
    outcome
}

async fn judged(engine: &Engine, outcome: Result<RunResult, RunError>) -> Result<Driven, Failure> {
    match outcome {
        Ok(result) => Ok(Driven { result, stale: engine.stale_entries(), unusable: None }),
        Err(error @ RunError::Preflight(_)) => {
            let left: Vec<String> =
                engine.target.release_all().await.iter().map(ToString::to_string).collect();
            tell_left(&left, &engine.target);
            let result = engine.unusable(&error.to_string(), &left);
            let code =
                if engine.is_interrupted() { ExitCode::Interrupted } else { ExitCode::Unusable };
            let failure = Failure { code, error: error.into() };
            Ok(Driven { result, stale: StaleEntries::default(), unusable: Some(failure) })
        }
        Err(error @ RunError::Corpus(_)) => Err(error).or_fail(ExitCode::Usage),
    }
}

/// Reports leftovers on the target, and how to remove them.
pub fn tell_left(left: &[String], target: &Target) {
    const FIRST: usize = 5;
    for what in left.iter().take(FIRST) {
        output::warn(&format!("left behind: {what}"));
    }
    if left.len() > FIRST {
        output::warn(&format!("left behind: {} more", left.len() - FIRST));
    }
    if !left.is_empty() {
        output::warn(&format!("remove with: {}", target.remedy()));
    }
}

/// Why a run that was told so by a signal ended.
pub const INTERRUPTED: &str = "the run was interrupted";

/// Waits for Ctrl-C or SIGTERM; false if neither can be awaited.
pub async fn interrupted() -> bool {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
                ended = terminate.recv() => ended.is_some(),
            };
        }
    }
    tokio::signal::ctrl_c().await.is_ok()
}

/// Saves the counterexamples and fills in their replay commands.
fn keep(result: &mut RunResult, arguments: &RunArgs, endpoint: &str) {
    let folder = arguments.corpus.clone().unwrap_or_else(|| PathBuf::from(KEPT));
    let place = if arguments.embedded {
        String::new()
    } else {
        super::place::words(endpoint, &arguments.target)
    };
    for cause in result.rules.iter_mut().flat_map(|rule| &mut rule.causes) {
        let kept = arguments.corpus.as_ref().map(|dir| format!(" --corpus {}", dir.display()));
        cause.counterexample.replay =
            format!("permspec replay {}{place}{}", cause.id, kept.unwrap_or_default());
    }
    if !result.bugs.is_empty() {
        super::show::keep(result);
    }
    if let Err(error) = run::corpus::save(result, &folder) {
        output::warn(&format!("cannot save counterexamples in {}: {error}", folder.display()));
    }
}

/// Prints the result, to stderr if a report goes to stdout.
fn show(result: &RunResult, arguments: &RunArgs) {
    let mut outputs = arguments.reports.paths();
    outputs.extend(&arguments.events);
    let taken = outputs.into_iter().any(|path| output::is_stdout(path));
    let say = if taken { output::eprint } else { output::print };
    let options =
        TerminalOptions { verbose: arguments.verbose, ..report::options(arguments.all_rules) };
    say(&crate::report::terminal(result, &options));
    if arguments.coverage {
        for member in &result.coverage {
            let points: Vec<String> = member
                .points
                .iter()
                .map(|(kind, (reached, all))| format!("{kind} {reached}/{all}"))
                .collect();
            say(&format!("coverage  {:<24} {}\n", member.subject, points.join("  ")));
        }
    }
    if std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true") {
        say(&annotations(result));
    }
}

/// The settings for judging.
pub fn judging(arguments: &JudgingArgs) -> Judging {
    Judging {
        edition: arguments.edition.into(),
        evidence: arguments.evidence.into(),
        strict: arguments.strict,
    }
}

/// Parses a seed: a number, or `random`.
pub fn seed(text: &str) -> Result<u64, Failure> {
    if text == "random" {
        return Ok(RandomState::new().build_hasher().finish());
    }
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| usage(format!("invalid seed {text:?}: use a number or `random`")))
}

fn options(arguments: &RunArgs, settings: &Settings) -> Result<RunOptions, Failure> {
    let selected = select::selected(&arguments.selection)?;
    let seed = match &arguments.seed {
        Some(text) => seed(text)?,
        None => selected.seed.unwrap_or(DEFAULT_SEED),
    };
    let mut phases: Vec<Phase> = arguments.phases.iter().map(|phase| phase.0).collect();
    if phases.is_empty() {
        phases = Phase::ALL.to_vec();
    }
    phases.sort_unstable();
    phases.dedup();
    if let Some(rules) = &selected.rules {
        let fed = run::phases_of(rules.iter().copied());
        if !fed.iter().any(|phase| phases.contains(phase)) {
            let fed: Vec<&str> = fed.iter().map(|phase| phase.name()).collect();
            return Err(usage(format!(
                "the selected phases do not test the selected rules; use {}",
                fed.join(", ")
            )));
        }
    }
    let known = arguments
        .known
        .iter()
        .map(|path| KnownFile::read(path).or_fail(ExitCode::Usage))
        .collect::<Result<_, _>>()?;
    let deep = arguments.depth == DepthArg::Deep && !arguments.target.aws;
    let most = arguments.max_requests.unwrap_or(if deep { u64::MAX } else { MAX_REQUESTS });
    // On real AWS the number bounds all requests; a quarter is reserved for confirming and shrinking.
    let shrinking = if arguments.target.aws { most / 4 } else { 0 };
    let usual = RunOptions::default();
    Ok(RunOptions {
        seed,
        depth: arguments.depth.into(),
        phases,
        rules: selected.rules,
        without: arguments.without.iter().map(|feature| feature.0).collect(),
        judging: judging(&arguments.judging),
        jobs: if arguments.function.is_some() { 1 } else { usize::from(arguments.jobs) },
        max_requests: most - shrinking,
        max_shrink_requests: if arguments.target.aws {
            shrinking
        } else {
            usual.max_shrink_requests
        },
        max_time: arguments.max_time,
        rounds: arguments.rounds,
        function: arguments.function.clone(),
        corpus: arguments.corpus.clone(),
        known,
        flaky_fails: arguments.flaky == FlakyArg::Fail,
        reproduce: settings.reproduce(seed),
        name: arguments.name.clone(),
        ..usual
    })
}
