//! The strict walk over the index: checks the grammar, and captures what stands at the paths of the trie.
//!
//! Objects and arrays that the trie leads into have a `Frame` on a stack; everything else is passed over by `skip`, which
//! keeps one bit for each open bracket. Nothing here recurses.

use super::fault::{Fault, Stop, What, stop};
use super::index::{self, Level, Seen};
use super::token;
use super::trie::{NONE, Node, ROOT, Trie};
use super::{Captures, Tag};

/// Memory of the walk that is kept from event to event.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    frames: Vec<Frame>,
    /// The kinds of open brackets that no longer fit a word.
    kinds: Vec<u64>,
    /// A key whose escapes were resolved.
    key: Vec<u8>,
}

/// An object or array that the trie leads into.
#[derive(Clone, Copy, Debug)]
struct Frame {
    node: u32,
    start: u32,
    /// Where its captures begin in `found`.
    mark: u32,
    /// Of an array: how many of the node's elements are still looked for.
    left: u32,
    /// Of an array: the index of the next element.
    index: u32,
    object: bool,
}

/// The positions that are left of a block, and where it begins. The loops hold a copy of their own, which then lives in
/// registers.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    bits: u64,
    base: usize,
}

struct Walk<'w> {
    level: Level,
    trie: &'w Trie,
    line: &'w [u8],
    depth: usize,
    captures: &'w mut Captures,
    /// Where the first of `blocks` begins.
    at: usize,
    seen: Seen,
    /// The positions that matter, by block.
    blocks: [u64; index::BLOCKS],
    /// How many blocks there are, and which one comes next.
    count: usize,
    next: usize,
    cursor: Cursor,
    frames: Vec<Frame>,
    kinds: Vec<u64>,
    key: Vec<u8>,
}

type Step<T> = Result<T, Stop>;

/// Scans a line whose length fits.
pub(super) fn walk(level: Level, trie: &Trie, line: &[u8], depth: usize, captures: &mut Captures) -> Result<(), Fault> {
    let scratch = std::mem::take(&mut captures.walk);
    let mut walk = Walk::new(level, trie, line, depth, captures, scratch);
    let result = walk.event();
    let Walk { mut frames, mut kinds, key, seen, .. } = walk;
    frames.clear();
    kinds.clear();
    captures.walk = Scratch { frames, kinds, key };
    captures.finish();
    match result {
        Err(stop) => Err(Fault::from_stop(stop, line, &seen, depth)),
        Ok(()) if seen.asks_for_more() => Fault::in_strings(line, &seen).map_or(Ok(()), Err),
        Ok(()) => Ok(()),
    }
}

/// Checks that a value begins at `start` and ends where the line does; what stands within strings is not looked at.
pub(super) fn check(level: Level, line: &[u8], start: usize, depth: usize) -> Result<(), Stop> {
    let (trie, mut captures) = (Trie::default(), Captures::default());
    let mut walk = Walk::new(level, &trie, line, depth, &mut captures, Scratch::default());
    walk.at = start;
    let first = walk.token();
    let end = walk.check(first)?;
    if end == line.len() { Ok(()) } else { stop(end, What::Value) }
}

impl<'w> Walk<'w> {
    fn new(
        level: Level,
        trie: &'w Trie,
        line: &'w [u8],
        depth: usize,
        captures: &'w mut Captures,
        scratch: Scratch,
    ) -> Walk<'w> {
        let Scratch { frames, kinds, key } = scratch;
        Walk {
            level,
            trie,
            line,
            depth,
            captures,
            at: 0,
            seen: Seen::default(),
            blocks: [0; index::BLOCKS],
            count: 0,
            next: 0,
            cursor: Cursor::default(),
            frames,
            kinds,
            key,
        }
    }
}

impl Walk<'_> {
    fn event(&mut self) -> Step<()> {
        let start = self.token();
        if self.byte(start) != b'{' {
            return Err(Stop::no_object(self.line, start));
        }
        self.tracked(start)?;
        let after = self.token();
        if after < self.line.len() { stop(after, What::Trailing) } else { Ok(()) }
    }

    /// The next position that matters; the line's length, or more, at its end.
    #[inline(always)]
    fn token(&mut self) -> usize {
        let mut cursor = self.cursor;
        let position = self.token_at(&mut cursor);
        self.cursor = cursor;
        position
    }

    #[inline(always)]
    fn token_at(&mut self, cursor: &mut Cursor) -> usize {
        while cursor.bits == 0 {
            match self.next_word() {
                Some(next) => *cursor = next,
                None => return self.line.len(),
            }
        }
        let position = cursor.base + cursor.bits.trailing_zeros() as usize;
        cursor.bits &= cursor.bits - 1;
        position
    }

    #[inline(always)]
    fn next_word(&mut self) -> Option<Cursor> {
        if self.next == self.count && !self.refill() {
            return None;
        }
        let bits = self.blocks.get(self.next).copied().unwrap_or(0);
        let base = self.at + self.next * index::BLOCK;
        self.next += 1;
        Some(Cursor { bits, base })
    }

    /// Has more blocks indexed; false at the end of the line.
    #[inline(never)]
    fn refill(&mut self) -> bool {
        self.at += self.count * index::BLOCK;
        self.next = 0;
        self.count = index::index(self.level, self.line, self.at, &mut self.seen, &mut self.blocks);
        self.count > 0
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or(0)
    }

    /// Walks the value at `pos`, which belongs to the trie's root.
    fn tracked(&mut self, mut pos: usize) -> Step<()> {
        let mut node = ROOT;
        loop {
            // A value.
            if let Some((next_node, next)) = self.value(node, pos)? {
                (node, pos) = (next_node, next);
                continue;
            }
            // What is behind it.
            loop {
                let Some(&Frame { object, left, .. }) = self.frames.last() else { return Ok(()) };
                let at = self.token();
                match (self.byte(at), object) {
                    (b',', true) => {
                        let at = self.token();
                        node = self.member(at)?;
                        pos = self.token();
                        break;
                    }
                    (b',', false) if left == 0 => {
                        let first = self.token();
                        let end = self.check_elements(first)?;
                        self.close(end - 1);
                    }
                    (b',', false) => {
                        node = self.element();
                        pos = self.token();
                        break;
                    }
                    (b'}', true) | (b']', false) => self.close(at),
                    (_, true) => return stop(at, What::CommaOrBrace),
                    (_, false) => return stop(at, What::CommaOrBracket),
                }
            }
        }
    }

    /// Passes over a value, or steps into it: then the first value inside is next.
    #[inline(always)]
    fn value(&mut self, number: u32, pos: usize) -> Step<Option<(u32, usize)>> {
        let Some(node) = self.trie.node(number) else {
            self.skip(pos)?;
            return Ok(None);
        };
        let mark = if node.is_inner() { self.captures.enter(number) } else { 0 };
        match self.byte(pos) {
            b'{' if node.keys > 0 => self.open(number, node, mark, pos, true),
            b'[' if node.items() > 0 => self.open(number, node, mark, pos, false),
            first => {
                self.leaf(node.slot, first, pos)?;
                Ok(None)
            }
        }
    }

    /// Passes over a value into which the trie does not lead, and captures it.
    fn leaf(&mut self, slot: u32, first: u8, pos: usize) -> Step<()> {
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
        self.capture(slot, tag, pos, end);
        Ok(())
    }

    fn capture(&mut self, mut slot: u32, tag: Tag, start: usize, end: usize) {
        while slot != NONE {
            self.captures.set(slot, tag, start..end);
            slot = self.trie.twin(slot);
        }
    }

    fn has_escapes(&self, start: usize, end: usize) -> bool {
        token::has_escapes(self.line.get(start..end).unwrap_or_default(), self.seen.strings.backslash)
    }

    /// Opens a frame; gives the first value inside.
    fn open(&mut self, number: u32, node: &Node, mark: u32, pos: usize, object: bool) -> Step<Option<(u32, usize)>> {
        if self.frames.len() >= self.depth {
            return stop(pos, What::Depth);
        }
        let left = if object { 0 } else { node.items() };
        self.frames.push(Frame { node: number, start: pos as u32, mark, left, index: 0, object });
        let at = self.token();
        match (self.byte(at), object) {
            (b'}', true) | (b']', false) => {
                self.close(at);
                Ok(None)
            }
            (_, true) => {
                let node = self.member(at)?;
                Ok(Some((node, self.token())))
            }
            (_, false) => Ok(Some((self.element(), at))),
        }
    }

    /// Closes the innermost frame, whose bracket stands at `at`.
    fn close(&mut self, at: usize) {
        let Some(frame) = self.frames.pop() else { return };
        if let Some(node) = self.trie.node(frame.node) {
            let tag = if frame.object { Tag::Object } else { Tag::Array };
            self.capture(node.slot, tag, frame.start as usize, at + 1);
        }
        self.captures.leave(frame.node, frame.mark);
    }

    /// Reads a key and the colon behind it; gives the member's node.
    #[inline(always)]
    fn member(&mut self, start: usize) -> Step<u32> {
        if self.byte(start) != b'"' {
            return stop(start, What::Key);
        }
        let end = self.token();
        let colon = self.token();
        if self.byte(colon) != b':' {
            return stop(colon, What::Colon);
        }
        let Some(frame) = self.frames.last() else { return Ok(NONE) };
        let Some(node) = self.trie.node(frame.node) else { return Ok(NONE) };
        let key = self.line.get(start + 1..end).unwrap_or_default();
        let key = token::key(key, self.seen.strings.backslash, &mut self.key);
        Ok(self.trie.member(node, key))
    }

    /// The node of the next element.
    #[inline(always)]
    fn element(&mut self) -> u32 {
        let Some(frame) = self.frames.last_mut() else { return NONE };
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

    /// Passes over the value at `pos`; gives its end.
    #[inline(always)]
    fn skip(&mut self, pos: usize) -> Step<usize> {
        // Strings here, since most values are strings and a call would cost more than they do.
        if self.byte(pos) == b'"' { self.string() } else { self.check(pos) }
    }

    /// The end of a string whose opening quote was the last token.
    #[inline(always)]
    fn string(&mut self) -> Step<usize> {
        let close = self.token();
        if close < self.line.len() { Ok(close + 1) } else { stop(close, What::Value) }
    }

    /// Passes over the value at `pos`, checking it; gives its end.
    #[inline]
    fn check(&mut self, pos: usize) -> Step<usize> {
        self.check_within(pos, 0)
    }

    /// Passes over the element at `pos` of the innermost frame, and all that follow it; gives the frame's end. Cheaper
    /// than one call for each.
    #[inline]
    fn check_elements(&mut self, pos: usize) -> Step<usize> {
        self.check_within(pos, 1)
    }

    /// Passes over a value, and out of as many arrays (one at most) as it stands in.
    #[inline(never)]
    fn check_within(&mut self, mut pos: usize, mut depth: usize) -> Step<usize> {
        let mut cursor = self.cursor;
        // The frames hold the array already.
        let base = self.frames.len().saturating_sub(depth);
        let spilled = self.kinds.len();
        // The innermost open brackets, a bit each: 1 for an object. Every 64 levels they move to `self.kinds`.
        let mut kinds = 0u64;
        loop {
            let mut end = match self.byte(pos) {
                b'"' => {
                    let close = self.token_at(&mut cursor);
                    if close >= self.line.len() {
                        return stop(close, What::Value);
                    }
                    close + 1
                }
                b'-' | b'0'..=b'9' => token::number(self.line, pos).map_err(|at| Stop { at, what: What::Number })?,
                first @ (b'{' | b'[') => {
                    if base + depth >= self.depth {
                        return stop(pos, What::Depth);
                    }
                    if depth > 0 && depth.is_multiple_of(64) {
                        self.kinds.push(kinds);
                    }
                    depth += 1;
                    let object = first == b'{';
                    let at = self.token_at(&mut cursor);
                    if self.byte(at) == first + 2 {
                        // Closed at once.
                        depth -= 1;
                        if depth > 0 && depth.is_multiple_of(64) {
                            kinds = self.kinds.pop().unwrap_or_default();
                        }
                        at + 1
                    } else {
                        kinds = kinds << 1 | u64::from(object);
                        pos = if object { self.checked_key(at, &mut cursor)? } else { at };
                        continue;
                    }
                }
                b't' => self.word(pos, b"true")?,
                b'f' => self.word(pos, b"false")?,
                b'n' => self.word(pos, b"null")?,
                _ => return stop(pos, What::Value),
            };
            // What is behind the value.
            loop {
                if depth == 0 {
                    self.kinds.truncate(spilled);
                    self.cursor = cursor;
                    return Ok(end);
                }
                let at = self.token_at(&mut cursor);
                let object = kinds & 1 == 1;
                match self.byte(at) {
                    b',' => {
                        let next = self.token_at(&mut cursor);
                        pos = if object { self.checked_key(next, &mut cursor)? } else { next };
                        break;
                    }
                    b'}' if object => {}
                    b']' if !object => {}
                    _ => return stop(at, if object { What::CommaOrBrace } else { What::CommaOrBracket }),
                }
                end = at + 1;
                depth -= 1;
                kinds >>= 1;
                if depth > 0 && depth.is_multiple_of(64) {
                    kinds = self.kinds.pop().unwrap_or_default();
                }
            }
        }
    }

    /// Checks a key and the colon behind it; gives where the value begins.
    #[inline(always)]
    fn checked_key(&mut self, start: usize, cursor: &mut Cursor) -> Step<usize> {
        if self.byte(start) != b'"' {
            return stop(start, What::Key);
        }
        self.token_at(cursor);
        let colon = self.token_at(cursor);
        if self.byte(colon) != b':' {
            return stop(colon, What::Colon);
        }
        Ok(self.token_at(cursor))
    }

    fn word(&mut self, pos: usize, word: &[u8]) -> Step<usize> {
        token::word(self.line, pos, word).ok_or(Stop { at: pos, what: What::Value })
    }
}
