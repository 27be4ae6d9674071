//! Waiting and repeating requests when the target throttles.
//!
//! A throttled request was rejected, so it can be sent again, even if it is a write.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::observation::Answer;
use crate::wire::WireRequest;

/// Limits on waiting for a target that throttles or is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Maximum duration of a single wait, even if `Retry-After` is longer.
    pub longest: Duration,
    /// Maximum total wait because of throttling, per request.
    pub per_request: Duration,
    /// Maximum total wait because of throttling, per run.
    pub per_run: Duration,
    /// Maximum time for which a target that has responded before may be unreachable.
    pub outage: Duration,
    /// Maximum time until a function is active, or a new role usable.
    pub ready: Duration,
    /// How long a target may take to answer its first request, once it accepts connections.
    pub first_answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            longest: Duration::from_secs(10),
            per_request: Duration::from_secs(30),
            per_run: Duration::from_mins(5),
            outage: Duration::from_secs(3),
            ready: Duration::from_mins(1),
            first_answer: Duration::from_mins(1),
        }
    }
}

/// Error codes with which AWS services throttle.
const CODES: [&str; 5] = [
    "TooManyRequestsException",
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestLimitExceeded",
];

/// Whether a response means that the request was throttled.
pub(super) fn is_throttled(answer: &Answer) -> bool {
    let by_code = answer.code.as_deref().is_some_and(|code| CODES.contains(&code));
    match answer.status() {
        429 => true,
        503 => by_code || answer.response.header("retry-after").is_some(),
        status => status >= 400 && by_code,
    }
}

/// Whether a request with this response is sent again. A write is only repeated if it was rejected,
/// because a server that failed may have executed it.
pub(super) fn may_go_again(request: &WireRequest, answer: &Answer) -> bool {
    is_throttled(answer) && !(request.is_write() && answer.status() >= 500)
}

/// The waits of a run because of throttling.
#[derive(Debug, Default)]
pub(super) struct Waits {
    /// Number of throttled requests.
    pub(super) throttled: AtomicU64,
    waited_ms: AtomicU64,
}

impl Waits {
    /// The wait after attempt number `attempt` (from 0), if `spent` has been waited so far; `None`
    /// if a limit is reached.
    pub(super) fn next(
        &self,
        patience: &Patience,
        answer: &Answer,
        attempt: u32,
        spent: Duration,
    ) -> Option<Duration> {
        let count = self.throttled.fetch_add(1, Ordering::Relaxed);
        let asked = answer.response.header("retry-after").and_then(|text| text.trim().parse().ok());
        let wait = match asked {
            // Add a random time, so that concurrent requests do not all return at once.
            Some(seconds) => Duration::from_secs(seconds).saturating_add(jitter(count, 50)),
            None => grown(count, attempt),
        };
        let wait = wait.min(patience.longest);
        let run = Duration::from_millis(self.waited_ms.load(Ordering::Relaxed));
        if spent + wait > patience.per_request || run + wait > patience.per_run {
            return None;
        }
        self.waited_ms
            .fetch_add(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        Some(wait)
    }

    /// The wait after a read that the target failed to answer.
    pub(super) fn backoff(&self, attempt: u32) -> Duration {
        grown(self.throttled.load(Ordering::Relaxed), attempt)
    }
}

/// Exponential backoff, half of it random.
fn grown(count: u64, attempt: u32) -> Duration {
    Duration::from_millis(100 << attempt.min(6)) / 2 + jitter(count, 50 << attempt.min(6))
}

/// A pseudo-random duration below `limit_ms` milliseconds. It does not influence a run's outcome.
fn jitter(count: u64, limit_ms: u64) -> Duration {
    let mut hasher = DefaultHasher::new();
    (count, std::process::id()).hash(&mut hasher);
    Duration::from_millis(hasher.finish() % limit_ms.max(1))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::wire::WireResponse;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Answer {
        Answer::read(WireResponse {
            status,
            headers: headers.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            ..WireResponse::default()
        })
    }

    #[rstest]
    #[case(429, &[], true)]
    #[case(503, &[("retry-after", "1")], true)]
    #[case(503, &[], false)]
    #[case(400, &[("x-amzn-errortype", "ThrottlingException")], true)]
    #[case(400, &[("x-amzn-errortype", "ValidationException")], false)]
    #[case(201, &[("retry-after", "1")], false)]
    fn only_a_request_to_slow_down_is_throttling(
        #[case] status: u16,
        #[case] headers: &[(&str, &str)],
        #[case] expected: bool,
    ) {
        assert_eq!(is_throttled(&answer(status, headers)), expected);
    }

    #[rstest]
    #[case("POST", 429, "TooManyRequestsException", true)]
    #[case("POST", 400, "ThrottlingException", true)]
    #[case("POST", 503, "ThrottlingException", false)]
    #[case("GET", 503, "ThrottlingException", true)]
    #[case("POST", 500, "ServiceException", false)]
    fn a_write_goes_out_again_only_where_it_was_refused(
        #[case] method: &'static str,
        #[case] status: u16,
        #[case] code: &str,
        #[case] expected: bool,
    ) {
        let request = WireRequest::new(method, "/".into());
        let answer = answer(status, &[("x-amzn-errortype", code), ("retry-after", "1")]);
        assert_eq!(may_go_again(&request, &answer), expected);
    }

    #[test]
    fn an_absurd_retry_after_is_bounded_and_patience_ends() {
        let waits = Waits::default();
        let patience = Patience {
            longest: Duration::from_secs(2),
            per_request: Duration::from_secs(5),
            per_run: Duration::from_secs(7),
            ..Patience::default()
        };
        let forever = answer(429, &[("retry-after", "18446744073709551615")]);
        let two = Duration::from_secs(2);
        assert_eq!(waits.next(&patience, &forever, 0, Duration::ZERO), Some(two));
        assert_eq!(waits.next(&patience, &forever, 1, two), Some(two));
        assert_eq!(waits.next(&patience, &forever, 2, two * 2), None, "the request's budget");
        assert_eq!(waits.next(&patience, &forever, 0, Duration::ZERO), Some(two));
        assert_eq!(waits.next(&patience, &forever, 0, Duration::ZERO), None, "the run's budget");
        assert_eq!(waits.throttled.load(Ordering::Relaxed), 5);
    }

    #[test]
    fn waits_without_retry_after_grow_up_to_the_longest() {
        let waits = Waits::default();
        let patience = Patience::default();
        let plain = answer(429, &[]);
        let wait = |attempt| waits.next(&patience, &plain, attempt, Duration::ZERO).unwrap();
        assert!(wait(0) < Duration::from_millis(100));
        assert!(wait(9) >= Duration::from_millis(3200));
        assert!(wait(40) <= patience.longest);
    }
}
