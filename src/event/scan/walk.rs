//! The walk over the index: checks the grammar, and captures what stands at the paths of the trie.
//!
//! Objects and arrays that the trie leads into have a `Frame` on a stack; everything else is passed over by `skip`, which
//! keeps one bit for each open bracket. Nothing here recurses.

use super::fault::{Fault, Stop, What};
use super::index::{self, Level, Marks, Seen};
use super::token;
use super::trie::{NONE, Node, ROOT, Trie};
use super::{Captures, Mode, Tag};

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
    /// How many of the node's children are still looked for (in trusted mode, and of arrays).
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
    /// Where the first of `marks` begins.
    at: usize,
    seen: Seen,
    marks: [Marks; index::BLOCKS],
    /// How many blocks stand in `marks`, and which one comes next.
    count: usize,
    next: usize,
    cursor: Cursor,
    /// How many blocks are indexed next. In trusted mode few at first, since the event's beginning is often enough.
    ahead: usize,
    /// True in trusted mode.
    settling: bool,
    frames: Vec<Frame>,
    kinds: Vec<u64>,
    key: Vec<u8>,
}

type Step<T> = Result<T, Stop>;

/// Scans a line whose length fits.
pub(super) fn walk(
    level: Level,
    trie: &Trie,
    line: &[u8],
    mode: Mode,
    depth: usize,
    captures: &mut Captures,
) -> Result<(), Fault> {
    let Scratch { frames, kinds, key } = std::mem::take(&mut captures.scratch);
    let mut walk = Walk {
        level,
        trie,
        line,
        depth,
        captures,
        at: 0,
        seen: Seen::default(),
        marks: Default::default(),
        count: 0,
        next: 0,
        cursor: Cursor::default(),
        settling: mode == Mode::Trusted,
        ahead: if mode == Mode::Strict { index::BLOCKS } else { 2 },
        frames,
        kinds,
        key,
    };
    let result = match mode {
        Mode::Strict => walk.event::<true>(),
        Mode::Trusted => walk.event::<false>(),
    };
    let Walk { mut frames, mut kinds, key, seen, .. } = walk;
    frames.clear();
    kinds.clear();
    captures.scratch = Scratch { frames, kinds, key };
    captures.finish();
    match result {
        Err(stop) => Err(Fault::from_stop(stop, line, &seen, depth)),
        Ok(()) if mode == Mode::Strict && seen.asks_for_more() => Fault::in_strings(line, &seen).map_or(Ok(()), Err),
        Ok(()) => Ok(()),
    }
}

impl Walk<'_> {
    fn event<const STRICT: bool>(&mut self) -> Step<()> {
        let start = self.token::<STRICT>();
        match self.byte(start) {
            b'{' => self.tracked::<STRICT>(start)?,
            _ if start >= self.line.len() => return stop(start, What::Empty),
            b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => return stop(start, What::NotObject),
            _ => return stop(start, What::Event),
        }
        if STRICT {
            let after = self.token::<STRICT>();
            if after < self.line.len() {
                return stop(after, What::Trailing);
            }
        }
        Ok(())
    }

    /// The next position that matters; the line's length, or more, at its end.
    #[inline(always)]
    fn token<const STRICT: bool>(&mut self) -> usize {
        let mut cursor = self.cursor;
        let position = self.token_at::<STRICT>(&mut cursor);
        self.cursor = cursor;
        position
    }

    #[inline(always)]
    fn token_at<const STRICT: bool>(&mut self, cursor: &mut Cursor) -> usize {
        while cursor.bits == 0 {
            match self.next_word::<STRICT>() {
                Some(next) => *cursor = next,
                None => return self.line.len(),
            }
        }
        let position = cursor.base + cursor.bits.trailing_zeros() as usize;
        cursor.bits &= cursor.bits - 1;
        position
    }

    #[inline(always)]
    fn next_word<const STRICT: bool>(&mut self) -> Option<Cursor> {
        if self.next == self.count && !self.refill::<STRICT>() {
            return None;
        }
        let bits = self.marks.get(self.next).map_or(0, |marks| marks.tokens);
        let base = self.at + self.next * index::BLOCK;
        self.next += 1;
        Some(Cursor { bits, base })
    }

    /// Has more blocks indexed; false at the end of the line.
    #[inline(never)]
    fn refill<const STRICT: bool>(&mut self) -> bool {
        self.at += self.count * index::BLOCK;
        self.next = 0;
        let room = self.marks.get_mut(..self.ahead).unwrap_or_default();
        self.count = index::index::<STRICT>(self.level, self.line, self.at, &mut self.seen, room);
        self.ahead = (self.ahead * 2).min(index::BLOCKS);
        self.count > 0
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or(0)
    }

    /// Walks the value at `pos`, which belongs to the trie's root.
    fn tracked<const STRICT: bool>(&mut self, mut pos: usize) -> Step<()> {
        let mut node = ROOT;
        loop {
            // A value.
            if let Some((next_node, next)) = self.value::<STRICT>(node, pos)? {
                (node, pos) = (next_node, next);
                continue;
            }
            // What is behind it.
            loop {
                let Some(&Frame { object, left, .. }) = self.frames.last() else { return Ok(()) };
                if !STRICT && left == 0 {
                    if self.leave_early()? {
                        return Ok(());
                    }
                    continue;
                }
                let at = self.token::<STRICT>();
                match (self.byte(at), object) {
                    (b',', true) => {
                        let at = self.token::<STRICT>();
                        node = self.member::<STRICT>(at)?;
                        pos = self.token::<STRICT>();
                        break;
                    }
                    (b',', false) if left == 0 => {
                        let first = self.token::<STRICT>();
                        let end = self.check_elements::<STRICT>(first)?;
                        self.close(end - 1);
                    }
                    (b',', false) => {
                        node = self.element();
                        pos = self.token::<STRICT>();
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
    fn value<const STRICT: bool>(&mut self, number: u32, pos: usize) -> Step<Option<(u32, usize)>> {
        let Some(node) = self.trie.node(number) else {
            self.skip::<STRICT>(pos)?;
            return Ok(None);
        };
        let mark = if node.is_inner() { self.captures.enter(number) } else { 0 };
        match self.byte(pos) {
            b'{' if node.keys > 0 => self.open::<STRICT>(number, node, mark, pos, true),
            b'[' if node.items() > 0 => self.open::<STRICT>(number, node, mark, pos, false),
            first => {
                let tag = self.leaf::<STRICT>(node.slot, first, pos)?;
                if !STRICT && !node.settles.is_empty() {
                    self.settle(node, tag);
                }
                Ok(None)
            }
        }
    }

    /// In trusted mode, takes those siblings that are of no interest any more from what the frame waits for. A number may
    /// be beyond every float and then stands for null, so it settles nothing.
    #[cold]
    fn settle(&mut self, node: &Node, tag: Tag) {
        if matches!(tag, Tag::Null | Tag::Number) {
            return;
        }
        for sibling in &node.settles {
            let was_there = self.captures.visited(*sibling)
                || self.trie.node(*sibling).is_some_and(|node| self.captures.has(node.slot));
            if !was_there && let Some(frame) = self.frames.last_mut() {
                self.captures.pass_over(*sibling);
                frame.left = frame.left.saturating_sub(1);
            }
        }
    }

    /// Passes over a value into which the trie does not lead, and captures it.
    fn leaf<const STRICT: bool>(&mut self, slot: u32, first: u8, pos: usize) -> Step<Tag> {
        let end = if first == b'"' { self.string::<STRICT>()? } else { self.check::<STRICT>(pos)? };
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
        Ok(tag)
    }

    fn capture(&mut self, mut slot: u32, tag: Tag, start: usize, end: usize) {
        while slot != NONE {
            self.captures.set(slot, tag, start..end);
            slot = self.trie.twin(slot);
        }
    }

    fn has_escapes(&self, start: usize, end: usize) -> bool {
        self.seen.backslash && self.line.get(start..end).is_some_and(|text| memchr::memchr(b'\\', text).is_some())
    }

    /// Opens a frame; gives the first value inside.
    fn open<const STRICT: bool>(
        &mut self,
        number: u32,
        node: &Node,
        mark: u32,
        pos: usize,
        object: bool,
    ) -> Step<Option<(u32, usize)>> {
        if self.frames.len() >= self.depth {
            return stop(pos, What::Depth);
        }
        let left = if object { node.keys } else { node.items() };
        self.frames.push(Frame { node: number, start: pos as u32, mark, left, index: 0, object });
        let at = self.token::<STRICT>();
        match (self.byte(at), object) {
            (b'}', true) | (b']', false) => {
                self.close(at);
                Ok(None)
            }
            (_, true) => {
                let node = self.member::<STRICT>(at)?;
                Ok(Some((node, self.token::<STRICT>())))
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
            if self.settling && !node.settles.is_empty() {
                self.settle(node, tag);
            }
        }
        self.captures.leave(frame.node, frame.mark);
    }

    /// Reads a key and the colon behind it; gives the member's node.
    #[inline(always)]
    fn member<const STRICT: bool>(&mut self, start: usize) -> Step<u32> {
        if self.byte(start) != b'"' {
            return stop(start, What::Key);
        }
        let end = self.token::<STRICT>();
        let colon = self.token::<STRICT>();
        if self.byte(colon) != b':' {
            return stop(colon, What::Colon);
        }
        let Some(frame) = self.frames.last_mut() else { return Ok(NONE) };
        let Some(node) = self.trie.node(frame.node) else { return Ok(NONE) };
        let key = self.line.get(start + 1..end).unwrap_or_default();
        let child = if self.seen.backslash && memchr::memchr(b'\\', key).is_some() {
            self.key.clear();
            token::unescape(key, |piece| self.key.extend_from_slice(piece));
            self.trie.member(node, &self.key)
        } else {
            self.trie.member(node, key)
        };
        if !STRICT && child != NONE {
            if self
                .trie
                .node(child)
                .is_some_and(|node| self.captures.visited(child) || !node.is_inner() && self.captures.has(node.slot))
            {
                return Ok(NONE);
            }
            frame.left = frame.left.saturating_sub(1);
        }
        Ok(child)
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

    /// In trusted mode, when nothing more is looked for in the innermost frame: leaves all frames of which that is true.
    /// True if none is left.
    fn leave_early(&mut self) -> Step<bool> {
        let trie = self.trie;
        let is_captured = |frame: &Frame| trie.node(frame.node).is_some_and(|node| node.slot != NONE);
        let done = self.frames.iter().rev().take_while(|frame| frame.left == 0 && !is_captured(frame)).count();
        if done == self.frames.len() {
            return Ok(true);
        }
        // A frame that is captured itself needs its end.
        let end = self.out_of(done.max(1))?;
        for _ in 0..done.max(1) {
            self.close(end);
        }
        Ok(false)
    }

    /// Passes over what is left of `levels` brackets; gives where the last one closes. Only for trusted mode.
    fn out_of(&mut self, levels: usize) -> Step<usize> {
        let mut depth = levels as u64;
        let mut cursor = self.cursor;
        loop {
            let marks = self.marks.get(self.next.wrapping_sub(1)).copied().unwrap_or_default();
            let (open, close) = (marks.open & cursor.bits, marks.close & cursor.bits);
            if u64::from(close.count_ones()) >= depth
                && let Some(bracket) = closing(open, close, depth)
            {
                // What is above the bracket is left.
                cursor.bits &= !(bracket | (bracket - 1));
                self.cursor = cursor;
                return Ok(cursor.base + bracket.trailing_zeros() as usize);
            }
            depth = depth + u64::from(open.count_ones()) - u64::from(close.count_ones());
            match self.next_word::<false>() {
                Some(next) => cursor = next,
                None => return stop(self.line.len(), What::Value),
            }
        }
    }

    /// Passes over the value at `pos`; gives its end. What is not strict does not check, and knows no end of numbers.
    #[inline(always)]
    fn skip<const STRICT: bool>(&mut self, pos: usize) -> Step<usize> {
        match self.byte(pos) {
            // Here too, since most values are strings and a call would cost more than they do.
            b'"' => self.string::<STRICT>(),
            _ if STRICT => self.check::<STRICT>(pos),
            b'{' | b'[' => self.out_of(1).map(|end| end + 1),
            _ => Ok(pos),
        }
    }

    /// The end of a string whose opening quote was the last token.
    #[inline(always)]
    fn string<const STRICT: bool>(&mut self) -> Step<usize> {
        let close = self.token::<STRICT>();
        if close < self.line.len() { Ok(close + 1) } else { stop(close, What::Value) }
    }

    /// Passes over the value at `pos`, checking it; gives its end.
    #[inline]
    fn check<const STRICT: bool>(&mut self, pos: usize) -> Step<usize> {
        self.check_within::<STRICT>(pos, 0)
    }

    /// Passes over the element at `pos` of the innermost frame, and all that follow it; gives the frame's end. Cheaper
    /// than one call for each.
    #[inline]
    fn check_elements<const STRICT: bool>(&mut self, pos: usize) -> Step<usize> {
        self.check_within::<STRICT>(pos, 1)
    }

    /// Passes over a value, and out of as many arrays (one at most) as it stands in.
    #[inline(never)]
    fn check_within<const STRICT: bool>(&mut self, mut pos: usize, mut depth: usize) -> Step<usize> {
        let mut cursor = self.cursor;
        // The frames hold the array already.
        let base = self.frames.len().saturating_sub(depth);
        let spilled = self.kinds.len();
        // The innermost open brackets, a bit each: 1 for an object. Every 64 levels they move to `self.kinds`.
        let mut kinds = 0u64;
        loop {
            let mut end = match self.byte(pos) {
                b'"' => {
                    let close = self.token_at::<STRICT>(&mut cursor);
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
                    let at = self.token_at::<STRICT>(&mut cursor);
                    if self.byte(at) == first + 2 {
                        // Closed at once.
                        depth -= 1;
                        if depth > 0 && depth.is_multiple_of(64) {
                            kinds = self.kinds.pop().unwrap_or_default();
                        }
                        at + 1
                    } else {
                        kinds = kinds << 1 | u64::from(object);
                        pos = if object { self.checked_key::<STRICT>(at, &mut cursor)? } else { at };
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
                let at = self.token_at::<STRICT>(&mut cursor);
                let object = kinds & 1 == 1;
                match self.byte(at) {
                    b',' => {
                        let next = self.token_at::<STRICT>(&mut cursor);
                        pos = if object { self.checked_key::<STRICT>(next, &mut cursor)? } else { next };
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
    fn checked_key<const STRICT: bool>(&mut self, start: usize, cursor: &mut Cursor) -> Step<usize> {
        if self.byte(start) != b'"' {
            return stop(start, What::Key);
        }
        self.token_at::<STRICT>(cursor);
        let colon = self.token_at::<STRICT>(cursor);
        if self.byte(colon) != b':' {
            return stop(colon, What::Colon);
        }
        Ok(self.token_at::<STRICT>(cursor))
    }

    fn word(&mut self, pos: usize, word: &[u8]) -> Step<usize> {
        token::word(self.line, pos, word).ok_or(Stop { at: pos, what: What::Value })
    }
}

/// Which of the closing brackets of a block closes `depth` open ones and those between.
#[inline]
fn closing(open: u64, mut close: u64, depth: u64) -> Option<u64> {
    let mut closed = 0;
    while close != 0 {
        let bracket = close & close.wrapping_neg();
        closed += 1;
        if depth + u64::from((open & (bracket - 1)).count_ones()) == closed {
            return Some(bracket);
        }
        close ^= bracket;
    }
    None
}

#[inline]
fn stop<T>(at: usize, what: What) -> Step<T> {
    Err(Stop { at, what })
}
