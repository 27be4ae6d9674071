//! What keeps a run on real AWS harmless: its limits, and what it says of them.

use super::gate::{Gate, Names};

/// The limits of a run on real AWS.
#[derive(Clone, Debug)]
pub struct Rails {
    /// The account that functions are made in.
    pub account: String,
    /// Whether grants to strangers are sent, and taken back at once.
    pub allow_public: bool,
    /// Maximum number of all requests.
    pub max_requests: u64,
}

/// What the description of every function of ours says.
pub(super) const DESCRIPTION: &str = "made by permspec; may be deleted";

impl Rails {
    /// The gate in front of the target.
    pub(super) fn gate<'a>(&'a self, names: Names<'a>, role: Option<&'a str>) -> Gate<'a> {
        Gate { names, account: &self.account, role, allow_public: self.allow_public }
    }
}

/// The account of an execution role, where its ARN is one.
pub fn account_of_role(role: &str) -> Option<&str> {
    match role.splitn(6, ':').collect::<Vec<_>>()[..] {
        ["arn", partition, "iam", "", account, name] => {
            let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
            let is_role = name.strip_prefix("role/").is_some_and(|name| !name.is_empty());
            (partition.starts_with("aws") && is_account && is_role).then_some(account)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_the_role() {
        let account = account_of_role("arn:aws-cn:iam::123456789012:role/a/b");
        assert_eq!(account, Some("123456789012"));
        for odd in ["", "role", "arn:aws:iam::12:role/r", "arn:aws:iam::123456789012:user/u"] {
            assert_eq!(account_of_role(odd), None, "{odd}");
        }
    }
}
