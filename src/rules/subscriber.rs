//! Declared subscribers, and the subscribers that the status of an event selects.

use super::name::Name;
use super::transform::TransformId;
use crate::expr::Typed;

/// A declared subscriber.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Its name.
    pub name: Name,
    /// A condition: it gets only events for which this is true.
    pub filter: Option<Typed>,
    /// The transforms that produce its event. Empty: it is sent the event itself.
    pub transform: Vec<TransformId>,
    /// A description for readers.
    pub description: Option<String>,
    /// The owner, for readers.
    pub owner: Option<String>,
}

/// Subscribers by the status of an event, independent of the rules.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Subscribers that get every event that is routed or unrouted.
    pub always: Vec<Name>,
    /// Subscribers that get every event that has no other subscriber.
    pub unrouted: Vec<Name>,
    /// Subscribers that get every event that a filter drops.
    pub dropped: Vec<Name>,
    /// Subscribers that get every event that is rejected or malformed.
    pub rejected: Vec<Name>,
}

impl Defaults {
    /// All names, list by list.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        [&self.always, &self.unrouted, &self.dropped, &self.rejected].into_iter().flatten()
    }
}
