//! `permspec report` and `permspec matrix`, and writing the reports of a run.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::args::{MatrixArgs, ReportArgs, ReportCommand};
use super::{Failure, OrFail, output, usage};
use crate::event::RunResult;
use crate::exit_code::ExitCode;
use crate::report::{self, TerminalOptions};

impl ReportArgs {
    /// The files of the requested reports.
    pub fn paths(&self) -> Vec<&PathBuf> {
        self.files.iter().map(|(_, path)| path).collect()
    }

    /// Writes every report, even if another one cannot be written.
    pub fn write(&self, result: &RunResult) -> Result<(), String> {
        let mut failed = Vec::new();
        for (format, path) in &self.files {
            if let Err(error) = output::write(path, &(format.write)(result)) {
                failed.push(format!("cannot write {}: {error}", path.display()));
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
    }
}

/// Reads a stored result, or the result of an event stream.
pub fn read(path: &Path) -> Result<RunResult, Failure> {
    let cannot =
        |error: &dyn std::fmt::Display| usage(format!("cannot read {}: {error}", path.display()));
    let bytes =
        crate::input::read(path, crate::input::FOLDER_LIMIT).map_err(|error| cannot(&error))?;
    // The first line of a stream is a complete object; a result is one object over many lines.
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_stream = serde_json::from_slice::<serde_json::Value>(first)
        .is_ok_and(|value| value.get("event").is_some());
    if is_stream {
        return report::read_events(BufReader::new(bytes.as_slice()))
            .map_err(|error| cannot(&error));
    }
    let text = String::from_utf8(bytes).map_err(|_| cannot(&"it is not valid UTF-8"))?;
    report::read_json(&text).map_err(|error| cannot(&error))
}

/// `permspec report`.
pub fn report(arguments: &ReportCommand) -> Result<ExitCode, Failure> {
    let paths = arguments.reports.paths();
    output::check(&paths)?;
    let result = read(&arguments.source)?;
    if let Some(folder) = &arguments.issues {
        write_issues(&result, folder)?;
    }
    if paths.is_empty() && arguments.issues.is_none() {
        let options = TerminalOptions { verbose: arguments.verbose, ..options(false) };
        output::print(&report::terminal(&result, &options));
        return Ok(ExitCode::Passed);
    }
    arguments.reports.write(&result).map_err(anyhow::Error::msg).or_fail(ExitCode::Usage)?;
    Ok(ExitCode::Passed)
}

/// Writes a Markdown file a bug into a folder.
fn write_issues(result: &RunResult, folder: &Path) -> Result<(), Failure> {
    let cannot =
        |error: std::io::Error| usage(format!("cannot write into {}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    for (name, text) in report::issues(result) {
        output::write(&folder.join(name), &text)
            .map_err(|error| usage(format!("cannot write into {}: {error}", folder.display())))?;
    }
    Ok(())
}

/// `permspec matrix`.
pub fn matrix(arguments: &MatrixArgs) -> Result<ExitCode, Failure> {
    let paths: Vec<&PathBuf> = arguments.html.iter().chain(&arguments.markdown).collect();
    output::check(&paths)?;
    let results: Vec<RunResult> =
        arguments.sources.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let write = |path: &Path, text: &str| {
        output::write(path, text)
            .map_err(|error| usage(format!("cannot write {}: {error}", path.display())))
    };
    if let Some(path) = &arguments.html {
        write(path, &report::matrix_html(&results))?;
    }
    if let Some(path) = &arguments.markdown {
        write(path, &report::matrix_markdown(&results))?;
    }
    if paths.is_empty() {
        output::print(&report::matrix_markdown(&results));
    }
    Ok(ExitCode::Passed)
}

/// Options of the terminal report.
pub fn options(all_rules: bool) -> TerminalOptions {
    let width = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(100_usize)
        .clamp(60, 140);
    // Styles are stripped later if the stream does not support them.
    TerminalOptions { colour: true, width, all_rules, verbose: false }
}
