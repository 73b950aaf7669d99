//! The blocks of a trusted scan: where quotes, colons, commas and brackets stand.
//!
//! As in `index`, 64 bytes become bit masks. They are fewer here, since nothing is checked: where numbers and words begin,
//! and what stands within strings, does not matter. `out_of` leaves brackets without looking at anything between them.

use super::index::{self, BLOCK, Level, Strings};

/// What matters of a block; apart from the quotes, nothing of it lies within strings.
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

/// The block that a scan has come to, and where it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) base: usize,
    pub(super) block: Block,
}

/// Bytes of a block by kind, those within strings too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    pub(super) colon: u64,
    pub(super) comma: u64,
    pub(super) open: u64,
    pub(super) close: u64,
}

/// How signs are told.
#[derive(Clone, Copy)]
pub(super) struct Lens<S, B, Q, X> {
    /// All signs of a block.
    pub(super) signs: S,
    /// Opening and closing brackets alone.
    pub(super) brackets: B,
    /// Whether there is a quote or a backslash.
    pub(super) quoted: Q,
    /// Each bit the exclusive or of the bits up to it.
    pub(super) prefix_xor: X,
}

/// Reads the block that begins at the place's base; beyond the line's end, spaces. (In its place: handed back and copied, it
/// would be waited for, since it is written word by word and copied by two at a time.)
#[inline(always)]
pub(super) fn read(level: Level, line: &[u8], carry: &mut Strings, place: &mut Place) {
    match level {
        Level::Avx2(avx2) => avx2.read(line, carry, place),
        Level::Portable => {
            let signs = signs(bytes(line, place.base, &mut [0; BLOCK]));
            place.block = signs.block(carry, index::prefix_xor);
        }
    }
}

/// From the place's base on, looks for the bracket that closes `depth` open ones and those between, and gives it; none at
/// the line's end.
#[inline(always)]
pub(super) fn out_of(level: Level, line: &[u8], carry: &mut Strings, depth: u64, place: &mut Place) -> Option<u64> {
    match level {
        Level::Avx2(avx2) => avx2.out_of(line, carry, depth, place),
        Level::Portable => {
            let brackets = |block: &[u8; BLOCK]| {
                let signs = signs(block);
                (signs.open, signs.close)
            };
            let lens = Lens { signs, brackets, quoted: |_: &[u8; BLOCK]| true, prefix_xor: index::prefix_xor };
            out_of_with(line, carry, depth, place, lens)
        }
    }
}

/// The bytes of a block; beyond the line's end, spaces, for which there is `room`.
#[inline(always)]
pub(super) fn bytes<'l>(line: &'l [u8], base: usize, room: &'l mut [u8; BLOCK]) -> &'l [u8; BLOCK] {
    let rest = line.get(base..).unwrap_or_default();
    match rest.first_chunk() {
        Some(bytes) => bytes,
        None => {
            *room = index::padded(rest);
            room
        }
    }
}

/// The same as `out_of` for any way to tell signs.
#[inline(always)]
pub(super) fn out_of_with<S, B, Q, X>(
    line: &[u8],
    carry: &mut Strings,
    mut depth: u64,
    place: &mut Place,
    lens: Lens<S, B, Q, X>,
) -> Option<u64>
where
    S: Fn(&[u8; BLOCK]) -> Signs,
    B: Fn(&[u8; BLOCK]) -> (u64, u64),
    Q: Fn(&[u8; BLOCK]) -> bool,
    X: Fn(u64) -> u64 + Copy,
{
    let Lens { signs, brackets, quoted, prefix_xor } = lens;
    let mut base = place.base;
    while base < line.len() {
        // Large values are often numbers: without strings, brackets are all there is.
        while carry.is_outside()
            && let Some(bytes) = line.get(base..).and_then(|rest| rest.first_chunk())
            && !quoted(bytes)
        {
            let (open, close) = brackets(bytes);
            if let Some(bracket) = leave(open, close, &mut depth) {
                *place = Place { base, block: signs(bytes).block(carry, prefix_xor) };
                return Some(bracket);
            }
            base += BLOCK;
        }
        let block = signs(bytes(line, base, &mut [0; BLOCK])).block(carry, prefix_xor);
        if let Some(bracket) = leave(block.open, block.close, &mut depth) {
            *place = Place { base, block };
            return Some(bracket);
        }
        base += BLOCK;
    }
    None
}

/// The bracket of a block that closes `depth` open ones and those between; or how many are open behind the block.
#[inline(always)]
fn leave(open: u64, close: u64, depth: &mut u64) -> Option<u64> {
    let closed = u64::from(close.count_ones());
    if closed >= *depth
        && let Some(bracket) = closing(open, close, *depth)
    {
        return Some(bracket);
    }
    *depth = *depth + u64::from(open.count_ones()) - closed;
    None
}

/// Which of the closing brackets of a block closes `depth` open ones and those between.
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

impl Signs {
    /// Leaves out what stands within strings.
    #[inline(always)]
    pub(super) fn block(self, carry: &mut Strings, prefix_xor: impl Fn(u64) -> u64) -> Block {
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

/// Signs by arithmetic on eight bytes at a time.
pub(super) fn signs(block: &[u8; BLOCK]) -> Signs {
    let mut signs = Signs::default();
    for (n, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let equals = |word: u64, byte: u8| index::collect(index::zeros(word ^ index::repeat(byte))) << (n * 8);
        // `[` and `{`, `]` and `}` differ in the bit of the space.
        let folded = word | index::repeat(b' ');
        signs.quote |= equals(word, b'"');
        signs.backslash |= equals(word, b'\\');
        signs.colon |= equals(word, b':');
        signs.comma |= equals(word, b',');
        signs.open |= equals(folded, b'{');
        signs.close |= equals(folded, b'}');
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::super::simd::Avx2;
    use super::*;

    #[test]
    fn signs_tell_every_byte() {
        for byte in 0..=255u8 {
            for at in [0, 1, 7, 8, 31, 32, 62, 63] {
                let mut block = [b'a'; BLOCK];
                block[at] = byte;
                let bit = |is: bool| u64::from(is) << at;
                let expected = Signs {
                    quote: bit(byte == b'"'),
                    backslash: bit(byte == b'\\'),
                    colon: bit(byte == b':'),
                    comma: bit(byte == b','),
                    open: bit(b"{[".contains(&byte)),
                    close: bit(b"}]".contains(&byte)),
                };
                assert_eq!(signs(&block), expected, "{byte:#x} at {at}");
                if let Some(avx2) = Avx2::detect() {
                    assert_eq!(avx2.signs(&block), expected, "{byte:#x} at {at}");
                }
            }
        }
    }

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
