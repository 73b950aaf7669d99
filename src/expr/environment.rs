//! The environment of an evaluation.

use super::{Budget, DefineId, LookupId, PathId};
use crate::event::Value;
use bumpalo::Bump;
use jiff::tz::TimeZone;

/// The environment of an evaluation: the event, the clock and reference data.
pub trait Env<'a> {
    /// New values are allocated here.
    fn arena(&self) -> &'a Bump;
    /// The value at a path; null if the path has no value.
    fn path(&mut self, path: PathId) -> Value<'a>;
    /// True if a field of the event is there, even if it is null. The path has steps.
    fn is_present(&mut self, path: PathId) -> bool;
    /// A named value.
    fn define(&mut self, id: DefineId) -> Value<'a>;
    /// The time zone of the rule set.
    fn zone(&self) -> &'a TimeZone;
    /// The cell of a lookup table; null if there is no such row.
    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'a>;
    /// The event's id, for `uuid(name)`.
    fn event_id(&mut self) -> Value<'a>;
    /// The budget of each computation.
    fn budget(&self) -> Budget {
        Budget::default()
    }
}
