//! permspec: a property-based conformance suite for AWS Lambda `AddPermission`.
pub mod event;
pub mod model;
pub mod observation;
pub mod pattern;
pub mod scenario;
pub mod server;
pub mod spec;
pub mod wire;
