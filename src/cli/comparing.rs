//! The arguments of the commands that compare: `record`, `diff`, `golden` and `spec`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::{JudgingArgs, TargetArgs};
use super::choices::{DepthArg, EditionArg, PhaseArg};

/// The scenarios to send.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Scenarios")]
pub struct ScenarioArgs {
    /// Send only these phases (comma-separated); `corpus` contains the documented and observed
    /// scenarios. Races cannot be compared
    #[arg(long, value_delimiter = ',', value_enum)]
    pub phases: Vec<PhaseArg>,
    /// Amount of scenarios to generate
    #[arg(long, value_enum, default_value_t = DepthArg::Default)]
    pub depth: DepthArg,
    /// Edition whose bounds and patterns are tested
    #[arg(long, value_enum, default_value_t = EditionArg::Either)]
    pub edition: EditionArg,
    /// Seed of the scenarios: a number, or `random`
    #[arg(long, value_name = "SEED")]
    pub seed: Option<String>,
    /// Maximum number of requests to each target, including fixture setup but not waiting for
    /// functions; scenarios are selected to fit before anything is sent
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_requests: u64,
    /// Number of concurrent scenarios at each target
    #[arg(short, long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
}

/// The section on golden files in the help of `record`.
const RECORDED: &str = "The file contains requests and responses, with references such as \
    ${account} and tokens such as <revision:1> for values that the target chose. It contains no \
    account id, credential or verdict. An interrupted recording is written and marked as partial.";

/// The arguments of `record`.
#[derive(Clone, Debug, Args)]
#[command(after_help = RECORDED)]
pub struct RecordArgs {
    /// Where the target is.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Record the embedded reference server
    #[arg(long)]
    pub embedded: bool,
    /// Golden file to write; - for stdout
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Name of the target
    #[arg(long)]
    pub name: Option<String>,
    /// The scenarios to send.
    #[command(flatten)]
    pub scenarios: ScenarioArgs,
}

/// The section on exit codes in the help of `diff`.
const DIFFERS: &str = "Accounts, regions, function names, revisions, ids and times never count as \
    differences. Exit code 0: no difference that counts. 1: the sides differ. 3: no difference, but \
    some scenarios could not be compared on every side.";

/// The arguments of `diff`.
#[derive(Clone, Debug, Args)]
#[command(after_help = DIFFERS)]
pub struct DiffArgs {
    /// Two or more golden files or endpoints to compare
    #[arg(value_name = "FILE|URL")]
    pub sides: Vec<String>,
    /// Add the embedded reference server as a side
    #[arg(long)]
    pub embedded: bool,
    /// One more side, and how to send requests to endpoints.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Also count differences in messages, headers and additional members of bodies
    #[arg(long)]
    pub strict: bool,
    /// Also list differences that do not count
    #[arg(long)]
    pub all: bool,
    /// Write the result as JSON; - for stdout
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Maximum number of requests to each target for shrinking
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub max_shrink_requests: u64,
    /// The scenarios to send; if a side is a golden file, those of the file.
    #[command(flatten)]
    pub scenarios: ScenarioArgs,
}

/// The commands of `golden`.
#[derive(Clone, Debug, Subcommand)]
pub enum GoldenCommand {
    /// Judge recorded responses with the current model.
    Check(CheckArgs),
}

/// The section on exit codes in the help of `golden check`.
const CHECKED: &str = "Exit code 0: the model admits every response. 6: the model contradicts \
    responses of AWS or of the reference server, so the ground truth is in doubt. 1: an emulator \
    gave responses that the model does not admit. A response of AWS that a newer recording \
    contradicts is outdated and does not fail the check.";

/// The arguments of `golden check`.
#[derive(Clone, Debug, Args)]
#[command(after_help = CHECKED)]
pub struct CheckArgs {
    /// Golden files, or files or directories of scenarios with recorded responses of AWS, such as
    /// corpora/observed
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How responses are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Print complete lists, including every rule without a golden
    #[arg(long)]
    pub all: bool,
}

/// The commands of `spec`.
#[derive(Clone, Debug, Subcommand)]
pub enum SpecCommand {
    /// Show the constraints that differ between this specification and an AWS service model.
    Diff(SpecDiffArgs),
}

/// The section on model files in the help of `spec diff`.
const MODELS: &str = "botocore ships its models compressed in botocore/data/lambda/2015-03-31/; \
    unpack one with `gzip -dk service-2.json.gz`. Exit code 0: the model agrees with the current \
    edition. 1: it differs.";

/// The arguments of `spec diff`.
#[derive(Clone, Debug, Args)]
#[command(after_help = MODELS)]
pub struct SpecDiffArgs {
    /// Service model of Lambda: botocore's service-2.json, or a Smithy model as JSON
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,
}
