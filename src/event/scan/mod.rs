//! The scanner: one pass over an event, guided by the trie of the paths that rules read.
//!
//! ```text
//!             bit masks of 64 bytes      over their positions
//!   strict      index  (simd)      ──▶    walk: checks all of the grammar
//!   trusted     blocks (simd)      ──▶    seek: from colon to colon, until everything is found
//! ```
//!
//! Both note what stands at the paths of the trie. Masks are made by AVX2 where the processor has it, else by plain
//! arithmetic. Values are not decoded here.

mod blocks;
mod captures;
mod fault;
mod index;
mod seek;
mod simd;
#[cfg(test)]
mod tests;
mod token;
mod trie;
mod walk;

pub use captures::Captures;
pub use fault::Fault;
pub(super) use simd::ascii;
pub(super) use token::unescape;
pub use trie::Trie;

/// What was found at a path.
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
    /// Nothing is there.
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

/// Values are decoded, compared and written by functions that call themselves, so nesting has an end whatever the limits.
pub const MAX_DEPTH: usize = 4096;

/// What a line may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nesting; 1,024 by default, and never more than [`MAX_DEPTH`]. `{"a":[1]}` is 2 deep.
    pub depth: usize,
    /// Bytes; 64 MiB by default. More than 4 GiB is never read.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 1024, bytes: 64 << 20 }
    }
}

/// How much of an event is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// All of it; it is valid, or it is a fault. Of duplicate keys the last wins.
    #[default]
    Strict,
    /// Until every slot has been found; of duplicate keys it takes the first. What is not looked for is passed over without
    /// a check: a comma that is missing, a number or string that is none, and all that follows the last thing found.
    Trusted,
}

/// Scans one line, which must be one JSON object. After a fault nothing is captured.
pub fn scan(trie: &Trie, line: &[u8], mode: Mode, limits: Limits, captures: &mut Captures) -> Result<(), Fault> {
    scan_with(index::Level::detect(), trie, line, mode, limits, captures)
}

/// Scans with a given way of indexing, so that tests can hold one against the other.
fn scan_with(
    level: index::Level,
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
        Mode::Strict => walk::walk(level, trie, line, depth, captures),
        Mode::Trusted => seek::seek(level, trie, line, depth, captures),
    };
    if result.is_err() {
        captures.begin(trie);
    }
    result
}
