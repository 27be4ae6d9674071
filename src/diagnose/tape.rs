//! What was sent and answered on one fixture, kept so that it can be judged again.

use crate::judge::Finding;
use crate::model::World;
use crate::observation::{Answer, Observation};
use crate::server::predict::Change;
use crate::wire::WireRequest;

/// The longest body of an answer that is kept.
const LONGEST_BODY: usize = 64 * 1024;

/// The record of one fixture, from a known world on.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// What existed at the start.
    pub world: World,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// Its place among the tapes of a run, whichever was finished first.
    pub order: usize,
    /// About how many bytes the entries hold.
    pub size: usize,
    /// For the counterexample of a cause: its fingerprint and its finding.
    pub cause: Option<(String, Finding)>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A request and what came back.
    Exchange(Box<Exchange>),
    /// The world changed by something else, and then was this.
    Change {
        /// What happened.
        change: Change,
        /// The world after it.
        after: Box<World>,
    },
}

/// A request and what came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub wire: WireRequest,
    /// What came back.
    pub observation: Observation,
}

impl Tape {
    /// An empty record that starts here.
    pub fn new(world: &World) -> Self {
        Self { world: world.clone(), ..Self::default() }
    }

    /// Notes a request and its answer.
    pub fn exchange(&mut self, wire: &WireRequest, observation: &Observation) {
        self.size += 300 + wire.path.len() + wire.query.len() + wire.body.len();
        let observation = match observation {
            Observation::Answer(answer) if answer.response.body.len() <= LONGEST_BODY => {
                self.size += 400 + answer.response.body.len();
                // What is read from the response is read again when it is needed.
                Observation::Answer(Answer {
                    response: answer.response.clone(),
                    ..Answer::default()
                })
            }
            Observation::Answer(answer) => {
                let mut response = answer.response.clone();
                response.body.truncate(LONGEST_BODY);
                response.truncated = true;
                self.size += 400 + LONGEST_BODY;
                Observation::Answer(Answer { response, ..Answer::default() })
            }
            Observation::Fault(fault) => Observation::Fault(fault.clone()),
        };
        let exchange = Exchange { wire: wire.clone(), observation };
        self.entries.push(Entry::Exchange(Box::new(exchange)));
    }

    /// Notes a change of the world that no request to a policy made.
    pub fn change(&mut self, change: Change, after: &World) {
        self.size += 4_096;
        self.entries.push(Entry::Change { change, after: Box::new(after.clone()) });
    }
}

/// An observation read again, as it was when it came.
pub fn read_again(observation: &Observation) -> Observation {
    match observation {
        Observation::Answer(answer) => Observation::Answer(Answer::read(answer.response.clone())),
        Observation::Fault(fault) => Observation::Fault(fault.clone()),
    }
}
