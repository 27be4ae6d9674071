//! Is a concurrent history linearizable?
//!
//! Wing and Gong's search for an order of the calls that respects real time and that a sequential
//! specification explains, with Lowe's memoisation of configurations (which calls are placed, and
//! the state they led to). Calls whose answer was lost may have happened at any later time, or
//! never.

use std::collections::HashSet;
use std::hash::Hash;

/// A sequential specification.
pub trait Sequential {
    /// The state of the object.
    type State: Clone + Eq + Hash;
    /// A call with its outcome.
    type Call;

    /// The states that the call may lead to from `state`; none where its outcome is not
    /// explained there.
    fn step(&self, state: &Self::State, call: &Self::Call) -> Vec<Self::State>;
}

/// A call with the time between which it was under way, on any one clock.
#[derive(Clone, Debug)]
pub struct Timed<C> {
    /// The call and its outcome.
    pub call: C,
    /// When it was sent.
    pub started: u64,
    /// When its answer came; `None` where none came.
    pub ended: Option<u64>,
}

/// What the search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linearity {
    /// An order explains the history.
    Linearizable,
    /// No order does.
    NotLinearizable,
    /// The search was given up.
    Undecided,
}

/// How many calls a history may have.
pub const MOST_CALLS: usize = 64;

/// Searches for an order, visiting at most `cap` configurations.
pub fn linearize<S: Sequential>(
    spec: &S,
    initial: &S::State,
    history: &[Timed<S::Call>],
    cap: usize,
) -> Linearity {
    if history.len() > MOST_CALLS {
        return Linearity::Undecided;
    }
    let mut seen: HashSet<(u64, S::State)> = HashSet::new();
    let mut stack = vec![(0_u64, initial.clone())];
    while let Some((placed, state)) = stack.pop() {
        if !seen.insert((placed, state.clone())) {
            continue;
        }
        if seen.len() > cap {
            return Linearity::Undecided;
        }
        let open = |at: usize| placed & (1 << at) == 0;
        if history.iter().enumerate().all(|(at, call)| !open(at) || call.ended.is_none()) {
            return Linearity::Linearizable;
        }
        // A call can come next only if none of those still open ended before it began.
        let horizon = history
            .iter()
            .enumerate()
            .filter(|(at, _)| open(*at))
            .filter_map(|(_, call)| call.ended)
            .min()
            .unwrap_or(u64::MAX);
        for (at, timed) in history.iter().enumerate() {
            if open(at) && timed.started <= horizon {
                for next in spec.step(&state, &timed.call) {
                    stack.push((placed | (1 << at), next));
                }
            }
        }
    }
    Linearity::NotLinearizable
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    struct Queue;

    enum Q {
        Enq(char),
        Deq(char),
    }

    impl Sequential for Queue {
        type State = VecDeque<char>;
        type Call = Q;

        fn step(&self, state: &VecDeque<char>, call: &Q) -> Vec<VecDeque<char>> {
            let mut next = state.clone();
            match call {
                Q::Enq(item) => next.push_back(*item),
                Q::Deq(item) => {
                    if next.pop_front() != Some(*item) {
                        return Vec::new();
                    }
                }
            }
            vec![next]
        }
    }

    struct Register;

    enum R {
        Write(u8),
        Read(u8),
    }

    impl Sequential for Register {
        type State = u8;
        type Call = R;

        fn step(&self, state: &u8, call: &R) -> Vec<u8> {
            match call {
                R::Write(value) => vec![*value],
                R::Read(value) if value == state => vec![*state],
                R::Read(_) => Vec::new(),
            }
        }
    }

    fn at<C>(call: C, started: u64, ended: u64) -> Timed<C> {
        Timed { call, started, ended: Some(ended) }
    }

    fn queue(history: &[Timed<Q>]) -> Linearity {
        linearize(&Queue, &VecDeque::new(), history, 1_000)
    }

    fn register(history: &[Timed<R>]) -> Linearity {
        linearize(&Register, &0, history, 1_000)
    }

    // The four FIFO queue histories of Herlihy and Wing, Linearizability (1990), figure 1.
    #[test]
    fn overlapping_enqueues_may_be_dequeued_in_either_order() {
        let history = [
            at(Q::Enq('x'), 0, 4),
            at(Q::Enq('y'), 1, 3),
            at(Q::Deq('x'), 5, 6),
            at(Q::Deq('y'), 7, 9),
        ];
        assert_eq!(queue(&history), Linearity::Linearizable);
    }

    #[test]
    fn an_earlier_enqueue_is_not_overtaken() {
        let history = [at(Q::Enq('x'), 0, 1), at(Q::Enq('y'), 2, 3), at(Q::Deq('y'), 4, 5)];
        assert_eq!(queue(&history), Linearity::NotLinearizable);
    }

    #[test]
    fn a_dequeue_may_overlap_the_enqueue_that_feeds_it() {
        let history = [at(Q::Enq('x'), 0, 5), at(Q::Deq('x'), 1, 3)];
        assert_eq!(queue(&history), Linearity::Linearizable);
    }

    #[test]
    fn nothing_is_dequeued_twice() {
        let history = [
            at(Q::Enq('x'), 0, 3),
            at(Q::Enq('y'), 1, 4),
            at(Q::Deq('y'), 5, 8),
            at(Q::Deq('y'), 6, 9),
        ];
        assert_eq!(queue(&history), Linearity::NotLinearizable);
    }

    // Reads beside a write, as in Lowe, Testing for linearizability (2017).
    #[test]
    fn reads_beside_a_write_may_see_old_then_new_but_not_new_then_old() {
        let good = [at(R::Write(1), 0, 10), at(R::Read(0), 1, 2), at(R::Read(1), 3, 4)];
        assert_eq!(register(&good), Linearity::Linearizable);
        let bad = [at(R::Write(1), 0, 10), at(R::Read(1), 1, 2), at(R::Read(0), 3, 4)];
        assert_eq!(register(&bad), Linearity::NotLinearizable);
    }

    #[test]
    fn a_lost_call_may_have_happened_or_not() {
        let lost = |ended| Timed { call: R::Write(1), started: 0, ended };
        for seen in [0, 1] {
            assert_eq!(register(&[lost(None), at(R::Read(seen), 5, 6)]), Linearity::Linearizable);
        }
        assert_eq!(register(&[lost(Some(1)), at(R::Read(0), 5, 6)]), Linearity::NotLinearizable);
        assert_eq!(
            register(&[lost(None), at(R::Read(1), 5, 6), at(R::Read(0), 7, 8)]),
            Linearity::NotLinearizable
        );
    }

    #[test]
    fn calls_that_touch_in_time_may_come_in_either_order() {
        let read_at = |started| [at(R::Write(1), 0, 5), at(R::Read(0), started, 9)];
        assert_eq!(register(&read_at(5)), Linearity::Linearizable);
        assert_eq!(register(&read_at(6)), Linearity::NotLinearizable);
    }

    #[test]
    fn a_history_of_as_many_calls_as_there_may_be_is_searched() {
        let reads = |count: usize| -> Vec<_> {
            (0..).step_by(2).take(count).map(|start| at(R::Read(0), start, start + 1)).collect()
        };
        assert_eq!(register(&reads(MOST_CALLS)), Linearity::Linearizable);
        assert_eq!(register(&reads(MOST_CALLS + 1)), Linearity::Undecided);
    }

    #[test]
    fn the_cap_is_the_number_of_configurations_that_may_be_visited() {
        // One configuration before the calls, and one after each.
        let history = [at(R::Write(1), 0, 1), at(R::Write(2), 2, 3), at(R::Read(2), 4, 5)];
        assert_eq!(linearize(&Register, &0, &history, 4), Linearity::Linearizable);
        assert_eq!(linearize(&Register, &0, &history, 3), Linearity::Undecided);
    }

    #[test]
    fn a_search_that_grows_too_large_is_given_up() {
        let history: Vec<_> = (0..40).map(|n| at(R::Write(n), 0, 100)).collect();
        let history: Vec<_> = history.into_iter().chain([at(R::Read(99), 101, 102)]).collect();
        assert_eq!(linearize(&Register, &0, &history, 50), Linearity::Undecided);
    }
}
