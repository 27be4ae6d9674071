//! The texts of AWS's errors, as they were recorded.
//!
//! The model expects them and the reference server answers with them. Texts are compared only
//! where messages are scored.

/// A RevisionId that is not the current one (recorded on AddPermission).
pub const REVISION_MISMATCH: &str = "The Revision Id provided does not match the latest Revision \
    Id. Call the GetPolicy API to retrieve the latest Revision Id";

/// A suffix of FunctionName that differs from Qualifier (recorded on AddPermission).
pub const QUALIFIER_MISMATCH: &str =
    "The derived qualifier from the function name does not match the specified qualifier.";

/// A grant on `$LATEST` (recorded on AddPermission).
pub const LATEST_UNSUPPORTED: &str = "We currently do not support adding policies for $LATEST.";

/// A principal that does not exist or cannot be granted anything (recorded on AddPermission).
pub const PRINCIPAL_INVALID: &str =
    "The provided principal was invalid. Please check the principal and try again.";

/// A public grant that the account blocks (API page, errors).
pub const PUBLIC_POLICY_BLOCKED: &str = "Lambda blocked the creation of this policy because it \
    would grant public access to your function. If this is intentional, change your function's \
    BlockPublicPolicy setting to allow public access and try again.";

/// FunctionUrlAuthType with another action (reported).
pub const URL_AUTH_TYPE_ACTION: &str =
    "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action";

/// InvokedViaFunctionUrl with another action (by analogy).
pub const VIA_URL_ACTION: &str =
    "InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action";

/// A write that overlaps another write to the function (reported).
pub const CONCURRENT_UPDATE: &str =
    "The function could not be updated due to a concurrent update operation.";

/// GetPolicy where there is no policy (recorded).
pub const NO_POLICY: &str = "The resource you requested does not exist.";

/// RemovePermission where there is no policy (recorded).
pub const NO_POLICY_TO_REMOVE_FROM: &str = "No policy is associated with the given resource.";

/// A function, or a version of it, that does not exist (recorded).
pub fn function_not_found(arn: &str) -> String {
    format!("Function not found: {arn}")
}

/// An alias that does not exist (recorded).
pub fn alias_not_found(arn: &str) -> String {
    format!("Cannot find alias arn: {arn}")
}

/// RemovePermission on a function that does not exist (recorded).
pub fn no_policy_found(arn: &str) -> String {
    format!("No policy found for: {arn}")
}

/// RemovePermission of a statement that the policy does not hold (recorded).
pub fn statement_not_found(statement_id: &str) -> String {
    format!("Statement {statement_id} is not found in resource policy.")
}

/// A StatementId that the policy holds already (recorded).
pub fn statement_id_taken(statement_id: &str) -> String {
    format!(
        "The statement id ({statement_id}) provided already exists. Please provide a new \
         statement id, or remove the existing statement."
    )
}

/// A policy that would grow beyond the limit (reported).
pub fn policy_too_large(size: usize, limit: usize) -> String {
    format!("The final policy size ({size}) is bigger than the limit ({limit}).")
}

/// A function in another region (sibling).
pub fn other_region(region: &str, own: &str) -> String {
    format!("Functions from '{region}' are not reachable in this region ('{own}')")
}

/// A function in another account (sibling).
pub fn not_authorized(operation: &str, resource: &str) -> String {
    format!("User is not authorized to perform: lambda:{operation} on resource: {resource}")
}

/// A malformed IAM ARN as Principal (reported).
pub fn principal_outside_expression(principal: &str) -> String {
    format!(
        "The provided input'{principal}'was invalid. Member must satisfy expression: \
         [\\w+=,.@-]* Please check your input and try again."
    )
}

/// A JSON value of another type than the member's (recorded on siblings).
pub fn not_converted(token: &str, wanted: &str) -> String {
    format!("{token} can not be converted to a {wanted}")
}

/// A value outside its constraint; `path` is the member's name with a small first letter.
pub fn constraint_violated(value: &str, path: &str, constraint: &str) -> String {
    format!("Value '{value}' at '{path}' failed to satisfy constraint: {constraint}")
}

/// Required members that are absent.
pub fn members_missing(paths: &[&str]) -> String {
    let parts: Vec<String> = paths
        .iter()
        .map(|path| {
            format!("Value null at '{path}' failed to satisfy constraint: Member must not be null")
        })
        .collect();
    parts.join("; ")
}

/// The constraint of a pattern.
pub fn must_match(pattern: &str) -> String {
    format!("Member must satisfy regular expression pattern: {pattern}")
}

/// The constraint of a least length.
pub fn at_least(length: usize) -> String {
    format!("Member must have length greater than or equal to {length}")
}

/// The constraint of a greatest length.
pub fn at_most(length: usize) -> String {
    format!("Member must have length less than or equal to {length}")
}

/// The constraint of a closed set of values.
pub fn one_of(values: &[&str]) -> String {
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}
