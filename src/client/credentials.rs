//! Credentials: dummy ones, given ones, or those of the default AWS credential chain. The one module that knows
//! `aws-config` and the types of credentials.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::Region;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;
use tokio::sync::Mutex;

use super::sdk_http;
use crate::observation::printable;

/// What requests are signed with. Never shown: its `Debug` says only that there are some.
#[derive(Clone)]
pub struct Credentials(pub(super) aws_credential_types::Credentials);

/// Where the credentials of a target come from.
#[derive(Clone, Debug)]
pub enum Signing {
    /// Requests are not signed.
    Nothing,
    /// These, for as long as the run takes.
    With(Credentials),
    /// The default AWS credential chain: environment, profiles, sign-on, the roles of machines.
    Chain(Chain),
}

/// AWS's chain of credentials: asked once, and again when what it gave is about to expire. Clones
/// share what it gave.
#[derive(Clone)]
pub struct Chain {
    profile: Option<String>,
    region: String,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    chain: Option<Arc<DefaultCredentialsChain>>,
    credentials: Option<Credentials>,
    /// When the chain was asked last because the target refused what it gave.
    renewed: Option<SystemTime>,
}

/// Why credentials could not be found. The text never contains any part of a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoCredentials(String);

/// Credentials are asked for again this long before they expire.
const AHEAD: Duration = Duration::from_mins(2);
/// How often the chain is asked again for what a target refuses.
const RENEW_EVERY: Duration = Duration::from_secs(30);

impl Credentials {
    /// Credentials, with a session token where they are temporary.
    pub fn new(access_key_id: &str, secret_access_key: &str, session_token: Option<&str>) -> Self {
        Self(aws_credential_types::Credentials::new(
            access_key_id,
            secret_access_key,
            session_token.map(str::to_owned),
            None,
            "permspec",
        ))
    }

    /// `test` and `test`, which emulators take.
    pub fn dummy() -> Self {
        Self::new("test", "test", None)
    }

    /// Everything about them that is not to be shown.
    pub(super) fn parts(&self) -> impl Iterator<Item = &str> {
        let keys = [self.0.access_key_id(), self.0.secret_access_key()];
        keys.into_iter().chain(self.0.session_token())
    }

    fn lasts(&self) -> bool {
        self.0.expiry().is_none_or(|expiry| expiry > SystemTime::now() + AHEAD)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(redacted)")
    }
}

impl Signing {
    /// `test` and `test`, which emulators take.
    pub fn dummy() -> Self {
        Self::With(Credentials::dummy())
    }

    /// The credentials to sign with now; none where nothing is signed.
    pub(super) async fn credentials(&self) -> Result<Option<Credentials>, NoCredentials> {
        match self {
            Self::Nothing => Ok(None),
            Self::With(credentials) => Ok(Some(credentials.clone())),
            Self::Chain(chain) => chain.credentials().await.map(Some),
        }
    }

    /// Asks for new credentials after the target refused the present ones; false where there are
    /// no others to be had.
    pub(super) async fn renew(&self) -> bool {
        match self {
            Self::Nothing | Self::With(_) => false,
            Self::Chain(chain) => chain.renew().await,
        }
    }
}

impl Chain {
    /// The chain, for a profile of the user's where one is named.
    pub fn new(profile: Option<&str>, region: &str) -> Self {
        let profile = profile.map(str::to_owned);
        Self { profile, region: region.to_owned(), held: Arc::default() }
    }

    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        let mut held = self.held.lock().await;
        if let Some(credentials) = held.credentials.clone().filter(Credentials::lasts) {
            return Ok(credentials);
        }
        let given = self.ask(&mut held).await?;
        held.credentials = Some(given.clone());
        Ok(given)
    }

    async fn renew(&self) -> bool {
        let mut held = self.held.lock().await;
        let now = SystemTime::now();
        let lately = held.renewed.and_then(|then| now.duration_since(then).ok());
        if lately.is_some_and(|since| since < RENEW_EVERY) {
            return false;
        }
        held.renewed = Some(now);
        // A chain keeps what it read: another one reads it again.
        held.chain = None;
        let before = held.credentials.take();
        if let Ok(given) = self.ask(&mut held).await {
            let is_new = before.as_ref().is_none_or(|before| before.0 != given.0);
            held.credentials = Some(given);
            is_new
        } else {
            held.credentials = before;
            false
        }
    }

    async fn ask(&self, held: &mut Held) -> Result<Credentials, NoCredentials> {
        let chain = if let Some(chain) = &held.chain {
            Arc::clone(chain)
        } else {
            let config = ProviderConfig::without_region().with_http_client(sdk_http::client());
            let mut builder = DefaultCredentialsChain::builder()
                .configure(config)
                .region(Region::new(self.region.clone()));
            if let Some(profile) = &self.profile {
                builder = builder.profile_name(profile);
            }
            let chain = Arc::new(builder.build().await);
            held.chain = Some(Arc::clone(&chain));
            chain
        };
        match chain.provide_credentials().await {
            Ok(credentials) => Ok(Credentials(credentials)),
            Err(error) => Err(self.explain(&error)),
        }
    }

    /// Why the chain gave nothing, in one sentence. What a provider says in detail may hold what
    /// is secret, so only what is wrong with a configuration is repeated.
    fn explain(&self, error: &CredentialsError) -> NoCredentials {
        let asked = match &self.profile {
            Some(profile) => format!("the profile {:?}", printable(profile, 80)),
            None => "AWS's credential chain".to_owned(),
        };
        NoCredentials(match error {
            CredentialsError::CredentialsNotLoaded(_) => format!(
                "{asked} gives no credentials; set AWS_PROFILE or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, sign in, or name a profile with --aws-profile"
            ),
            CredentialsError::InvalidConfiguration(_) => {
                let mut why = String::new();
                let mut cause = std::error::Error::source(error);
                while let Some(inner) = cause {
                    why = inner.to_string();
                    cause = inner.source();
                }
                let why = printable(why.lines().next().unwrap_or_default(), 200);
                format!("{asked} is configured wrongly ({why}); correct ~/.aws/config")
            }
            CredentialsError::ProviderTimedOut(_) => {
                format!("{asked} gave no credentials in time; see whether you are online")
            }
            _ => format!(
                "{asked} could not give credentials; sign in, or set AWS_PROFILE or \
                 AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and see what \
                 `aws sts get-caller-identity` says"
            ),
        })
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("profile", &self.profile).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_credentials_is_shown() {
        let credentials = Credentials::new("AKIDVISIBLE", "secretvisible", Some("tokvisible"));
        let shown = format!("{credentials:?} {:?}", Signing::With(credentials.clone()));
        assert!(!shown.to_ascii_lowercase().contains("visible"), "{shown}");
    }

    #[test]
    fn credentials_that_are_about_to_expire_do_not_last() {
        let until = |from_now: Duration| {
            let then = Some(SystemTime::now() + from_now);
            Credentials(aws_credential_types::Credentials::new("a", "b", None, then, "test"))
        };
        assert!(until(Duration::from_mins(10)).lasts());
        assert!(!until(Duration::from_mins(1)).lasts());
        assert!(Credentials::dummy().lasts());
    }

    #[test]
    fn what_a_provider_says_in_detail_is_not_repeated() {
        let chain = Chain::new(None, "eu-west-1");
        let told = chain.explain(&CredentialsError::provider_error("wJalrXUtnFEMI")).to_string();
        assert!(!told.contains("wJalrXUtnFEMI") && told.contains("sign in, or"), "{told}");
        let told = chain.explain(&CredentialsError::not_loaded("x")).to_string();
        assert!(told.contains("--aws-profile"), "{told}");
    }
}
