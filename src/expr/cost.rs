//! Upper bounds of the cost of an expression and of a call.
//!
//! The bounds are coarse and always too high. They are floats, because products of sizes overflow every integer type.

use super::budget::{BYTES_PER_STEP, ELEMENT};

/// The bytes of an element of a list.
pub(super) const PER_ELEMENT: f64 = ELEMENT as f64;
/// The bytes of text that are read in one step.
pub(super) const PER_STEP: f64 = BYTES_PER_STEP as f64;

/// The factor by which `lower`, `upper` and JSON escapes can lengthen a text.
const GROWTH: f64 = 6.0;

/// The length of the short texts that functions write: dates, identifiers, numbers.
pub(super) const SHORT: f64 = 512.0;

/// An upper bound of the cost of an expression.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    /// The size of its value in bytes; shared parts are counted each time.
    pub(super) size: f64,
    /// Bytes that it allocates.
    pub(super) memory: f64,
    /// Steps that it takes.
    pub(super) work: f64,
}

impl Cost {
    /// The cost of a value that exists already and has this size.
    pub(super) fn existing(size: f64) -> Cost {
        Cost { size, memory: 0.0, work: 1.0 }
    }

    /// The sum of the costs of several expressions, and of the sizes of their values.
    pub(super) fn all(parts: impl IntoIterator<Item = Cost>) -> Cost {
        parts.into_iter().fold(Cost { work: 1.0, ..Cost::default() }, |sum, part| Cost {
            size: sum.size + part.size,
            memory: sum.memory + part.memory,
            work: sum.work + part.work,
        })
    }

    /// Adds the work of reading a value of this size.
    pub(super) fn reading(self, size: f64) -> Cost {
        Cost { work: self.work + size / PER_STEP + 1.0, ..self }
    }

    /// Adds the memory of a new value of this size, which becomes the result.
    pub(super) fn making(self, size: f64) -> Cost {
        Cost { size, memory: self.memory + size, ..self }
    }
}

/// A call whose cost is to be bounded.
pub(super) struct CallCost<'c> {
    /// The cost of each argument.
    args: &'c [Cost],
    /// The cost of all arguments together.
    pub(super) all: Cost,
    /// The bytes of the largest cell of a lookup table.
    pub(super) cell: f64,
}

impl CallCost<'_> {
    pub(super) fn new(args: &[Cost], cell: f64) -> CallCost<'_> {
        CallCost { args, all: Cost::all(args.iter().copied()), cell }
    }

    /// The size of an argument; 0 if there are fewer arguments.
    pub(super) fn size(&self, argument: usize) -> f64 {
        self.args.get(argument).map_or(0.0, |cost| cost.size)
    }

    /// The cost of the arguments and of reading them twice.
    pub(super) fn read(&self) -> Cost {
        self.all.reading(2.0 * self.all.size)
    }

    /// The size of a text that consists of the arguments, or of a short text for each of them.
    pub(super) fn text_size(&self) -> f64 {
        (GROWTH + 1.0) * self.all.size + SHORT * self.args.len() as f64
    }

    /// The cost of a function whose value is a boolean, a number or null.
    pub(super) fn scalar(&self) -> Cost {
        Cost { size: 0.0, ..self.read() }
    }

    /// The cost of a function whose value is a short text, or consists of the arguments with a few bytes for each.
    pub(super) fn text(&self) -> Cost {
        let text = self.text_size();
        self.read().making(text).reading(2.0 * text)
    }
}
