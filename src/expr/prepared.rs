//! The parts of a function call that are prepared when the rules are loaded: compiled patterns, resolved zones and tables.

use super::{Cidr, Glob, LookupId, Pattern, PatternList, Replacement, Windows};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Prepared data of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// Nothing.
    None,
    /// A regular expression.
    Regex(Pattern),
    /// A regular expression and the replacement of its matches; `None` if that depends on the event.
    Replace(Pattern, Option<Replacement>),
    /// A regular expression, and the number of a group of it.
    Capture(Pattern, usize),
    /// A glob.
    Glob(Glob),
    /// A network.
    Cidr(Cidr),
    /// Patterns, one of which has to match.
    AnyOf(Arc<PatternList>),
    /// The zone in which a time is read.
    Zone(TimeZone),
    /// A time is read at the offset it was written with.
    Written,
    /// Windows of the week, and the zone in which the time is read.
    Windows(Windows, Box<Prepared>),
    /// A column of a lookup table.
    Column {
        /// The table.
        table: LookupId,
        /// The column, by its place in the table.
        column: u32,
    },
    /// The texts between the placeholders of `format`: one more than there are placeholders.
    Format(Box<[Box<str>]>),
}
