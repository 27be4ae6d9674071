//! What GetPolicy shows after a scenario, in a line.

use crate::model::world::statement_id;
use crate::observation::{Observation, printable};
use crate::scenario::Scenario;

use super::play::read_back;
use super::played::Played;
use super::session::Session;

/// What GetPolicy shows after a scenario that was played, in a line.
pub async fn afterwards(
    session: &mut Session,
    played: &Played,
    scenario: &Scenario,
) -> Option<String> {
    if scenario.has_race() {
        return None;
    }
    let mut read = Played::default();
    read_back(session, &mut read, scenario.steps.len()).await;
    if read.records.is_empty()
        && let Some(resource) = played
            .records
            .iter()
            .rev()
            .find_map(|(_, record)| record.analysis.as_ref()?.resource.clone())
    {
        let record = session.read_policy(&resource).await;
        read.records.push((0, record));
    }
    read.records.first().map(|(_, record)| policy_line(&record.observation))
}

fn policy_line(observation: &Observation) -> String {
    let Some(answer) = observation.answer() else { return observation.brief() };
    let statements = answer
        .nested("Policy")
        .and_then(|policy| policy.get("Statement").and_then(|list| list.as_array().cloned()));
    match statements {
        Some(statements) if statements.is_empty() => "GetPolicy shows no statement".into(),
        Some(statements) => {
            let sids: Vec<String> = statements
                .iter()
                .take(6)
                .map(|statement| {
                    printable(&format!("{:?}", statement_id(statement).unwrap_or_default()), 60)
                })
                .collect();
            let more = statements.len().saturating_sub(sids.len());
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("GetPolicy shows Sid {}{tail}", sids.join(", "))
        }
        None if answer.status() == 404 => "GetPolicy shows no policy (404)".into(),
        None => format!("GetPolicy answers {}", observation.brief()),
    }
}
