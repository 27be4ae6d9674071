//! The command line: arguments in, exit code out. Each command has a file of its own.

mod args;
mod catalogue;
mod replay;
mod run;
mod selftest;
mod serve;

use std::ffi::OsString;

use clap::Parser as _;

pub use args::{Cli, Command};

use crate::exit_code::ExitCode;

/// Something went wrong; the exit code says what kind of thing.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: ExitCode,
    /// What to tell the user.
    pub error: anyhow::Error,
}

/// Turns an error into a failure with an exit code.
trait OrFail<T> {
    /// The value, or a failure with this exit code.
    fn or_fail(self, code: ExitCode) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for Result<T, E> {
    fn or_fail(self, code: ExitCode) -> Result<T, Failure> {
        self.map_err(|error| Failure { code, error: error.into() })
    }
}

/// A failure of usage: nothing was sent.
fn usage(text: impl std::fmt::Display) -> Failure {
    Failure { code: ExitCode::Usage, error: anyhow::anyhow!("{text}") }
}

/// Runs the command with these arguments and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let is_help = !error.use_stderr();
            // Nothing can be done where the text cannot be shown.
            let _ = error.print();
            return if is_help { ExitCode::Passed } else { ExitCode::Usage };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("permspec: no threads to run on: {error}");
            return ExitCode::Bug;
        }
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(failure) => {
            anstream::eprintln!("permspec: {:#}", failure.error);
            failure.code
        }
    }
}

async fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => run::demonstrate().await,
        Some(Command::Run(run)) => run::run(*run).await,
        Some(Command::Serve(serve)) => serve::serve(serve).await,
        Some(Command::List(list)) => catalogue::list(&list),
        Some(Command::Explain(explain)) => catalogue::explain(&explain),
        Some(Command::Replay(replay)) => replay::replay(replay).await,
        Some(Command::Selftest(arguments)) => selftest::selftest(arguments).await,
    }
}
