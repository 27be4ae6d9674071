//! Deleting what earlier runs left behind: what their journals name, or every function whose name
//! begins as ours do. Nothing is deleted that does not also say of itself that permspec made it; an
//! emulator may keep no description, and there the name of a run must be enough.

use std::collections::HashSet;

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
        let mut found: Vec<(String, Option<String>)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut markers: HashSet<String> = HashSet::new();
        let mut marker: Option<String> = None;
        loop {
            let page = self.send_undo(&lambda::list_functions(marker.as_deref())).await;
            let answer = usable(&page)?;
            let said = || describe(&page);
            if !answer.is_success() {
                return Err(CleanupError::Unusable(format!(
                    "ListFunctions was answered {}",
                    said()
                )));
            }
            // An account without functions says so, with an empty list.
            let functions = answer.json.as_ref().and_then(|body| body.get("Functions")?.as_array());
            let Some(functions) = functions else {
                let why = format!("ListFunctions was answered without Functions: {}", said());
                return Err(CleanupError::Unusable(why));
            };
            for function in functions {
                let member = |name: &str| function.get(name).and_then(|value| value.as_str());
                let Some(name) = member("FunctionName") else { continue };
                if seen.insert(name.to_owned()) && name.starts_with(prefix) {
                    found.push((name.to_owned(), member("Description").map(str::to_owned)));
                }
            }
            marker = text(answer, "NextMarker").map(str::to_owned);
            let Some(next) = &marker else { break };
            if !markers.insert(next.clone()) || markers.len() >= PAGES {
                let pages = markers.len();
                let why =
                    format!("ListFunctions does not end: {pages} pages, and one more each time");
                return Err(CleanupError::Unusable(why));
            }
        }
        found.sort();
        let mut fates = Vec::new();
        for (name, description) in found {
            let is_ours = self.is_ours(&name, description.as_deref());
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
            _ if self.is_ours(name, text(answer, "Description")) => Ok(Fate::There),
            _ => Ok(Fate::NotOurs(not_described())),
        }
    }

    /// Whether a function is one that permspec made: it says so, or, where the target keeps no
    /// descriptions and is not real AWS, bears the name of a run.
    fn is_ours(&self, name: &str, description: Option<&str>) -> bool {
        match description {
            Some(DESCRIPTION) => true,
            Some("") | None => self.shared.config.trusts_names && is_name_of_a_run(name),
            Some(_) => false,
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

/// The most pages of functions that are read.
const PAGES: usize = 2_000;

/// Whether a name is `permspec-`, a run's six hexadecimal digits, and more.
fn is_name_of_a_run(name: &str) -> bool {
    let rest = name.strip_prefix("permspec-").and_then(|rest| rest.split_once('-'));
    rest.is_some_and(|(run, more)| {
        run.len() == 6 && run.chars().all(|c| c.is_ascii_hexdigit()) && !more.is_empty()
    })
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
