//! The strict scan: checks the complete grammar, and captures the values at the paths of the trie.
//!
//! `index` gives the positions of tokens, `trie_cursor` holds the objects and arrays that the trie leads into, and `check` skips
//! every other value. The scan here connects them. Nothing recurses.

mod brackets;
mod check;
mod index;
mod trie_cursor;

pub(super) use check::{check, is_value};

use super::backend::SimdBackend;
use super::fault::{Fault, ScanStop, StopReason, stop};
use super::scratch::StrictScratch;
use super::structural::IndexState;
use super::trie::{ROOT, Trie};
use super::{Captures, Tag, token};
use check::ValueChecker;
use index::StructuralIndex;
use trie_cursor::StrictTrieCursor;

struct StrictScan<'s> {
    checker: ValueChecker<'s>,
    trie: StrictTrieCursor<'s>,
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
    let StrictScratch { frames, brackets, key } = std::mem::take(&mut captures.strict);
    let mut scan = StrictScan {
        checker: ValueChecker::new(StructuralIndex::new(backend, line, 0), depth, brackets),
        trie: StrictTrieCursor::new(trie, captures, frames),
        key,
    };
    let result = scan.event();
    let StrictScan { checker: ValueChecker { index, mut brackets, .. }, trie, key } = scan;
    let StrictTrieCursor { mut frames, captures, .. } = trie;
    frames.clear();
    brackets.clear();
    captures.strict = StrictScratch { frames, brackets, key };
    captures.finish();
    finish(result, line, &index.state, depth)
}

/// The first fault of a line, which may be within a string: the scan does not check strings.
#[inline(always)]
fn finish(result: Result<(), ScanStop>, line: &[u8], state: &IndexState, depth: usize) -> Result<(), Fault> {
    match result {
        Err(stop) => Err(Fault::from_stop(stop, line, state, depth)),
        Ok(()) if state.needs_string_check() => Fault::in_strings(line, state).map_or(Ok(()), Err),
        Ok(()) => Ok(()),
    }
}

impl StrictScan<'_> {
    fn event(&mut self) -> Result<(), ScanStop> {
        let start = self.checker.token();
        let line = self.checker.index.line();
        let takes_it = match self.checker.byte(start) {
            b'{' => true,
            b'[' => self.trie.takes_arrays(),
            _ => false,
        };
        if !takes_it {
            return Err(ScanStop::not_an_object(line, start));
        }
        self.tracked(start)?;
        let after = self.checker.token();
        if after < line.len() { stop(after, StopReason::Trailing) } else { Ok(()) }
    }

    /// Reads the value at `pos`, which belongs to the root of the trie.
    fn tracked(&mut self, mut pos: usize) -> Result<(), ScanStop> {
        let mut node = ROOT;
        loop {
            match self.value(node, pos)? {
                Some(first) => (node, pos) = first,
                None => match self.after_value()? {
                    Some(next) => (node, pos) = next,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Reads on after a value: the node and position of the next member or element, after the brackets that close; none
    /// if the last one has closed.
    #[inline(always)]
    fn after_value(&mut self) -> Result<Option<(u32, usize)>, ScanStop> {
        loop {
            let Some(frame) = self.trie.innermost() else { return Ok(None) };
            let at = self.checker.token();
            match (self.checker.byte(at), frame.object) {
                (b',', true) => {
                    let key = self.checker.token();
                    let node = self.member(key)?;
                    return Ok(Some((node, self.checker.token())));
                }
                (b',', false) if frame.left == 0 => {
                    let first = self.checker.token();
                    let end = self.checker.rest_of_array(first, self.trie.nesting())?;
                    self.trie.close(end - 1);
                }
                (b',', false) => {
                    let node = self.trie.element();
                    return Ok(Some((node, self.checker.token())));
                }
                (b'}', true) | (b']', false) => self.trie.close(at),
                (_, true) => return stop(at, StopReason::CommaOrBrace),
                (_, false) => return stop(at, StopReason::CommaOrBracket),
            }
        }
    }

    /// Skips a value, or opens it if the trie leads into it: then returns the node and position of the first value inside.
    #[inline(always)]
    fn value(&mut self, number: u32, pos: usize) -> Result<Option<(u32, usize)>, ScanStop> {
        let Some(node) = self.trie.node(number) else {
            self.skip(pos)?;
            return Ok(None);
        };
        let mark = self.trie.enter(number, node);
        match self.checker.byte(pos) {
            b'{' if node.keys > 0 => self.open(number, mark, pos, true),
            b'[' if node.items() > 0 => self.open(number, mark, pos, false),
            first => {
                self.leaf(node.slot, first, pos)?;
                Ok(None)
            }
        }
    }

    /// Skips a value that the trie does not lead into, and captures it.
    fn leaf(&mut self, slot: u32, first: u8, pos: usize) -> Result<(), ScanStop> {
        let end = self.skip(pos)?;
        let tag = match first {
            b'"' if self.has_escapes(pos, end) => Tag::EscapedString,
            b'"' => Tag::String,
            b'{' => Tag::Object,
            b'[' => Tag::Array,
            b't' => Tag::True,
            b'f' => Tag::False,
            b'n' => Tag::Null,
            _ => Tag::Number,
        };
        self.trie.capture_slots(slot, tag, pos, end);
        Ok(())
    }

    fn has_escapes(&self, start: usize, end: usize) -> bool {
        let index = &self.checker.index;
        token::has_escapes(index.line().get(start..end).unwrap_or_default(), index.state.strings.backslash)
    }

    /// Opens an object or array; returns the node and position of the first value inside.
    fn open(&mut self, number: u32, mark: u32, pos: usize, object: bool) -> Result<Option<(u32, usize)>, ScanStop> {
        if self.trie.nesting() >= self.checker.depth {
            return stop(pos, StopReason::Depth);
        }
        self.trie.open(number, mark, pos, object);
        let at = self.checker.token();
        match (self.checker.byte(at), object) {
            (b'}', true) | (b']', false) => {
                self.trie.close(at);
                Ok(None)
            }
            (_, true) => {
                let node = self.member(at)?;
                Ok(Some((node, self.checker.token())))
            }
            (_, false) => Ok(Some((self.trie.element(), at))),
        }
    }

    /// Reads a key and the colon after it; returns the node of the member.
    #[inline(always)]
    fn member(&mut self, start: usize) -> Result<u32, ScanStop> {
        if self.checker.byte(start) != b'"' {
            return stop(start, StopReason::Key);
        }
        let end = self.checker.token();
        let colon = self.checker.token();
        if self.checker.byte(colon) != b':' {
            return stop(colon, StopReason::Colon);
        }
        let index = &self.checker.index;
        let key = index.line().get(start + 1..end).unwrap_or_default();
        Ok(self.trie.member(token::key(key, index.state.strings.backslash, &mut self.key)))
    }

    /// Skips the value at `pos`; returns its end.
    #[inline(always)]
    fn skip(&mut self, pos: usize) -> Result<usize, ScanStop> {
        // Strings here: most values are strings, and a call would cost more than the string.
        if self.checker.byte(pos) == b'"' {
            self.checker.string()
        } else {
            self.checker.value(pos, self.trie.nesting())
        }
    }
}
