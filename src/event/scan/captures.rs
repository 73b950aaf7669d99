//! The captures of a scan, and the memory that scans reuse.
//!
//! `spans` has an entry for each slot; `found` lists the slots that are not `Missing`, so that clearing costs only what was
//! found. If a key is repeated, the last value wins, so a repeated object removes what was captured below the earlier
//! one: the captures below one visit of a node are adjacent in `found`, and `visits` has their range.

use super::scratch::{StrictScratch, TrustedScratch};
use super::trie::{NONE, Trie};
use super::{Found, Tag};
use std::ops::Range;

/// The values that the scanner found, by slot. Reused from event to event.
#[derive(Clone, Debug, Default)]
pub struct Captures {
    spans: Vec<CapturedSpan>,
    found: Vec<u32>,
    /// By node. A strict scan visits inner nodes only.
    visits: Vec<NodeVisit>,
    /// The number of the event, so that visits of earlier events do not count.
    event: u32,
    /// True if entries of `found` were replaced by `NONE`.
    has_removed: bool,
    pub(super) strict: StrictScratch,
    pub(super) trusted: TrustedScratch,
}

#[derive(Clone, Copy, Debug, Default)]
struct CapturedSpan {
    start: u32,
    end: u32,
    tag: Tag,
}

/// The last visit of a node: the event, and the range of its captures in `found`.
#[derive(Clone, Copy, Debug, Default)]
struct NodeVisit {
    event: u32,
    start: u32,
    end: u32,
}

impl Captures {
    /// Room for the slots of `trie`.
    pub fn new(trie: &Trie) -> Captures {
        let mut captures = Captures::default();
        captures.begin(trie);
        captures
    }

    /// The value found for a slot; its tag is `Tag::Missing` if nothing was found.
    #[inline]
    pub fn get(&self, slot: usize) -> Found {
        let span = self.spans.get(slot).copied().unwrap_or_default();
        Found { tag: span.tag, start: span.start as usize, end: span.end as usize }
    }

    /// The slots for which a value was found, null included; each once, in any order.
    pub fn found(&self) -> &[u32] {
        &self.found
    }

    /// Clears the captures of the last event.
    pub(super) fn begin(&mut self, trie: &Trie) {
        for slot in self.found.drain(..) {
            if let Some(span) = self.spans.get_mut(slot as usize) {
                *span = CapturedSpan::default();
            }
        }
        self.has_removed = false;
        self.event = self.event.wrapping_add(1);
        if self.event == 0 || self.visits.len() != trie.nodes() || self.spans.len() != trie.slots() {
            self.spans.clear();
            self.spans.resize(trie.slots(), CapturedSpan::default());
            self.visits.clear();
            self.visits.resize(trie.nodes(), NodeVisit::default());
            self.event = 1;
        }
    }

    /// Ends an event: deletes removed entries.
    pub(super) fn finish(&mut self) {
        if self.has_removed {
            self.found.retain(|slot| *slot != NONE);
            self.has_removed = false;
        }
    }

    /// Records a value for a slot; it replaces an earlier one.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, tag: Tag, range: Range<usize>) {
        if let Some(span) = self.spans.get_mut(slot as usize) {
            if span.tag == Tag::Missing {
                self.found.push(slot);
            }
            *span = CapturedSpan { start: range.start as u32, end: range.end as u32, tag };
        }
    }

    /// True if a node was visited in this event.
    #[inline]
    pub(super) fn visited(&self, node: u32) -> bool {
        self.visits.get(node as usize).is_some_and(|visit| visit.event == self.event)
    }

    /// Marks a node as visited. A trusted scan ignores visited nodes.
    #[inline]
    pub(super) fn visit(&mut self, node: u32) {
        if let Some(visit) = self.visits.get_mut(node as usize) {
            *visit = NodeVisit { event: self.event, start: 0, end: 0 };
        }
    }

    /// Begins a visit of an inner node; returns the mark with which to end it. Removes the captures of an earlier visit.
    #[inline]
    pub(super) fn enter(&mut self, node: u32) -> u32 {
        let mark = self.found.len() as u32;
        if self.visited(node) {
            self.remove_visit(node);
        }
        if let Some(visit) = self.visits.get_mut(node as usize) {
            *visit = NodeVisit { event: self.event, start: mark, end: mark };
        }
        mark
    }

    /// Ends a visit of an inner node.
    #[inline]
    pub(super) fn leave(&mut self, node: u32, mark: u32) {
        let end = self.found.len() as u32;
        if let Some(visit) = self.visits.get_mut(node as usize) {
            *visit = NodeVisit { event: self.event, start: mark, end };
        }
    }

    #[cold]
    fn remove_visit(&mut self, node: u32) {
        let visit = self.visits.get(node as usize).copied().unwrap_or_default();
        for slot in self.found.get_mut(visit.start as usize..visit.end as usize).unwrap_or_default() {
            if let Some(span) = self.spans.get_mut(*slot as usize) {
                *span = CapturedSpan::default();
                self.has_removed = true;
            }
            *slot = NONE;
        }
    }
}
