//! The arguments of the commands that compare: `record`, `diff`, `golden` and `spec`.

use std::path::PathBuf;

use clap::Args;

use super::args::TargetArgs;
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
    /// The most requests to each target, fixtures included; the set is chosen to fit before
    /// anything is sent
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
