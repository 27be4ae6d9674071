//! `permspec replay`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::args::ReplayArgs;
use super::record::Stop;
use super::run::{KEPT, endpoint_of, judging, target, tell_left};
use super::{Failure, OrFail, output, usage};
use crate::event::Difference;
use crate::exit_code::ExitCode;
use crate::observation::printable;
use crate::run;
use crate::run::replay::Replayed;
use crate::scenario::CorpusFile;
use crate::server::{ReferenceServer, RunningServer, ServerOptions};

/// Replays a saved scenario and judges the responses.
pub async fn replay(arguments: ReplayArgs) -> Result<ExitCode, Failure> {
    let mut folders: Vec<PathBuf> = arguments.corpus.iter().cloned().collect();
    folders.push(PathBuf::from(KEPT));
    let Some(path) = run::corpus::find(&arguments.scenario, &folders) else {
        return Err(usage(format!(
            "no scenario {:?}: neither a file, nor saved in {}",
            arguments.scenario,
            folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(" or ")
        )));
    };
    let file = CorpusFile::read(&path).or_fail(ExitCode::Usage)?;
    let (embedded, endpoint) = if arguments.target.endpoint.is_some() || arguments.target.aws {
        (None, endpoint_of(&arguments.target)?)
    } else {
        let server = Arc::new(ReferenceServer::new(ServerOptions {
            region: file.region.clone().unwrap_or_else(|| arguments.target.region.clone()),
            account: file.account.clone().unwrap_or_else(|| ServerOptions::default().account),
            ..ServerOptions::default()
        }));
        let running = RunningServer::start(server, 0).await.or_fail(ExitCode::Unusable)?;
        let endpoint = running.endpoint();
        (Some(running), endpoint)
    };
    let mut target_arguments = arguments.target.clone();
    if let Some(region) = &file.region
        && embedded.is_some()
    {
        target_arguments.region.clone_from(region);
    }
    let target = target(&endpoint, &target_arguments, 0)?;
    let judging = judging(&arguments.judging);
    let stop = Stop::listen();
    stop.halts(&target);
    let replayed = run::replay::replay(&target, &file, "rp", judging, arguments.rounds).await;
    let left: Vec<String> = target.release_all().await.iter().map(ToString::to_string).collect();
    tell_left(&left, &target);
    if stop.is_set() {
        return Ok(ExitCode::Interrupted);
    }
    let replayed = replayed.or_fail(ExitCode::Unusable)?;
    if let Some(server) = embedded {
        server.stop().await;
    }
    let (text, code) = summary(&file, &replayed);
    output::print(&text);
    Ok(if !left.is_empty() && code == ExitCode::Passed { ExitCode::Incomplete } else { code })
}

/// The text and exit code of a replay.
fn summary(file: &CorpusFile, replayed: &Replayed) -> (String, ExitCode) {
    let mut text = format!("{}\n", printable(&file.about, 400));
    for line in &replayed.lines {
        let _ = writeln!(text, "  {line}");
    }
    for note in &replayed.notes {
        let _ = writeln!(text, "note   {note}");
    }
    for (rule, expected, actual, differences) in &replayed.violations {
        let expected = expected.join(" or ");
        let _ =
            writeln!(text, "FAIL   {rule}\n       expected {expected}\n       actual   {actual}");
        for Difference { path, expected, actual } in differences {
            let _ = writeln!(text, "       {path}: {expected} → {actual}");
        }
    }
    if !replayed.violations.is_empty() {
        return (text, ExitCode::Violated);
    }
    if let Some(reason) = &replayed.unjudged {
        let _ = writeln!(text, "UNRUN  {reason}");
        return (text, ExitCode::Incomplete);
    }
    text.push_str("PASS   every answer is as it should be\n");
    (text, ExitCode::Passed)
}
