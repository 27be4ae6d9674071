//! permspec: a property-based conformance suite for AWS Lambda `AddPermission`.
pub mod event;
pub mod observation;
pub mod pattern;
pub mod report;
pub mod scenario;
pub mod spec;
pub mod wire;
