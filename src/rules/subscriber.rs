//! Declared subscribers, and the subscribers that the status of an event selects.

use super::name::Name;
use super::transform::TransformId;
use crate::expr::Typed;

/// A declared subscriber.
#[derive(Clone, Debug)]
pub struct Subscriber {
    /// Its name.
    pub name: Name,
    /// It gets only events for which this holds.
    pub filter: Option<Typed>,
    /// The transforms that make its event; without any, it is sent the event itself.
    pub transform: Vec<TransformId>,
    /// For people.
    pub description: Option<String>,
    /// For people.
    pub owner: Option<String>,
}

/// Subscribers by the status of an event, independent of the rules.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Get every event that is routed or unrouted.
    pub always: Vec<Name>,
    /// Get every event that has no other subscriber.
    pub unrouted: Vec<Name>,
    /// Get every event that a filter drops.
    pub dropped: Vec<Name>,
    /// Get every event that is rejected or malformed.
    pub rejected: Vec<Name>,
}

impl Defaults {
    /// All names, list by list.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        [&self.always, &self.unrouted, &self.dropped, &self.rejected].into_iter().flatten()
    }
}
