//! Values of arguments, for clap.

use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::contract::{EditionChoice, Evidence, EvidenceFloor, Phase, Strength};
use crate::generate::{Depth, Feature};
use crate::schema::Schema;

/// Editions, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EditionArg {
    /// The first API reference page
    Page,
    /// The API page of September 2026
    #[value(name = "page-2026-09")]
    Page202609,
    /// AWS's current model
    Current,
    /// All editions
    Either,
}

impl From<EditionArg> for EditionChoice {
    fn from(edition: EditionArg) -> Self {
        match edition {
            EditionArg::Page => Self::Page,
            EditionArg::Page202609 => Self::Page202609,
            EditionArg::Current => Self::Current,
            EditionArg::Either => Self::Either,
        }
    }
}

/// Sources of credentials, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CredentialsArg {
    /// Access key and secret key `test`
    Dummy,
    /// The default AWS credential chain
    Chain,
    /// Send unsigned requests
    None,
}

/// Consistency models, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConsistencyArg {
    /// Reads show writes immediately
    Strong,
    /// Reads are repeated until they show writes, up to --consistency-timeout
    Eventual,
}

/// Evidence, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvidenceArg {
    /// Only the documentation
    Documented,
    /// Documentation, service model, recordings, and several matching reports
    Reported,
}

impl From<EvidenceArg> for EvidenceFloor {
    fn from(evidence: EvidenceArg) -> Self {
        match evidence {
            EvidenceArg::Documented => Self::Documented,
            EvidenceArg::Reported => Self::Reported,
        }
    }
}

/// Depths, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DepthArg {
    /// A short run
    Quick,
    /// Everything except full coverage of the two largest patterns
    Default,
    /// Everything
    Deep,
}

impl From<DepthArg> for Depth {
    fn from(depth: DepthArg) -> Self {
        match depth {
            DepthArg::Quick => Self::Quick,
            DepthArg::Default => Self::Default,
            DepthArg::Deep => Self::Deep,
        }
    }
}

/// Effects of a flaky rule, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FlakyArg {
    /// The run is incomplete (exit code 3)
    Warn,
    /// The run fails (exit code 1)
    Fail,
}

/// Strengths, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StrengthArg {
    /// Scored where the evidence suffices
    Must,
    /// Reported; scored only with --strict
    Should,
}

impl From<StrengthArg> for Strength {
    fn from(strength: StrengthArg) -> Self {
        match strength {
            StrengthArg::Must => Self::Must,
            StrengthArg::Should => Self::Should,
        }
    }
}

/// Makes a type with named values an argument value.
macro_rules! words {
    ($(#[$about:meta] $name:ident($inner:ty) of $all:expr;)+) => {
        $(
            #[$about]
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name(pub $inner);

            impl ValueEnum for $name {
                fn value_variants<'a>() -> &'a [Self] {
                    const ALL: [$name; $all.len()] = {
                        let mut all = [$name($all[0]); $all.len()];
                        let mut at = 0;
                        while at < all.len() {
                            all[at] = $name($all[at]);
                            at += 1;
                        }
                        all
                    };
                    &ALL
                }

                fn to_possible_value(&self) -> Option<PossibleValue> {
                    Some(PossibleValue::new(self.0.name()))
                }
            }
        )+
    };
}

words! {
    /// A phase, for arguments.
    PhaseArg(Phase) of Phase::ALL;
    /// A feature, for arguments.
    FeatureArg(Feature) of Feature::ALL;
    /// A kind of evidence, for arguments.
    EvidenceKindArg(Evidence) of Evidence::ALL;
    /// A schema, for arguments.
    SchemaArg(Schema) of Schema::ALL;
}

/// Reads a duration in which something can be done.
pub fn some_time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if time.is_zero() => Err("nothing can be done in no time at all".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a region: it becomes part of ARNs, signatures and names of hosts.
pub fn region(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=40).contains(&text.len()) && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("a region is lower-case letters, digits and hyphens, such as us-east-1".to_owned())
    }
}
