//! The scanner: one pass over an event, guided by the trie of the paths that rules read.

use super::path::Step;

/// The paths to look for, as a trie. A slot is the number of a path, in the order given.
#[derive(Clone, Debug, Default)]
pub struct Trie {}

impl Trie {
    /// A trie of paths from the raw event's root. The empty path is the event itself. The same path may come twice.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p [Step]>) -> Trie {
        let _ = paths.into_iter();
        todo!()
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        todo!()
    }
}

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

/// What the scanner found, by slot. Reused from event to event.
#[derive(Clone, Debug, Default)]
pub struct Captures {}

impl Captures {
    /// Room for the slots of `trie`.
    pub fn new(trie: &Trie) -> Captures {
        let _ = trie;
        todo!()
    }

    /// What was found for a slot; `Tag::Missing` where nothing was.
    pub fn get(&self, slot: usize) -> Found {
        todo!("{slot}")
    }

    /// The slots that something was found for (each once, in any order); null counts.
    pub fn found(&self) -> &[u32] {
        todo!()
    }
}

/// What a line may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nesting; 1,024 by default. `{"a":[1]}` is 2 deep.
    pub depth: usize,
    /// Bytes; 64 MiB by default.
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
    /// Until every slot has been found; of duplicate keys it may take the first.
    Trusted,
}

/// Why a line is not an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The byte at which it was noticed.
    pub offset: usize,
    /// In a few words: `expected a value`, `invalid UTF-8`, `nested deeper than 1024`.
    pub message: String,
}

/// Scans one line, which must be one JSON object.
pub fn scan(trie: &Trie, line: &[u8], mode: Mode, limits: Limits, captures: &mut Captures) -> Result<(), Fault> {
    todo!("{trie:?} {line:?} {mode:?} {limits:?} {captures:?}")
}
