//! A decision by number.

use super::id::SubscriberId;
use crate::decision::Status;
use crate::graph::State;
use crate::rules::RuleId;

/// A decision by number, for callers that need no names: cheap, since nothing is allocated.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Summary<'s> {
    /// The result of the decision.
    pub status: Status,
    /// Indexes into [`Router::subscribers`](crate::Router::subscribers).
    subscribers: &'s [u32],
    /// Indexes into [`Router::rules`](crate::Router::rules).
    rules: &'s [u32],
    /// True if the clock is the event's time ([`Clock::Event`](crate::Clock::Event)), the rules read it, and the event has none.
    pub no_clock: bool,
    /// True if an expression under `subscribers` gave a name that is not declared.
    pub undeclared: bool,
}

impl<'s> Summary<'s> {
    /// The subscribers that receive the event, sorted by name.
    pub fn subscribers(&self) -> impl ExactSizeIterator<Item = SubscriberId> + use<'s> {
        self.subscribers.iter().map(|number| SubscriberId(*number))
    }

    /// The rules that matched, by rank.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = RuleId> + use<'s> {
        self.rules.iter().map(|number| RuleId(*number))
    }

    /// The indexes of the subscribers and of the rules.
    #[cfg(feature = "pipeline")]
    pub(crate) fn numbers(&self) -> (&'s [u32], &'s [u32]) {
        (self.subscribers, self.rules)
    }
}

impl Summary<'_> {
    pub(super) fn new(status: Status, state: &State) -> Summary<'_> {
        Summary {
            status,
            subscribers: &state.chosen,
            rules: &state.rules,
            no_clock: state.no_clock,
            undeclared: state.undeclared,
        }
    }
}
