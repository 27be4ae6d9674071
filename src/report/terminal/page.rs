//! The sheet that the report is written on: styles, indents, wrapping.

use anstyle::{AnsiColor, Style};

use super::TerminalOptions;
use crate::report::findings::Status;
use crate::report::text::inert;

/// The column in which the values of a list of fields begin.
const VALUES: usize = 24;

/// A text that grows by lines.
pub struct Page {
    text: String,
    colour: bool,
    width: usize,
}

impl Page {
    /// An empty page.
    pub fn new(options: &TerminalOptions) -> Self {
        Self { text: String::new(), colour: options.colour, width: options.width.max(40) }
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    /// `text` in a style, where there is colour.
    fn styled(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text.to_owned()
        }
    }

    /// `text` in bold.
    pub fn bold(&self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    /// `text` as what matters less.
    pub fn dim(&self, text: &str) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    /// `text` in the colour of a status.
    pub fn in_status(&self, status: Status, text: &str) -> String {
        let colour = match status {
            Status::Pass => AnsiColor::Green,
            Status::Fail => AnsiColor::Red,
            Status::Flaky | Status::Unrun => AnsiColor::Yellow,
            Status::Known => AnsiColor::Magenta,
            Status::Note => AnsiColor::Cyan,
            Status::NotApplicable => return self.dim(text),
        };
        let style = colour.on_default();
        let loud = matches!(status, Status::Fail | Status::Flaky | Status::Unrun);
        self.styled(if loud { style.bold() } else { style }, text)
    }

    /// The word of a status, flush right in a column of its own.
    pub fn status(&self, status: Status) -> String {
        // Padded before it is styled: escapes have no width.
        self.in_status(status, &format!("{:>7}", status.word()))
    }

    /// One line.
    pub fn line(&mut self, text: &str) {
        self.text.push_str(&inert(text.trim_end()));
        self.text.push('\n');
    }

    /// An empty line, unless the last one is empty.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading of a part.
    pub fn heading(&mut self, text: &str) {
        self.gap();
        let text = self.bold(text);
        self.line(&text);
    }

    /// Prose, wrapped, each line behind `indent` spaces.
    pub fn prose(&mut self, indent: usize, text: &str) {
        for row in wrap(text, self.width.saturating_sub(indent)) {
            self.line(&format!("{:indent$}{row}", ""));
        }
    }

    /// How many columns a line has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// `text` in lines of the page's width, less `indent`.
    pub fn wrapped(&self, text: &str, indent: usize) -> Vec<String> {
        wrap(text, self.width.saturating_sub(indent))
    }

    /// A label and its value; further lines of the value are aligned with the first.
    pub fn field(&mut self, label: &str, value: &str) {
        let mut label = self.dim(&format!("    {label:<width$}", width = VALUES - 4));
        for row in value.split('\n') {
            self.line(&format!("{label}{row}"));
            label = " ".repeat(VALUES);
        }
    }

    /// As [`Page::field`], the value wrapped.
    pub fn prose_field(&mut self, label: &str, value: &str) {
        let rows = wrap(value, self.width.saturating_sub(VALUES));
        self.field(label, &rows.join("\n"));
    }
}

/// `text` in lines of at most `width` characters, broken at spaces; a word that is longer keeps
/// a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut rows: Vec<String> = vec![String::new()];
    let mut filled = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if filled > 0 && filled + 1 + length > width {
            rows.push(String::new());
            filled = 0;
        }
        if let Some(row) = rows.last_mut() {
            if filled > 0 {
                row.push(' ');
                filled += 1;
            }
            row.push_str(word);
            filled += length;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("incomprehensible a", 5), ["incomprehensible", "a"]);
        assert_eq!(wrap("", 5), [""]);
    }
}
