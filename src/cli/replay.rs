//! `permspec replay`.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::ReplayArgs;
use super::run::{KEPT, judging, target};
use super::{Failure, OrFail, usage};
use crate::exit_code::ExitCode;
use crate::run;
use crate::scenario::CorpusFile;
use crate::server::{ReferenceServer, RunningServer, ServerOptions};

/// Sends a kept scenario again and judges the answers.
pub async fn replay(arguments: ReplayArgs) -> Result<ExitCode, Failure> {
    let mut folders: Vec<PathBuf> = arguments.corpus.iter().cloned().collect();
    folders.push(PathBuf::from(KEPT));
    let Some(path) = run::corpus::find(&arguments.scenario, &folders) else {
        return Err(usage(format!(
            "no scenario {:?}: neither a file, nor kept in {}",
            arguments.scenario,
            folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(" or ")
        )));
    };
    let file = CorpusFile::read(&path).or_fail(ExitCode::Usage)?;
    let (embedded, endpoint) = if let Some(endpoint) = &arguments.target.endpoint {
        (None, endpoint.clone())
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
    let replayed =
        run::replay::replay(&target, &file, judging(&arguments.judging), arguments.rounds)
            .await
            .or_fail(ExitCode::Unusable)?;
    if let Some(server) = embedded {
        server.stop().await;
    }
    anstream::println!("{}", file.about);
    for line in &replayed.lines {
        anstream::println!("  {line}");
    }
    for note in &replayed.notes {
        anstream::println!("note   {note}");
    }
    for (rule, expected, actual, differences) in &replayed.violations {
        anstream::println!(
            "FAIL   {rule}\n       expected {}\n       actual   {actual}",
            expected.join(" or ")
        );
        for difference in differences {
            anstream::println!(
                "       {}: {} → {}",
                difference.path,
                difference.expected,
                difference.actual
            );
        }
    }
    if !replayed.violations.is_empty() {
        return Ok(ExitCode::Violated);
    }
    if let Some(reason) = &replayed.unjudged {
        anstream::println!("UNRUN  {reason}");
        return Ok(ExitCode::Incomplete);
    }
    anstream::println!("PASS   every answer is as it should be");
    Ok(ExitCode::Passed)
}
