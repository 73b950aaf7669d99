//! The structural index of a line as a sequence of token positions.

use super::super::backend::SimdBackend;
use super::super::structural::{BLOCK, IndexState, WINDOW};

/// The token positions of a line, indexed a window of blocks at a time.
pub(super) struct StructuralIndex<'l> {
    backend: SimdBackend,
    line: &'l [u8],
    /// The position of the first block of the window.
    start: usize,
    pub(super) state: IndexState,
    /// The token positions, by block.
    window: [u64; WINDOW],
    /// The number of blocks in the window, and the next one to read.
    count: usize,
    next: usize,
}

/// The positions that are left of a block, and the position of the block. Loops hold a copy of their own, which then lives in
/// registers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TokenCursor {
    bits: u64,
    base: usize,
}

impl<'l> StructuralIndex<'l> {
    /// The index of a line from `start` on.
    #[inline(always)]
    pub(super) fn new(backend: SimdBackend, line: &'l [u8], start: usize) -> StructuralIndex<'l> {
        let state = IndexState::default();
        StructuralIndex { backend, line, start, state, window: [0; WINDOW], count: 0, next: 0 }
    }

    #[inline(always)]
    pub(super) fn line(&self) -> &'l [u8] {
        self.line
    }

    /// A byte of the line; 0 beyond its end.
    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.line.get(at).copied().unwrap_or(0)
    }

    /// The position of the next token; the length of the line, or more, at its end.
    #[inline(always)]
    pub(super) fn token(&mut self, cursor: &mut TokenCursor) -> usize {
        while cursor.bits == 0 {
            match self.next_block() {
                Some(next) => *cursor = next,
                None => return self.line.len(),
            }
        }
        let position = cursor.base + cursor.bits.trailing_zeros() as usize;
        cursor.bits &= cursor.bits - 1;
        position
    }

    #[inline(always)]
    fn next_block(&mut self) -> Option<TokenCursor> {
        if self.next == self.count && !self.refill() {
            return None;
        }
        let bits = self.window.get(self.next).copied().unwrap_or(0);
        let base = self.start + self.next * BLOCK;
        self.next += 1;
        Some(TokenCursor { bits, base })
    }

    /// Indexes the next window; false at the end of the line.
    #[inline(never)]
    fn refill(&mut self) -> bool {
        debug_assert_eq!(self.next, self.count, "the window is read");
        self.start += self.count * BLOCK;
        self.next = 0;
        self.count = self.backend.index(self.line, self.start, &mut self.state, &mut self.window);
        self.count > 0
    }
}
