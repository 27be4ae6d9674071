//! `permspec serve`.

use std::sync::Arc;

use super::args::ServeArgs;
use super::{Failure, OrFail, output, usage};
use crate::exit_code::ExitCode;
use crate::server::mutants::{self, MutantSet};
use crate::server::{
    Credentials, Reading, Readings, ReferenceServer, RunningServer, ServerOptions, Throttle,
};

/// Serves until interrupted.
pub async fn serve(arguments: ServeArgs) -> Result<ExitCode, Failure> {
    if arguments.list_readings {
        for reading in Reading::ALL {
            output::print(&format!("{:<28} {}\n", reading.name(), reading.about()));
        }
        return Ok(ExitCode::Passed);
    }
    if arguments.list_mutants {
        for mutant in mutants::mutants() {
            let mark = if mutant.advisory { " (advisory)" } else { "" };
            output::print(&format!("{:<44} {}{mark}\n", mutant.name, mutant.about));
        }
        return Ok(ExitCode::Passed);
    }
    let port = arguments.port;
    let options = options(arguments)?;
    let server = Arc::new(ReferenceServer::new(options));
    let running = RunningServer::start(server, port).await.or_fail(ExitCode::Usage)?;
    output::print(&format!("listening on {}\n", running.endpoint()));
    // Without signal handling, the server runs until it is killed.
    if tokio::signal::ctrl_c().await.is_ok() {
        running.stop().await;
    } else {
        running.wait().await;
    }
    Ok(ExitCode::Passed)
}

fn options(arguments: ServeArgs) -> Result<ServerOptions, Failure> {
    if arguments.account.len() != 12 || !arguments.account.bytes().all(|b| b.is_ascii_digit()) {
        return Err(usage(format!("invalid account {:?}: expected 12 digits", arguments.account)));
    }
    let readings = Readings::from_names(arguments.reading.iter().map(String::as_str))
        .map_err(|error| usage(format!("{error}; `permspec serve --list-readings` prints all")))?;
    let mutants = MutantSet::parse(&arguments.mutant.join(",")).map_err(|name| {
        usage(format!("no mutant is named {name:?}; `permspec serve --list-mutants` prints all"))
    })?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let verify_signatures = arguments.verify_signatures.then(|| Credentials {
        access_key: variable("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "test".into()),
        secret_key: variable("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "test".into()),
        session_token: variable("AWS_SESSION_TOKEN"),
        expired: false,
    });
    Ok(ServerOptions {
        region: arguments.region,
        account: arguments.account,
        readings,
        mutants,
        verify_signatures,
        expired_token: arguments.expired_token,
        expire_after: arguments.expire_after,
        clock_skew: arguments.clock_skew.unwrap_or_default(),
        throttle: arguments.throttle.map(Throttle::Every),
        eventual: arguments.eventual,
        pending: arguments.pending,
        late: arguments.late_functions,
        latency: arguments.latency,
        slow_randomly: arguments.slow_randomly,
        drop_every: arguments.drop_every,
        ..ServerOptions::default()
    })
}
