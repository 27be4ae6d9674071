//! The arguments of the commands that compare: `record`, `diff`, `golden` and `spec`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::args::{JudgingArgs, TargetArgs};
use super::choices::{DepthArg, EditionArg, PhaseArg};

/// Which scenarios are sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Scenarios")]
pub struct ScenarioArgs {
    /// Only these phases, comma-separated; `corpus` is the documented and observed scenarios, and
    /// races cannot be compared
    #[arg(long, value_delimiter = ',', value_enum)]
    pub phases: Vec<PhaseArg>,
    /// How much to generate
    #[arg(long, value_enum, default_value_t = DepthArg::Default)]
    pub depth: DepthArg,
    /// The edition whose bounds and patterns are tried
    #[arg(long, value_enum, default_value_t = EditionArg::Either)]
    pub edition: EditionArg,
    /// The seed: a number, or `random`
    #[arg(long, value_name = "SEED")]
    pub seed: Option<String>,
    /// The most requests to each target, fixtures included, waiting for functions not; the set is
    /// chosen to fit before anything is sent
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_requests: u64,
    /// Scenarios in flight at each target
    #[arg(short, long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
}

/// What the help of `record` says of the file.
const RECORDED: &str = "The file holds what was sent and what came, with references such as \
    ${account} and tokens such as <revision:1> for what the target decides. No account, credential \
    or verdict gets into it. A recording that is interrupted is written, and says that it is \
    partial.";

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
    /// The golden file to write; - for stdout
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// A name for the target
    #[arg(long)]
    pub name: Option<String>,
    /// Which scenarios.
    #[command(flatten)]
    pub scenarios: ScenarioArgs,
}

/// What the help of `diff` says of exit codes.
const DIFFERS: &str = "Answers are compared up to renaming: accounts, regions, names of functions, \
    revisions, ids and times never differ. Exit code 0: no counted difference. 1: the sides differ. \
    3: nothing differs, but some scenarios could not be compared on every side.";

/// The arguments of `diff`.
#[derive(Clone, Debug, Args)]
#[command(after_help = DIFFERS)]
pub struct DiffArgs {
    /// What to compare, two or more: golden files or endpoints
    #[arg(value_name = "FILE|URL")]
    pub sides: Vec<String>,
    /// The embedded reference server as one more side
    #[arg(long)]
    pub embedded: bool,
    /// One more side, and how to speak to those that are endpoints.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Count messages, headers and further members of bodies, too
    #[arg(long)]
    pub strict: bool,
    /// List every difference that does not count, too
    #[arg(long)]
    pub all: bool,
    /// Write the result as JSON; - for stdout
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The most requests to each target that shrink
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub max_shrink_requests: u64,
    /// Which scenarios; where a golden file is a side, those of the file.
    #[command(flatten)]
    pub scenarios: ScenarioArgs,
}

/// The commands of `golden`.
#[derive(Clone, Debug, Subcommand)]
pub enum GoldenCommand {
    /// Judge recorded answers anew, and say who is wrong where the model does not admit them.
    Check(CheckArgs),
}

/// What the help of `golden check` says of exit codes.
const CHECKED: &str = "Exit code 0: the model admits every answer. 6: it does not admit answers of \
    AWS or of the reference server, so the ground truth is in doubt. 1: it does not admit answers \
    of an emulator, so the emulator is wrong. An answer of AWS that a newer recording contradicts \
    is out of date and fails nothing.";

/// The arguments of `golden check`.
#[derive(Clone, Debug, Args)]
#[command(after_help = CHECKED)]
pub struct CheckArgs {
    /// Golden files, or files or folders of scenarios with recorded answers of AWS, such as
    /// corpora/observed
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How answers are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// List every rule without a golden, and everything else that is listed in part
    #[arg(long)]
    pub all: bool,
}

/// The commands of `spec`.
#[derive(Clone, Debug, Subcommand)]
pub enum SpecCommand {
    /// Tell what moved between the editions here and a model that AWS publishes.
    Diff(SpecDiffArgs),
}

/// What the help of `spec diff` says of the files.
const MODELS: &str = "botocore holds its models in botocore/data/lambda/2015-03-31/, compressed: \
    unpack one with `gzip -dk service-2.json.gz`. Exit code 0: the model says what the current \
    edition says. 1: something moved.";

/// The arguments of `spec diff`.
#[derive(Clone, Debug, Args)]
#[command(after_help = MODELS)]
pub struct SpecDiffArgs {
    /// Lambda's service model: botocore's service-2.json, or a Smithy model as JSON
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,
}
