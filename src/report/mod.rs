//! Reports: folds over a run's result, and over its events while it goes on.
//!
//! In comes a [`RunResult`](crate::event::RunResult) or [`Event`](crate::event::Event)s, out
//! goes text: one function a report, pure but for [`Progress`] and [`EventWriter`], which write.
//! No report knows how a run is made; a result that was read back reports the same.
//!
//! What a target said is bounded and escaped in `text` before it enters a report. What counts
//! as a failure, a known one, an advisory one is decided once, in `findings`.

mod annotations;
mod badge;
mod deployers;
mod findings;
mod html;
mod json;
mod junit;
mod markdown;
mod matrix;
mod ndjson;
mod progress;
mod sarif;
mod terminal;
mod text;

#[cfg(test)]
mod sample;

pub use annotations::annotations;
pub use badge::badge;
pub use html::html;
pub use json::{ReadError, json, read_json};
pub use junit::junit;
pub use markdown::markdown;
pub use matrix::{matrix_html, matrix_markdown};
pub use ndjson::{EventWriter, StreamError, read_events};
pub use progress::Progress;
pub use sarif::sarif;
pub use terminal::{TerminalOptions, checked, differences, terminal};
pub use text::json_text;
