//! The trusted scan: finds what the trie looks for and stops; what it passes over is not checked.
//!
//! It goes from colon to colon (in arrays: from comma to comma). The key stands between the last two quotes before a colon,
//! so a member that nobody looks for costs one step, mostly a look at the length of its key; and brackets are left without a
//! look at what they hold. Values that are looked for are checked, since they are read.

use super::blocks::{self, Block, Place};
use super::fault::{Fault, Stop, What, stop};
use super::index::{BLOCK, Level, Strings};
use super::simd::Work;
use super::trie::{NONE, Node, ROOT, Trie};
use super::{Captures, Tag, token, walk};

/// Memory that is kept from event to event.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    frames: Vec<Frame>,
    /// A key whose escapes were resolved.
    key: Vec<u8>,
}

/// An object or array that the trie leads into.
#[derive(Clone, Copy, Debug)]
struct Frame {
    node: u32,
    start: u32,
    /// How many of the node's children are still looked for.
    left: u32,
    /// Of an array: the index of the next element.
    index: u32,
    object: bool,
}

struct Seek<'s> {
    level: Level,
    trie: &'s Trie,
    line: &'s [u8],
    depth: usize,
    captures: &'s mut Captures,
    frames: Vec<Frame>,
    key: Vec<u8>,
    place: Place,
    /// The signs of the block that are still to come.
    signs: u64,
    /// The last two quotes of earlier blocks.
    quotes: [usize; 2],
    carry: Strings,
}

type Step<T> = Result<T, Stop>;

/// Scans a line whose length fits.
pub(super) fn seek(level: Level, trie: &Trie, line: &[u8], depth: usize, captures: &mut Captures) -> Result<(), Fault> {
    let Scratch { frames, key } = std::mem::take(&mut captures.seek);
    let mut seek = Seek {
        level,
        trie,
        line,
        depth,
        captures,
        frames,
        key,
        place: Place::default(),
        signs: 0,
        quotes: [usize::MAX; 2],
        carry: Strings::default(),
    };
    let result = match level {
        Level::Avx2(avx2) => avx2.run(&mut seek),
        Level::Portable => seek.event(),
    };
    let Seek { mut frames, key, .. } = seek;
    frames.clear();
    captures.seek = Scratch { frames, key };
    result.map_err(|stop| stop.message(line, depth))
}

impl Work for &mut Seek<'_> {
    type Result = Step<()>;

    #[inline(always)]
    fn run(self) -> Step<()> {
        self.event()
    }
}

impl Seek<'_> {
    #[inline(always)]
    fn event(&mut self) -> Step<()> {
        let start = self.space(0);
        if self.byte(start) != b'{' {
            return Err(Stop::no_object(self.line, start));
        }
        if self.trie.node(ROOT).is_none_or(|root| root.keys == 0 && root.slot == NONE) {
            return Ok(());
        }
        blocks::read(self.level, self.line, &mut self.carry, &mut self.place);
        self.aim();
        self.value(ROOT, start)?;
        while let Some(&Frame { node, object, left, .. }) = self.frames.last() {
            if left == 0 {
                if self.leave_early()? {
                    break;
                }
                continue;
            }
            let Some(node) = self.trie.node(node) else { break };
            if object { self.members(node)? } else { self.elements()? }
        }
        Ok(())
    }

    /// Goes through the innermost object up to the next member that is looked for, or to its end.
    #[inline(always)]
    fn members(&mut self, node: &Node) -> Step<()> {
        // A copy, which lives in a register.
        let mut signs = self.signs;
        loop {
            while signs == 0 {
                self.advance_here()?;
                signs = self.signs;
            }
            let sign = signs & signs.wrapping_neg();
            signs ^= sign;
            if sign & self.place.block.colons == 0 {
                self.signs = signs;
                return self.bracket_in_frame(sign);
            }
            if node.has_length(self.key_length(sign)) || self.carry.backslash {
                let [open, close] = self.last_quotes(self.place.block.quotes & (sign - 1));
                let colon = self.at(sign);
                let child = self.member(node, open, close, colon)?;
                if child != NONE {
                    self.signs = signs;
                    return self.value(child, self.space(colon + 1));
                }
            }
        }
    }

    /// Goes on to the next element of the innermost array, or to its end.
    fn elements(&mut self) -> Step<()> {
        let sign = self.next()?;
        if sign & self.place.block.commas == 0 { self.bracket_in_frame(sign) } else { self.element(self.at(sign) + 1) }
    }

    /// A bracket opens a value that is not looked for, or closes the innermost frame.
    fn bracket_in_frame(&mut self, sign: u64) -> Step<()> {
        if sign & self.place.block.open == 0 { self.close(self.at(sign)) } else { self.out_of(1).map(|_| ()) }
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or(0)
    }

    /// Where white space ends.
    #[inline(always)]
    fn space(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
        }
        at
    }

    /// The next sign, as the bit of its block.
    #[inline(always)]
    fn next(&mut self) -> Step<u64> {
        while self.signs == 0 {
            self.advance()?;
        }
        let sign = self.signs & self.signs.wrapping_neg();
        self.signs ^= sign;
        Ok(sign)
    }

    /// Where a sign of the block stands.
    #[inline(always)]
    fn at(&self, sign: u64) -> usize {
        self.place.base + sign.trailing_zeros() as usize
    }

    /// Goes on to the next block.
    #[inline(never)]
    fn advance(&mut self) -> Step<()> {
        self.advance_here()
    }

    /// The same without a call, for the loop in which most of the time is spent.
    #[inline(always)]
    fn advance_here(&mut self) -> Step<()> {
        self.quotes = self.last_quotes(self.place.block.quotes);
        self.place.base += BLOCK;
        if self.place.base >= self.line.len() {
            return stop(self.line.len(), What::Value);
        }
        blocks::read(self.level, self.line, &mut self.carry, &mut self.place);
        self.aim();
        Ok(())
    }

    /// Looks for what matters in the innermost frame, in all of the block.
    fn aim(&mut self) {
        self.signs = signs(&self.place.block, self.frames.last().is_none_or(|frame| frame.object));
    }

    /// The same behind a position, whose sign was the last.
    fn aim_behind(&mut self, at: usize) {
        self.aim();
        self.signs &= (u64::MAX << (at - self.place.base)) << 1;
    }

    /// The node of the member whose key stands between two quotes; `NONE` where it is not looked for (any more).
    #[inline(never)]
    fn member(&mut self, node: &Node, open: usize, close: usize, colon: usize) -> Step<u32> {
        let key = match open.checked_add(1).and_then(|start| self.line.get(start..close)) {
            Some(key) if close + 1 == colon || self.space(close + 1) == colon => key,
            _ => return stop(colon, What::Key),
        };
        let child = self.trie.member(node, token::key(key, self.carry.backslash, &mut self.key));
        if child == NONE || self.captures.visited(child) {
            return Ok(NONE);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.left = frame.left.saturating_sub(1);
        }
        Ok(child)
    }

    /// How many bytes stand between the last two quotes before a sign of the block.
    #[inline(always)]
    fn key_length(&self, sign: u64) -> usize {
        let before = self.place.block.quotes & (sign - 1);
        let close = before.leading_zeros();
        let open = (before & below_leading(close)).leading_zeros();
        if open < u64::BITS {
            return (open - close - 1) as usize;
        }
        let [open, close] = self.last_quotes(before);
        close.wrapping_sub(open).wrapping_sub(1)
    }

    /// The last two of some quotes of the block and those before it.
    #[inline(always)]
    fn last_quotes(&self, quotes: u64) -> [usize; 2] {
        let at = |zeros: u32| self.place.base + (u64::BITS - 1 - zeros) as usize;
        let last = quotes.leading_zeros();
        let before = (quotes & below_leading(last)).leading_zeros();
        match (before < u64::BITS, last < u64::BITS) {
            (true, _) => [at(before), at(last)],
            (false, true) => [self.quotes[1], at(last)],
            (false, false) => self.quotes,
        }
    }

    /// Deals with the next element of the innermost array, behind the bracket or comma before `at`.
    fn element(&mut self, at: usize) -> Step<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let index = frame.index;
        frame.index = index.saturating_add(1);
        let Some(node) = self.trie.node(frame.node) else { return Ok(()) };
        match self.trie.item(node.last_item - frame.left) {
            Some((wanted, child)) if wanted == index => {
                let at = self.space(at);
                if self.byte(at) == b']' {
                    return Ok(());
                }
                if let Some(frame) = self.frames.last_mut() {
                    frame.left -= 1;
                }
                self.value(child, at)
            }
            _ => Ok(()),
        }
    }

    /// Steps into the value at `at`, or captures it.
    #[inline(always)]
    fn value(&mut self, number: u32, at: usize) -> Step<()> {
        let Some(node) = self.trie.node(number) else { return Ok(()) };
        self.captures.visit(number);
        match self.byte(at) {
            b'{' if node.keys > 0 => self.open(number, node.keys, at, true),
            b'[' if node.items() > 0 => self.open(number, node.items(), at, false),
            b'"' => {
                let end = self.string(at)?;
                let tag = if self.has_escapes(at, end) { Tag::EscapedString } else { Tag::String };
                self.capture(node, tag, at, end);
                Ok(())
            }
            first => self.rare(node, first, at),
        }
    }

    /// What is no string, and not stepped into.
    #[inline(never)]
    fn rare(&mut self, node: &Node, first: u8, at: usize) -> Step<()> {
        let word = |word| token::word(self.line, at, word).ok_or(Stop { at, what: What::Value });
        let (tag, end) = match first {
            b'-' | b'0'..=b'9' => {
                let end = token::number(self.line, at).map_err(|at| Stop { at, what: What::Number })?;
                (Tag::Number, end)
            }
            b't' => (Tag::True, word(b"true")?),
            b'f' => (Tag::False, word(b"false")?),
            b'n' => (Tag::Null, word(b"null")?),
            b'{' | b'[' => return self.container(node, first, at),
            _ => return stop(at, What::Value),
        };
        self.capture(node, tag, at, end);
        Ok(())
    }

    /// An object or array into which the trie does not lead. It is checked if somebody reads it.
    fn container(&mut self, node: &Node, first: u8, at: usize) -> Step<()> {
        self.bracket(at)?;
        let end = self.out_of(1)? + 1;
        if node.slot != NONE {
            let line = self.line.get(..end).unwrap_or_default();
            walk::check(self.level, line, at, self.depth.saturating_sub(self.frames.len()))?;
        }
        self.capture(node, if first == b'{' { Tag::Object } else { Tag::Array }, at, end);
        Ok(())
    }

    /// Opens a frame.
    fn open(&mut self, node: u32, left: u32, at: usize, object: bool) -> Step<()> {
        if self.frames.len() >= self.depth {
            return stop(at, What::Depth);
        }
        self.bracket(at)?;
        self.frames.push(Frame { node, start: at as u32, left, index: 0, object });
        if object {
            // (Signs are for objects unless an array is open.)
            if self.frames.iter().rev().nth(1).is_some_and(|around| !around.object) {
                self.aim_behind(at);
            }
            return Ok(());
        }
        self.aim_behind(at);
        self.element(at + 1)
    }

    /// Takes the bracket at `at`, which is the next sign.
    #[inline(always)]
    fn bracket(&mut self, at: usize) -> Step<()> {
        let sign = self.next()?;
        if self.at(sign) == at { Ok(()) } else { stop(at, What::Value) }
    }

    /// The end of the string that begins at `at`.
    #[inline(always)]
    fn string(&mut self, at: usize) -> Step<usize> {
        while at >= self.place.base + BLOCK {
            self.advance()?;
        }
        let mut quotes = self.place.block.quotes & (u64::MAX << (at - self.place.base)) << 1;
        while quotes == 0 {
            self.advance()?;
            quotes = self.place.block.quotes;
        }
        Ok(self.place.base + quotes.trailing_zeros() as usize + 1)
    }

    fn has_escapes(&self, start: usize, end: usize) -> bool {
        token::has_escapes(self.line.get(start..end).unwrap_or_default(), self.carry.backslash)
    }

    #[inline(always)]
    fn capture(&mut self, node: &Node, tag: Tag, start: usize, end: usize) {
        let mut slot = node.slot;
        while slot != NONE {
            self.captures.set(slot, tag, start..end);
            slot = self.trie.twin(slot);
        }
        if !node.settles.is_empty() {
            self.settle(node, tag);
        }
    }

    /// Takes those siblings that are of no interest any more from what the frame waits for. A number may be beyond every
    /// float and then stands for null, so it settles nothing.
    #[cold]
    fn settle(&mut self, node: &Node, tag: Tag) {
        if matches!(tag, Tag::Null | Tag::Number) {
            return;
        }
        for sibling in &node.settles {
            if !self.captures.visited(*sibling)
                && let Some(frame) = self.frames.last_mut()
            {
                self.captures.visit(*sibling);
                frame.left = frame.left.saturating_sub(1);
            }
        }
    }

    /// Closes the innermost frame, whose bracket stands at `at`.
    fn close(&mut self, at: usize) -> Step<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        match (self.byte(at), frame.object) {
            (b'}', true) | (b']', false) => {}
            (_, true) => return stop(at, What::CommaOrBrace),
            (_, false) => return stop(at, What::CommaOrBracket),
        }
        if let Some(node) = self.trie.node(frame.node) {
            self.capture(node, if frame.object { Tag::Object } else { Tag::Array }, frame.start as usize, at + 1);
        }
        self.aim_behind(at);
        Ok(())
    }

    /// When nothing more is looked for in the innermost frame: leaves all frames of which that is true. True if none is
    /// left.
    fn leave_early(&mut self) -> Step<bool> {
        let trie = self.trie;
        let is_captured = |frame: &Frame| trie.node(frame.node).is_some_and(|node| node.slot != NONE);
        let done = self.frames.iter().rev().take_while(|frame| frame.left == 0 && !is_captured(frame)).count();
        if done == self.frames.len() {
            return Ok(true);
        }
        // A frame that is captured itself needs its end.
        let kept = self.frames.len() - done.max(1);
        let end = self.out_of(done.max(1))?;
        self.frames.truncate(kept + 1);
        self.close(end)?;
        Ok(false)
    }

    /// Passes over what is left of `levels` brackets; gives where the last one closes.
    #[inline(always)]
    fn out_of(&mut self, levels: usize) -> Step<usize> {
        let levels = levels as u64;
        let (open, close) = (self.place.block.open & self.signs, self.place.block.close & self.signs);
        let bracket = match blocks::closing(open, close, levels) {
            Some(bracket) => bracket,
            None => {
                let depth = levels + u64::from(open.count_ones()) - u64::from(close.count_ones());
                self.place.base += BLOCK;
                match blocks::out_of(self.level, self.line, &mut self.carry, depth, &mut self.place) {
                    Some(bracket) => {
                        self.aim();
                        bracket
                    }
                    None => return stop(self.line.len(), What::Value),
                }
            }
        };
        // What is above the bracket is left.
        self.signs &= !(bracket | (bracket - 1));
        Ok(self.at(bracket))
    }
}

/// All bits below the one that comes after so many zeros, from the top.
#[inline(always)]
fn below_leading(zeros: u32) -> u64 {
    (u64::MAX >> 1).checked_shr(zeros).unwrap_or(0)
}

/// The signs that matter in an object or array.
#[inline(always)]
fn signs(block: &Block, object: bool) -> u64 {
    block.open | block.close | if object { block.colons } else { block.commas }
}
