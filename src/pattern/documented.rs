//! For tests: the documented patterns of both editions, with their bounds.

use std::ops::RangeInclusive;

use proptest::test_runner::{RngAlgorithm, TestRng};
use regex::Regex;

use super::{Automaton, automaton_of};
use crate::contract::dialect;

pub(super) struct Documented {
    pub(super) name: &'static str,
    pub(super) pattern: &'static str,
    min: usize,
    /// The documented maximum, or a stand-in where the page has none or
    /// thousands.
    max: usize,
}

impl Documented {
    pub(super) fn automaton(&self) -> &'static Automaton {
        automaton_of(self.pattern, self.max)
    }

    pub(super) fn lens(&self) -> RangeInclusive<usize> {
        self.min..=self.max
    }
}

const fn row(name: &'static str, min: usize, max: usize, pattern: &'static str) -> Documented {
    Documented { name, pattern, min, max }
}

/// Where both editions print the same pattern, it stands here once.
pub(super) const DOCUMENTED: &[Documented] = &[
    row(
        "FunctionName page",
        1,
        140,
        r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?",
    ),
    row(
        "FunctionName current",
        1,
        256,
        r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
    ),
    row("StatementId", 1, 100, "([a-zA-Z0-9-_]+)"),
    row("Action", 0, 256, "(lambda:[*]|lambda:[a-zA-Z]+|[*])"),
    row("Principal", 0, 2048, r"[^\s]+"),
    row(
        "SourceArn page",
        0,
        256,
        r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
    ),
    row(
        "SourceArn current",
        0,
        256,
        r"arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1})?:(\d{12})?:(.*)",
    ),
    row("SourceAccount", 0, 12, r"\d{12}"),
    row("EventSourceToken", 0, 256, r"[a-zA-Z0-9._\-]+"),
    row("Qualifier page", 1, 128, "(|[a-zA-Z0-9$_-]+)"),
    row("Qualifier current", 1, 128, r"\$(LATEST(\.PUBLISHED)?)|[a-zA-Z0-9-_$]+"),
    row("PrincipalOrgID page", 12, 34, "^o-[a-z0-9]{10,32}$"),
    row("PrincipalOrgID current", 12, 34, "o-[a-z0-9]{10,32}"),
];

pub(super) fn documented(name: &str) -> &'static Documented {
    DOCUMENTED.iter().find(|row| row.name == name).unwrap()
}

pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(&dialect::whole(pattern)).unwrap()
}

pub(super) fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
