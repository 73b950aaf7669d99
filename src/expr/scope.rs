//! The surroundings in which an expression is compiled.

use super::{DefineId, LookupInfo, Path, PathTable, PreparedPatterns, Root};
use crate::event::Type;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// The names that an expression may use, and the types known for them.
pub struct Scope<'s> {
    /// Paths are interned here.
    pub paths: &'s mut PathTable,
    /// Named values.
    pub defines: &'s HashMap<String, DefineId>,
    /// Types of the named values, by number; `Type::ANY` if not known yet.
    pub define_types: &'s [Type],
    /// Lookup tables by name.
    pub lookups: &'s HashMap<String, LookupInfo>,
    /// Patterns that have already been compiled.
    pub patterns: &'s mut PreparedPatterns,
    /// The rule set's time zone.
    pub zone: &'s TimeZone,
    /// The type that a schema guarantees at a path below `data` (`Type::ANY` without a schema); `Type::TIME` is added
    /// where texts have the format `date-time`.
    pub type_of: &'s dyn Fn(&Path) -> Type,
    /// The roots that may be used (an envelope's expressions have only `event` and `now`).
    pub roots: &'s [Root],
}

/// The kind of expression that a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// A boolean.
    Condition,
    /// Any value.
    Value,
    /// A path, or paths joined by `??`.
    Paths,
}
