//! The position of a trusted scan in the blocks of the line.

use super::super::backend::SimdBackend;
use super::super::blocks::{self, Block, BlockCursor};
use super::super::fault::{ScanStop, StopReason, stop};
use super::super::string_carry::StringCarry;
use super::super::structural::BLOCK;
use super::super::token;

/// Goes over the structural characters of a line: brackets, and colons within objects or commas within arrays. A structural
/// character is a bit of the current block.
pub(super) struct StructuralCursor<'l> {
    backend: SimdBackend,
    line: &'l [u8],
    current: BlockCursor,
    /// The structural characters of the current block after the last one that was read.
    pending: u64,
    /// True if the innermost container is an object.
    in_object: bool,
    /// The last two quotes before the current block.
    quotes_before: [usize; 2],
    pub(super) carry: StringCarry,
}

impl<'l> StructuralCursor<'l> {
    /// A cursor before the first block.
    #[inline(always)]
    pub(super) fn new(backend: SimdBackend, line: &'l [u8]) -> StructuralCursor<'l> {
        StructuralCursor {
            backend,
            line,
            current: BlockCursor::default(),
            pending: 0,
            in_object: true,
            quotes_before: [usize::MAX; 2],
            carry: StringCarry::default(),
        }
    }

    /// Reads the first block.
    #[inline(always)]
    pub(super) fn start(&mut self) {
        self.backend.read(self.line, &mut self.carry, &mut self.current);
        self.pending = self.structural();
    }

    #[inline(always)]
    pub(super) fn line(&self) -> &'l [u8] {
        self.line
    }

    #[inline(always)]
    pub(super) fn in_object(&self) -> bool {
        self.in_object
    }

    /// A byte of the line; 0 beyond its end.
    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or(0)
    }

    /// The first position from `at` on that is not white space.
    #[inline(always)]
    pub(super) fn skip_space(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\n' | b'\r' | b'\t') {
            at += 1;
        }
        at
    }

    /// The position of a bit of the current block.
    #[inline(always)]
    pub(super) fn position(&self, bit: u64) -> usize {
        self.current.base + bit.trailing_zeros() as usize
    }

    #[inline(always)]
    pub(super) fn is_open(&self, bit: u64) -> bool {
        bit & self.current.block.open != 0
    }

    #[inline(always)]
    pub(super) fn is_comma(&self, bit: u64) -> bool {
        bit & self.current.block.commas != 0
    }

    #[inline(always)]
    pub(super) fn is_colon(&self, bit: u64) -> bool {
        bit & self.current.block.colons != 0
    }

    /// The next structural character.
    #[inline(always)]
    pub(super) fn next(&mut self) -> Result<u64, ScanStop> {
        self.check();
        while self.pending == 0 {
            self.advance()?;
        }
        let bit = self.pending & self.pending.wrapping_neg();
        self.pending ^= bit;
        Ok(bit)
    }

    /// The pending characters, as a copy that lives in a register: for the loop in which most of the time is spent. Until
    /// `set_pending`, only `next_of` moves the cursor.
    #[inline(always)]
    pub(super) fn pending(&self) -> u64 {
        self.check();
        self.pending
    }

    #[inline(always)]
    pub(super) fn set_pending(&mut self, pending: u64) {
        self.pending = pending;
        self.check();
    }

    /// The next structural character of a copy of the pending ones.
    #[inline(always)]
    pub(super) fn next_of(&mut self, pending: &mut u64) -> Result<u64, ScanStop> {
        while *pending == 0 {
            self.advance_inline()?;
            *pending = self.pending;
        }
        let bit = *pending & pending.wrapping_neg();
        *pending ^= bit;
        Ok(bit)
    }

    /// Takes the bracket at `at`, which must be the next structural character.
    #[inline(always)]
    pub(super) fn bracket(&mut self, at: usize) -> Result<(), ScanStop> {
        let bit = self.next()?;
        if self.position(bit) == at { Ok(()) } else { stop(at, StopReason::Value) }
    }

    /// Changes the innermost container after the structural character at `at`, which was read last.
    #[inline(always)]
    pub(super) fn switch(&mut self, in_object: bool, at: usize) {
        debug_assert!(at.wrapping_sub(self.current.base) < BLOCK, "the last structural character is in the block");
        self.in_object = in_object;
        self.pending = self.structural() & (u64::MAX << (at - self.current.base)) << 1;
    }

    /// The end of the string that begins at `at`.
    #[inline(always)]
    pub(super) fn string_end(&mut self, at: usize) -> Result<usize, ScanStop> {
        while at >= self.current.base + BLOCK {
            self.advance()?;
        }
        debug_assert!(at >= self.current.base, "a value begins after the last structural character");
        let mut quotes = self.current.block.quotes & (u64::MAX << (at - self.current.base)) << 1;
        while quotes == 0 {
            self.advance()?;
            quotes = self.current.block.quotes;
        }
        Ok(self.position(quotes) + 1)
    }

    /// Leaves the innermost `levels` brackets; returns the position of the last one that closes.
    #[inline(always)]
    pub(super) fn leave(&mut self, levels: usize) -> Result<usize, ScanStop> {
        self.check();
        let levels = levels as u64;
        let (open, close) = (self.current.block.open & self.pending, self.current.block.close & self.pending);
        let bracket = match blocks::closing(open, close, levels) {
            Some(bracket) => bracket,
            None => {
                let depth = levels + u64::from(open.count_ones()) - u64::from(close.count_ones());
                self.current.base += BLOCK;
                match self.backend.leave(self.line, &mut self.carry, depth, &mut self.current) {
                    Some(bracket) => {
                        self.pending = self.structural();
                        bracket
                    }
                    None => return stop(self.line.len(), StopReason::Value),
                }
            }
        };
        self.pending &= !(bracket | (bracket - 1));
        Ok(self.position(bracket))
    }

    /// The last two quotes before a structural character.
    #[inline(always)]
    pub(super) fn quotes_before(&self, bit: u64) -> [usize; 2] {
        self.last_quotes(self.current.block.quotes & (bit - 1))
    }

    pub(super) fn has_escapes(&self, start: usize, end: usize) -> bool {
        token::has_escapes(self.line.get(start..end).unwrap_or_default(), self.carry.backslash)
    }

    /// Reads the next block.
    #[inline(never)]
    fn advance(&mut self) -> Result<(), ScanStop> {
        self.advance_inline()
    }

    /// The same without a call.
    #[inline(always)]
    fn advance_inline(&mut self) -> Result<(), ScanStop> {
        self.quotes_before = self.last_quotes(self.current.block.quotes);
        self.current.base += BLOCK;
        if self.current.base >= self.line.len() {
            return stop(self.line.len(), StopReason::Value);
        }
        self.backend.read(self.line, &mut self.carry, &mut self.current);
        self.pending = self.structural();
        Ok(())
    }

    /// All structural characters of the current block.
    #[inline(always)]
    fn structural(&self) -> u64 {
        let Block { open, close, colons, commas, .. } = &self.current.block;
        open | close | if self.in_object { colons } else { commas }
    }

    #[inline(always)]
    fn check(&self) {
        debug_assert_eq!(self.pending & !self.structural(), 0, "pending bits are those of the innermost container");
    }

    /// The number of bytes between the last two quotes before a structural character.
    #[inline(always)]
    pub(super) fn key_length(&self, bit: u64) -> usize {
        let before = self.current.block.quotes & (bit - 1);
        let close = before.leading_zeros();
        let open = (before & below_leading(close)).leading_zeros();
        if open < u64::BITS {
            return (open - close - 1) as usize;
        }
        let [open, close] = self.last_quotes(before);
        close.wrapping_sub(open).wrapping_sub(1)
    }

    /// The last two of the given quotes of the current block and of those before it.
    #[inline(always)]
    fn last_quotes(&self, quotes: u64) -> [usize; 2] {
        let at = |zeros: u32| self.current.base + (u64::BITS - 1 - zeros) as usize;
        let last = quotes.leading_zeros();
        let before = (quotes & below_leading(last)).leading_zeros();
        match (before < u64::BITS, last < u64::BITS) {
            (true, _) => [at(before), at(last)],
            (false, true) => [self.quotes_before[1], at(last)],
            (false, false) => self.quotes_before,
        }
    }
}

/// All bits below the first set bit of a word with this many leading zeros.
#[inline(always)]
fn below_leading(zeros: u32) -> u64 {
    (u64::MAX >> 1).checked_shr(zeros).unwrap_or(0)
}
