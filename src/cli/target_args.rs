//! The arguments that locate a target and configure requests to it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::choices::{ConsistencyArg, CredentialsArg};
use crate::client::journal;

/// The location of a target, and how to send requests to it.
#[derive(Clone, Debug, Args)]
pub struct TargetArgs {
    /// Endpoint of the target, such as http://127.0.0.1:4566
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// Region to sign requests for
    #[arg(long, default_value = "us-east-1", value_parser = super::choices::region)]
    pub region: String,
    /// Timeout of a request
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = super::choices::some_time)]
    pub timeout: Duration,
    /// Execution role of functions [default: a made-up role, created if the target requires it to
    /// exist]. Required with --aws
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
    /// Credentials for signing [default: chain with --aws, otherwise dummy]
    #[arg(long, value_enum)]
    pub credentials: Option<CredentialsArg>,
    /// Maximum number of requests per second [default: 5 with --aws, otherwise unlimited]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub rate: Option<f64>,
    /// Maximum time for which a throttled request is retried
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    pub patience: Duration,
    /// Consistency of reads after writes [default: eventual with --aws, otherwise strong]
    #[arg(long, value_enum)]
    pub consistency: Option<ConsistencyArg>,
    /// Maximum time until a write is visible to reads, with eventual consistency
    #[arg(long = "consistency-timeout", alias = "settle", value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    pub settle: Duration,
    /// Test real AWS in the given region, with the default credential chain. With a loopback
    /// --endpoint, test that endpoint under the same limits
    #[arg(long, help_heading = AWS, value_parser = BoolishValueParser::new())]
    pub aws: bool,
    /// Profile of the AWS credential chain
    #[arg(long, help_heading = AWS, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Also send requests that grant access to other accounts or to everyone; each accepted grant
    /// is revoked immediately
    #[arg(long, help_heading = AWS, value_parser = BoolishValueParser::new())]
    pub allow_public: bool,
    /// Directory in which functions are recorded before they are created, for `permspec cleanup`
    #[arg(long, help_heading = AWS, value_name = "DIR", default_value = journal::FOLDER)]
    pub journal: PathBuf,
}

/// The help heading of the flags for real AWS.
const AWS: &str = "Real AWS";

/// Parses a rate.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a rate must be a positive number".to_owned()),
    }
}
