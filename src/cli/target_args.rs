//! The arguments that say where a target is and how to speak to it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;

use super::choices::{ConsistencyArg, CredentialsArg};
use crate::client::journal;

/// Where the target is and how to speak to it.
#[derive(Clone, Debug, Args)]
pub struct TargetArgs {
    /// The target's endpoint, such as http://127.0.0.1:4566
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
    /// The region to sign for
    #[arg(long, default_value = "us-east-1")]
    pub region: String,
    /// The time for one request
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
    /// The execution role for functions; without it one is invented, or made where the target
    /// wants it to exist. With --aws it must be given
    #[arg(long, value_name = "ARN")]
    pub role: Option<String>,
    /// Whose credentials sign: `chain` is AWS's own chain, and what --aws takes; all other targets
    /// get `dummy` ones
    #[arg(long, value_enum)]
    pub credentials: Option<CredentialsArg>,
    /// The most requests a second; 5 with --aws, otherwise unbounded
    #[arg(long, value_name = "N", value_parser = rate)]
    pub rate: Option<f64>,
    /// How long a request that is throttled is tried again
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = humantime::parse_duration)]
    pub patience: Duration,
    /// Whether reads show writes at once, or are repeated until they do; `eventual` with --aws,
    /// otherwise `strong`
    #[arg(long, value_enum)]
    pub consistency: Option<ConsistencyArg>,
    /// How long a write may take to show, where consistency is eventual
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    pub settle: Duration,
    /// Test real AWS, in the region and with the credentials of AWS's own chain. With an
    /// --endpoint on this machine, that is spoken to instead, under the same limits
    #[arg(long, help_heading = AWS, value_parser = BoolishValueParser::new())]
    pub aws: bool,
    /// The profile to take credentials from
    #[arg(long, help_heading = AWS, value_name = "NAME")]
    pub aws_profile: Option<String>,
    /// Send grants to strangers as well; each is taken back as soon as it was accepted
    #[arg(long, help_heading = AWS, value_parser = BoolishValueParser::new())]
    pub allow_public: bool,
    /// The folder in which functions are written down before they are made, for `permspec cleanup`
    #[arg(long, help_heading = AWS, value_name = "DIR", default_value = journal::FOLDER)]
    pub journal: PathBuf,
}

/// The heading of the flags for real AWS.
const AWS: &str = "Real AWS";

/// Reads a rate.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("a rate is a number above 0".to_owned()),
    }
}
