//! The values that arguments can take, as clap reads them.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::contract::{EditionChoice, Evidence, EvidenceFloor, Phase, Strength};
use crate::generate::{Depth, Feature};
use crate::schema::Schema;

/// Editions, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EditionArg {
    /// The API page
    Page,
    /// AWS's current model
    Current,
    /// Both
    Either,
}

impl From<EditionArg> for EditionChoice {
    fn from(edition: EditionArg) -> Self {
        match edition {
            EditionArg::Page => Self::Page,
            EditionArg::Current => Self::Current,
            EditionArg::Either => Self::Either,
        }
    }
}

/// Whose credentials sign, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CredentialsArg {
    /// The words `test` and `test`
    Dummy,
    /// Those of AWS's own chain
    Chain,
    /// Nobody's: requests are not signed
    None,
}

/// How soon reads show writes, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ConsistencyArg {
    /// At once
    Strong,
    /// Within the time that --settle says
    Eventual,
}

/// Evidence, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum EvidenceArg {
    /// What the pages say, alone
    Documented,
    /// What pages, model, recordings and several reports say
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
    /// A glance
    Quick,
    /// Everything but the two largest patterns' every exit
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

/// What a flaky rule amounts to.
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
    /// Scored, as far as the evidence carries
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

/// Makes a word of ours a value of an argument.
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
