//! An emulator that listens: `cargo run --example endpoint -- http://127.0.0.1:4566`.
//!
//! Without an endpoint it starts the reference server and tests that one.

use std::error::Error;
use std::sync::Arc;

use permspec::embed::{Report, Suite, SuiteError};
use permspec::server::{ReferenceServer, RunningServer, ServerOptions};

/// Tests what answers at an endpoint.
pub async fn test(endpoint: &str) -> Result<Report, SuiteError> {
    Suite::at(endpoint).rules(["success.*", "statement.*", "error.conflict"]).run().await
}

/// Tests the reference server, on a socket of this process.
pub async fn test_the_reference_server() -> Result<Report, Box<dyn Error>> {
    let server = Arc::new(ReferenceServer::new(ServerOptions::default()));
    let running = RunningServer::start(server, 0).await?;
    let report = test(&running.endpoint()).await;
    running.stop().await;
    Ok(report?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let report = match std::env::args().nth(1) {
        Some(endpoint) => test(&endpoint).await?,
        None => test_the_reference_server().await?,
    };
    print!("{report}");
    Ok(())
}
