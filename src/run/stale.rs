//! Entries of known-failure files that no longer apply.

use crate::event::Warning;

/// An entry that no longer holds, or whose time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleEntry {
    /// The number of the file among those of the run.
    pub file: usize,
    /// The number of the entry among the file's known failures; absent for a flaky rule.
    pub entry: Option<usize>,
    /// Whether it is only expired: what it lists still fails, as far as that was seen.
    pub expired: bool,
    /// What to tell the reader.
    pub detail: String,
}

/// The entries of the known-failure files that no longer apply.
#[derive(Clone, Debug, Default)]
pub struct StaleEntries {
    /// Entries that are stale or expired.
    pub entries: Vec<StaleEntry>,
    /// Why entries could not be checked.
    pub unchecked: Vec<String>,
}

impl StaleEntries {
    /// The warnings that the result shows for them.
    pub fn warnings(&self) -> impl Iterator<Item = Warning> + '_ {
        let stale = self.entries.iter().map(|entry| ("stale-known", &entry.detail));
        let unchecked = self.unchecked.iter().map(|detail| ("known-unchecked", detail));
        stale
            .chain(unchecked)
            .map(|(id, detail)| Warning { id: id.to_owned(), detail: detail.clone() })
    }
}
