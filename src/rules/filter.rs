//! Filters of the whole rule set.

use super::name::Name;
use crate::expr::Typed;

/// A filter of the whole rule set.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its name.
    pub name: Name,
    /// If true, events that match are dropped; otherwise events that do not match.
    pub drop: bool,
    /// The condition.
    pub condition: Typed,
}
