//! The position of a scan in the trie. The strict and the trusted scan each add how they find members and elements.

use super::Tag;
use super::captures::Captures;
use super::trie::{NONE, Trie, TrieNode};

/// The objects and arrays that the trie leads into and that are open, the innermost last; and the captures.
pub(super) struct TrieCursor<'s, F> {
    pub(super) trie: &'s Trie,
    pub(super) captures: &'s mut Captures,
    pub(super) frames: Vec<F>,
}

impl<'s, F: Copy> TrieCursor<'s, F> {
    #[inline(always)]
    pub(super) fn new(trie: &'s Trie, captures: &'s mut Captures, frames: Vec<F>) -> TrieCursor<'s, F> {
        debug_assert!(frames.is_empty());
        TrieCursor { trie, captures, frames }
    }

    #[inline(always)]
    pub(super) fn node(&self, number: u32) -> Option<&'s TrieNode> {
        self.trie.node(number)
    }

    /// True if a line may also be an array.
    #[inline(always)]
    pub(super) fn takes_arrays(&self) -> bool {
        self.trie.takes_arrays
    }

    /// How many objects and arrays are open.
    #[inline(always)]
    pub(super) fn nesting(&self) -> usize {
        self.frames.len()
    }

    #[inline(always)]
    pub(super) fn innermost(&self) -> Option<F> {
        self.frames.last().copied()
    }

    /// Captures a value for all slots of a path, of which `slot` is the first.
    #[inline(always)]
    pub(super) fn capture_slots(&mut self, mut slot: u32, tag: Tag, start: usize, end: usize) {
        while slot != NONE {
            self.captures.set(slot, tag, start..end);
            slot = self.trie.next_slot(slot);
        }
    }
}
