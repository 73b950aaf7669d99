//! What the scanner found, and its scratch memory.
//!
//! `spans` has an entry for each slot; `found` lists those that are not `Missing`, so that starting anew costs what was
//! found. Of duplicate keys the last wins, so an object that comes again takes away what was captured below the earlier
//! one: everything below one visit of a node stands together in `found`, and `visits` remembers from where to where.

use super::trie::{NONE, Trie};
use super::{Found, Tag};
use std::ops::Range;

/// What the scanner found, by slot. Reused from event to event.
#[derive(Clone, Debug, Default)]
pub struct Captures {
    spans: Vec<Span>,
    found: Vec<u32>,
    /// By node; a strict walk visits only inner nodes.
    visits: Vec<Visit>,
    /// The number of the event, so that visits of earlier events do not count.
    event: u32,
    /// True if entries of `found` were struck out.
    struck: bool,
    pub(super) walk: super::walk::Scratch,
    pub(super) seek: super::seek::Scratch,
}

#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: u32,
    end: u32,
    tag: Tag,
}

/// The last visit of a node: in which event, and what it captured.
#[derive(Clone, Copy, Debug, Default)]
struct Visit {
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

    /// What was found for a slot; `Tag::Missing` where nothing was.
    #[inline]
    pub fn get(&self, slot: usize) -> Found {
        let span = self.spans.get(slot).copied().unwrap_or_default();
        Found { tag: span.tag, start: span.start as usize, end: span.end as usize }
    }

    /// The slots that something was found for (each once, in any order); null counts.
    pub fn found(&self) -> &[u32] {
        &self.found
    }

    /// Forgets the last event.
    pub(super) fn begin(&mut self, trie: &Trie) {
        for slot in self.found.drain(..) {
            if let Some(span) = self.spans.get_mut(slot as usize) {
                *span = Span::default();
            }
        }
        self.struck = false;
        self.event = self.event.wrapping_add(1);
        if self.event == 0 || self.visits.len() != trie.nodes() || self.spans.len() != trie.slots() {
            self.spans.clear();
            self.spans.resize(trie.slots(), Span::default());
            self.visits.clear();
            self.visits.resize(trie.nodes(), Visit::default());
            self.event = 1;
        }
    }

    /// Ends an event: drops what was struck out.
    pub(super) fn finish(&mut self) {
        if self.struck {
            self.found.retain(|slot| *slot != NONE);
            self.struck = false;
        }
    }

    /// Notes a value for a slot; the last one stands.
    #[inline]
    pub(super) fn set(&mut self, slot: u32, tag: Tag, range: Range<usize>) {
        if let Some(span) = self.spans.get_mut(slot as usize) {
            if span.tag == Tag::Missing {
                self.found.push(slot);
            }
            *span = Span { start: range.start as u32, end: range.end as u32, tag };
        }
    }

    /// True if a node was visited in this event.
    #[inline]
    pub(super) fn visited(&self, node: u32) -> bool {
        self.visits.get(node as usize).is_some_and(|visit| visit.event == self.event)
    }

    /// Counts a node as visited: in trusted mode it is of no interest any more then.
    #[inline]
    pub(super) fn visit(&mut self, node: u32) {
        if let Some(visit) = self.visits.get_mut(node as usize) {
            *visit = Visit { event: self.event, start: 0, end: 0 };
        }
    }

    /// Begins a visit of an inner node, and gives the mark to end it with. What an earlier visit captured goes.
    #[inline]
    pub(super) fn enter(&mut self, node: u32) -> u32 {
        let mark = self.found.len() as u32;
        if self.visited(node) {
            self.strike(node);
        }
        if let Some(visit) = self.visits.get_mut(node as usize) {
            *visit = Visit { event: self.event, start: mark, end: mark };
        }
        mark
    }

    /// Ends a visit of an inner node.
    #[inline]
    pub(super) fn leave(&mut self, node: u32, mark: u32) {
        let end = self.found.len() as u32;
        if let Some(visit) = self.visits.get_mut(node as usize) {
            *visit = Visit { event: self.event, start: mark, end };
        }
    }

    #[cold]
    fn strike(&mut self, node: u32) {
        let visit = self.visits.get(node as usize).copied().unwrap_or_default();
        for slot in self.found.get_mut(visit.start as usize..visit.end as usize).unwrap_or_default() {
            if let Some(span) = self.spans.get_mut(*slot as usize) {
                *span = Span::default();
                self.struck = true;
            }
            *slot = NONE;
        }
    }
}
