//! The blocks of a trusted scan: the positions of quotes, colons, commas and brackets.
//!
//! As in `structural`, 64 bytes become bit masks. There are fewer masks here: since nothing is checked, the beginnings of numbers
//! and words and the contents of strings do not matter. `leave_with` finds the end of an object or array by counting brackets.

use super::string_carry::StringCarry;
use super::structural::{self, BLOCK};

/// The structural characters of a block: those outside strings, and the quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Quotes that begin and end strings.
    pub(super) quotes: u64,
    pub(super) colons: u64,
    pub(super) commas: u64,
    /// `{` and `[`.
    pub(super) open: u64,
    /// `}` and `]`.
    pub(super) close: u64,
}

/// The current block of a scan, and the position at which it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BlockCursor {
    pub(super) base: usize,
    pub(super) block: Block,
}

/// The bytes of a block by class, those within strings included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TrustedClasses {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    pub(super) colon: u64,
    pub(super) comma: u64,
    pub(super) open: u64,
    pub(super) close: u64,
}

/// The operations by which a backend classifies bytes.
#[derive(Clone, Copy)]
pub(super) struct Classifier<C, B, Q, X> {
    /// All classes of a block.
    pub(super) classes: C,
    /// Opening and closing brackets alone.
    pub(super) brackets: B,
    /// True if the block has a quote or a backslash.
    pub(super) has_quotes: Q,
    /// Each bit is the exclusive or of the bits up to it.
    pub(super) prefix_xor: X,
}

/// The bytes of a block. A block that the line does not fill is completed with spaces in `room`.
#[inline(always)]
pub(super) fn bytes<'l>(line: &'l [u8], base: usize, room: &'l mut [u8; BLOCK]) -> &'l [u8; BLOCK] {
    let rest = line.get(base..).unwrap_or_default();
    match rest.first_chunk() {
        Some(bytes) => bytes,
        None => {
            *room = structural::padded(rest);
            room
        }
    }
}

/// From the cursor's base on, finds the bracket that closes the innermost `depth` open ones; none if the line ends before
/// it. The cursor is moved to the block of the bracket.
#[inline(always)]
pub(super) fn leave_with<C, B, Q, X>(
    line: &[u8],
    carry: &mut StringCarry,
    mut depth: u64,
    cursor: &mut BlockCursor,
    classifier: Classifier<C, B, Q, X>,
) -> Option<u64>
where
    C: Fn(&[u8; BLOCK]) -> TrustedClasses,
    B: Fn(&[u8; BLOCK]) -> (u64, u64),
    Q: Fn(&[u8; BLOCK]) -> bool,
    X: Fn(u64) -> u64 + Copy,
{
    let Classifier { classes, brackets, has_quotes, prefix_xor } = classifier;
    let mut base = cursor.base;
    while base < line.len() {
        // Large values are often arrays of numbers. In a block without strings, only brackets matter.
        while carry.is_outside()
            && let Some(bytes) = line.get(base..).and_then(|rest| rest.first_chunk())
            && !has_quotes(bytes)
        {
            let (open, close) = brackets(bytes);
            if let Some(bracket) = count_brackets(open, close, &mut depth) {
                *cursor = BlockCursor { base, block: classes(bytes).block(carry, prefix_xor) };
                return Some(bracket);
            }
            base += BLOCK;
        }
        let block = classes(bytes(line, base, &mut [0; BLOCK])).block(carry, prefix_xor);
        if let Some(bracket) = count_brackets(block.open, block.close, &mut depth) {
            *cursor = BlockCursor { base, block };
            return Some(bracket);
        }
        base += BLOCK;
    }
    None
}

/// Finds the bracket of a block that closes the innermost `depth` open ones. If the block does not close them all, `depth` becomes the
/// number of brackets that are open after the block.
#[inline(always)]
fn count_brackets(open: u64, close: u64, depth: &mut u64) -> Option<u64> {
    let closed = u64::from(close.count_ones());
    if closed >= *depth
        && let Some(bracket) = closing(open, close, *depth)
    {
        return Some(bracket);
    }
    *depth = *depth + u64::from(open.count_ones()) - closed;
    None
}

/// The closing bracket of a block that closes the innermost `depth` open ones.
#[inline(always)]
pub(super) fn closing(open: u64, mut close: u64, depth: u64) -> Option<u64> {
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

impl TrustedClasses {
    /// The structural characters: leaves out the bytes within strings.
    #[inline(always)]
    pub(super) fn block(self, carry: &mut StringCarry, prefix_xor: impl Fn(u64) -> u64) -> Block {
        let (quotes, in_string) = carry.within(self.quote, self.backslash, prefix_xor);
        let outside = !in_string;
        Block {
            quotes,
            colons: self.colon & outside,
            commas: self.comma & outside,
            open: self.open & outside,
            close: self.close & outside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_close_in_order() {
        // ] ] [ ] ]
        let (open, close) = (0b00100, 0b11011);
        assert_eq!(closing(open, close, 1), Some(0b00001));
        assert_eq!(closing(open, close, 2), Some(0b00010));
        assert_eq!(closing(open, close, 3), Some(0b10000));
        assert_eq!(closing(open, close, 4), None);
    }
}
