//! The arguments, as clap reads them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::exit_code::ExitCode;
use crate::generate::{Depth, Feature};
use crate::spec::{EditionChoice, EvidenceFloor, Phase};

/// A property-based conformance suite for AWS Lambda `AddPermission`.
///
/// Without a command it runs the suite against its own reference server.
#[derive(Debug, Parser)]
#[command(name = "permspec", version, after_help = exit_codes(), max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The exit codes as the help shows them.
fn exit_codes() -> String {
    let mut text = String::from("Exit codes:\n");
    for code in ExitCode::ALL {
        let _ = writeln!(text, "  {:>3}  {}", code as u8, code.meaning());
    }
    text
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the suite against a target.
    Run(Box<RunArgs>),
    /// Serve the reference server on 127.0.0.1.
    Serve(ServeArgs),
    /// List the rules.
    List(ListArgs),
    /// Explain one rule: what it says and how it is known.
    Explain(ExplainArgs),
    /// Send a kept scenario again and judge the answers.
    Replay(ReplayArgs),
    /// Run the suite against deliberately broken servers, and print which rules found them.
    Selftest(SelftestArgs),
}

/// Where the target is and how to speak to it.
#[derive(Clone, Debug, Args)]
pub struct TargetArgs {
    /// The target's endpoint, such as http://127.0.0.1:4566
    #[arg(long, value_name = "URL", env = "PERMSPEC_ENDPOINT")]
    pub endpoint: Option<String>,
    /// The region to sign for
    #[arg(long, default_value = "us-east-1", env = "PERMSPEC_REGION")]
    pub region: String,
    /// The time for one request
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
    /// The execution role for functions; without it one is invented, or made where the target
    /// wants it to exist
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
}

/// How answers are judged.
#[derive(Clone, Debug, Args)]
pub struct JudgingArgs {
    /// The edition of the specification; where the two differ, `either` admits both outcomes
    #[arg(long, value_enum, default_value_t = EditionArg::Either)]
    pub edition: EditionArg,
    /// The weakest evidence that is scored
    #[arg(long, value_enum, default_value_t = EvidenceArg::Reported)]
    pub evidence: EvidenceArg,
    /// Score SHOULD rules too: texts of messages
    #[arg(long)]
    pub strict: bool,
}

/// The arguments of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// Where the target is.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Run against the embedded reference server
    #[arg(long, conflicts_with = "endpoint")]
    pub embedded: bool,
    /// How answers are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Only these rules: ids, or globs such as `statement-id.*` or `**.pattern`
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,
    /// Only these phases, comma-separated
    #[arg(long, value_delimiter = ',', value_enum)]
    pub phases: Vec<PhaseArg>,
    /// What the target lacks, comma-separated
    #[arg(long, value_delimiter = ',', value_enum)]
    pub without: Vec<FeatureArg>,
    /// How much to generate
    #[arg(long, value_enum, default_value_t = DepthArg::Default)]
    pub depth: DepthArg,
    /// The seed: a number, or `random`
    #[arg(long, value_name = "SEED")]
    pub seed: Option<String>,
    /// Groups of scenarios in flight
    #[arg(short, long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// The most requests that explore, fixtures included
    #[arg(long, value_name = "N", default_value_t = 4_000)]
    pub max_requests: u64,
    /// The longest that the run may take
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub max_time: Option<Duration>,
    /// How often a race is repeated
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub rounds: u32,
    /// Test on this function: its policy is kept, and only our own statements are touched
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// A folder of kept counterexamples: replayed first, and added to
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// A name for the target, for reports
    #[arg(long)]
    pub name: Option<String>,
    /// What a flaky rule amounts to
    #[arg(long, value_enum, default_value_t = FlakyArg::Warn)]
    pub flaky: FlakyArg,
    /// List every rule, not only those that did not hold
    #[arg(long)]
    pub all_rules: bool,
    /// Show what of the specification the requests covered
    #[arg(long)]
    pub coverage: bool,
    /// Where to write reports.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// Where reports go.
#[derive(Clone, Debug, Default, Args)]
pub struct ReportArgs {
    /// Write the result as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write an HTML report
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write a Markdown summary
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write a SARIF report
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Write a badge for shields
    #[arg(long, value_name = "FILE")]
    pub badge: Option<PathBuf>,
}

/// The arguments of `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The region that the server says it is in
    #[arg(long, default_value = "us-east-1")]
    pub region: String,
    /// The account that functions are in
    #[arg(long, default_value = "123456789012")]
    pub account: String,
    /// Settle an open point in another way; may be given several times
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub reading: Vec<String>,
    /// List the readings
    #[arg(long)]
    pub list_readings: bool,
    /// Break exactly one thing
    #[arg(long, value_name = "NAME")]
    pub mutant: Option<String>,
    /// List the mutants
    #[arg(long)]
    pub list_mutants: bool,
    /// Check signatures against AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (`test` without)
    #[arg(long)]
    pub verify_signatures: bool,
    /// Throttle one request in so many
    #[arg(long, value_name = "N")]
    pub throttle: Option<u32>,
    /// Show writes to readers only after this long
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub eventual: Option<Duration>,
    /// Answer only after this long
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub latency: Option<Duration>,
    /// Slow some answers down by this much
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub slow_randomly: Option<Duration>,
    /// Drop one answer in so many
    #[arg(long, value_name = "N")]
    pub drop_every: Option<u32>,
}

/// The arguments of `list`.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// Only these rules: ids or globs
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// The rule's id
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// The arguments of `replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// A scenario file, or the id of a kept counterexample
    #[arg(value_name = "FILE|ID")]
    pub scenario: String,
    /// Where the target is.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How answers are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// A folder of kept counterexamples
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// How often a race is repeated
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub rounds: u32,
}

/// The arguments of `selftest`.
#[derive(Clone, Debug, Args)]
pub struct SelftestArgs {
    /// Only the mutants whose names contain this
    #[arg(value_name = "TEXT")]
    pub only: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Only the sums and what is wrong
    #[arg(short, long)]
    pub quiet: bool,
    /// The seed
    #[arg(long)]
    pub seed: Option<u64>,
    /// Mutants tested at a time
    #[arg(short, long, default_value_t = 4)]
    pub jobs: u16,
}

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

/// A phase, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseArg(pub Phase);

impl ValueEnum for PhaseArg {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [PhaseArg; Phase::ALL.len()] = {
            let mut all = [PhaseArg(Phase::Corpus); Phase::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = PhaseArg(Phase::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

/// A feature, for arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureArg(pub Feature);

impl ValueEnum for FeatureArg {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [FeatureArg; Feature::ALL.len()] = {
            let mut all = [FeatureArg(Feature::Versions); Feature::ALL.len()];
            let mut at = 0;
            while at < all.len() {
                all[at] = FeatureArg(Feature::ALL[at]);
                at += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.0.name()))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
