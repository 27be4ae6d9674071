//! A scenario's own steps on the functions of its fixture.
//!
//! Each returns what the target answered to the operation, and records in the [`Provisioned`] what
//! an answer of success says. A function that was adopted is the user's: nothing here is sent for
//! it.

use super::Target;
use super::fixture::{Provisioned, ProvisionedFunction};
use super::lambda;
use super::provision::text;
use crate::observation::{Answer, Observation, TransportFault};

/// What is said of a step that is not sent.
fn not_sent(why: String) -> Observation {
    Observation::Fault(TransportFault::Untransportable(why))
}

/// The function of a fixture, if it may be changed.
fn changeable<'a>(
    made: &'a mut Provisioned,
    key: &str,
) -> Result<&'a mut ProvisionedFunction, String> {
    if made.adopted {
        return Err("the function is the user's own, so only its policy is changed".to_owned());
    }
    let absent = || format!("the fixture has no function {key:?}");
    made.functions.get_mut(key).ok_or_else(absent)
}

fn answer_of_success(observation: &Observation) -> Option<&Answer> {
    observation.answer().filter(|answer| answer.is_success())
}

impl Target {
    /// Publishes a version. From the second on the code is changed before, or the target would
    /// rightly return the first again; where that fails, its observation is returned.
    pub async fn publish_version(&self, made: &mut Provisioned, key: &str) -> Observation {
        let function = match changeable(made, key) {
            Ok(function) => function,
            Err(why) => return not_sent(why),
        };
        let name = function.name.clone();
        if !function.versions.is_empty() {
            let serial = self.shared.registry.next_serial();
            let changed = self.send(&lambda::update_function_code(&name, serial)).await;
            let Some(answer) = answer_of_success(&changed) else { return changed };
            function.keep_revision(answer);
            if let Err(error) = self.wait_until_ready(&name, answer, function).await {
                return not_sent(error.to_string());
            }
        }
        let observation = self.send(&lambda::publish_version(&name)).await;
        if let Some(answer) = answer_of_success(&observation) {
            function.keep_revision(answer);
            function.versions.extend(text(answer, "Version").map(str::to_owned));
        }
        observation
    }

    /// Makes an alias on `$LATEST` or on the version that was published as number `version`.
    pub async fn create_alias(
        &self,
        made: &mut Provisioned,
        key: &str,
        alias: &str,
        version: &str,
    ) -> Observation {
        let function = match changeable(made, key) {
            Ok(function) => function,
            Err(why) => return not_sent(why),
        };
        let version = function.version_name(version);
        let request = lambda::create_alias(&function.name, alias, &version);
        let observation = self.send(&request).await;
        if let Some(answer) = answer_of_success(&observation) {
            function.keep_revision(answer);
            function.aliases.push((alias.to_owned(), version));
        }
        observation
    }

    /// Points an alias at another version.
    pub async fn update_alias(
        &self,
        made: &mut Provisioned,
        key: &str,
        alias: &str,
        version: &str,
    ) -> Observation {
        let function = match changeable(made, key) {
            Ok(function) => function,
            Err(why) => return not_sent(why),
        };
        let version = function.version_name(version);
        let request = lambda::update_alias(&function.name, alias, &version);
        let observation = self.send(&request).await;
        if let Some(answer) = answer_of_success(&observation) {
            function.keep_revision(answer);
            for (_, at) in function.aliases.iter_mut().filter(|(name, _)| name == alias) {
                at.clone_from(&version);
            }
        }
        observation
    }

    /// Removes an alias.
    pub async fn delete_alias(
        &self,
        made: &mut Provisioned,
        key: &str,
        alias: &str,
    ) -> Observation {
        let function = match changeable(made, key) {
            Ok(function) => function,
            Err(why) => return not_sent(why),
        };
        let observation = self.send(&lambda::delete_alias(&function.name, alias)).await;
        if answer_of_success(&observation).is_some() {
            function.aliases.retain(|(name, _)| name != alias);
        }
        observation
    }

    /// Makes a function of the fixture anew, after it was deleted, and waits until it is ready.
    pub async fn create_function(&self, made: &mut Provisioned, key: &str) -> Observation {
        let function = match changeable(made, key) {
            Ok(function) => function.clone(),
            Err(why) => return not_sent(why),
        };
        let name = function.name.clone();
        let observation = self.create_with_role(&name, &made.role.clone()).await;
        let Some(answer) = answer_of_success(&observation) else { return observation };
        let mut anew = ProvisionedFunction {
            arn: text(answer, "FunctionArn").unwrap_or(&function.arn).to_owned(),
            versions: Vec::new(),
            aliases: Vec::new(),
            ..function
        };
        anew.keep_revision(answer);
        let ready = match self.wait_until_ready(&name, answer, &mut anew).await {
            Ok(()) => self.reserve_zero_concurrency(&name).await,
            unready => unready,
        };
        made.functions.insert(key.to_owned(), anew);
        match ready {
            Ok(()) => observation,
            Err(error) => not_sent(error.to_string()),
        }
    }

    /// Deletes a function of the fixture; its key stays, for
    /// [`create_function`](Self::create_function).
    pub async fn delete_function(&self, made: &mut Provisioned, key: &str) -> Observation {
        let function = match changeable(made, key) {
            Ok(function) => function,
            Err(why) => return not_sent(why),
        };
        let observation = self.send(&lambda::delete_function(&function.name)).await;
        if answer_of_success(&observation).is_some() {
            function.versions.clear();
            function.aliases.clear();
            let name = function.name.clone();
            self.forget(&name);
        }
        observation
    }
}
