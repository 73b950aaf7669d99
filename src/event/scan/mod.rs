//! The scanner: one pass over an event, guided by the trie of the paths that rules read.
//!
//! ```text
//!             bit masks of 64 bytes        over the bits of the masks
//!   strict      structural  (simd)    ──▶    strict:  checks the complete grammar
//!   trusted     blocks      (simd)    ──▶    trusted: from colon to colon, until every path is found
//! ```
//!
//! Both record the values at the paths of the trie as spans with a type; values are not decoded here. `backend` chooses
//! between AVX2 (`simd`) and plain arithmetic (`portable`).

mod backend;
mod blocks;
mod captures;
mod fault;
mod portable;
mod scratch;
mod simd;
mod strict;
mod string_carry;
mod structural;
#[cfg(test)]
mod tests;
mod token;
mod trie;
mod trie_cursor;
mod trusted;

use backend::SimdBackend;
pub use captures::Captures;
pub use fault::Fault;
pub(super) use simd::ascii;
pub(super) use token::unescape;
pub use trie::Trie;

/// The value found at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its type, and for strings whether they have escapes.
    pub tag: Tag,
    /// First byte (of strings: the quote).
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The type of a captured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tag {
    /// There is no value.
    #[default]
    Missing,
    /// `null`.
    Null,
    /// `true`.
    True,
    /// `false`.
    False,
    /// A number.
    Number,
    /// A string without escapes.
    String,
    /// A string with escapes.
    EscapedString,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// The deepest nesting that any limit allows: values are decoded, compared and written by recursive functions.
pub const MAX_DEPTH: usize = 4096;

/// The limits for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Nesting; 1,024 by default, and never more than [`MAX_DEPTH`]. `{"a":[1]}` is 2 deep.
    pub depth: usize,
    /// Bytes; 64 MiB by default. More than 4 GiB is never read.
    pub bytes: usize,
}

impl Limits {
    /// Sets the limit on nesting.
    #[must_use]
    pub fn depth(self, depth: usize) -> Limits {
        Limits { depth, ..self }
    }

    /// Sets the limit on the length of a line.
    #[must_use]
    pub fn bytes(self, bytes: usize) -> Limits {
        Limits { bytes, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 1024, bytes: 64 << 20 }
    }
}

/// How much of an event is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// All of it: an event that is not valid JSON is a fault. If a key is repeated, the last value wins.
    #[default]
    Strict,
    /// Until every slot has been found. If a key is repeated, the first value wins. Everything else is skipped without a
    /// check: missing commas, invalid numbers and strings in fields that no path reads, and the rest of the line after the
    /// last value found.
    Trusted,
}

/// Scans one line, which must be one JSON object. After a fault, nothing is captured.
pub fn scan(trie: &Trie, line: &[u8], mode: Mode, limits: Limits, captures: &mut Captures) -> Result<(), Fault> {
    scan_with(SimdBackend::detect(), trie, line, mode, limits, captures)
}

/// True if a text is valid JSON: one value of any type, within the limits.
pub(super) fn is_value(text: &[u8], limits: Limits) -> bool {
    let most = limits.bytes.min(u32::MAX as usize - 1);
    text.len() <= most && strict::is_value(SimdBackend::detect(), text, limits.depth.min(MAX_DEPTH))
}

/// Scans with a given backend, so that tests can compare them.
fn scan_with(
    backend: SimdBackend,
    trie: &Trie,
    line: &[u8],
    mode: Mode,
    limits: Limits,
    captures: &mut Captures,
) -> Result<(), Fault> {
    captures.begin(trie);
    let most = limits.bytes.min(u32::MAX as usize - 1);
    if line.len() > most {
        return Err(Fault::too_long(most));
    }
    let depth = limits.depth.min(MAX_DEPTH);
    let result = match mode {
        Mode::Strict => strict::scan(backend, trie, line, depth, captures),
        Mode::Trusted => trusted::scan(backend, trie, line, depth, captures),
    };
    if result.is_err() {
        captures.begin(trie);
    }
    result
}
