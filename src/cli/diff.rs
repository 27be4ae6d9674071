//! `permspec diff`: differences between the responses of several implementations.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::comparing::DiffArgs;
use super::place::{self, Outlasts, check, target_within};
use super::record::{Stop, choice, progress, today};
use super::{Failure, OrFail, output, run, usage};
use crate::event::Warning;
use crate::event::diff::{DIFF, DiffResult, DiffSide};
use crate::exit_code::ExitCode;
use crate::golden::GoldenFile;
use crate::golden::align::Place;
use crate::golden::diff::{Options, Side, diff as compare, letter};
use crate::golden::set::{self, Choice};
use crate::report;
use crate::scenario::Scenario;
use crate::server::RunningServer;

/// `permspec diff`.
pub async fn diff(arguments: DiffArgs) -> Result<ExitCode, Failure> {
    if let Some(path) = &arguments.json {
        output::check(&[path])?;
    }
    let choice = choice(&arguments.scenarios)?;
    let sides = sides(&arguments)?;
    let begun = Instant::now();
    let started = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let (scenarios, beyond) = scenarios(&choice, &sides)?;
    let embedded = if arguments.embedded {
        Some(place::embedded(&arguments.target.region).await?)
    } else {
        None
    };
    let stop = Stop::listen();
    let mut all: Vec<Side> = Vec::new();
    let mut named: Vec<DiffSide> = Vec::new();
    for side in sides {
        let (side, about) = open(side, embedded.as_ref(), &arguments, choice.seed, &stop).await?;
        named.push(DiffSide { letter: letter(all.len()), ..about });
        all.push(side);
    }
    let live = all.iter().filter(|side| matches!(side, Side::Live { .. })).count();
    let options = Options {
        strict: arguments.strict,
        jobs: usize::from(arguments.scenarios.jobs),
        max_requests: choice.most(),
        shrink_tries: 80,
        max_shrink_requests: arguments.max_shrink_requests,
        stop: Arc::clone(&stop.flag),
        progress: progress("compared", scenarios.len() * live),
    };
    let found = compare(&all, &scenarios, &options).await;
    if let Some(server) = embedded {
        server.stop().await;
    }
    let mut result = DiffResult {
        schema: DIFF.into(),
        permspec: env!("CARGO_PKG_VERSION").into(),
        started,
        duration_ms: begun.elapsed().as_millis() as u64,
        ..found.result
    };
    for (side, about) in all.iter().zip(&mut named) {
        if let Side::Live { target, .. } = side {
            about.requests = target.requests();
        }
    }
    result.sides = named;
    let warning = |id: &str, detail: String| Warning { id: id.into(), detail };
    result.warnings.extend(found.problems.into_iter().map(|text| warning("not-played", text)));
    if beyond > 0 {
        let detail = format!(
            "{beyond} more scenarios are beyond --max-requests; raise it to compare them as well"
        );
        result.warnings.push(warning("budget", detail));
    }
    if live == 0 && !result.causes.is_empty() {
        let detail =
            "no side could be sent requests; differences were not confirmed or shrunk".to_owned();
        result.warnings.push(warning("recorded", detail));
    }
    written(&arguments, &result)?;
    Ok(match () {
        () if !result.complete => ExitCode::Interrupted,
        () if result.causes.iter().any(|cause| cause.counted) => ExitCode::Violated,
        () if result.compared == 0 => ExitCode::Unusable,
        () if result.skipped > 0 => ExitCode::Incomplete,
        () => ExitCode::Passed,
    })
}

/// Prints the result, to stderr if the JSON goes to stdout.
fn written(arguments: &DiffArgs, result: &DiffResult) -> Result<(), Failure> {
    let mut taken = false;
    if let Some(path) = &arguments.json {
        taken = output::is_stdout(path);
        let text = serde_json::to_string_pretty(result).or_fail(ExitCode::Bug)?;
        let text = report::json_text(&text);
        output::write(path, &format!("{text}\n"))
            .map_err(|error| usage(format!("cannot write {}: {error}", path.display())))?;
    }
    let say = if taken { output::eprint } else { output::print };
    say(&report::differences(result, &super::report::options(arguments.all)));
    Ok(())
}

/// A side of the comparison, before it is opened.
enum Unopened {
    Golden(PathBuf, Box<GoldenFile>),
    /// An endpoint named as an argument: an emulator.
    Url(String),
    /// The target that --endpoint and --aws name.
    Named(String),
    Embedded,
}

/// The sides in the order of the command line, with golden files read.
fn sides(arguments: &DiffArgs) -> Result<Vec<Unopened>, Failure> {
    let mut sides = Vec::new();
    for side in &arguments.sides {
        sides.push(if side.contains("://") {
            Unopened::Url(side.clone())
        } else {
            let path = PathBuf::from(side);
            let file = GoldenFile::read(&path).or_fail(ExitCode::Usage)?;
            Unopened::Golden(path, Box::new(file))
        });
    }
    if arguments.target.endpoint.is_some() || arguments.target.aws {
        sides.push(Unopened::Named(run::endpoint_of(&arguments.target)?));
    }
    sides.extend(arguments.embedded.then_some(Unopened::Embedded));
    let count = sides.len();
    if count < 2 {
        return Err(usage(format!(
            "{count} side{} to compare; name two or more golden files or endpoints, such as \
             `permspec diff aws.json http://127.0.0.1:4566`",
            if count == 1 { "" } else { "s" }
        )));
    }
    Ok(sides)
}

/// The scenarios sent to every side, and the number that exceeded the budget.
fn scenarios(
    choice: &Choice,
    sides: &[Unopened],
) -> Result<(Vec<(String, Scenario)>, usize), Failure> {
    let goldens: Vec<&GoldenFile> = sides
        .iter()
        .filter_map(|side| match side {
            Unopened::Golden(_, file) => Some(file.as_ref()),
            _ => None,
        })
        .collect();
    let Some(first) = goldens.first() else {
        let (chosen, beyond) = set::scenarios(choice);
        let chosen = chosen.into_iter().map(|chosen| (chosen.id, chosen.scenario)).collect();
        return Ok((chosen, beyond));
    };
    let common = goldens[1..].iter().fold(None, |common: Option<HashSet<&str>>, file| {
        let ids: HashSet<&str> = file.scenarios.iter().map(|one| one.id.as_str()).collect();
        Some(common.map_or_else(|| ids.clone(), |common| &common & &ids))
    });
    let mut kept: Vec<(String, Scenario)> = first
        .scenarios
        .iter()
        .filter(|one| common.as_ref().is_none_or(|common| common.contains(one.id.as_str())))
        .filter(|one| choice.phases.contains(&one.phase))
        .map(|one| (one.id.clone(), one.scenario()))
        .collect();
    if kept.is_empty() {
        return Err(usage("the golden files have no scenarios in common"));
    }
    let total = kept.len();
    if goldens.len() < sides.len() {
        let mut spent = 0;
        kept.retain(|(_, scenario)| {
            spent += set::cost(scenario);
            spent <= choice.max_requests
        });
    }
    let beyond = total - kept.len();
    Ok((kept, beyond))
}

/// Opens a side and checks whether it accepts requests.
async fn open(
    side: Unopened,
    embedded: Option<&RunningServer>,
    arguments: &DiffArgs,
    seed: u64,
    stop: &Stop,
) -> Result<(Side, DiffSide), Failure> {
    // The options for real AWS do not apply to emulators on other sides.
    let mut plain = arguments.target.clone();
    if plain.aws {
        (plain.aws, plain.allow_public, plain.aws_profile, plain.role) = (false, false, None, None);
        (plain.credentials, plain.consistency, plain.rate) = (None, None, None);
    }
    let (url, words, is_embedded) = match side {
        Unopened::Golden(path, file) => {
            let about = DiffSide {
                name: file.target.name.clone(),
                place: path.display().to_string(),
                date: file.date.clone(),
                region: file.target.region.clone(),
                ..DiffSide::default()
            };
            return Ok((Side::Golden(file), about));
        }
        Unopened::Url(url) => (url, &plain, false),
        Unopened::Named(url) => (url, &arguments.target, false),
        Unopened::Embedded => {
            (embedded.map(RunningServer::endpoint).unwrap_or_default(), &plain, true)
        }
    };
    let most = arguments.scenarios.max_requests.saturating_add(arguments.max_shrink_requests);
    let target = target_within(&url, words, seed, most, Outlasts::of(is_embedded), None)?;
    stop.halts(&target);
    let info = match target.preflight().await {
        Ok(info) => info,
        Err(error) => {
            let left = target.release_all().await;
            run::tell_left(&left.iter().map(ToString::to_string).collect::<Vec<_>>(), &target);
            let told = anyhow::Error::new(error).context(url);
            return Err(Failure { code: ExitCode::Unusable, error: told });
        }
    };
    let name = match &info.server {
        _ if words.aws && check(&url, words)?.is_aws() => "AWS".to_owned(),
        _ if is_embedded => "the reference server".to_owned(),
        Some(server) => server.clone(),
        None => "an emulator".to_owned(),
    };
    let about = DiffSide {
        name,
        place: if is_embedded { "embedded".into() } else { target.address().to_owned() },
        live: true,
        date: today(),
        region: info.region.clone(),
        ..DiffSide::default()
    };
    // Known for certain in this process, although no response contains it.
    let place = Place { account: Some(info.account), region: info.region };
    Ok((Side::Live { target, place }, about))
}
