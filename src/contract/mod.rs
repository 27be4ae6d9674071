//! The contract of AddPermission, as data.
//!
//! It consists of the members of `AddPermission` in both editions ([`member`]), the errors
//! ([`error`]), what counts as evidence ([`evidence`]), the rule catalogue ([`rule`],
//! [`catalogue`]) and the ledger that ties every normative sentence of the documents to a
//! rule ([`ledger`]). It imports nothing from the rest of the crate.
//!
//! Two modules contain logic: [`dialect`] translates the documented patterns, because the model and
//! the generators must agree on it, and [`select`] matches globs of rule ids.

pub mod catalogue;
pub mod clients;
pub mod dialect;
pub mod drift;
pub mod error;
pub mod evidence;
pub mod ledger;
pub mod member;
pub mod messages;
pub mod operation;
pub mod partition;
pub mod rule;
pub mod select;

pub use error::ErrorCode;
pub use evidence::{Evidence, EvidenceFloor};
pub use member::{Constraint, Edition, EditionChoice, Kind, Member, Place};
pub use operation::{Effect, Input, OperationId, OperationRow, ResourceInputs};
pub use rule::{Aspect, Direction, Phase, Rule, RuleId, Strength, Topic};
