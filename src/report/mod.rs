//! Reports, computed from the result of a run or from its events.
//!
//! Every report is a function from a [`RunResult`] to text, except [`Progress`] and [`EventWriter`],
//! which consume [`Event`](crate::event::Event)s and write. Reports do not depend on the runner, so
//! a stored result gives the same reports. [`FORMATS`] lists those that have a flag of their own.
//!
//! `text` bounds and escapes everything that a target sent. `findings` classifies failures, known
//! failures and notes for all reports.

mod annotations;
mod badge;
mod deployers;
mod findings;
mod html;
mod issues;
mod json;
mod junit;
mod markdown;
mod matrix;
mod ndjson;
mod progress;
mod sarif;
mod terminal;
pub mod text;

#[cfg(test)]
mod sample;

use crate::event::RunResult;

pub use annotations::annotations;
pub use badge::badge;
pub use html::html;
pub use issues::issues;
pub use json::{ReadError, json, read_json};
pub use junit::junit;
pub use markdown::markdown;
pub use matrix::{matrix_html, matrix_markdown};
pub use ndjson::{EventWriter, StreamError, read_events};
pub use progress::Progress;
pub use sarif::sarif;
pub use terminal::{TerminalOptions, bug_in_full, bug_list, checked, differences, terminal};
pub use text::json_text;

/// A report that is written to a file. Its flag, its setting and its schema follow from this row.
#[derive(Clone, Copy, Debug)]
pub struct ReportFormat {
    /// The name of the flag and of the setting, such as `junit`.
    pub name: &'static str,
    /// The help of the flag.
    pub help: &'static str,
    /// Renders the report.
    pub write: fn(&RunResult) -> String,
}

/// Every format, in the order of the help.
pub const FORMATS: &[ReportFormat] = &[
    ReportFormat { name: "json", help: "Write the result as JSON", write: json },
    ReportFormat { name: "junit", help: "Write a JUnit report", write: junit },
    ReportFormat { name: "html", help: "Write an HTML report", write: html },
    ReportFormat { name: "markdown", help: "Write a Markdown summary", write: markdown },
    ReportFormat { name: "sarif", help: "Write a SARIF report", write: sarif },
    ReportFormat { name: "badge", help: "Write a badge in the format of shields.io", write: badge },
];
