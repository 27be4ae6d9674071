//! Tests of the target against servers that misbehave, and against a fake of Lambda.

mod fixtures;
mod ways;
mod wire;
