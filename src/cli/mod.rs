//! The command line: arguments in, exit code out. Each command has a file of its own.
//!
//! `args` and `choices` define the arguments, `settings` and `config` merge them with environment
//! variables and the settings file, `select` chooses rules, and `output` writes.

mod args;
mod baseline;
mod catalogue;
mod choices;
mod cleanup;
mod comparing;
mod config;
mod diff;
mod golden;
mod output;
mod place;
mod record;
mod replay;
mod report;
mod run;
mod select;
mod selftest;
mod serve;
mod settings;
mod shell;
mod show;
mod spawn;
mod spec;
mod target_args;

use std::ffi::OsString;

pub use args::{Cli, Command};

use crate::exit_code::ExitCode;
use args::BaselineCommand;
use comparing::{GoldenCommand, SpecCommand};
use settings::{Parsed, Stop};

/// An error with its exit code.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: ExitCode,
    /// The error to print.
    pub error: anyhow::Error,
}

/// Attaches an exit code to an error.
trait OrFail<T> {
    /// The value, or the error with this exit code.
    fn or_fail(self, code: ExitCode) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for Result<T, E> {
    fn or_fail(self, code: ExitCode) -> Result<T, Failure> {
        self.map_err(|error| Failure { code, error: error.into() })
    }
}

/// A usage error: nothing was sent.
fn usage(text: impl std::fmt::Display) -> Failure {
    Failure { code: ExitCode::Usage, error: anyhow::anyhow!("{text}") }
}

/// Runs the command with these arguments and returns its exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let parsed = settings::parse(&words).and_then(|parsed| match parsed.cli.command {
        Some(_) => Ok(parsed),
        None => settings::demonstration(),
    });
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(Stop::Words(error)) => {
            let is_help = !error.use_stderr();
            // There is nowhere to report that printing failed.
            let _ = error.print();
            return if is_help { ExitCode::Passed } else { ExitCode::Usage };
        }
        Err(Stop::File(failure)) => return failed(&failure),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::warn(&format!("failed to start the async runtime: {error}"));
            return ExitCode::Bug;
        }
    };
    match runtime.block_on(dispatch(parsed)) {
        Ok(ExitCode::Passed) if output::is_lost() => ExitCode::Incomplete,
        Ok(code) => code,
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    output::warn(&format_error(&failure.error));
    failure.code
}

/// An error with its sources; a source is left out if the text before contains it already.
fn format_error(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

async fn dispatch(parsed: Parsed) -> Result<ExitCode, Failure> {
    let Parsed { cli, settings } = parsed;
    match cli.command {
        // `main` replaces a missing command by the demonstration.
        None => Ok(ExitCode::Bug),
        Some(Command::Run(arguments)) => Box::pin(run::run(*arguments, &settings)).await,
        Some(Command::Serve(arguments)) => serve::serve(arguments).await,
        Some(Command::List(arguments)) => catalogue::list(&arguments),
        Some(Command::Explain(arguments)) => catalogue::explain(&arguments),
        Some(Command::Replay(arguments)) => replay::replay(arguments).await,
        Some(Command::Record(arguments)) => record::record(*arguments).await,
        Some(Command::Diff(arguments)) => diff::diff(*arguments).await,
        Some(Command::Golden(GoldenCommand::Check(arguments))) => golden::check(arguments).await,
        Some(Command::Cleanup(arguments)) => cleanup::cleanup(arguments).await,
        Some(Command::Spec(SpecCommand::Diff(arguments))) => spec::diff(&arguments),
        Some(Command::Show(arguments)) => show::show(&arguments),
        Some(Command::Report(arguments)) => report::report(&arguments),
        Some(Command::Matrix(arguments)) => report::matrix(&arguments),
        Some(Command::Baseline(BaselineCommand::Update(arguments))) => {
            Box::pin(baseline::update(*arguments, &settings)).await
        }
        Some(Command::Baseline(BaselineCommand::Lint(arguments))) => baseline::lint(&arguments),
        Some(Command::Schema(arguments)) => Ok(shell::schema(&arguments)),
        Some(Command::Completions(arguments)) => Ok(shell::completions(&arguments)),
        Some(Command::Man(arguments)) => shell::man(&arguments),
        Some(Command::Selftest(arguments)) => selftest::selftest(arguments).await,
    }
}
