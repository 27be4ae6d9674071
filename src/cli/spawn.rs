//! The target that `--spawn` starts.

use std::path::Path;

use super::args::RunArgs;
use super::run::KEPT;
use super::{Failure, OrFail, output, usage};
use crate::client::Endpoint;
use crate::client::spawn::{Spawn, SpawnError, Spawned};
use crate::exit_code::ExitCode;

/// What the arguments ask to start, where they do; its log lies beside the counterexamples.
pub fn asked(arguments: &RunArgs, endpoint: &Endpoint) -> Result<Option<Spawn>, Failure> {
    // An empty command takes back the one of a profile.
    let command = arguments.spawn.as_deref().map(str::trim).filter(|command| !command.is_empty());
    let Some(command) = command else { return Ok(None) };
    let folder = Path::new(KEPT);
    std::fs::create_dir_all(folder).map_err(|error| {
        usage(format!("cannot write the output of the target to {}: {error}", folder.display()))
    })?;
    // Only one server can use a port, so the log has one writer.
    let log = folder.join(format!("target-{}.log", endpoint.port()));
    Ok(Some(Spawn {
        command: command.to_owned(),
        endpoint: endpoint.clone(),
        log,
        ready_timeout: arguments.ready_timeout,
    }))
}

/// Starts a target and waits until it responds, or until `stop`.
pub async fn start(spawn: Spawn, stop: impl Future<Output = ()>) -> Result<Spawned, Failure> {
    let mut spawned = Spawned::start(spawn).await.map_err(failure)?;
    output::eprint(&format!("spawned  output goes to {}\n", spawned.log().display()));
    let ready = tokio::select! {
        ready = spawned.ready() => ready.map_err(failure),
        () = stop => Err(anyhow::anyhow!("interrupted before the target responded"))
            .or_fail(ExitCode::Interrupted),
    };
    match ready {
        Ok(()) => Ok(spawned),
        Err(failure) => {
            spawned.end().await;
            Err(failure)
        }
    }
}

/// Ends a target. If it has already ended, it did so during the run.
pub async fn end(mut spawned: Spawned) {
    if let Some(status) = spawned.ended() {
        output::warn(&format!("the target exited during the run ({status}){}", spawned.tail()));
    }
    spawned.end().await;
}

fn failure(error: SpawnError) -> Failure {
    let code = match error {
        SpawnError::Unsupported | SpawnError::Log { .. } => ExitCode::Usage,
        _ => ExitCode::Unusable,
    };
    Failure { code, error: error.into() }
}
