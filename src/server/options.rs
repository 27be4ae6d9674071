//! Options of the reference server.

use std::time::Duration;

use super::mutants::MutantSet;
use super::readings::Readings;
use crate::contract::partition::partition_of;

/// Options of the reference server.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The region.
    pub region: String,
    /// The account that owns all functions.
    pub account: String,
    /// The answers to open questions.
    pub readings: Readings,
    /// The defects.
    pub mutants: MutantSet,
    /// The credentials for checking signatures; `None` does not check them.
    pub verify_signatures: Option<Credentials>,
    /// A session token that counts as expired.
    pub expired_token: Option<String>,
    /// Number of requests after which every session token counts as expired.
    pub expire_after: Option<u64>,
    /// The time by which the clock of the server is ahead.
    pub clock_skew: Duration,
    /// Which requests are throttled.
    pub throttle: Option<Throttle>,
    /// Delay until a write is visible to reads.
    pub eventual: Option<Duration>,
    /// The time for which a new function is pending.
    pub pending: Option<Duration>,
    /// How long the operations on a policy do not find a new function.
    pub late: Option<Duration>,
    /// Delay before every response.
    pub latency: Option<Duration>,
    /// Additional delay before every seventh response.
    pub slow_randomly: Option<Duration>,
    /// Drop every Nth response, alternately before and after the write is applied.
    pub drop_every: Option<u32>,
    /// Whether every response closes its connection.
    pub close_connections: bool,
}

/// The credentials that a signature is checked against.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the access key.
    pub access_key: String,
    /// The secret.
    pub secret_key: String,
    /// The required session token, if any.
    pub session_token: Option<String>,
    /// Whether the session has expired, so that requests with its token are rejected.
    pub expired: bool,
}

/// Which requests are throttled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Throttle {
    /// Every Nth request.
    Every(u32),
    /// Requests beyond a rate, after a burst.
    Bucket {
        /// Requests per second.
        rate: f64,
        /// Size of the burst.
        burst: f64,
    },
}

impl ServerOptions {
    /// The partition that the region belongs to; `aws` for a name that is no region of AWS.
    pub fn partition(&self) -> &'static str {
        partition_of(&self.region).unwrap_or("aws")
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            region: "us-east-1".into(),
            account: "123456789012".into(),
            readings: Readings::default(),
            mutants: MutantSet::default(),
            verify_signatures: None,
            expired_token: None,
            expire_after: None,
            clock_skew: Duration::ZERO,
            throttle: None,
            eventual: None,
            pending: None,
            late: None,
            latency: None,
            slow_randomly: None,
            drop_every: None,
            close_connections: false,
        }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}
