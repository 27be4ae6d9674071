//! permspec: a property-based conformance suite for AWS Lambda `AddPermission`.
pub mod pattern;
pub mod spec;
