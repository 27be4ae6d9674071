//! The ledger: every sentence of the two documents, tied to rules or excluded with a reason.
//!
//! It shows that the catalogue forgets nothing, without quoting the documents: an entry holds
//! where a sentence stands and the start of its hash, never its text. Whoever has the texts can
//! [`check`] them against it and learns which sentences are new and which are gone.
//!
//! [`sentences`] cuts a text the same way every time:
//!
//! 1. The text is cut at line breaks, since the documents as text keep paragraphs, headings and
//!    lines such as a member's type on lines of their own.
//! 2. In each line, runs of white space become one blank; blanks at either end and a bullet at
//!    the start are dropped, and so are lines of which nothing is left.
//! 3. A line is cut after `.`, `!` or `?` where a blank and an ASCII capital follow.
//!
//! What is left is a *sentence*, though it may be a heading, a pattern or an example.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::rule::RuleId;

/// A document that the ledger accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// The API reference page of AddPermission.
    ApiPage,
    /// The boto3 page of add_permission.
    Boto3Page,
}

impl Document {
    /// Both documents.
    pub const ALL: [Self; 2] = [Self::ApiPage, Self::Boto3Page];

    /// The words for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiPage => "API page",
            Self::Boto3Page => "boto3 page",
        }
    }

    /// The name that a file with the document's text goes by.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::ApiPage => "api-reference.txt",
            Self::Boto3Page => "boto3-add-permission.txt",
        }
    }

    const fn data(self) -> &'static str {
        match self {
            Self::ApiPage => include_str!("ledger/page.toml"),
            Self::Boto3Page => include_str!("ledger/boto3.toml"),
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What the ledger says of one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The document.
    pub document: Document,
    /// Where in the document the sentence stands: `StatementId/pattern`, `introduction/3`.
    pub locator: String,
    /// The sentence's [`hash`].
    pub hash: String,
    /// The rules that the sentence carries; none where it is excluded.
    pub rules: Vec<RuleId>,
    /// Why it carries none.
    pub excluded: Option<String>,
    /// What is wrong with the sentence, or how it was read.
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    entries: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    locator: String,
    sha256: String,
    #[serde(default)]
    rules: Vec<RuleId>,
    excluded: Option<String>,
    note: Option<String>,
}

static ENTRIES: LazyLock<Vec<LedgerEntry>> = LazyLock::new(|| {
    Document::ALL
        .into_iter()
        .flat_map(|document| {
            let data: Data = toml::from_str(document.data())
                .expect("the ledger's data is part of the program and read by its tests");
            data.entries.into_iter().map(move |row| LedgerEntry {
                document,
                locator: row.locator,
                hash: row.sha256,
                rules: row.rules,
                excluded: row.excluded,
                note: row.note,
            })
        })
        .collect()
});

/// Every entry, document by document, in the order of the sentences.
pub fn entries() -> Vec<LedgerEntry> {
    ENTRIES.clone()
}

/// The sentences of a text, cut as the module's head says.
pub fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for line in text.lines() {
        let line = normalise(line);
        let mut rest = line.strip_prefix("• ").unwrap_or(&line);
        while let Some(end) = sentence_end(rest) {
            sentences.push(rest[..end].to_owned());
            rest = &rest[end + 1..];
        }
        if !rest.is_empty() {
            sentences.push(rest.to_owned());
        }
    }
    sentences
}

fn normalise(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the first of several sentences ends; `None` where only one is left.
fn sentence_end(line: &str) -> Option<usize> {
    line.as_bytes()
        .windows(3)
        .position(|at| {
            matches!(at[0], b'.' | b'!' | b'?') && at[1] == b' ' && at[2].is_ascii_uppercase()
        })
        // The sentence keeps its full stop, an ASCII character.
        .map(|stop| stop + 1)
}

/// The first 16 hexadecimal digits of the SHA-256 of a sentence, its white space normalised.
pub fn hash(sentence: &str) -> String {
    let digest = Sha256::digest(normalise(sentence).as_bytes());
    let start = digest.iter().take(8).fold(0, |start, byte| (start << 8) | u64::from(*byte));
    format!("{start:016x}")
}

/// A difference between the ledger and a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The document has a sentence, at this place, that the ledger does not account for.
    NoEntry {
        /// The sentence.
        sentence: String,
        /// The locator of the last sentence before it that the ledger knows.
        after: Option<String>,
    },
    /// The ledger has an entry that no sentence of the document, at this place, fits.
    NoSentence {
        /// The entry's locator.
        locator: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEntry { sentence, after: Some(after) } => {
                write!(f, "no entry, after {after}, for the sentence {sentence:?}")
            }
            Self::NoEntry { sentence, after: None } => {
                write!(f, "no entry, at the start, for the sentence {sentence:?}")
            }
            Self::NoSentence { locator } => write!(f, "no sentence for the entry {locator}"),
        }
    }
}

/// Holds a document's text against the ledger; empty when they agree.
///
/// Sentences and entries are compared in their order, because the same short sentence stands
/// under many members: that a member is required now and another is no longer shows only so.
pub fn check(document: Document, text: &str) -> Vec<Problem> {
    let entries: Vec<&LedgerEntry> =
        ENTRIES.iter().filter(|entry| entry.document == document).collect();
    differences(&entries, &sentences(text))
}

/// What is left of entries and sentences when the longest sequence common to both is taken out.
fn differences(entries: &[&LedgerEntry], sentences: &[String]) -> Vec<Problem> {
    let hashes: Vec<String> = sentences.iter().map(|sentence| hash(sentence)).collect();
    // common[e][s] is the length of the longest sequence common to entries[e..] and
    // sentences[s..].
    let mut common = vec![vec![0_usize; hashes.len() + 1]; entries.len() + 1];
    for (e, entry) in entries.iter().enumerate().rev() {
        for (s, hash) in hashes.iter().enumerate().rev() {
            common[e][s] = if entry.hash == *hash {
                common[e + 1][s + 1] + 1
            } else {
                common[e + 1][s].max(common[e][s + 1])
            };
        }
    }
    let mut problems = Vec::new();
    let mut after = None;
    let (mut e, mut s) = (0, 0);
    while e < entries.len() || s < hashes.len() {
        let both = e < entries.len() && s < hashes.len();
        if both && entries[e].hash == hashes[s] {
            after = Some(entries[e].locator.clone());
            (e, s) = (e + 1, s + 1);
        } else if s == hashes.len() || (both && common[e + 1][s] >= common[e][s + 1]) {
            problems.push(Problem::NoSentence { locator: entries[e].locator.clone() });
            e += 1;
        } else {
            problems
                .push(Problem::NoEntry { sentence: sentences[s].clone(), after: after.clone() });
            s += 1;
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::contract::Evidence;
    use crate::contract::catalogue::RULES;

    #[test]
    fn every_sentence_is_tied_to_rules_or_excluded_with_a_reason() {
        assert!(entries().len() > 100);
        for LedgerEntry { document, locator, rules, excluded, .. } in entries() {
            match excluded {
                Some(reason) => {
                    assert!(rules.is_empty(), "{document}, {locator}: tied and excluded");
                    assert!(!reason.trim().is_empty(), "{document}, {locator}: no reason");
                }
                None => assert!(!rules.is_empty(), "{document}, {locator}: neither"),
            }
            let distinct: BTreeSet<_> = rules.iter().collect();
            assert_eq!(distinct.len(), rules.len(), "{document}, {locator}: a rule twice");
        }
    }

    #[test]
    fn no_place_of_a_document_is_told_twice() {
        let mut seen = BTreeSet::new();
        for entry in entries() {
            assert!(seen.insert((entry.document, entry.locator.clone())), "{}", entry.locator);
        }
    }

    #[test]
    fn every_hash_is_sixteen_hexadecimal_digits() {
        for LedgerEntry { locator, hash, .. } in entries() {
            let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(hash.len() == 16 && hash.chars().all(digit), "{locator}: {hash}");
        }
    }

    #[test]
    fn every_documented_rule_is_tied_to_a_sentence() {
        let tied: BTreeSet<RuleId> = entries().into_iter().flat_map(|entry| entry.rules).collect();
        let untied: Vec<&str> = RULES
            .iter()
            .filter(|rule| {
                // The ledger accounts for the two documents that the suite began with.
                let newer = |source: &str| source.contains("of September 2026");
                rule.aspects
                    .iter()
                    .any(|known| known.evidence == Evidence::Documented && !newer(known.source))
            })
            .map(|rule| rule.id)
            .filter(|id| !tied.contains(id))
            .map(RuleId::name)
            .collect();
        assert_eq!(untied, Vec::<&str>::new());
    }

    #[test]
    fn the_ledger_tells_what_the_first_example_lost() {
        let note = |at: &str| {
            let found = entries()
                .into_iter()
                .find(|entry| entry.document == Document::Boto3Page && entry.locator == at);
            found.unwrap().note.unwrap()
        };
        assert!(note("example-1/call").contains("lost the Principal"));
        assert!(note("example-1/answer").contains("lost the Principal"));
        assert!(note("example-1/answer").contains("/*"));
    }

    #[test]
    fn a_text_is_cut_at_lines_and_after_full_stops() {
        let text = "A  heading\n\n \n  • Bees hum. They\tdo!  Or not?\u{a0}Yes.\r\nOf v1.2 e.g. one. \
                    two ends. É starts\nUp to 3. At least 2.";
        assert_eq!(
            sentences(text),
            [
                "A heading",
                "Bees hum.",
                "They do!",
                "Or not?",
                "Yes.",
                "Of v1.2 e.g. one. two ends. É starts",
                "Up to 3.",
                "At least 2."
            ]
        );
    }

    #[test]
    fn a_hash_is_the_start_of_sha_256_whatever_the_spacing() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea");
        assert_eq!(hash(" a  b\n"), hash("a b"));
        assert_ne!(hash("a b"), hash("ab"));
    }

    fn ledger(locators_and_sentences: &[(&str, &str)]) -> Vec<LedgerEntry> {
        locators_and_sentences
            .iter()
            .map(|(locator, sentence)| LedgerEntry {
                document: Document::ApiPage,
                locator: (*locator).into(),
                hash: hash(sentence),
                rules: Vec::new(),
                excluded: None,
                note: None,
            })
            .collect()
    }

    fn told(text: &str) -> Vec<String> {
        let ledger = ledger(&[("a/1", "Bees hum."), ("a/must", "Yes"), ("b/1", "Ants walk.")]);
        let entries: Vec<&LedgerEntry> = ledger.iter().collect();
        differences(&entries, &sentences(text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_document_that_is_as_it_was_has_no_problem() {
        assert_eq!(told("Bees  hum.\nYes\n\n• Ants walk."), Vec::<String>::new());
    }

    #[test]
    fn a_new_sentence_and_a_lost_one_are_noticed() {
        assert_eq!(
            told("Bees hum. Loudly.\nYes\nAnts walk."),
            ["no entry, after a/1, for the sentence \"Loudly.\""]
        );
        assert_eq!(told("Yes\nAnts walk."), ["no sentence for the entry a/1"]);
        assert_eq!(
            told("New.\nBees hum.\nYes"),
            ["no entry, at the start, for the sentence \"New.\"", "no sentence for the entry b/1"]
        );
    }

    #[test]
    fn a_sentence_that_moved_to_another_member_is_noticed() {
        assert_eq!(
            told("Bees hum.\nAnts walk.\nYes"),
            ["no sentence for the entry a/must", "no entry, after b/1, for the sentence \"Yes\""]
        );
        assert_eq!(
            told("Bees hum.\nYes\nAnts walk.\nYes"),
            ["no entry, after b/1, for the sentence \"Yes\""]
        );
    }

    #[test]
    fn an_empty_text_lacks_every_sentence_of_a_document() {
        for document in Document::ALL {
            let entries = entries().iter().filter(|entry| entry.document == document).count();
            assert_eq!(check(document, "").len(), entries);
        }
    }

    #[test]
    #[ignore = "needs the API page's text, in the folder that PERMSPEC_PAGES names"]
    fn the_pages_say_what_the_ledger_accounts_for() {
        let folder = std::env::var_os("PERMSPEC_PAGES").expect("PERMSPEC_PAGES names a folder");
        for document in Document::ALL {
            let path = std::path::Path::new(&folder).join(document.file_name());
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
            let problems: Vec<String> =
                check(document, &text).iter().map(ToString::to_string).collect();
            assert_eq!(problems, Vec::<String>::new(), "{document}");
        }
    }
}
