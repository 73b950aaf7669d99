//! The functions of the language. Each family is a file, in which an entry holds the usage, types, examples and evaluation of
//! a function together. The functions' reference in the documentation is generated from the entries.

mod call;
mod capture;
mod collection;
mod definition;
mod encoding;
mod event;
mod foreign;
mod instants;
mod list;
mod logic;
mod math;
mod number;
mod order;
mod pattern;
mod registry;
mod text;
mod text_builder;
mod time;
mod zone;

pub use call::Call;
pub(super) use call::Outside;
pub use definition::{Function, ListPreparation, Predicate, Preparation, Prepare, PrepareError, Requires, SpecialForm};
pub(super) use foreign::foreign;
pub(crate) use list::EACH;
pub use registry::{all, families, find};
pub(crate) use text_builder::LONGEST as LONGEST_TEXT;
pub(super) use text_builder::joined;
pub(crate) use time::MINUTE_OF_WEEK;

#[cfg(test)]
mod tests;
