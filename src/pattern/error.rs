//! Why a pattern has no automaton.

/// A pattern that cannot be read, or whose language is of no use.
#[derive(Debug, thiserror::Error)]
#[error("pattern {pattern:?} {kind}")]
pub struct PatternError {
    pattern: String,
    kind: PatternErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PatternErrorKind {
    #[error("is not a regular expression")]
    Syntax,
    #[error("cannot be turned into an automaton")]
    Automaton,
    #[error("uses {0}, which is not supported")]
    Unsupported(&'static str),
    #[error("matches nothing")]
    Empty,
    #[error("has too many states")]
    TooLarge,
}

impl PatternErrorKind {
    pub(super) fn of(self, pattern: &str) -> PatternError {
        PatternError {
            pattern: pattern.to_owned(),
            kind: self,
            source: None,
        }
    }

    pub(super) fn because(
        self,
        pattern: &str,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> PatternError {
        PatternError {
            source: Some(Box::new(source)),
            ..self.of(pattern)
        }
    }
}

impl PatternError {
    /// The pattern as it was given.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> PatternErrorKind {
        self.kind
    }
}
