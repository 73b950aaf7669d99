//! The trusted scan: finds the values at the paths of the trie and stops; everything else is skipped without a check.
//!
//! `cursor` goes over the line from colon to colon (in arrays: from comma to comma), `trie_cursor` holds the objects and arrays
//! that the trie leads into; the scan here connects them. The key is the text between the last two quotes before a
//! colon, so skipping a member costs one step, usually a look at the length of its key. Objects and arrays are left by counting
//! brackets. Values that are captured are checked.

mod cursor;
mod trie_cursor;

use super::backend::SimdBackend;
use super::fault::{Fault, ScanStop, StopReason, stop};
use super::scratch::TrustedScratch;
use super::simd::Work;
use super::trie::{NONE, ROOT, Trie, TrieNode};
use super::{Captures, Tag, strict, token};
use cursor::StructuralCursor;
use trie_cursor::TrustedTrieCursor;

struct TrustedScan<'s> {
    backend: SimdBackend,
    cursor: StructuralCursor<'s>,
    trie: TrustedTrieCursor<'s>,
    depth: usize,
    /// Room for a key whose escapes are resolved.
    key: Vec<u8>,
}

/// Scans a line whose length is within the limit.
pub(super) fn scan(
    backend: SimdBackend,
    trie: &Trie,
    line: &[u8],
    depth: usize,
    captures: &mut Captures,
) -> Result<(), Fault> {
    let TrustedScratch { frames, key } = std::mem::take(&mut captures.trusted);
    // Written in place: a move would copy it.
    let mut scan = TrustedScan {
        backend,
        cursor: StructuralCursor::new(backend, line),
        trie: TrustedTrieCursor::new(trie, captures, frames),
        depth,
        key,
    };
    let result = backend.run(&mut scan);
    let TrustedScan { trie: TrustedTrieCursor { mut frames, captures, .. }, key, .. } = scan;
    frames.clear();
    captures.trusted = TrustedScratch { frames, key };
    result.map_err(|stop| stop.into_fault(line, depth))
}

impl Work for &mut TrustedScan<'_> {
    type Result = Result<(), ScanStop>;

    #[inline(always)]
    fn run(self) -> Result<(), ScanStop> {
        self.event()
    }
}

impl TrustedScan<'_> {
    #[inline(always)]
    fn event(&mut self) -> Result<(), ScanStop> {
        let start = self.cursor.skip_space(0);
        let takes_it = match self.cursor.byte(start) {
            b'{' => true,
            b'[' => self.trie.takes_arrays(),
            _ => false,
        };
        if !takes_it {
            return Err(ScanStop::not_an_object(self.cursor.line(), start));
        }
        if self.trie.is_empty() {
            return Ok(());
        }
        self.cursor.start();
        self.value(ROOT, start)?;
        while let Some(frame) = self.trie.innermost() {
            debug_assert_eq!(self.cursor.in_object(), self.trie.in_object());
            if frame.left == 0 {
                if self.leave_early()? {
                    break;
                }
                continue;
            }
            let Some(node) = self.trie.node(frame.node) else { break };
            if frame.object { self.members(node)? } else { self.elements()? }
        }
        Ok(())
    }

    /// Goes through the innermost object up to the value of the next member that is to be found, or to its end.
    #[inline(always)]
    fn members(&mut self, node: &TrieNode) -> Result<(), ScanStop> {
        debug_assert!(self.cursor.in_object());
        let mut pending = self.cursor.pending();
        loop {
            let bit = self.cursor.next_of(&mut pending)?;
            if !self.cursor.is_colon(bit) {
                self.cursor.set_pending(pending);
                return self.bracket_in_frame(bit);
            }
            // The length of a key with escapes is not known.
            if node.has_length(self.cursor.key_length(bit)) || self.cursor.carry.backslash {
                let [open, close] = self.cursor.quotes_before(bit);
                let colon = self.cursor.position(bit);
                let child = self.member(node, open, close, colon)?;
                if child != NONE {
                    self.cursor.set_pending(pending);
                    return self.value(child, self.cursor.skip_space(colon + 1));
                }
            }
        }
    }

    /// Goes to the next element of the innermost array, or to its end.
    fn elements(&mut self) -> Result<(), ScanStop> {
        let bit = self.cursor.next()?;
        if self.cursor.is_comma(bit) { self.element(self.cursor.position(bit) + 1) } else { self.bracket_in_frame(bit) }
    }

    /// A bracket opens a value that is skipped, or closes the innermost frame.
    fn bracket_in_frame(&mut self, bit: u64) -> Result<(), ScanStop> {
        if self.cursor.is_open(bit) { self.cursor.leave(1).map(|_| ()) } else { self.close(self.cursor.position(bit)) }
    }

    /// The node of the member whose key is between two quotes; `NONE` if it is not to be found, or was found before.
    #[inline(never)]
    fn member(&mut self, node: &TrieNode, open: usize, close: usize, colon: usize) -> Result<u32, ScanStop> {
        let key = match open.checked_add(1).and_then(|start| self.cursor.line().get(start..close)) {
            Some(key) if close + 1 == colon || self.cursor.skip_space(close + 1) == colon => key,
            _ => return stop(colon, StopReason::Key),
        };
        Ok(self.trie.member(node, token::key(key, self.cursor.carry.backslash, &mut self.key)))
    }

    /// Reads the next element of the innermost array, which begins after white space from `at` on.
    fn element(&mut self, at: usize) -> Result<(), ScanStop> {
        let child = self.trie.element();
        if child == NONE {
            return Ok(());
        }
        let at = self.cursor.skip_space(at);
        if self.cursor.byte(at) == b']' {
            // An empty array.
            return Ok(());
        }
        self.trie.child_found();
        self.value(child, at)
    }

    /// Opens the value at `at`, or captures it.
    #[inline(always)]
    fn value(&mut self, number: u32, at: usize) -> Result<(), ScanStop> {
        let Some(node) = self.trie.node(number) else { return Ok(()) };
        self.trie.captures.visit(number);
        match self.cursor.byte(at) {
            b'{' if node.keys > 0 => self.open(number, node.keys, at, true),
            b'[' if node.items() > 0 => self.open(number, node.items(), at, false),
            b'"' => {
                let end = self.cursor.string_end(at)?;
                let tag = if self.cursor.has_escapes(at, end) { Tag::EscapedString } else { Tag::String };
                self.trie.capture(node, tag, at, end);
                Ok(())
            }
            first => self.other_value(node, first, at),
        }
    }

    /// Captures a value that is not a string and is not opened.
    #[inline(never)]
    fn other_value(&mut self, node: &TrieNode, first: u8, at: usize) -> Result<(), ScanStop> {
        let line = self.cursor.line();
        let word = |word| token::word(line, at, word).ok_or(ScanStop { at, reason: StopReason::Value });
        let (tag, end) = match first {
            b'-' | b'0'..=b'9' => {
                let end = token::number(line, at).map_err(|at| ScanStop { at, reason: StopReason::Number })?;
                (Tag::Number, end)
            }
            b't' => (Tag::True, word(b"true")?),
            b'f' => (Tag::False, word(b"false")?),
            b'n' => (Tag::Null, word(b"null")?),
            b'{' | b'[' => return self.container(node, first, at),
            _ => return stop(at, StopReason::Value),
        };
        self.trie.capture(node, tag, at, end);
        Ok(())
    }

    /// Skips an object or array that the trie does not lead into; checks and captures it if a path ends here.
    fn container(&mut self, node: &TrieNode, first: u8, at: usize) -> Result<(), ScanStop> {
        self.cursor.bracket(at)?;
        let end = self.cursor.leave(1)? + 1;
        if node.slot != NONE {
            let value = self.cursor.line().get(..end).unwrap_or_default();
            strict::check(self.backend, value, at, self.depth.saturating_sub(self.trie.nesting()))?;
        }
        self.trie.capture(node, if first == b'{' { Tag::Object } else { Tag::Array }, at, end);
        Ok(())
    }

    /// Opens an object or array.
    fn open(&mut self, node: u32, left: u32, at: usize, object: bool) -> Result<(), ScanStop> {
        if self.trie.nesting() >= self.depth {
            return stop(at, StopReason::Depth);
        }
        self.cursor.bracket(at)?;
        self.trie.open(node, left, at, object);
        if self.cursor.in_object() != object {
            self.cursor.switch(object, at);
        }
        if object { Ok(()) } else { self.element(at + 1) }
    }

    /// Closes the innermost object or array, whose bracket is at `at`.
    fn close(&mut self, at: usize) -> Result<(), ScanStop> {
        let Some(frame) = self.trie.frames.pop() else { return Ok(()) };
        match (self.cursor.byte(at), frame.object) {
            (b'}', true) | (b']', false) => {}
            (_, true) => return stop(at, StopReason::CommaOrBrace),
            (_, false) => return stop(at, StopReason::CommaOrBracket),
        }
        self.trie.closed(frame, at + 1);
        if self.cursor.in_object() != self.trie.in_object() {
            self.cursor.switch(self.trie.in_object(), at);
        }
        Ok(())
    }

    /// Leaves the innermost container, of which nothing more is to be found, and those around it of which that is true
    /// too. True if none is left.
    fn leave_early(&mut self) -> Result<bool, ScanStop> {
        let finished = self.trie.finished();
        if finished == self.trie.nesting() {
            return Ok(true);
        }
        // A captured container is not finished, but must be left to its end.
        let levels = finished.max(1);
        let end = self.cursor.leave(levels)?;
        self.trie.frames.truncate(self.trie.nesting() + 1 - levels);
        self.close(end)?;
        Ok(false)
    }
}
