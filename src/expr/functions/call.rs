//! A call during evaluation.

use crate::event::{Number, Value};
use crate::expr::{Budget, DefineId, Env, LookupId, Meter, PathId, Prepared};
use bumpalo::Bump;
use jiff::tz::TimeZone;

/// A call during evaluation, without the type of its environment.
pub struct Call<'c, 'a> {
    /// The arguments' values.
    pub args: &'c [Value<'a>],
    /// The data prepared at load.
    pub prepared: &'a Prepared,
    /// The memory for new values.
    pub arena: &'a Bump,
    /// The environment.
    pub env: &'c mut dyn Env<'a>,
    /// True if an argument is known to be a time when the rules are loaded (`now`, `time`).
    pub times: bool,
    /// The budget for memory and work.
    pub meter: &'c Meter,
}

impl<'a> Call<'_, 'a> {
    /// The rule set's zone.
    pub fn zone(&self) -> &'a TimeZone {
        self.env.zone()
    }

    /// An argument; null where there are fewer.
    pub fn arg(&self, at: usize) -> Value<'a> {
        self.args.get(at).copied().unwrap_or_default()
    }

    /// An argument that is a string.
    pub fn text(&self, at: usize) -> Option<&'a str> {
        self.arg(at).as_str()
    }

    /// An argument that is a number.
    pub fn number(&self, at: usize) -> Option<Number> {
        self.arg(at).as_number()
    }
}

/// An environment as seen from values that live shorter than it.
pub(in crate::expr) struct Outside<'c, 'a>(pub(in crate::expr) &'c mut dyn Env<'a>);

impl<'s, 'a: 's> Env<'s> for Outside<'_, 'a> {
    fn arena(&self) -> &'s Bump {
        self.0.arena()
    }

    fn path(&mut self, path: PathId) -> Value<'s> {
        self.0.path(path)
    }

    fn is_present(&mut self, path: PathId) -> bool {
        self.0.is_present(path)
    }

    fn define(&mut self, id: DefineId) -> Value<'s> {
        self.0.define(id)
    }

    fn zone(&self) -> &'s TimeZone {
        self.0.zone()
    }

    fn lookup(&mut self, table: LookupId, column: u32, key: &[Value<'_>]) -> Value<'s> {
        self.0.lookup(table, column, key)
    }

    fn event_id(&mut self) -> Value<'s> {
        self.0.event_id()
    }

    fn budget(&self) -> Budget {
        self.0.budget()
    }
}
