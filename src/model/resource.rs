//! The resource that a policy is attached to.

/// A function, or a version or alias of it: each has a policy of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PolicyResource {
    /// The function's name.
    pub function: String,
    /// The version or alias.
    pub qualifier: Option<String>,
}
