//! Checks values that the trie does not lead into, without recursion.

use super::super::backend::SimdBackend;
use super::super::fault::{Fault, ScanStop, StopReason, stop};
use super::super::token;
use super::brackets::BracketStack;
use super::index::{StructuralIndex, TokenCursor};

/// Reads the tokens of a line, and checks complete values.
pub(super) struct ValueChecker<'l> {
    pub(super) index: StructuralIndex<'l>,
    cursor: TokenCursor,
    /// The deepest nesting allowed.
    pub(super) depth: usize,
    /// The kinds of open brackets beyond the innermost 64; empty between values.
    pub(super) brackets: Vec<u64>,
}

/// Checks that the text from `start` on is one value that ends where the line does. The contents of strings are not checked.
pub(in super::super) fn check(backend: SimdBackend, line: &[u8], start: usize, depth: usize) -> Result<(), ScanStop> {
    let index = StructuralIndex::new(backend, line, start);
    let mut checker = ValueChecker::new(index, depth, Vec::new());
    let first = checker.token();
    let end = checker.value(first, 0)?;
    if end == line.len() { Ok(()) } else { stop(end, StopReason::Value) }
}

/// True if a whole text is one value, of any type, with valid contents of strings.
pub(in super::super) fn is_value(backend: SimdBackend, text: &[u8], depth: usize) -> bool {
    let mut checker = ValueChecker::new(StructuralIndex::new(backend, text, 0), depth, Vec::new());
    let first = checker.token();
    if checker.value(first, 0).is_err() || checker.token() < text.len() {
        return false;
    }
    let state = &checker.index.state;
    !state.needs_string_check() || Fault::in_strings(text, state).is_none()
}

impl<'l> ValueChecker<'l> {
    #[inline(always)]
    pub(super) fn new(index: StructuralIndex<'l>, depth: usize, brackets: Vec<u64>) -> ValueChecker<'l> {
        ValueChecker { index, cursor: TokenCursor::default(), depth, brackets }
    }

    /// The position of the next token; the length of the line, or more, at its end.
    #[inline(always)]
    pub(super) fn token(&mut self) -> usize {
        let mut cursor = self.cursor;
        let position = self.index.token(&mut cursor);
        self.cursor = cursor;
        position
    }

    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.index.byte(at)
    }

    /// The end of a string whose opening quote was the last token.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<usize, ScanStop> {
        let close = self.token();
        if close < self.index.line().len() { Ok(close + 1) } else { stop(close, StopReason::Value) }
    }

    /// Checks the value at `pos`, around which `nesting` brackets are open; returns its end.
    #[inline]
    pub(super) fn value(&mut self, pos: usize, nesting: usize) -> Result<usize, ScanStop> {
        self.values(pos, nesting, BracketStack::empty())
    }

    /// Checks the element at `pos` and the rest of the array around it, which is one of `nesting` open brackets; returns the
    /// end of the array. One call costs less than one call for each element.
    #[inline]
    pub(super) fn rest_of_array(&mut self, pos: usize, nesting: usize) -> Result<usize, ScanStop> {
        debug_assert!(nesting > 0);
        self.values(pos, nesting - 1, BracketStack::of_array())
    }

    /// Checks a value and what follows it, until all of `open` are closed; returns the end. `nesting` counts the brackets
    /// around `open`.
    #[inline(never)]
    fn values(&mut self, mut pos: usize, nesting: usize, mut open: BracketStack) -> Result<usize, ScanStop> {
        debug_assert!(self.brackets.is_empty());
        // A copy that lives in registers.
        let mut cursor = self.cursor;
        loop {
            let mut end = match self.byte(pos) {
                b'"' => {
                    let close = self.index.token(&mut cursor);
                    if close >= self.index.line().len() {
                        return stop(close, StopReason::Value);
                    }
                    close + 1
                }
                b'-' | b'0'..=b'9' => self.number(pos)?,
                first @ (b'{' | b'[') => {
                    if nesting + open.depth() >= self.depth {
                        return stop(pos, StopReason::Depth);
                    }
                    let object = first == b'{';
                    let at = self.index.token(&mut cursor);
                    // In ASCII, each closing bracket is two above the opening one.
                    if self.byte(at) == first + 2 {
                        at + 1
                    } else {
                        open.push(object, &mut self.brackets);
                        pos = if object { self.key(at, &mut cursor)? } else { at };
                        continue;
                    }
                }
                b't' => self.word(pos, b"true")?,
                b'f' => self.word(pos, b"false")?,
                b'n' => self.word(pos, b"null")?,
                _ => return stop(pos, StopReason::Value),
            };
            // After a value: the next member or element, or the brackets that close.
            loop {
                if open.is_empty() {
                    self.cursor = cursor;
                    return Ok(end);
                }
                let at = self.index.token(&mut cursor);
                let object = open.in_object();
                match self.byte(at) {
                    b',' => {
                        let next = self.index.token(&mut cursor);
                        pos = if object { self.key(next, &mut cursor)? } else { next };
                        break;
                    }
                    b'}' if object => {}
                    b']' if !object => {}
                    _ => return stop(at, if object { StopReason::CommaOrBrace } else { StopReason::CommaOrBracket }),
                }
                end = at + 1;
                open.pop(&mut self.brackets);
            }
        }
    }

    /// Checks the key at `start` and the colon after it; returns the position of the value.
    #[inline(always)]
    fn key(&mut self, start: usize, cursor: &mut TokenCursor) -> Result<usize, ScanStop> {
        if self.byte(start) != b'"' {
            return stop(start, StopReason::Key);
        }
        self.index.token(cursor);
        let colon = self.index.token(cursor);
        if self.byte(colon) != b':' {
            return stop(colon, StopReason::Colon);
        }
        Ok(self.index.token(cursor))
    }

    #[inline(always)]
    fn number(&self, pos: usize) -> Result<usize, ScanStop> {
        token::number(self.index.line(), pos).map_err(|at| ScanStop { at, reason: StopReason::Number })
    }

    fn word(&self, pos: usize, word: &[u8]) -> Result<usize, ScanStop> {
        token::word(self.index.line(), pos, word).ok_or(ScanStop { at: pos, reason: StopReason::Value })
    }
}
