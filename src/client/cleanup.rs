//! Deleting what earlier runs left behind: what their journals name, or every function whose name
//! begins as ours do. Nothing is deleted that does not also say of itself that permspec made it.

use super::Target;
use super::fixture::Leftover;
use super::health::{denied, refused_credentials};
use super::journal::Found;
use super::lambda::{self, Place, describe, is_unsupported};
use super::provision::text;
use super::rails::DESCRIPTION;
use crate::observation::{Answer, Observation, printable};

/// What became of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is there, and would be deleted.
    There,
    /// It was deleted.
    Deleted,
    /// It was gone already.
    Gone,
    /// It is not ours after all, for this reason.
    NotOurs(String),
    /// It could not be deleted.
    Left(Leftover),
}

/// Why nothing could be cleaned up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CleanupError {
    /// The target gave no whole answer.
    #[error("{0}; nothing was deleted")]
    Unusable(String),
    /// The credentials are of another account than the journal.
    #[error(
        "the functions are in the account {expected}, and these credentials are for {actual}; \
         name the profile with --aws-profile"
    )]
    OtherAccount {
        /// The account of the journal.
        expected: String,
        /// The account of the credentials.
        actual: String,
    },
}

impl Target {
    /// Looks at each function that a journal names, and deletes it if `really`. What is gone is
    /// noted in the journal.
    pub async fn clean_journal(
        &self,
        found: &mut Found,
        really: bool,
    ) -> Result<Vec<(String, Fate)>, CleanupError> {
        let mut fates = Vec::new();
        let account = found.header.account.clone();
        for name in found.functions.clone() {
            let fate = self.look(&name, &account).await?;
            let fate = if fate == Fate::There && really { self.clean(&name).await } else { fate };
            if matches!(fate, Fate::Deleted | Fate::Gone) && really {
                found.gone(&name);
            }
            fates.push((name, fate));
        }
        Ok(fates)
    }

    /// Finds every function whose name begins with the prefix, and deletes it if `really`.
    pub async fn clean_prefix(
        &self,
        prefix: &str,
        really: bool,
    ) -> Result<Vec<(String, Fate)>, CleanupError> {
        let mut found = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let page = self.send_undo(&lambda::list_functions(marker.as_deref())).await;
            let answer = usable(&page)?;
            if !answer.is_success() {
                let said = describe(&page);
                return Err(CleanupError::Unusable(format!("ListFunctions was answered {said}")));
            }
            let body = answer.json.as_ref();
            let functions = body.and_then(|body| body.get("Functions")?.as_array());
            for function in functions.into_iter().flatten() {
                let member = |name: &str| function.get(name).and_then(|value| value.as_str());
                let Some(name) = member("FunctionName").filter(|name| name.starts_with(prefix))
                else {
                    continue;
                };
                let is_ours = member("Description") == Some(DESCRIPTION);
                found.push((name.to_owned(), is_ours));
            }
            let next = text(answer, "NextMarker").map(str::to_owned);
            if next.is_none() || next == marker {
                break;
            }
            marker = next;
        }
        found.sort();
        let mut fates = Vec::new();
        for (name, is_ours) in found {
            let fate = match (is_ours, really) {
                (false, _) => Fate::NotOurs(not_described()),
                (true, false) => Fate::There,
                (true, true) => self.clean(&name).await,
            };
            fates.push((name, fate));
        }
        Ok(fates)
    }

    /// Looks at a function before it is deleted.
    async fn look(&self, name: &str, account: &str) -> Result<Fate, CleanupError> {
        let observation = self.send_undo(&lambda::get_function_configuration(name)).await;
        let answer = usable(&observation)?;
        let other = |actual: String| CleanupError::OtherAccount {
            expected: account.to_owned(),
            actual: printable(&actual, 20),
        };
        if answer.status() == 404 && !is_unsupported(answer) {
            // An account that never had it says the same of it: but it says where it looked.
            return match lambda::account_in_message(answer) {
                Some(actual) if !account.is_empty() && actual != account => Err(other(actual)),
                _ => Ok(Fate::Gone),
            };
        }
        if !answer.is_success() {
            let why = describe(&observation);
            return Ok(Fate::Left(Leftover { kind: "function", name: name.to_owned(), why }));
        }
        let place = text(answer, "FunctionArn").and_then(Place::of_arn);
        match place {
            Some(place) if !account.is_empty() && place.account != account => {
                Err(other(place.account))
            }
            _ if text(answer, "Description") == Some(DESCRIPTION) => Ok(Fate::There),
            _ => Ok(Fate::NotOurs(not_described())),
        }
    }

    async fn clean(&self, name: &str) -> Fate {
        self.shared.registry.insert(name);
        match self.delete(name).await {
            None => Fate::Deleted,
            Some(leftover) => Fate::Left(leftover),
        }
    }
}

fn not_described() -> String {
    format!("its description is not {DESCRIPTION:?}")
}

/// The answer, unless it shows that the target cannot be used.
fn usable(observation: &Observation) -> Result<&Answer, CleanupError> {
    match observation {
        Observation::Fault(fault) => Err(CleanupError::Unusable(fault.to_string())),
        Observation::Answer(answer) => match refused_credentials(answer).or(denied(answer)) {
            Some(why) => Err(CleanupError::Unusable(why)),
            None => Ok(answer),
        },
    }
}
