//! Several events in one line: where the line has them, and what `batch` is for each.
//!
//! One scan of the line finds the list and the values below `batch` that rules read. The elements of the list are then read
//! one after another, each as an event of its own, so that the memory a line takes does not grow with their number.

mod batch;
mod splitter;

pub(crate) use batch::Batch;
pub(crate) use splitter::{Located, Splitter};

/// The name under which decisions show that a line has an empty list of events.
pub(crate) const NAME: &str = "split";

/// The reason why a line is malformed for a caller that takes one decision a line.
pub(crate) fn too_many(parts: u64) -> String {
    format!("{parts} events in one line, where one is expected")
}
