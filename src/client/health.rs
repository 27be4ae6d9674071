//! Whether the target is still usable; if not, a sentence that says why and what to do.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::observation::{Answer, printable};

/// The state of the target during a run.
#[derive(Debug, Default)]
pub(super) struct Health {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The time of the last response.
    answered: Option<Instant>,
    /// Number of consecutive requests that were throttled until the limit.
    throttle_exhaustions: u32,
    /// Why it is not usable any more.
    ended: Option<String>,
}

/// Number of consecutive requests, throttled until the limit, after which the run stops.
const STORMS: u32 = 3;

impl Health {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the target cannot be used any more.
    pub(super) fn ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// Notes that the target is not usable any more; the first reason is kept.
    pub(super) fn end(&self, why: String) {
        self.state().ended.get_or_insert(why);
    }

    /// Notes a response that was not throttled.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        state.answered = Some(Instant::now());
        state.throttle_exhaustions = 0;
    }

    /// Notes that a request was throttled until the limit; true if that happened too often.
    pub(super) fn throttle_exhausted(&self) -> bool {
        let mut state = self.state();
        state.answered = Some(Instant::now());
        state.throttle_exhaustions += 1;
        state.throttle_exhaustions >= STORMS
    }

    /// The time since the last response, if there was one.
    pub(super) fn silent_for(&self) -> Option<Duration> {
        self.state().answered.map(|then| then.elapsed())
    }
}

/// Advice if a response says that the credentials are rejected.
pub(super) fn refused_credentials(answer: &Answer) -> Option<String> {
    let code = answer.code.as_deref()?;
    if !(400..500).contains(&answer.status()) {
        return None;
    }
    let said = answer.message.as_deref().unwrap_or_default();
    let about_time = ["expired", "not yet current"].iter().any(|word| said.contains(word));
    Some(match code {
        "ExpiredTokenException" | "ExpiredToken" => {
            format!("the session token has expired ({code}); sign in again, then run this again")
        }
        "RequestExpired" | "RequestTimeTooSkewed" => clock(code, said),
        "InvalidSignatureException" | "SignatureDoesNotMatch" if about_time => clock(code, said),
        "InvalidSignatureException" | "SignatureDoesNotMatch" => format!(
            "the target computes another signature ({code}); the secret access key does not \
             belong to the access key, or --region is not the target's: correct the credentials"
        ),
        "UnrecognizedClientException" | "InvalidClientTokenId" => format!(
            "the target does not know the access key or its session token ({code}); \
             correct the credentials, or name another profile with --aws-profile"
        ),
        "IncompleteSignatureException" | "IncompleteSignature" => {
            format!("the target cannot read the signature ({code}); see what stands between")
        }
        "MissingAuthenticationTokenException" | "MissingAuthenticationToken" => {
            format!("the target wants signed requests ({code}); drop --credentials none")
        }
        "OptInRequired" => {
            format!("the account may not use this region ({code}); enable it, or name another")
        }
        _ => return None,
    })
}

fn clock(code: &str, said: &str) -> String {
    let said = printable(said, 160);
    format!("this machine's clock and the target's differ too much ({code}: {said}); set the clock")
}

/// Advice if the credentials lack a permission.
pub(super) fn denied(answer: &Answer) -> Option<String> {
    let is_denied =
        matches!(answer.code.as_deref(), Some("AccessDeniedException" | "AccessDenied"));
    is_denied.then(|| {
        let said = printable(answer.message.as_deref().unwrap_or("access denied"), 240);
        format!(
            "the credentials may not do what a run needs ({said}); allow it, or name another \
             profile with --aws-profile"
        )
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::wire::WireResponse;

    fn answer(code: &str, message: &str) -> Answer {
        Answer::read(WireResponse {
            status: 403,
            headers: vec![("x-amzn-errortype".into(), code.into())],
            body: serde_json::json!({ "message": message }).to_string().into_bytes(),
            truncated: false,
        })
    }

    #[rstest]
    #[case("ExpiredTokenException", "", Some("sign in again"))]
    #[case("InvalidSignatureException", "Signature expired: 2026", Some("set the clock"))]
    #[case("InvalidSignatureException", "Signature not yet current", Some("set the clock"))]
    #[case("InvalidSignatureException", "does not match", Some("secret access key"))]
    #[case("UnrecognizedClientException", "", Some("--aws-profile"))]
    #[case("IncompleteSignatureException", "", Some("cannot read the signature"))]
    #[case("MissingAuthenticationTokenException", "", Some("--credentials"))]
    #[case("ValidationException", "expired", None)]
    fn what_is_wrong_with_credentials_is_told_apart(
        #[case] code: &str,
        #[case] message: &str,
        #[case] says: Option<&str>,
    ) {
        let told = refused_credentials(&answer(code, message));
        assert_eq!(told.is_some(), says.is_some(), "{told:?}");
        assert!(told.unwrap_or_default().contains(says.unwrap_or_default()));
    }

    #[test]
    fn the_first_reason_stands_and_answers_end_a_storm() {
        let health = Health::default();
        assert_eq!(health.silent_for(), None);
        assert!(!health.throttle_exhausted() && !health.throttle_exhausted());
        health.answered();
        assert!(
            !health.throttle_exhausted()
                && !health.throttle_exhausted()
                && health.throttle_exhausted()
        );
        health.end("one".into());
        health.end("two".into());
        assert_eq!(health.ended().as_deref(), Some("one"));
    }
}
