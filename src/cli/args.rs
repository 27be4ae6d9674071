//! The arguments, as clap reads them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::choices::{
    DepthArg, EditionArg, EvidenceArg, EvidenceKindArg, FeatureArg, FlakyArg, PhaseArg, SchemaArg,
    StrengthArg,
};
use super::comparing::{DiffArgs, GoldenCommand, RecordArgs, SpecCommand};
pub use super::target_args::TargetArgs;
use crate::exit_code::ExitCode;

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
    /// Record what a target answers, as a golden file.
    Record(Box<RecordArgs>),
    /// Compare what several implementations answer.
    Diff(Box<DiffArgs>),
    /// Hold recorded answers against the model.
    #[command(subcommand)]
    Golden(GoldenCommand),
    /// Compare the specification with AWS's service model.
    #[command(subcommand)]
    Spec(SpecCommand),
    /// Write reports from a stored result or event stream.
    Report(ReportCommand),
    /// Compare the results of several implementations.
    Matrix(MatrixArgs),
    /// Delete what runs on real AWS left behind.
    Cleanup(CleanupArgs),
    /// Keep a file of known failures.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Run the suite against deliberately broken servers, and print which rules found them.
    Selftest(SelftestArgs),
    /// Print a JSON Schema of a file that permspec reads or writes.
    Schema(SchemaArgs),
    /// Print the completions for a shell.
    Completions(CompletionsArgs),
    /// Print a manual page.
    Man(ManArgs),
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
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub strict: bool,
}

/// What the help of `run` says of settings.
const SETTINGS: &str = "Every option can be given as a variable, such as PERMSPEC_MAX_REQUESTS for \
    --max-requests, and in permspec.toml: flags stand over variables, over [profile.NAME], over \
    [default].";

/// The arguments of `run`.
#[derive(Clone, Debug, Args)]
#[command(after_help = SETTINGS)]
pub struct RunArgs {
    /// Where the target is.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Run against the embedded reference server
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub embedded: bool,
    /// Start the target with this command, for a shell, and end it with all that it started; it
    /// finds host and port of the endpoint in PERMSPEC_HOST and PERMSPEC_PORT
    #[arg(long, value_name = "COMMAND")]
    pub spawn: Option<String>,
    /// How long what --spawn starts may take until it answers
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = humantime::parse_duration)]
    pub ready_timeout: Duration,
    /// How answers are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Which rules count.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Only these phases, comma-separated
    #[arg(long, help_heading = SELECTING, value_delimiter = ',', value_enum)]
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
    /// Groups of scenarios in flight; 2 with --aws
    #[arg(short, long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// The most requests that explore, fixtures included; 6000, or any number for a deep run. With
    /// --aws, the most requests in all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_requests: Option<u64>,
    /// The longest that the run may take
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub max_time: Option<Duration>,
    /// How often a race is repeated; 3 times with --aws
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Test on this function: its policy is kept, and only our own statements are touched
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// A folder of kept counterexamples: replayed first, and added to
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// A file of known failures; may be given several times
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
    /// A name for the target, for reports
    #[arg(long)]
    pub name: Option<String>,
    /// What a flaky rule amounts to
    #[arg(long, value_enum, default_value_t = FlakyArg::Warn)]
    pub flaky: FlakyArg,
    /// List every rule, not only those that did not hold
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub all_rules: bool,
    /// Show what of the specification the requests covered
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub coverage: bool,
    /// Where to write reports.
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Write events as they happen, a line of JSON each
    #[arg(long, value_name = "FILE", help_heading = REPORTS)]
    pub events: Option<PathBuf>,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// The heading of the flags that select.
const SELECTING: &str = "Selecting rules";

/// Which rules count; of several kinds of filter a rule must pass each.
#[derive(Clone, Debug, Default, Args)]
pub struct SelectionArgs {
    /// Only these rules: ids, or globs such as `statement-id.*` or `**.pattern`
    #[arg(value_name = "RULE", value_delimiter = ',')]
    pub rules: Vec<String>,
    /// Only rules about this member of AddPermission, such as StatementId
    #[arg(long, help_heading = SELECTING, value_name = "NAME", value_delimiter = ',')]
    pub member: Vec<String>,
    /// Only rules about this subject, such as `error` or `race`
    #[arg(long, help_heading = SELECTING, value_name = "NAME", value_delimiter = ',')]
    pub topic: Vec<String>,
    /// Only rules that are known in this way
    #[arg(long, help_heading = SELECTING, value_name = "KIND", value_delimiter = ',', value_enum)]
    pub evidence_is: Vec<EvidenceKindArg>,
    /// Only rules of this strength
    #[arg(long, help_heading = SELECTING, value_enum, ignore_case = true)]
    pub strength: Option<StrengthArg>,
    /// Only what failed, was flaky or could not run in this result, with the same seed
    #[arg(long, help_heading = SELECTING, value_name = "FILE")]
    pub rerun: Option<PathBuf>,
}

/// Where settings come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// The file of settings; `permspec.toml` in the working directory where there is one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The profile of the file of settings
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Print each setting and where it comes from; send nothing
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub show_config: bool,
}

/// The heading of the flags that write files.
const REPORTS: &str = "Reports (FILE may be - for stdout)";

/// Where reports go.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = REPORTS)]
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
    /// Break one thing; several names, separated by commas, break several at once
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub mutant: Vec<String>,
    /// List the mutants
    #[arg(long)]
    pub list_mutants: bool,
    /// Check signatures against AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (`test` without)
    #[arg(long)]
    pub verify_signatures: bool,
    /// A session token that counts as expired, where signatures are checked
    #[arg(long, value_name = "TOKEN")]
    pub expired_token: Option<String>,
    /// Let every session expire after so many requests, where signatures are checked
    #[arg(long, value_name = "N")]
    pub expire_after: Option<u64>,
    /// How far the server's clock is ahead, where signatures are checked
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub clock_skew: Option<Duration>,
    /// Throttle one request in so many
    #[arg(long, value_name = "N")]
    pub throttle: Option<u32>,
    /// Show writes to readers only after this long
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub eventual: Option<Duration>,
    /// Leave new functions pending for this long
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub pending: Option<Duration>,
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

/// The arguments of `cleanup`.
#[derive(Clone, Debug, Args)]
pub struct CleanupArgs {
    /// Delete; without it, what would be deleted is only listed
    #[arg(long)]
    pub yes: bool,
    /// Instead of what the journals name: every function whose name begins so, and that says of
    /// itself that permspec made it
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// With --prefix: where they are
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// With --prefix: in this region
    #[arg(long, default_value = "us-east-1")]
    pub region: String,
    /// With --prefix: on real AWS, in the region
    #[arg(long)]
    pub aws: bool,
    /// The profile to take credentials from, where they are AWS's
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// The folder of the journals
    #[arg(long, value_name = "DIR", default_value = crate::client::journal::FOLDER)]
    pub journal: PathBuf,
    /// The time for one request
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
}

/// The arguments of `selftest`.
#[derive(Clone, Debug, Args)]
pub struct SelftestArgs {
    /// Only the mutants whose names contain this
    #[arg(value_name = "TEXT")]
    pub only: Option<String>,
    /// Only one part of them, such as the second of ten: 2/10
    #[arg(long, value_name = "K/N", value_parser = super::selftest::shard)]
    pub shard: Option<(usize, usize)>,
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

/// The arguments of `report`.
#[derive(Clone, Debug, Args)]
pub struct ReportCommand {
    /// A result that --json wrote, or a stream that --events wrote
    #[arg(value_name = "RESULTS.json|EVENTS.ndjson")]
    pub source: PathBuf,
    /// Where to write reports; without any, the result is shown.
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// The arguments of `matrix`.
#[derive(Clone, Debug, Args)]
pub struct MatrixArgs {
    /// The results to compare, or event streams
    #[arg(value_name = "RESULTS", required = true)]
    pub sources: Vec<PathBuf>,
    /// Write the comparison as an HTML page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the comparison as Markdown; without any file it is shown
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// The commands of `baseline`.
#[derive(Clone, Debug, Subcommand)]
pub enum BaselineCommand {
    /// Run the suite, add every new cause to the file, remove what is stale.
    Update(Box<UpdateArgs>),
    /// Check the file and every counterexample that it names; nothing is sent.
    Lint(LintArgs),
}

/// The arguments of `baseline update`.
#[derive(Clone, Debug, Args)]
pub struct UpdateArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Why the new causes are put up with; without it each entry says what was seen
    #[arg(long, value_name = "TEXT", help_heading = None::<&str>)]
    pub reason: Option<String>,
}

/// The arguments of `baseline lint`.
#[derive(Clone, Debug, Args)]
pub struct LintArgs {
    /// The file of known failures
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

/// The arguments of `schema`.
#[derive(Clone, Debug, Args)]
pub struct SchemaArgs {
    /// What it describes
    #[arg(value_name = "NAME", value_enum)]
    pub name: SchemaArg,
}

/// The arguments of `completions`.
#[derive(Clone, Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `man`.
#[derive(Clone, Debug, Args)]
pub struct ManArgs {
    /// The command to print the page of; the main page without
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
