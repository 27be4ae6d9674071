//! From a finding of the judge to the cause that results show and known-failure files list.

use sha2::{Digest, Sha256};

use crate::event::{Cause, Counterexample};
use crate::judge::Finding;

/// The first eight hexadecimal digits of the SHA-256 of a text.
pub fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let start = digest.iter().take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    format!("{start:08x}")
}

/// How often a cause was seen while exploring, and when first.
#[derive(Clone, Copy, Debug)]
pub struct Occurrences {
    /// How many requests showed it.
    pub count: u32,
    /// How many requests the run had sent when it was first seen.
    pub first_at: u64,
}

/// The cause that a finding is reported as. Its fingerprint is what known-failure files list.
pub fn cause_of(
    finding: &Finding,
    seen: Occurrences,
    counterexample: Counterexample,
    flaky: bool,
) -> Cause {
    let fingerprint = short_hash(&finding.fingerprint_text());
    let rule = finding.rule();
    let id = format!("{}-{}", rule.name().replace('.', "-"), &fingerprint[..4]);
    let path = finding.differences.first().map(|difference| difference.path.clone());
    let mut counterexample = counterexample;
    counterexample.replay = format!("permspec replay {id}");
    Cause {
        id,
        fingerprint,
        rule,
        aspect: finding.aspect,
        direction: finding.direction,
        evidence: finding.evidence,
        source: finding.source.clone(),
        advisory: finding.advisory,
        flaky,
        known: None,
        bug: None,
        occurrences: seen.count,
        seen_at: seen.first_at,
        brief: format!(
            "{}: expected {}, got {}",
            path.unwrap_or_else(|| finding.aspect.name().to_owned()),
            finding.expected.first().cloned().unwrap_or_default(),
            finding.actual
        ),
        counterexample,
    }
}
