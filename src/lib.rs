//! permspec: a property-based conformance suite for AWS Lambda `AddPermission`.
pub mod cli;
pub mod event;
pub mod exit_code;
pub mod generate;
pub mod judge;
pub mod known;
pub mod model;
pub mod observation;
pub mod pattern;
pub mod report;
pub mod run;
pub mod scenario;
pub mod schema;
pub mod server;
pub mod spec;
pub mod target;
pub mod wire;
