//! The structural index of a strict scan: the positions of brackets, commas, colons and quotes, and of the first byte of each
//! number or word.
//!
//! 64 bytes at a time are classified into bit masks (one bit for each byte, the first byte in the lowest bit), by `portable`
//! or by `simd`. What the masks mean is worked out here, in `IndexState::tokens`. Bytes within strings are left out, so a
//! string is its two quotes. A window of a few blocks is indexed at a time, when the strict scan asks for it.

use super::string_carry::StringCarry;

/// Bytes in a block.
pub(super) const BLOCK: usize = 64;

/// Blocks that are indexed at a time.
pub(super) const WINDOW: usize = 8;

/// The bytes of a block by class, those within strings included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StrictClasses {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    /// Space, tab, line feed, carriage return.
    pub(super) space: u64,
    /// Below a space.
    pub(super) control: u64,
    /// `{}[]:,`, and the bytes 0x0c and 0x1a, which the scan refuses.
    pub(super) operator: u64,
    pub(super) non_ascii: u64,
}

/// The state that the blocks so far carry into the next one, and the checks that remain besides the tokens.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IndexState {
    pub(super) strings: StringCarry,
    /// 1 if the last byte belongs to a number or word.
    in_scalar: u64,
    pub(super) non_ascii: bool,
    /// The first control character within a string.
    pub(super) control: Option<u32>,
}

impl IndexState {
    /// True if strings have contents that must be checked: the scan itself checks tokens only.
    pub(super) fn needs_string_check(&self) -> bool {
        self.strings.backslash || self.non_ascii || self.control.is_some()
    }

    /// The first byte of each token of the block that begins at `base`; for strings, both quotes.
    #[inline(always)]
    fn tokens(&mut self, classes: StrictClasses, base: usize, prefix_xor: impl Fn(u64) -> u64) -> u64 {
        let (quotes, in_string) = self.strings.within(classes.quote, classes.backslash, prefix_xor);
        let scalar = !(classes.operator | classes.space | quotes);
        let begins = scalar & !(scalar << 1 | self.in_scalar);
        self.in_scalar = scalar >> 63;
        self.non_ascii |= classes.non_ascii != 0;
        if classes.control & in_string != 0 && self.control.is_none() {
            self.control = Some(base as u32 + (classes.control & in_string).trailing_zeros());
        }
        quotes | (classes.operator | begins) & !in_string
    }
}

/// Indexes the blocks from `at` on, as many as `window` has room for; returns their number. `classify` and `prefix_xor` are
/// those of the backend.
#[inline(always)]
pub(super) fn index_with(
    line: &[u8],
    at: usize,
    state: &mut IndexState,
    window: &mut [u64],
    classify: impl Fn(&[u8; BLOCK]) -> StrictClasses,
    prefix_xor: impl Fn(u64) -> u64 + Copy,
) -> usize {
    let (blocks, rest) = line.get(at..).unwrap_or_default().as_chunks::<BLOCK>();
    let mut base = at;
    // A copy that lives in registers.
    let mut current = *state;
    for (block, tokens) in blocks.iter().zip(window.iter_mut()) {
        *tokens = current.tokens(classify(block), base, prefix_xor);
        base += BLOCK;
    }
    let mut count = blocks.len().min(window.len());
    if !rest.is_empty()
        && let Some(tokens) = window.get_mut(blocks.len())
    {
        *tokens = current.tokens(classify(&padded(rest)), base, prefix_xor);
        count += 1;
    }
    *state = current;
    count
}

/// The last block of a line, filled up with spaces.
#[cold]
pub(super) fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    block
}
