//! The records and findings of one scenario that was played.

use crate::diagnose::Tape;
use crate::judge::Finding;

use super::session::Record;

/// What playing a scenario showed.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// The requests and their answers, with the step that each belongs to.
    pub records: Vec<(usize, Record)>,
    /// The findings, with the step that each belongs to.
    pub findings: Vec<(usize, Finding)>,
    /// Why the scenario could not be judged to its end.
    pub unjudged: Option<String>,
    /// The lanes of a race that was violated.
    pub lanes: Vec<String>,
    /// What was sent and answered, where the scenario was played alone.
    pub tape: Option<Box<Tape>>,
}

impl Played {
    /// Adds a record with its findings.
    pub fn note(&mut self, at: usize, record: Record) {
        for finding in &record.judgement.findings {
            self.findings.push((at, finding.clone()));
        }
        if let Some(reason) = &record.judgement.unjudged {
            self.unjudged.get_or_insert_with(|| reason.clone());
        }
        self.records.push((at, record));
    }
}
