//! The index of a strict walk: where brackets, commas, colons and quotes stand, and where numbers and words begin.
//!
//! 64 bytes at a time become bit masks (a bit a byte, the first byte is the lowest bit), by plain arithmetic here and by
//! AVX2 in `simd`; what the masks mean is worked out in one place, `Seen::tokens`. What lies within strings is left
//! out, so a string is its two quotes. This is done for a few blocks at a time, as the walk asks for more.

use super::simd::Avx2;
use std::sync::OnceLock;

/// Bytes in a block.
pub(super) const BLOCK: usize = 64;

/// Blocks that are indexed at a time.
pub(super) const BLOCKS: usize = 8;

/// How blocks are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Portable,
    Avx2(Avx2),
}

impl Level {
    /// The best that the processor can do.
    #[inline]
    pub(super) fn detect() -> Level {
        static LEVEL: OnceLock<Level> = OnceLock::new();
        *LEVEL.get_or_init(|| Avx2::detect().map_or(Level::Portable, Level::Avx2))
    }
}

/// A block as bit masks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) quote: u64,
    pub(super) backslash: u64,
    /// Space, tab, line feed, carriage return.
    pub(super) space: u64,
    /// Below a space.
    pub(super) control: u64,
    /// `{}[]:,`, and the bytes 0x0c and 0x1a, which the walk refuses.
    pub(super) operator: u64,
    pub(super) non_ascii: u64,
}

/// Where strings are: what earlier blocks mean for the next one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Strings {
    /// All ones within a string.
    in_string: u64,
    /// 1 if a backslash escapes the next block's first byte.
    escaped: u64,
    /// True if there was any backslash.
    pub(super) backslash: bool,
}

impl Strings {
    /// True if no string goes on.
    #[inline(always)]
    pub(super) fn is_outside(&self) -> bool {
        self.in_string | self.escaped == 0
    }

    /// Of a block with these quotes and backslashes: the quotes that begin and end strings, and what is in a string, from an
    /// opening quote up to the byte before the closing one.
    #[inline(always)]
    pub(super) fn within(&mut self, quote: u64, backslash: u64, prefix_xor: impl Fn(u64) -> u64) -> (u64, u64) {
        let mut escaped = self.escaped;
        self.escaped = 0;
        if backslash != 0 {
            self.backslash = true;
            (escaped, self.escaped) = escapes(backslash, escaped);
        }
        let quotes = quote & !escaped;
        let in_string = prefix_xor(quotes) ^ self.in_string;
        self.in_string = ((in_string as i64) >> 63) as u64;
        (quotes, in_string)
    }
}

/// What earlier blocks mean for the next one, and what was seen so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) strings: Strings,
    /// 1 if the last byte belongs to a number or word.
    in_scalar: u64,
    pub(super) non_ascii: bool,
    /// The first control character within a string.
    pub(super) control: Option<u32>,
}

impl Seen {
    /// True if something was seen that the walk does not check: what stands within strings.
    pub(super) fn asks_for_more(&self) -> bool {
        self.strings.backslash || self.non_ascii || self.control.is_some()
    }

    /// Every position that matters of the block that begins at `base`; none of them lies within a string.
    #[inline(always)]
    fn tokens(&mut self, masks: Masks, base: usize, prefix_xor: impl Fn(u64) -> u64) -> u64 {
        let (quotes, in_string) = self.strings.within(masks.quote, masks.backslash, prefix_xor);
        let scalar = !(masks.operator | masks.space | quotes);
        let begins = scalar & !(scalar << 1 | self.in_scalar);
        self.in_scalar = scalar >> 63;
        self.non_ascii |= masks.non_ascii != 0;
        if masks.control & in_string != 0 && self.control.is_none() {
            self.control = Some(base as u32 + (masks.control & in_string).trailing_zeros());
        }
        quotes | (masks.operator | begins) & !in_string
    }
}

/// Which bytes are escaped by a backslash, given whether the first one is (1 or 0); and whether the next block's first is.
#[cold]
fn escapes(backslash: u64, first: u64) -> (u64, u64) {
    let mut escaped = first;
    let mut next = 0;
    let mut left = backslash & !first;
    while left != 0 {
        let one = left & left.wrapping_neg();
        escaped |= one << 1;
        next = one >> 63;
        left &= !(one | one << 1);
    }
    (escaped, next)
}

/// Marks the positions that matter from `at` on, for as many blocks as there is room; gives how many blocks.
pub(super) fn index(level: Level, line: &[u8], at: usize, seen: &mut Seen, room: &mut [u64]) -> usize {
    match level {
        Level::Avx2(avx2) => avx2.index(line, at, seen, room),
        Level::Portable => index_with(line, at, seen, room, masks, prefix_xor),
    }
}

/// The same for any way to make masks.
#[inline(always)]
pub(super) fn index_with(
    line: &[u8],
    at: usize,
    seen: &mut Seen,
    room: &mut [u64],
    masks: impl Fn(&[u8; BLOCK]) -> Masks,
    prefix_xor: impl Fn(u64) -> u64 + Copy,
) -> usize {
    let (blocks, rest) = line.get(at..).unwrap_or_default().as_chunks::<BLOCK>();
    let mut base = at;
    let mut known = *seen;
    for (block, tokens) in blocks.iter().zip(room.iter_mut()) {
        *tokens = known.tokens(masks(block), base, prefix_xor);
        base += BLOCK;
    }
    let mut count = blocks.len().min(room.len());
    if !rest.is_empty()
        && let Some(tokens) = room.get_mut(blocks.len())
    {
        *tokens = known.tokens(masks(&padded(rest)), base, prefix_xor);
        count += 1;
    }
    *seen = known;
    count
}

/// A last block, filled up with spaces.
#[cold]
pub(super) fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    for (to, from) in block.iter_mut().zip(rest) {
        *to = *from;
    }
    block
}

/// Masks by arithmetic on eight bytes at a time.
pub(super) fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks::default();
    for (n, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let shift = n * 8;
        let add = |mask: &mut u64, bits: u64| *mask |= bits << shift;
        let equals = |byte: u8| collect(zeros(word ^ repeat(byte)));
        add(&mut masks.quote, equals(b'"'));
        add(&mut masks.backslash, equals(b'\\'));
        add(&mut masks.non_ascii, collect(word & HIGH));
        let control = collect(below_space(word));
        add(&mut masks.control, control);
        add(&mut masks.space, equals(b' '));
        if control != 0 {
            add(&mut masks.space, equals(b'\t') | equals(b'\n') | equals(b'\r'));
        }
        // `[` and `{`, `]` and `}` differ in the bit of the space.
        let folded = word | repeat(b' ');
        let any = zeros(folded ^ repeat(b'{'))
            | zeros(folded ^ repeat(b'}'))
            | zeros(folded ^ repeat(b','))
            | zeros(folded ^ repeat(b':'));
        add(&mut masks.operator, collect(any));
    }
    masks
}

/// Which of 32 bytes are digits.
#[cfg_attr(all(target_arch = "x86_64", not(test)), expect(dead_code))]
pub(super) fn digits(bytes: &[u8; 32]) -> u32 {
    bytes.as_chunks::<8>().0.iter().rev().fold(0, |mask, word| {
        let value = u64::from_le_bytes(*word) ^ repeat(b'0');
        // Ten and more, seen in the high bit after 0x76 is added to seven bits each.
        let others = (((value & !HIGH) + repeat(0x76)) | value) & HIGH;
        mask << 8 | collect(others ^ HIGH) as u32
    })
}

const HIGH: u64 = repeat(0x80);

pub(super) const fn repeat(byte: u8) -> u64 {
    byte as u64 * 0x0101_0101_0101_0101
}

/// The high bit of each byte that is zero.
pub(super) fn zeros(word: u64) -> u64 {
    // Without carries between bytes: 0x7f is added to seven bits each.
    !(((word & !HIGH) + !HIGH) | word) & HIGH
}

/// The high bit of each byte below 0x20.
fn below_space(word: u64) -> u64 {
    zeros(word & repeat(0xe0))
}

/// The high bits of eight bytes as eight bits.
pub(super) fn collect(high_bits: u64) -> u64 {
    // The product moves the bit of byte n to bit 56 + n, and none of the others meet there.
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Each bit is the exclusive or of the bits up to it.
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::super::simd;
    use super::*;

    #[test]
    fn masks_tell_every_byte() {
        for byte in 0..=255u8 {
            for at in [0, 1, 7, 8, 62, 63] {
                let mut block = [b'a'; BLOCK];
                block[at] = byte;
                let bit = |is: bool| u64::from(is) << at;
                let expected = Masks {
                    quote: bit(byte == b'"'),
                    backslash: bit(byte == b'\\'),
                    space: bit(b" \t\n\r".contains(&byte)),
                    control: bit(byte < 0x20),
                    operator: bit(b"{}[]:,\x0c\x1a".contains(&byte)),
                    non_ascii: bit(byte >= 0x80),
                };
                assert_eq!(masks(&block), expected, "{byte:#x} at {at}");
                if let Some(avx2) = Avx2::detect() {
                    assert_eq!(avx2.masks(&block), expected, "{byte:#x} at {at}");
                }
            }
        }
    }

    #[test]
    fn digits_are_told() {
        for byte in 0..=255u8 {
            for at in [0, 7, 8, 15, 16, 31] {
                let mut bytes = [b'7'; 32];
                bytes[at] = byte;
                let expected = !(u32::from(!byte.is_ascii_digit()) << at);
                assert_eq!((digits(&bytes), simd::digits(&bytes)), (expected, expected), "{byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn prefix_xor_fills_between_pairs() {
        assert_eq!(prefix_xor(0b0100_0100), 0b0011_1100);
    }
}
