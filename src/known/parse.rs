//! Reading a known-failure file: every mistake in it is one sentence with its line.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use serde::Deserialize;
use serde_json::Value as Json;
use toml::Spanned;
use toml::value::{Datetime, Value};

use super::{Entry, FORMAT, FlakyEntry, KnownFile, Place, Predicate, When};
use crate::contract::{Member, select};
use crate::scenario::{CorpusFile, file};

/// Why a known-failure file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// The file system said no.
    #[error("cannot read the known failures {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{path}, line {line}: {problem}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: Problem,
    },
}

/// What is wrong with an entry.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is no TOML, or not of this format.
    #[error("{0}")]
    Syntax(String),
    /// The file is of another version of the format.
    #[error("the format is {0:?}; this permspec reads {FORMAT:?}")]
    Format(String),
    /// The rule does not exist.
    #[error("no rule is called {rule:?}; {}", hint(near))]
    UnknownRule {
        /// The rule, as it is spelled.
        rule: String,
        /// Near names.
        near: Vec<&'static str>,
    },
    /// The reason is missing.
    #[error("the entry for {0:?} has no reason; write reason = \"…\" to say why it is tolerated")]
    NoReason(String),
    /// The counterexample is missing.
    #[error(
        "the entry for {0:?} names no counterexample; write counterexample = \"FILE\" with a kept scenario"
    )]
    NoCounterexample(String),
    /// The counterexample cannot be read.
    #[error("the counterexample of {rule:?} cannot be used: {why}")]
    Counterexample {
        /// The rule, as it is spelled.
        rule: String,
        /// What is wrong with it.
        why: String,
    },
    /// The predicate names no member.
    #[error("no member of AddPermission is called {member:?}; {}", hint(near))]
    UnknownMember {
        /// The name, as it is spelled.
        member: String,
        /// Near names.
        near: Vec<&'static str>,
    },
    /// The predicate asks for something else.
    #[error(
        "{0} can be held against a glob (\"*.*\") or asked for presence ({{ present = false }})"
    )]
    Predicate(Member),
    /// The predicate is not true of the entry's own counterexample.
    #[error("no request of the counterexample of {0:?} is as its `when` asks; correct one of them")]
    PredicateFails(String),
    /// The date is none.
    #[error("invalid date {0:?}; write it like until = \"2027-01-31\"")]
    Date(String),
}

fn hint(near: &[&str]) -> String {
    if near.is_empty() {
        "`permspec list` shows the rules and their members".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    format: Option<Spanned<String>>,
    #[serde(default)]
    known: Vec<Spanned<RawEntry>>,
    #[serde(default)]
    flaky: Vec<Spanned<RawFlaky>>,
    #[serde(default)]
    unjudged: Vec<Spanned<RawFlaky>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    rule: String,
    #[serde(default)]
    when: BTreeMap<String, Value>,
    counterexample: Option<Value>,
    reason: Option<String>,
    issue: Option<String>,
    until: Option<Value>,
    cause: Option<String>,
    bug: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFlaky {
    rule: String,
    reason: Option<String>,
    issue: Option<String>,
    until: Option<Value>,
}

impl KnownFile {
    /// Reads a file and the counterexamples that it names.
    pub fn read(path: &Path) -> Result<Self, KnownError> {
        let text = crate::input::read_text(path, crate::input::LIMIT)
            .map_err(|source| KnownError::Read { path: path.into(), source })?;
        Self::parse(path, &text)
    }

    /// Reads the text of a file; `path` is where the counterexamples are relative to.
    pub fn parse(path: &Path, text: &str) -> Result<Self, KnownError> {
        let wrong = |at: usize, problem| KnownError::Wrong {
            path: path.into(),
            line: line_of(text, at),
            problem,
        };
        let raw: RawFile = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(at, Problem::Syntax(error.message().replace('\n', "; ")))
        })?;
        if let Some(format) = &raw.format
            && format.get_ref() != FORMAT
        {
            return Err(wrong(format.span().start, Problem::Format(format.get_ref().clone())));
        }
        let mut headers: Vec<usize> = raw.known.iter().map(|entry| entry.span().start).collect();
        let bare = raw.flaky.iter().chain(&raw.unjudged);
        headers.extend(bare.map(|entry| entry.span().start));
        headers.sort_unstable();
        let mut file = Self { path: path.to_owned(), text: text.to_owned(), ..Self::default() };
        for entry in raw.known {
            let span = entry.span();
            let place = place(text, &span, &headers);
            let entry = read_entry(path, entry.into_inner(), place)
                .map_err(|problem| wrong(span.start, problem))?;
            file.known.push(entry);
        }
        for (entries, list) in [(raw.flaky, &mut file.flaky), (raw.unjudged, &mut file.unjudged)] {
            for entry in entries {
                let span = entry.span();
                let place = place(text, &span, &headers);
                let entry = read_flaky(entry.into_inner(), place)
                    .map_err(|problem| wrong(span.start, problem))?;
                list.push(entry);
            }
        }
        Ok(file)
    }
}

fn read_entry(path: &Path, raw: RawEntry, place: Place) -> Result<Entry, Problem> {
    let rules = read_rules(&raw.rule)?;
    let reason = read_reason(&raw.rule, raw.reason)?;
    let when = read_when(raw.when)?;
    let until = raw.until.map(read_date).transpose()?;
    let fail = |why: String| Problem::Counterexample { rule: raw.rule.clone(), why };
    let (counterexample, stored) = match raw.counterexample {
        None => return Err(Problem::NoCounterexample(raw.rule)),
        Some(Value::String(name)) => {
            let stored = path.parent().unwrap_or(Path::new("")).join(name);
            let read = CorpusFile::read(&stored).map_err(|error| fail(error.to_string()))?;
            (read, Some(stored))
        }
        Some(Value::Table(table)) => {
            (inline(table, &raw.rule).map_err(|error| fail(error.to_string()))?, None)
        }
        Some(_) => return Err(fail("it is neither the name of a file nor a table".into())),
    };
    if counterexample.steps.is_empty() {
        return Err(fail("it sends nothing".into()));
    }
    if !when.holds_somewhere(&counterexample.scenario()) {
        return Err(Problem::PredicateFails(raw.rule));
    }
    Ok(Entry {
        rule: raw.rule,
        rules,
        when,
        cause: raw.cause,
        bug: raw.bug,
        reason,
        issue: raw.issue,
        until,
        counterexample,
        stored,
        place,
    })
}

fn read_flaky(raw: RawFlaky, place: Place) -> Result<FlakyEntry, Problem> {
    Ok(FlakyEntry {
        rules: read_rules(&raw.rule)?,
        reason: read_reason(&raw.rule, raw.reason)?,
        issue: raw.issue,
        until: raw.until.map(read_date).transpose()?,
        rule: raw.rule,
        place,
    })
}

fn read_rules(rule: &str) -> Result<Vec<crate::contract::RuleId>, Problem> {
    let rules = select::rules(rule);
    if rules.is_empty() {
        let near = select::near_rules(rule);
        return Err(Problem::UnknownRule { rule: rule.to_owned(), near });
    }
    Ok(rules)
}

fn read_reason(rule: &str, reason: Option<String>) -> Result<String, Problem> {
    reason
        .map(|reason| reason.trim().to_owned())
        .filter(|reason| !reason.is_empty())
        .ok_or_else(|| Problem::NoReason(rule.to_owned()))
}

fn read_when(raw: BTreeMap<String, Value>) -> Result<When, Problem> {
    let mut asked = Vec::new();
    for (name, value) in raw {
        let Some(member) = Member::from_name(&name) else {
            let near = select::near(&name, Member::ALL.iter().map(|member| member.name()));
            return Err(Problem::UnknownMember { member: name, near });
        };
        let predicate = match value {
            Value::String(glob) => Predicate::Fits(glob),
            Value::Table(table) if table.len() == 1 => match table.get("present") {
                Some(Value::Boolean(wanted)) => Predicate::Present(*wanted),
                _ => return Err(Problem::Predicate(member)),
            },
            _ => return Err(Problem::Predicate(member)),
        };
        asked.push((member, predicate));
    }
    Ok(When(asked))
}

/// A date, written as TOML writes dates or as a text of the same form.
fn read_date(value: Value) -> Result<String, Problem> {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match Datetime::from_str(&text) {
        Ok(Datetime { date: Some(_), time: None, offset: None }) => Ok(text),
        _ => Err(Problem::Date(text)),
    }
}

/// A scenario that is in the file itself; what a file of its own would say of it is not
/// asked for.
fn inline(table: toml::Table, rule: &str) -> Result<CorpusFile, serde_json::Error> {
    let mut value = serde_json::to_value(table)?;
    if let Some(members) = value.as_object_mut() {
        let defaults =
            [("format", file::FORMAT), ("about", rule), ("source", "a file of known failures")];
        for (key, text) in defaults {
            members.entry(key).or_insert_with(|| Json::String(text.to_owned()));
        }
    }
    serde_json::from_value(value)
}

/// The line of a byte, from 1.
fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

/// The location of an entry whose header has this span; `headers` are those of every entry.
fn place(text: &str, span: &Range<usize>, headers: &[usize]) -> Place {
    if !text[span.start..].starts_with("[[") {
        // A table within an array on its own: it ends where it ends.
        let (first, last) = (line_of(text, span.start), line_of(text, span.end));
        return Place { first, last, start: span.start, end: span.end };
    }
    let next = headers.iter().copied().find(|header| *header > span.start);
    let end = next.map_or(text.len(), |next| with_comment(text, next));
    let body = text[span.start..end]
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .last()
        .map_or(0, |(at, _)| at);
    let first = line_of(text, span.start);
    Place { first, last: first + body, start: with_comment(text, span.start), end }
}

/// Where the comment directly above a header begins. A comment at the very start of a file is
/// about the file.
fn with_comment(text: &str, header: usize) -> usize {
    let mut start = header;
    while start > 0 {
        let above = text[..start - 1].rfind('\n').map_or(0, |at| at + 1);
        if !text[above..start].trim_start().starts_with('#') {
            return start;
        }
        start = above;
    }
    header
}
