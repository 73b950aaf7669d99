//! The position of a strict scan in the trie. If a key is repeated, the last value wins.

use super::super::Tag;
use super::super::scratch::StrictFrame;
use super::super::trie::{NONE, TrieNode};
use super::super::trie_cursor::TrieCursor;

pub(super) type StrictTrieCursor<'s> = TrieCursor<'s, StrictFrame>;

impl StrictTrieCursor<'_> {
    /// Begins the value of a node; returns the mark for `open`.
    #[inline(always)]
    pub(super) fn enter(&mut self, number: u32, node: &TrieNode) -> u32 {
        if node.is_inner() { self.captures.enter(number) } else { 0 }
    }

    /// Opens the object or array that begins at `start`.
    #[inline(always)]
    pub(super) fn open(&mut self, number: u32, mark: u32, start: usize, object: bool) {
        let left = if object { 0 } else { self.node(number).map_or(0, TrieNode::items) };
        self.frames.push(StrictFrame { node: number, start: start as u32, mark, left, index: 0, object });
    }

    /// Closes the innermost object or array, whose bracket is at `at`.
    pub(super) fn close(&mut self, at: usize) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some(node) = self.node(frame.node) {
            let tag = if frame.object { Tag::Object } else { Tag::Array };
            self.capture_slots(node.slot, tag, frame.start as usize, at + 1);
        }
        self.captures.leave(frame.node, frame.mark);
    }

    /// The node of a member of the innermost object; `NONE` if it is not to be found.
    #[inline(always)]
    pub(super) fn member(&self, key: &[u8]) -> u32 {
        let Some(frame) = self.frames.last() else { return NONE };
        debug_assert!(frame.object);
        self.node(frame.node).map_or(NONE, |node| self.trie.member(node, key))
    }

    /// The node of the next element of the innermost array; `NONE` if it is not to be found.
    #[inline(always)]
    pub(super) fn element(&mut self) -> u32 {
        let Some(frame) = self.frames.last_mut() else { return NONE };
        debug_assert!(!frame.object);
        let index = frame.index;
        frame.index = index.saturating_add(1);
        if frame.left == 0 {
            return NONE;
        }
        let Some(node) = self.trie.node(frame.node) else { return NONE };
        match self.trie.item(node.last_item - frame.left) {
            Some((wanted, child)) if wanted == index => {
                frame.left -= 1;
                child
            }
            _ => NONE,
        }
    }
}
