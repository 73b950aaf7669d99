//! Classification of bytes by plain arithmetic, eight bytes at a time: for processors without AVX2, and what `simd` is
//! compared with in tests.

use super::blocks::TrustedClasses;
use super::structural::{BLOCK, StrictClasses};

/// The classes of a strict scan.
pub(super) fn strict_classes(block: &[u8; BLOCK]) -> StrictClasses {
    let mut classes = StrictClasses::default();
    for (n, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let shift = n * 8;
        let add = |mask: &mut u64, bits: u64| *mask |= bits << shift;
        let equals = |byte: u8| collect(zeros(word ^ repeat(byte)));
        add(&mut classes.quote, equals(b'"'));
        add(&mut classes.backslash, equals(b'\\'));
        add(&mut classes.non_ascii, collect(word & HIGH));
        let control = collect(below_space(word));
        add(&mut classes.control, control);
        add(&mut classes.space, equals(b' '));
        if control != 0 {
            add(&mut classes.space, equals(b'\t') | equals(b'\n') | equals(b'\r'));
        }
        // `[` and `{`, `]` and `}` differ in the bit of the space.
        let folded = word | repeat(b' ');
        let any = zeros(folded ^ repeat(b'{'))
            | zeros(folded ^ repeat(b'}'))
            | zeros(folded ^ repeat(b','))
            | zeros(folded ^ repeat(b':'));
        add(&mut classes.operator, collect(any));
    }
    classes
}

/// The classes of a trusted scan.
pub(super) fn trusted_classes(block: &[u8; BLOCK]) -> TrustedClasses {
    let mut classes = TrustedClasses::default();
    for (n, word) in block.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let equals = |word: u64, byte: u8| collect(zeros(word ^ repeat(byte))) << (n * 8);
        // `[` and `{`, `]` and `}` differ in the bit of the space.
        let folded = word | repeat(b' ');
        classes.quote |= equals(word, b'"');
        classes.backslash |= equals(word, b'\\');
        classes.colon |= equals(word, b':');
        classes.comma |= equals(word, b',');
        classes.open |= equals(folded, b'{');
        classes.close |= equals(folded, b'}');
    }
    classes
}

/// Which of 32 bytes are digits.
#[cfg_attr(all(target_arch = "x86_64", not(test)), expect(dead_code))]
pub(super) fn digits(bytes: &[u8; 32]) -> u32 {
    bytes.as_chunks::<8>().0.iter().rev().fold(0, |mask, word| {
        let value = u64::from_le_bytes(*word) ^ repeat(b'0');
        // Adding 0x76 to the low seven bits sets the high bit of 10 and above.
        let others = (((value & !HIGH) + repeat(0x76)) | value) & HIGH;
        mask << 8 | collect(others ^ HIGH) as u32
    })
}

/// Each bit is the exclusive or of the bits up to it.
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

const HIGH: u64 = repeat(0x80);

const fn repeat(byte: u8) -> u64 {
    byte as u64 * 0x0101_0101_0101_0101
}

/// The high bit of each byte that is zero.
fn zeros(word: u64) -> u64 {
    // Adding 0x7f to the low seven bits carries into no other byte.
    !(((word & !HIGH) + !HIGH) | word) & HIGH
}

/// The high bit of each byte below 0x20.
fn below_space(word: u64) -> u64 {
    zeros(word & repeat(0xe0))
}

/// The high bits of eight bytes as eight bits.
fn collect(high_bits: u64) -> u64 {
    // The product moves the bit of byte n to bit 56 + n; no two products meet there.
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_xor_fills_between_pairs() {
        assert_eq!(prefix_xor(0b0100_0100), 0b0011_1100);
    }
}
