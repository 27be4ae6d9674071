//! How we know what we say.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a statement about AWS is known, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// The API page or the boto3 page says so.
    Documented,
    /// AWS's published service model, or its language, says so.
    Modelled,
    /// Recorded from AWS on this operation.
    Recorded,
    /// Real AWS output pasted by several people.
    Reported,
    /// Recorded from AWS on another Lambda operation with the same front end.
    Sibling,
    /// Our inference.
    Assumed,
}

impl Evidence {
    /// Every kind of evidence, the strongest first.
    pub const ALL: [Self; 6] = [
        Self::Documented,
        Self::Modelled,
        Self::Recorded,
        Self::Reported,
        Self::Sibling,
        Self::Assumed,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Modelled => "modelled",
            Self::Recorded => "recorded",
            Self::Reported => "reported",
            Self::Sibling => "sibling",
            Self::Assumed => "assumed",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How weak evidence may be and still be scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceFloor {
    /// Only what the pages say.
    Documented,
    /// What the pages, the model, recordings and several reports say.
    #[default]
    Reported,
}

impl EvidenceFloor {
    /// Whether `evidence` is strong enough to be scored.
    pub fn admits(self, evidence: Evidence) -> bool {
        match self {
            Self::Documented => evidence == Evidence::Documented,
            Self::Reported => evidence <= Evidence::Reported,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inferred_is_never_scored() {
        for floor in [EvidenceFloor::Documented, EvidenceFloor::Reported] {
            assert!(!floor.admits(Evidence::Sibling));
            assert!(!floor.admits(Evidence::Assumed));
            assert!(floor.admits(Evidence::Documented));
        }
    }
}
