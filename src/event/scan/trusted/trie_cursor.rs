//! The position of a trusted scan in the trie. If a key is repeated, the first value wins.

use super::super::Tag;
use super::super::scratch::TrustedFrame;
use super::super::trie::{NONE, ROOT, TrieNode};
use super::super::trie_cursor::TrieCursor;

pub(super) type TrustedTrieCursor<'s> = TrieCursor<'s, TrustedFrame>;

impl TrustedTrieCursor<'_> {
    /// True if the trie has no path.
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.node(ROOT).is_none_or(|root| root.keys == 0 && root.slot == NONE)
    }

    /// True if the innermost container is an object, or nothing is open.
    #[inline(always)]
    pub(super) fn in_object(&self) -> bool {
        self.frames.last().is_none_or(|frame| frame.object)
    }

    /// Opens the object or array that begins at `start`, of which `left` children are to be found.
    #[inline(always)]
    pub(super) fn open(&mut self, node: u32, left: u32, start: usize, object: bool) {
        debug_assert!(left > 0);
        self.frames.push(TrustedFrame { node, start: start as u32, left, index: 0, object });
    }

    /// Captures an object or array that was closed, and ends at `end`.
    #[inline(always)]
    pub(super) fn closed(&mut self, frame: TrustedFrame, end: usize) {
        if let Some(node) = self.node(frame.node) {
            self.capture(node, if frame.object { Tag::Object } else { Tag::Array }, frame.start as usize, end);
        }
    }

    /// Takes a member of the innermost object; `NONE` if it is not to be found, or was found before.
    #[inline(always)]
    pub(super) fn member(&mut self, node: &TrieNode, key: &[u8]) -> u32 {
        let child = self.trie.member(node, key);
        if child == NONE || self.captures.visited(child) {
            return NONE;
        }
        self.child_found();
        child
    }

    /// The node of the next element of the innermost array; `NONE` if it is not to be found.
    #[inline(always)]
    pub(super) fn element(&mut self) -> u32 {
        let Some(frame) = self.frames.last_mut() else { return NONE };
        debug_assert!(!frame.object);
        let index = frame.index;
        frame.index = index.saturating_add(1);
        let Some(node) = self.trie.node(frame.node) else { return NONE };
        match self.trie.item(node.last_item - frame.left) {
            Some((wanted, child)) if wanted == index => child,
            _ => NONE,
        }
    }

    /// Counts a child of the innermost container as found.
    #[inline(always)]
    pub(super) fn child_found(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            debug_assert!(frame.left > 0);
            frame.left = frame.left.saturating_sub(1);
        }
    }

    /// How many containers, from the innermost out, have no child left to find and are not captured themselves. A captured
    /// container needs its end.
    #[inline(always)]
    pub(super) fn finished(&self) -> usize {
        let is_captured = |frame: &TrustedFrame| self.trie.node(frame.node).is_some_and(|node| node.slot != NONE);
        self.frames.iter().rev().take_while(|frame| frame.left == 0 && !is_captured(frame)).count()
    }

    /// Captures a value for all slots of the path that ends at a node.
    #[inline(always)]
    pub(super) fn capture(&mut self, node: &TrieNode, tag: Tag, start: usize, end: usize) {
        self.capture_slots(node.slot, tag, start, end);
        if !node.supersedes.is_empty() {
            self.supersede(node, tag);
        }
    }

    /// Counts the siblings that a value makes unnecessary as found. A number supersedes nothing: it may be out of the range of
    /// floats, and then counts as null.
    #[cold]
    fn supersede(&mut self, node: &TrieNode, tag: Tag) {
        if matches!(tag, Tag::Null | Tag::Number) {
            return;
        }
        for sibling in &node.supersedes {
            if !self.captures.visited(*sibling) {
                self.captures.visit(*sibling);
                self.child_found();
            }
        }
    }
}
