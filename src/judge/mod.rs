//! Comparison of expectation and observation.
//!
//! The input is a world, the analysis of the bytes that were sent, and the observation; the output
//! is a [`Judgement`]: findings, the cases that count for rules, or the reason why nothing could be
//! judged. Races are judged in [`race`], by [`linearize`](mod@linearize). Nothing here sends
//! anything.

mod add;
pub mod cause;
pub mod linearize;
mod policy;
pub mod race;
mod refusal;
#[cfg(test)]
mod tests;

pub use cause::{CaseCount, Finding, Judgement};

use crate::contract::{Aspect, Direction, RuleId};
use crate::event::Judging;
use crate::model::{Analysis, Request, World};
use crate::observation::{Answer, Observation, TransportFault};

/// Judges one response. `world` is the state in which the request was sent.
pub fn judge(
    world: &World,
    analysis: &Analysis,
    observation: &Observation,
    judging: Judging,
) -> Judgement {
    let mut judgement = Judgement::new(judging);
    let answer = match observation {
        Observation::Answer(answer) => answer,
        Observation::Fault(fault) => {
            transport(&mut judgement, fault);
            return judgement;
        }
    };
    judgement.case(RuleId::WireAnswers, Direction::Shape, analysis);
    if let Some(reason) = unsupported(answer) {
        judgement.unjudged = Some(reason);
        return judgement;
    }
    if answer.status() == 429 {
        judgement.unjudged = Some("the target throttled the request".into());
        return judgement;
    }
    if answer.is_busy() && !analysis.admits_conflict() {
        judgement.unjudged =
            Some(format!("the target says that it is busy: {}", observation.brief()));
        return judgement;
    }
    if answer.status() >= 500 {
        let mut finding =
            Finding::new(RuleId::ErrorNoServerFault, Aspect::Status, Direction::Shape)
                .expected(vec!["no 5xx status".to_owned()])
                .actual(answer)
                .differs("status", "below 500", answer.status());
        finding.advisory = !analysis.is_settled();
        judgement.find(finding);
    } else {
        judgement.case(RuleId::ErrorNoServerFault, Direction::Shape, analysis);
    }
    if analysis.unscored {
        return judgement;
    }
    match &analysis.request {
        Request::AddPermission(_) => add::judge(analysis, answer, &mut judgement),
        Request::GetPolicy(_) => policy::judge_get(world, analysis, answer, &mut judgement),
        Request::RemovePermission(_) => policy::judge_remove(analysis, answer, &mut judgement),
        Request::Unroutable | Request::Other => {}
    }
    judgement
}

/// A lost response cannot be judged, and violates `wire.answers` if it is lost every time.
fn transport(judgement: &mut Judgement, fault: &TransportFault) {
    judgement.unjudged = Some(fault.to_string());
    let lost = match fault {
        TransportFault::Connect(_)
        | TransportFault::Untransportable(_)
        | TransportFault::Withheld(_)
        | TransportFault::OverLimit(_)
        | TransportFault::Abandoned(_) => return,
        TransportFault::Timeout => "timeout",
        TransportFault::Dropped(_) => "dropped",
        TransportFault::Garbled(_) => "garbled",
    };
    judgement.find(
        Finding::new(RuleId::WireAnswers, Aspect::Wire, Direction::Shape)
            .expected(vec!["a whole HTTP response".to_owned()])
            .actual_text(fault.to_string())
            .keyed(lost),
    );
}

/// The reason if a response says that the target does not support the operation.
fn unsupported(answer: &Answer) -> Option<String> {
    const CODES: [&str; 5] = [
        "NotImplemented",
        "NotImplementedException",
        "UnknownOperationException",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    ];
    let by_code = answer.code.as_deref().is_some_and(|code| CODES.contains(&code));
    (answer.status() == 501 || (by_code && answer.status() >= 400)).then(|| {
        format!("the target does not support it: {}", Observation::Answer(answer.clone()).brief())
    })
}
