//! Sets of values, closed under intersection, union and complement: numbers as ranges, texts as combinations of patterns.
//!
//! Everything here is pure and deterministic. A question about texts that is too large, or beyond what automata can answer, has
//! the answer [`Emptiness::Unknown`].

mod atom;
mod automata;
mod networks;
mod numbers;
mod text;
mod values;

pub use atom::TextAtom;
pub use automata::{MAX_STATES, TextAutomata};
pub use numbers::NumberSet;
pub use text::TextSet;
pub use values::ValueSet;

/// Whether a set is empty.
#[derive(Clone, Debug, PartialEq)]
pub enum Emptiness<W> {
    /// No value is in it.
    Empty,
    /// This value is in it.
    Witness(W),
    /// It was not decided.
    Unknown,
}
