//! The event that a decision is about, as text.

/// One event in the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Input<'l> {
    /// The event's text: the line, or one element of the list in it.
    pub(crate) text: &'l [u8],
    /// The number of the line.
    pub(crate) line: u64,
    /// Its number in the list of the line, if that is split.
    pub(crate) part: Option<Part>,
}

/// The number of an event in its line, from 1, and the number of events in that line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its number; 0 if there is none.
    pub(crate) part: u64,
    /// How many there are.
    pub(crate) parts: u64,
}

impl Part {
    /// For a line whose list is empty.
    pub(crate) const EMPTY: Part = Part { part: 0, parts: 0 };
}
