//! `permspec record`: the responses of a target, in a golden file.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use super::comparing::{RecordArgs, ScenarioArgs};
use super::place::{self, Outlasts, check, target_within};
use super::{Failure, OrFail, output, run, usage};
use crate::client::Target;
use crate::contract::Phase;
use crate::event::TargetInfo;
use crate::exit_code::ExitCode;
use crate::golden::file::{FORMAT, placeholder_account};
use crate::golden::record::{Playing, play_all};
use crate::golden::set::{self, Choice};
use crate::golden::{GoldenFile, GoldenScenario, GoldenStep, GoldenTarget, Kind};
use crate::run::DEFAULT_SEED;
use crate::scenario::{Scenario, Step};

/// `permspec record`.
pub async fn record(arguments: RecordArgs) -> Result<ExitCode, Failure> {
    output::check(&[&arguments.out])?;
    let choice = choice(&arguments.scenarios)?;
    if arguments.embedded && (arguments.target.endpoint.is_some() || arguments.target.aws) {
        return Err(usage("name exactly one target: --endpoint URL, --aws or --embedded"));
    }
    let embedded = if arguments.embedded {
        Some(place::embedded(&arguments.target.region).await?)
    } else {
        None
    };
    let endpoint = match &embedded {
        Some(server) => server.endpoint(),
        None => run::endpoint_of(&arguments.target)?,
    };
    let aws = arguments.target.aws;
    let most = if aws { choice.max_requests } else { choice.most() };
    let target = target_within(
        &endpoint,
        &arguments.target,
        choice.seed,
        most,
        Outlasts::of(embedded.is_some()),
        None,
    )?;
    let stop = Stop::listen();
    stop.halts(&target);
    let info = match target.preflight().await {
        Ok(info) => info,
        Err(error) => {
            let left = target.release_all().await;
            run::tell_left(&left.iter().map(ToString::to_string).collect::<Vec<_>>(), &target);
            return Err(error).or_fail(ExitCode::Unusable);
        }
    };
    let kind = match () {
        () if arguments.embedded => Kind::Reference,
        () if aws && check(&endpoint, &arguments.target)?.is_aws() => Kind::Aws,
        () => Kind::Emulator,
    };
    // On real AWS, the budget includes waiting for functions.
    let share = if aws { choice.max_requests / 2 } else { choice.max_requests };
    let (chosen, beyond) = set::scenarios(&Choice { max_requests: share, ..choice.clone() });
    let scenarios: Vec<Scenario> = chosen.iter().map(|chosen| chosen.scenario.clone()).collect();
    output::eprint(&format!("recording {} scenarios of {}\n", scenarios.len(), target.address()));
    let before = target.requests();
    let begun = Instant::now();
    let played = play_all(
        &target,
        &scenarios,
        &Playing {
            jobs: usize::from(arguments.scenarios.jobs),
            max_requests: before.saturating_add(most),
            stop: &stop.flag,
            progress: progress("recorded", scenarios.len()),
        },
    )
    .await;
    let requests = target.requests();
    if let Some(server) = embedded {
        server.stop().await;
    }
    for problem in played.problems() {
        output::warn(&problem);
    }
    run::tell_left(&played.leftovers, &target);
    let recorded: Vec<GoldenScenario> = chosen
        .into_iter()
        .zip(played.answers)
        .filter_map(|(chosen, answers)| {
            let steps = chosen.scenario.steps.into_iter().zip(answers?);
            let steps = steps.filter_map(|(step, recorded)| match step {
                Step::One(send) => Some(GoldenStep { send, recorded }),
                Step::Together { .. } => None,
            });
            Some(GoldenScenario {
                id: chosen.id,
                about: chosen.about,
                phase: chosen.phase,
                fixture: chosen.scenario.fixture,
                steps: steps.collect(),
            })
        })
        .collect();
    let missing = scenarios.len() - recorded.len() - played.withheld;
    let partial = (missing > 0).then(|| {
        let why = if stop.is_set() {
            "the recording was interrupted".to_owned()
        } else {
            played.problems.first().map_or_else(
                || format!("{requests} requests were sent before the end"),
                |(problem, _)| problem.clone(),
            )
        };
        format!("{missing} of {} scenarios are missing: {why}", scenarios.len())
    });
    let file = GoldenFile {
        format: FORMAT.into(),
        date: today(),
        permspec: env!("CARGO_PKG_VERSION").into(),
        target: golden_target(&info, kind, arguments.name.as_deref()),
        edition: choice.editions,
        complete: partial.is_none(),
        partial: partial.map(|text| text.replace(&info.account, "(account)")),
        scenarios: recorded,
    };
    let text = file.to_text().or_fail(ExitCode::Bug)?;
    output::write(&arguments.out, &text)
        .map_err(|error| usage(format!("cannot write {}: {error}", arguments.out.display())))?;
    say(&arguments.out, &file, (beyond, played.withheld), requests, begun);
    Ok(match () {
        () if stop.is_set() => ExitCode::Interrupted,
        () if file.scenarios.is_empty() => ExitCode::Unusable,
        () if !file.complete || !played.leftovers.is_empty() => ExitCode::Incomplete,
        () => ExitCode::Passed,
    })
}

/// Reports what was written, on stderr if the file goes to stdout.
fn say(
    out: &Path,
    file: &GoldenFile,
    (beyond, withheld): (usize, usize),
    requests: u64,
    begun: Instant,
) {
    let steps: usize = file.scenarios.iter().map(|scenario| scenario.steps.len()).sum();
    let mut text = format!(
        "{}: {} scenarios with {steps} answers of {} ({}), recorded in {:.1} s with {requests} \
         requests\n",
        out.display(),
        file.scenarios.len(),
        file.target.name,
        file.target.region,
        begun.elapsed().as_secs_f64()
    );
    if let Some(partial) = &file.partial {
        let _ = writeln!(text, "partial: {partial}");
    }
    if withheld > 0 {
        let _ = writeln!(
            text,
            "{withheld} more scenarios grant access to other accounts or the public and were not sent; \
             --allow-public sends them"
        );
    }
    if beyond > 0 {
        let _ = writeln!(
            text,
            "{beyond} more scenarios are beyond --max-requests; raise it to record them as well"
        );
    }
    if output::is_stdout(out) {
        output::eprint(&text);
    } else {
        output::print(&text);
    }
}

/// The description of the target in a golden.
pub fn golden_target(info: &TargetInfo, kind: Kind, name: Option<&str>) -> GoldenTarget {
    let usual = match kind {
        Kind::Aws => "AWS".to_owned(),
        Kind::Reference => "the reference server".to_owned(),
        Kind::Emulator => info.server.clone().unwrap_or_else(|| "an emulator".to_owned()),
    };
    GoldenTarget {
        name: name.map_or(usual, str::to_owned),
        kind,
        region: info.region.clone(),
        account: placeholder_account(&info.account),
        server: info.server.clone(),
    }
}

/// The scenarios that the arguments select.
pub fn choice(arguments: &ScenarioArgs) -> Result<Choice, Failure> {
    let mut phases: Vec<Phase> = arguments.phases.iter().map(|phase| phase.0).collect();
    if phases.contains(&Phase::Races) {
        return Err(usage(
            "responses in races depend on timing and cannot be compared; remove `races`",
        ));
    }
    if phases.is_empty() {
        phases = set::PHASES.to_vec();
    }
    let seed = arguments.seed.as_deref().map(run::seed).transpose()?;
    Ok(Choice {
        phases,
        depth: arguments.depth.into(),
        seed: seed.unwrap_or(DEFAULT_SEED),
        editions: arguments.edition.into(),
        max_requests: arguments.max_requests,
    })
}

/// A flag that Ctrl-C sets, and the targets that it halts; a second Ctrl-C ends the program at once.
pub struct Stop {
    /// The flag.
    pub flag: Arc<AtomicBool>,
    targets: Arc<Mutex<Vec<Target>>>,
    listener: tokio::task::JoinHandle<()>,
}

impl Stop {
    /// Starts listening.
    pub fn listen() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let targets: Arc<Mutex<Vec<Target>>> = Arc::default();
        let (set, halted) = (Arc::clone(&flag), Arc::clone(&targets));
        let listener = tokio::spawn(async move {
            if run::interrupted().await {
                set.store(true, Ordering::Relaxed);
                for target in &*halted.lock().unwrap_or_else(PoisonError::into_inner) {
                    target.halt(run::INTERRUPTED);
                }
            }
            if run::interrupted().await {
                for target in &*halted.lock().unwrap_or_else(PoisonError::into_inner) {
                    run::tell_left(&target.unreleased(), target);
                }
                std::process::exit(ExitCode::Interrupted as i32);
            }
        });
        Self { flag, targets, listener }
    }

    /// Halts this target when Ctrl-C is pressed, or now where it was.
    pub fn halts(&self, target: &Target) {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).push(target.clone());
        if self.is_set() {
            target.halt(run::INTERRUPTED);
        }
    }

    /// Whether Ctrl-C was pressed.
    pub fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// Shows progress on stderr: one updated line on a terminal, occasional lines elsewhere.
pub fn progress(what: &'static str, total: usize) -> Arc<dyn Fn(usize) + Send + Sync> {
    let terminal = std::io::stderr().is_terminal();
    let begun = Instant::now();
    let told = AtomicU64::new(0);
    Arc::new(move |done| {
        let now = begun.elapsed().as_millis() as u64;
        let pause = if terminal { 100 } else { 5_000 };
        let last = told.load(Ordering::Relaxed);
        let due = now >= last + pause || (terminal && done == total);
        if !due || told.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        if terminal {
            let end = if done == total { "\r\u{1b}[K" } else { "" };
            output::eprint(&format!("\r{what} {done} of {total} scenarios\u{1b}[K{end}"));
        } else {
            output::eprint(&format!("{what} {done} of {total} scenarios\n"));
        }
    })
}

/// Today's date, in UTC.
pub fn today() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string().chars().take(10).collect()
}
