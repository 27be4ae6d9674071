//! The arguments, as clap reads them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Arg, ArgMatches, Args, FromArgMatches, Parser, Subcommand};

use super::choices::{
    CredentialsArg, DepthArg, EditionArg, EvidenceArg, EvidenceKindArg, FeatureArg, FlakyArg,
    PhaseArg, StrengthArg,
};
use super::comparing::{DiffArgs, GoldenCommand, RecordArgs, SpecCommand};
pub use super::shell::{CompletionsArgs, ManArgs, SchemaArgs};
pub use super::target_args::TargetArgs;
use crate::exit_code::ExitCode;
use crate::report::{self, ReportFormat};

/// A property-based conformance suite for AWS Lambda `AddPermission`.
///
/// Without a command, permspec runs the suite against its own reference server.
#[derive(Debug, Parser)]
#[command(name = "permspec", version, after_help = exit_codes(), max_term_width = 100)]
pub struct Cli {
    /// The command to run.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The exit codes, for the help.
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
    /// Run the reference server on 127.0.0.1.
    Serve(ServeArgs),
    /// List the rules.
    List(ListArgs),
    /// Explain a rule: what it requires and how that is known.
    Explain(ExplainArgs),
    /// Replay a saved scenario and judge the responses.
    Replay(ReplayArgs),
    /// Record the responses of a target in a golden file.
    Record(Box<RecordArgs>),
    /// Compare the responses of several implementations.
    Diff(Box<DiffArgs>),
    /// Check recorded responses against the model.
    #[command(subcommand)]
    Golden(GoldenCommand),
    /// Compare the specification with an AWS service model.
    #[command(subcommand)]
    Spec(SpecCommand),
    /// Show a bug of the last result or of a stored one; without a name, list the bugs.
    Show(super::show::ShowArgs),
    /// Create reports from a stored result or event stream.
    Report(ReportCommand),
    /// Show the results of several implementations side by side.
    Matrix(MatrixArgs),
    /// Delete resources that earlier runs left behind.
    Cleanup(CleanupArgs),
    /// Maintain files of known failures.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Test the suite itself against deliberately broken servers.
    Selftest(SelftestArgs),
    /// Print a JSON Schema of a file that permspec reads or writes.
    Schema(SchemaArgs),
    /// Print a completion script for a shell.
    Completions(CompletionsArgs),
    /// Print a manual page.
    Man(ManArgs),
}

/// How responses are judged.
#[derive(Clone, Debug, Args)]
pub struct JudgingArgs {
    /// Edition of the specification; with `either`, both outcomes are right where they differ
    #[arg(long, value_enum, default_value_t = EditionArg::Either)]
    pub edition: EditionArg,
    /// Weakest evidence that is scored
    #[arg(long, value_enum, default_value_t = EvidenceArg::Reported)]
    pub evidence: EvidenceArg,
    /// Also score SHOULD rules, such as the texts of error messages
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub strict: bool,
}

/// The section on settings in the help of `run`.
const SETTINGS: &str = "Every option can also be set by an environment variable, such as \
    PERMSPEC_MAX_REQUESTS for --max-requests, or in permspec.toml. Flags take precedence over \
    environment variables, these over [profile.NAME], and profiles over [default].";

/// The arguments of `run`.
#[derive(Clone, Debug, Args)]
#[command(after_help = SETTINGS)]
pub struct RunArgs {
    /// Where the target is.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Test the embedded reference server
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub embedded: bool,
    /// Shell command that starts the target; permspec ends it, with all its child processes. The
    /// command finds the host and port of the endpoint in PERMSPEC_HOST and PERMSPEC_PORT
    #[arg(long, value_name = "COMMAND")]
    pub spawn: Option<String>,
    /// Maximum time until the target that --spawn started responds
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = super::choices::some_time)]
    pub ready_timeout: Duration,
    /// How responses are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// The rules to test.
    #[command(flatten)]
    pub selection: SelectionArgs,
    /// Run only these phases (comma-separated)
    #[arg(long, help_heading = SELECTING, value_delimiter = ',', value_enum)]
    pub phases: Vec<PhaseArg>,
    /// Features that the target lacks (comma-separated)
    #[arg(long, value_delimiter = ',', value_enum)]
    pub without: Vec<FeatureArg>,
    /// Amount of scenarios to generate
    #[arg(long, value_enum, default_value_t = DepthArg::Default)]
    pub depth: DepthArg,
    /// Seed of the run: a number, or `random`
    #[arg(long, value_name = "SEED")]
    pub seed: Option<String>,
    /// Number of concurrent groups of scenarios; 2 with --aws
    #[arg(short, long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Maximum number of exploration requests, including fixture setup [default: 6000; unlimited
    /// with --depth deep]. With --aws, the maximum number of all requests
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_requests: Option<u64>,
    /// Maximum duration of the run
    #[arg(long, value_name = "DURATION", value_parser = super::choices::some_time)]
    pub max_time: Option<Duration>,
    /// Number of rounds of each race; 3 with --aws
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Test on this existing function; only statements that permspec added are removed
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    /// Directory of counterexamples: replayed at the start, and extended by new ones
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// File of known failures; can be repeated
    #[arg(long, value_name = "FILE")]
    pub known: Vec<PathBuf>,
    /// Name of the target in reports
    #[arg(long)]
    pub name: Option<String>,
    /// Effect of a flaky rule on the exit code
    #[arg(long, value_enum, default_value_t = FlakyArg::Warn)]
    pub flaky: FlakyArg,
    /// List all rules, including those that held
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub all_rules: bool,
    /// Print every violated rule with its failures instead of the bugs behind them
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub verbose: bool,
    /// Show how much of the specification the requests covered
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub coverage: bool,
    /// The reports to write.
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Write a stream of events, one line of JSON each
    #[arg(long, value_name = "FILE", help_heading = REPORTS)]
    pub events: Option<PathBuf>,
    /// The sources of settings.
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// The help heading of the flags that select rules.
const SELECTING: &str = "Selecting rules";

/// The rules to test. With several kinds of filters, a rule must pass each of them.
#[derive(Clone, Debug, Default, Args)]
pub struct SelectionArgs {
    /// Test only these rules: ids, or globs such as `statement-id.*` or `**.pattern`
    #[arg(value_name = "RULE", value_delimiter = ',')]
    pub rules: Vec<String>,
    /// Test only rules about this member of AddPermission, such as StatementId
    #[arg(long, help_heading = SELECTING, value_name = "NAME", value_delimiter = ',')]
    pub member: Vec<String>,
    /// Test only rules about this topic, such as `error` or `race`
    #[arg(long, help_heading = SELECTING, value_name = "NAME", value_delimiter = ',')]
    pub topic: Vec<String>,
    /// Test only rules with this kind of evidence
    #[arg(long, help_heading = SELECTING, value_name = "KIND", value_delimiter = ',', value_enum)]
    pub evidence_is: Vec<EvidenceKindArg>,
    /// Test only rules of this strength
    #[arg(long, help_heading = SELECTING, value_enum, ignore_case = true)]
    pub strength: Option<StrengthArg>,
    /// Test only what failed, was flaky or could not run in this stored result, with its seed
    #[arg(long, help_heading = SELECTING, value_name = "FILE")]
    pub rerun: Option<PathBuf>,
}

/// The sources of settings.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigArgs {
    /// Settings file [default: permspec.toml in the working directory, if it exists]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Profile in the settings file
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Print every setting with its source, and send nothing
    #[arg(long, value_parser = BoolishValueParser::new())]
    pub show_config: bool,
}

/// The help heading of the flags that write reports.
const REPORTS: &str = "Reports (FILE may be - for stdout)";

/// The reports to write: a flag for each of [`report::FORMATS`].
#[derive(Clone, Debug, Default)]
pub struct ReportArgs {
    /// The requested formats, each with its file.
    pub files: Vec<(&'static ReportFormat, PathBuf)>,
}

impl FromArgMatches for ReportArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let file = |format: &'static ReportFormat| {
            Some((format, matches.get_one::<PathBuf>(format.name)?.clone()))
        };
        Ok(Self { files: report::FORMATS.iter().filter_map(file).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for ReportArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        report::FORMATS.iter().fold(command, |command, format| {
            command.arg(
                Arg::new(format.name)
                    .long(format.name)
                    .value_name("FILE")
                    .value_parser(clap::value_parser!(PathBuf))
                    .help(format.help)
                    .help_heading(REPORTS),
            )
        })
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

/// The arguments of `serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Port on 127.0.0.1; 0 selects a free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Region of the server
    #[arg(long, default_value = "us-east-1", value_parser = super::choices::region)]
    pub region: String,
    /// Account that owns all functions
    #[arg(long, default_value = "123456789012")]
    pub account: String,
    /// Answer an open question in another way; can be repeated
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub reading: Vec<String>,
    /// List all readings and exit
    #[arg(long)]
    pub list_readings: bool,
    /// Run this mutant: the server with exactly one defect; several names (comma-separated) combine
    /// their defects
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub mutant: Vec<String>,
    /// List all mutants and exit
    #[arg(long)]
    pub list_mutants: bool,
    /// Check signatures against AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY [default: `test`]
    #[arg(long)]
    pub verify_signatures: bool,
    /// Session token to treat as expired, with --verify-signatures
    #[arg(long, value_name = "TOKEN")]
    pub expired_token: Option<String>,
    /// Number of requests after which every session expires, with --verify-signatures
    #[arg(long, value_name = "N")]
    pub expire_after: Option<u64>,
    /// Time by which the clock of the server is ahead, with --verify-signatures
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub clock_skew: Option<Duration>,
    /// Throttle every Nth request
    #[arg(long, value_name = "N")]
    pub throttle: Option<u32>,
    /// Delay until writes become visible to reads
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub eventual: Option<Duration>,
    /// Time for which new functions stay in state Pending
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub pending: Option<Duration>,
    /// Time for which AddPermission, GetPolicy and RemovePermission do not find new functions
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub late_functions: Option<Duration>,
    /// Delay before every response
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub latency: Option<Duration>,
    /// Additional delay before every seventh response
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub slow_randomly: Option<Duration>,
    /// Drop every Nth response
    #[arg(long, value_name = "N")]
    pub drop_every: Option<u32>,
}

/// The arguments of `list`.
#[derive(Clone, Debug, Args)]
pub struct ListArgs {
    /// List only these rules: ids or globs
    #[arg(value_name = "RULE")]
    pub rules: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The arguments of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// Id of the rule
    #[arg(value_name = "RULE")]
    pub rule: String,
}

/// The arguments of `replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// Scenario file, or id of a saved counterexample
    #[arg(value_name = "FILE|ID")]
    pub scenario: String,
    /// Where the target is.
    #[command(flatten)]
    pub target: TargetArgs,
    /// How responses are judged.
    #[command(flatten)]
    pub judging: JudgingArgs,
    /// Directory of saved counterexamples
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// Number of rounds of each race
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub rounds: u32,
}

/// The arguments of `cleanup`.
#[derive(Clone, Debug, Args)]
pub struct CleanupArgs {
    /// Delete the resources instead of only listing them
    #[arg(long)]
    pub yes: bool,
    /// Select functions by this prefix of their names, instead of by the journals; only functions
    /// that are marked as created by permspec are deleted
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,
    /// Endpoint to search, with --prefix
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Region to search, with --prefix
    #[arg(long, default_value = "us-east-1", value_parser = super::choices::region)]
    pub region: String,
    /// Search real AWS, with --prefix
    #[arg(long)]
    pub aws: bool,
    /// Credentials for signing, with --prefix: dummy, chain or none
    #[arg(long, value_name = "KIND", value_enum, hide_possible_values = true)]
    pub credentials: Option<CredentialsArg>,
    /// Profile of the AWS credential chain
    #[arg(long, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Directory of the journals
    #[arg(long, value_name = "DIR", default_value = crate::client::journal::FOLDER)]
    pub journal: PathBuf,
    /// Timeout of a request
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = super::choices::some_time)]
    pub timeout: Duration,
}

/// The arguments of `selftest`.
#[derive(Clone, Debug, Args)]
pub struct SelftestArgs {
    /// Test only mutants whose names contain this text
    #[arg(value_name = "TEXT")]
    pub only: Option<String>,
    /// Test only one part of the mutants, such as 2/10 for the second of ten
    #[arg(long, value_name = "K/N", value_parser = super::selftest::shard)]
    pub shard: Option<(usize, usize)>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Print only totals and problems
    #[arg(short, long)]
    pub quiet: bool,
    /// Seed of the runs
    #[arg(long)]
    pub seed: Option<u64>,
    /// Number of mutants tested concurrently
    #[arg(short, long, default_value_t = 4)]
    pub jobs: u16,
}

/// The arguments of `report`.
#[derive(Clone, Debug, Args)]
pub struct ReportCommand {
    /// Result written by --json, or event stream written by --events
    #[arg(value_name = "RESULTS.json|EVENTS.ndjson")]
    pub source: PathBuf,
    /// The reports to write; without any, the result is printed.
    #[command(flatten)]
    pub reports: ReportArgs,
    /// Write a Markdown file for each bug, ready to be filed as an issue
    #[arg(long, value_name = "DIR")]
    pub issues: Option<PathBuf>,
    /// Print every violated rule with its failures, not only the bugs behind them
    #[arg(long)]
    pub verbose: bool,
}

/// The arguments of `matrix`.
#[derive(Clone, Debug, Args)]
pub struct MatrixArgs {
    /// Results or event streams to compare
    #[arg(value_name = "RESULTS", required = true)]
    pub sources: Vec<PathBuf>,
    /// Write the comparison as an HTML page
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the comparison as Markdown; without any file it is printed
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
}

/// The commands of `baseline`.
#[derive(Clone, Debug, Subcommand)]
pub enum BaselineCommand {
    /// Run the suite, add new failures to the file and remove stale ones.
    Update(Box<UpdateArgs>),
    /// Check a file and the counterexamples that it names, without sending anything.
    Lint(LintArgs),
}

/// The arguments of `baseline update`.
#[derive(Clone, Debug, Args)]
pub struct UpdateArgs {
    /// The run.
    #[command(flatten)]
    pub run: RunArgs,
    /// Reason why the new failures are tolerated [default: what was observed]
    #[arg(long, value_name = "TEXT", help_heading = None::<&str>)]
    pub reason: Option<String>,
}

/// The arguments of `baseline lint`.
#[derive(Clone, Debug, Args)]
pub struct LintArgs {
    /// File of known failures
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}
