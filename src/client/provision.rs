//! Creation of fixtures.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Target;
use super::fixture::{FixtureError, Provisioned, ProvisionedFunction};
use super::journal::Journal;
use super::lambda::{self, Place, describe, is_unsupported};
use crate::contract::partition::partition_of;
use crate::observation::{Answer, Observation, TransportFault, printable};
use crate::scenario::{Fixture, FunctionFixture, Template};

/// Resources that this run created and has not deleted.
#[derive(Debug, Default)]
pub(super) struct Registry {
    /// Functions by name, added before CreateFunction is sent.
    functions: Mutex<BTreeSet<String>>,
    /// The role that was created, and its ARN.
    pub(super) role: tokio::sync::Mutex<Option<MadeRole>>,
    /// Account, region and partition in the ARN of the last function.
    place: Mutex<Option<Place>>,
    /// A counter in the code, so that no two packages are equal.
    serial: AtomicU64,
    /// Functions whose names are not of this run: given by the user, or by a file.
    given: Mutex<Vec<String>>,
}

/// A role that was made.
#[derive(Clone, Debug)]
pub(super) struct MadeRole {
    pub(super) name: String,
    arn: String,
    since: Instant,
}

impl Registry {
    pub(super) fn insert(&self, name: &str) {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
    }

    pub(super) fn remove(&self, name: &str) {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Functions beside our own that requests may name.
    pub(super) fn given(&self) -> Vec<String> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn give(&self, name: &str) {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if !given.iter().any(|known| known == name) {
            given.push(name.to_owned());
        }
    }

    fn take_back(&self, name: &str) {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| known != name);
    }

    pub(super) fn next_serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }
}

/// Maximum length of a name in CreateFunction.
const NAME_LIMIT: usize = 64;

impl Target {
    /// Creates the functions of a fixture. Their names consist of prefix, run, label and key. If
    /// one of them fails, the others are deleted.
    pub async fn provision(
        &self,
        fixture: &Fixture,
        label: &str,
    ) -> Result<Provisioned, FixtureError> {
        self.provision_named(fixture, label, &BTreeMap::new()).await
    }

    /// Like [`provision`](Self::provision), with given names for some keys. An existing function
    /// with such a name is not touched.
    pub async fn provision_named(
        &self,
        fixture: &Fixture,
        label: &str,
        names: &BTreeMap<String, String>,
    ) -> Result<Provisioned, FixtureError> {
        let mut made =
            Provisioned { namespace: self.shared.namespace.clone(), ..Provisioned::default() };
        for function in &fixture.functions {
            let given = names.get(&function.key);
            let done = match given {
                Some(name) => self.claim(name).await,
                None => Ok(()),
            };
            let name = given.cloned().unwrap_or_else(|| self.function_name(label, function));
            let done = match done {
                Ok(()) => self.provision_function(&mut made, function, name).await,
                taken => taken,
            };
            if let Err(error) = done {
                // Functions that cannot be deleted now stay registered for `release_all`.
                self.release(&made).await;
                return Err(error);
            }
        }
        Ok(made)
    }

    /// Uses an existing function of the user as function `a` of the fixture. It is never deleted.
    pub async fn adopt(&self, name: &str) -> Result<Provisioned, FixtureError> {
        let operation = "GetFunctionConfiguration";
        self.shared.registry.give(name);
        let observation = self.send(&lambda::get_function_configuration(name)).await;
        let answer = match &observation {
            Observation::Answer(answer) if answer.status() == 404 && !is_unsupported(answer) => {
                return Err(FixtureError::NoSuchFunction(
                    printable(name, 140),
                    describe(&observation),
                ));
            }
            _ => success(operation, name, &observation)?,
        };
        let namespace = self.shared.namespace.clone();
        let mut adopted = Provisioned { adopted: true, namespace, ..Provisioned::default() };
        let mut function = ProvisionedFunction { name: name.to_owned(), ..Default::default() };
        self.learn(&mut adopted, &mut function, operation, answer)?;
        adopted.functions.insert("a".into(), function);
        Ok(adopted)
    }

    /// The name of a fixture's function. The key ends it, so that keys that differ in case make
    /// names that differ in case; what is missing of the length that it shall have stands before.
    fn function_name(&self, label: &str, function: &FunctionFixture) -> String {
        let (start, end) = (format!("{}{label}", self.shared.namespace), &function.key);
        let missing = (function.name_length as usize).saturating_sub(start.len() + 1 + end.len());
        format!("{start}{}-{end}", "x".repeat(missing))
    }

    pub(super) fn journal(&self) -> Option<&Journal> {
        self.shared.config.journal.as_deref()
    }

    /// Notes that a function was deleted.
    pub(super) fn forget(&self, name: &str) {
        self.shared.registry.remove(name);
        if let Some(journal) = self.journal() {
            journal.gone(name);
        }
    }

    /// Makes sure that a name which a file gives is nobody's, so that the function is ours.
    async fn claim(&self, name: &str) -> Result<(), FixtureError> {
        self.shared.registry.give(name);
        let observation = self.send(&lambda::get_function_configuration(name)).await;
        let claimed = match &observation {
            Observation::Answer(answer) if answer.is_success() => {
                Err(FixtureError::NameTaken(printable(name, 140)))
            }
            Observation::Answer(answer) if answer.status() == 404 => Ok(()),
            _ => Err(failure("GetFunctionConfiguration", name, &observation)),
        };
        if claimed.is_err() {
            self.shared.registry.take_back(name);
        }
        claimed
    }

    async fn provision_function(
        &self,
        made: &mut Provisioned,
        wanted: &FunctionFixture,
        name: String,
    ) -> Result<(), FixtureError> {
        if name.len() > NAME_LIMIT {
            return Err(FixtureError::NameTooLong(printable(&name, 140)));
        }
        // Registered in `made` first, so that `release` knows the name in any case.
        let function = ProvisionedFunction { name: name.clone(), ..Default::default() };
        made.functions.insert(wanted.key.clone(), function.clone());
        let began = Instant::now();
        let function = self.create(made, function).await?;
        made.functions.insert(wanted.key.clone(), function);
        for _ in 0..wanted.versions {
            let observation = self.publish_version(made, &wanted.key).await;
            let answer = success("PublishVersion", &name, &observation)?;
            if let Some(function) = made.functions.get(&wanted.key) {
                expect_new_version(function, answer)?;
            }
        }
        for alias in &wanted.aliases {
            let alias_name = Template::parse(alias.name.as_str()).resolve(made);
            let alias_name = alias_name.unwrap_or_else(|_| alias.name.clone());
            let observation =
                self.create_alias(made, &wanted.key, &alias_name, &alias.version).await;
            success("CreateAlias", &name, &observation)?;
        }
        // Where functions are found late, this one is not used before it is.
        let late = self.shared.readiness.late();
        self.pause(late.saturating_sub(began.elapsed())).await;
        Ok(())
    }

    /// Creates a function, and its role if the target requires it to exist, and waits until the
    /// function is active.
    pub(super) async fn create(
        &self,
        made: &mut Provisioned,
        mut function: ProvisionedFunction,
    ) -> Result<ProvisionedFunction, FixtureError> {
        let operation = "CreateFunction";
        let name = function.name.clone();
        let mut pause = Duration::from_millis(100);
        loop {
            let role = self.role().await;
            let observation = self.create_with_role(&name, &role).await;
            match &observation {
                Observation::Answer(answer) if answer.is_success() => {
                    let own = self.shared.registry.role.lock().await;
                    made.role_made = own.as_ref().is_some_and(|own| own.arn == role);
                    drop(own);
                    made.role = text(answer, "Role").map_or(role, str::to_owned);
                    function.keep_revision(answer);
                    self.learn(made, &mut function, operation, answer)?;
                    self.wait_until_ready(&name, answer, &mut function).await?;
                    self.reserve_zero_concurrency(&name).await?;
                    return Ok(function);
                }
                Observation::Answer(answer) if answer.status() == 409 => {
                    self.shared.registry.take_back(&name);
                    return Err(FixtureError::NameTaken(name));
                }
                Observation::Answer(answer)
                    if self.shared.config.role.is_none() && speaks_of_role(answer) =>
                {
                    // A new role takes some time to become known everywhere.
                    let age = self.make_role(&observation).await?;
                    if age > self.shared.config.patience.ready {
                        return Err(failure(operation, &name, &observation));
                    }
                    if !age.is_zero() {
                        if !self.pause(pause).await {
                            return Err(failure(operation, &name, &observation));
                        }
                        pause = (pause * 2).min(Duration::from_secs(2));
                    }
                }
                _ => return Err(failure(operation, &name, &observation)),
            }
        }
    }

    /// Sends CreateFunction, and keeps the name unless the target rejected the request.
    pub(super) async fn create_with_role(&self, name: &str, role: &str) -> Observation {
        let registry = &self.shared.registry;
        let ours_before = registry.has(name);
        registry.insert(name);
        if let Some(journal) = self.journal()
            && let Err(error) = journal.making(name)
        {
            registry.remove(name);
            return Observation::Fault(TransportFault::Withheld(error.to_string()));
        }
        let run = self.rails().map(|_| self.shared.config.run_id.as_str());
        let request = lambda::create_function(name, role, registry.next_serial(), run);
        let observation = self.send(&request).await;
        let made_nothing = match &observation {
            Observation::Answer(answer) => (400..500).contains(&answer.status()),
            Observation::Fault(fault) => matches!(
                fault,
                TransportFault::Connect(_)
                    | TransportFault::Untransportable(_)
                    | TransportFault::Withheld(_)
            ),
        };
        if made_nothing && !ours_before {
            self.forget(name);
        }
        observation
    }

    /// Reserves a concurrency of 0 on real AWS, so that nobody can use a grant.
    pub(super) async fn reserve_zero_concurrency(&self, name: &str) -> Result<(), FixtureError> {
        if self.rails().is_none() {
            return Ok(());
        }
        let request = lambda::reserve_nothing(name);
        let mut observation = self.send(&request).await;
        for pause in [200, 800, 3_200] {
            if !matches!(&observation, Observation::Answer(answer) if answer.status() == 409) {
                break;
            }
            if !self.pause(Duration::from_millis(pause)).await {
                break;
            }
            observation = self.send(&request).await;
        }
        success("PutFunctionConcurrency", name, &observation).map(|_| ())
    }

    /// The role for new functions.
    async fn role(&self) -> String {
        let config = &self.shared.config;
        if let Some(role) = &config.role {
            return role.clone();
        }
        if let Some(made) = &*self.shared.registry.role.lock().await {
            return made.arn.clone();
        }
        let place = self.shared.registry.place.lock().unwrap_or_else(PoisonError::into_inner);
        let (partition, account) = place
            .as_ref()
            .map_or(("aws", "000000000000"), |place| (&place.partition, &place.account));
        format!("arn:{partition}:iam::{account}:role/{}-{}", config.prefix, config.run_id)
    }

    /// Creates the role, once per run; returns its age, which is zero if it is new.
    async fn make_role(&self, refusal: &Observation) -> Result<Duration, FixtureError> {
        let mut role = self.shared.registry.role.lock().await;
        if let Some(made) = &*role {
            return Ok(made.since.elapsed().max(Duration::from_millis(1)));
        }
        let config = &self.shared.config;
        let name = format!("{}-{}", config.prefix, config.run_id);
        let observation = self.send_iam(&lambda::create_role(&name)).await;
        let arn = observation.answer().filter(|answer| answer.is_success()).and_then(|answer| {
            let body = String::from_utf8_lossy(&answer.response.body);
            lambda::xml_text(&body, "Arn").map(str::to_owned)
        });
        let Some(arn) = arn else {
            return Err(FixtureError::Role {
                create: describe(refusal),
                role: describe(&observation),
            });
        };
        *role = Some(MadeRole { name, arn, since: Instant::now() });
        Ok(Duration::ZERO)
    }

    /// Reads account, region and partition from a function's ARN.
    fn learn(
        &self,
        made: &mut Provisioned,
        function: &mut ProvisionedFunction,
        operation: &'static str,
        answer: &Answer,
    ) -> Result<(), FixtureError> {
        let arn = text(answer, "FunctionArn").unwrap_or_default();
        let place = Place::of_arn(arn).ok_or_else(|| FixtureError::OddAnswer {
            operation,
            name: function.name.clone(),
            why: match lambda::no_json(answer) {
                Some(odd) => format!("it has {odd}"),
                None => format!("its FunctionArn is {:?}", printable(arn, 160)),
            },
        })?;
        arn.clone_into(&mut function.arn);
        if made.role.is_empty() {
            text(answer, "Role").unwrap_or_default().clone_into(&mut made.role);
        }
        made.account.clone_from(&place.account);
        made.region.clone_from(&place.region);
        // The region decides, whatever the target writes into its ARNs.
        let partition = partition_of(&place.region).unwrap_or(&place.partition);
        partition.clone_into(&mut made.partition);
        *self.shared.registry.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        Ok(())
    }
}

/// Checks that a response of PublishVersion names a new version.
fn expect_new_version(function: &ProvisionedFunction, answer: &Answer) -> Result<(), FixtureError> {
    let why = match text(answer, "Version") {
        None => "it names no Version".to_owned(),
        Some(version) if function.versions.iter().filter(|v| *v == version).count() > 1 => {
            let version = printable(version, 40);
            format!("it published {version:?} a second time, for other code")
        }
        Some(_) => return Ok(()),
    };
    Err(FixtureError::OddAnswer { operation: "PublishVersion", name: function.name.clone(), why })
}

/// A string member of a response.
pub(super) fn text<'a>(answer: &'a Answer, member: &str) -> Option<&'a str> {
    answer.json.as_ref()?.get(member)?.as_str()
}

/// Whether CreateFunction was rejected because of the role.
fn speaks_of_role(answer: &Answer) -> bool {
    (400..500).contains(&answer.status())
        && String::from_utf8_lossy(&answer.response.body).to_ascii_lowercase().contains("role")
}

/// The response, if it is a success.
pub(super) fn success<'a>(
    operation: &'static str,
    name: &str,
    observation: &'a Observation,
) -> Result<&'a Answer, FixtureError> {
    observation
        .answer()
        .filter(|answer| answer.is_success())
        .ok_or_else(|| failure(operation, name, observation))
}

/// A description of an observation that is not a success.
fn failure(operation: &'static str, name: &str, observation: &Observation) -> FixtureError {
    let name = printable(name, 140);
    let answer = describe(observation);
    match observation {
        Observation::Fault(fault @ TransportFault::Withheld(_)) => {
            FixtureError::Withheld { operation, name, fault: fault.clone() }
        }
        Observation::Fault(fault) => {
            FixtureError::Transport { operation, name, fault: fault.clone() }
        }
        Observation::Answer(seen) if is_unsupported(seen) => {
            FixtureError::Unsupported { operation, answer }
        }
        Observation::Answer(_) => FixtureError::Refused { operation, name, answer },
    }
}
