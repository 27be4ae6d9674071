//! How a reference server is set up.

use std::time::Duration;

use super::mutants::MutantSet;
use super::readings::Readings;

/// How a reference server is set up.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The region that it says it is in.
    pub region: String,
    /// The account that its functions are in.
    pub account: String,
    /// The partition of the region.
    pub partition: String,
    /// How open points are settled.
    pub readings: Readings,
    /// What is broken.
    pub mutants: MutantSet,
    /// Whose signatures are accepted; without, nobody signs.
    pub verify_signatures: Option<Credentials>,
    /// A session token that counts as expired.
    pub expired_token: Option<String>,
    /// How many requests are answered before whatever session token comes along counts as expired.
    pub expire_after: Option<u64>,
    /// How far the server's clock is ahead of the true time.
    pub clock_skew: Duration,
    /// Which requests are throttled.
    pub throttle: Option<Throttle>,
    /// How long reads do not show a write.
    pub eventual: Option<Duration>,
    /// How long a new function stays pending.
    pub pending: Option<Duration>,
    /// How long every answer takes.
    pub latency: Option<Duration>,
    /// How much longer every seventh answer takes.
    pub slow_randomly: Option<Duration>,
    /// One answer in this many is dropped, in turn before and after the write is applied.
    pub drop_every: Option<u32>,
    /// Whether every answer closes its connection.
    pub close_connections: bool,
}

/// The credentials that a signature is checked against.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the access key.
    pub access_key: String,
    /// The secret.
    pub secret_key: String,
    /// The session token that must come along, where there is one.
    pub session_token: Option<String>,
    /// Whether the session has expired: whatever carries the token is refused.
    pub expired: bool,
}

/// Which requests are throttled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Throttle {
    /// One request in this many.
    Every(u32),
    /// What exceeds so many requests a second, after a burst.
    Bucket {
        /// Requests a second.
        rate: f64,
        /// Requests that may come at once.
        burst: f64,
    },
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            region: "us-east-1".into(),
            account: "123456789012".into(),
            partition: "aws".into(),
            readings: Readings::default(),
            mutants: MutantSet::default(),
            verify_signatures: None,
            expired_token: None,
            expire_after: None,
            clock_skew: Duration::ZERO,
            throttle: None,
            eventual: None,
            pending: None,
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
