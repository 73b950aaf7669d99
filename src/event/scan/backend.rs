//! The choice between the ways of classifying bytes: AVX2 if the processor has it, else plain arithmetic.

use super::blocks::{self, BlockCursor, Classifier};
use super::portable;
use super::simd::{Avx2, Work};
use super::string_carry::StringCarry;
use super::structural::{self, BLOCK, IndexState};
use std::sync::OnceLock;

/// How blocks are classified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SimdBackend {
    Portable,
    Avx2(Avx2),
}

impl SimdBackend {
    /// The fastest backend that the processor supports.
    #[inline]
    pub(super) fn detect() -> SimdBackend {
        static BACKEND: OnceLock<SimdBackend> = OnceLock::new();
        *BACKEND.get_or_init(|| Avx2::detect().map_or(SimdBackend::Portable, SimdBackend::Avx2))
    }

    /// Indexes the blocks from `at` on for a strict scan, as many as `window` has room for; returns their number.
    pub(super) fn index(self, line: &[u8], at: usize, state: &mut IndexState, window: &mut [u64]) -> usize {
        match self {
            SimdBackend::Avx2(avx2) => avx2.index(line, at, state, window),
            SimdBackend::Portable => {
                structural::index_with(line, at, state, window, portable::strict_classes, portable::prefix_xor)
            }
        }
    }

    /// Reads the block that begins at the cursor's base; bytes beyond the end of the line count as spaces. The block is
    /// written in place: returned and copied, it would cost a stall, since it is written a word at a time and copied two
    /// words at a time.
    #[inline(always)]
    pub(super) fn read(self, line: &[u8], carry: &mut StringCarry, cursor: &mut BlockCursor) {
        match self {
            SimdBackend::Avx2(avx2) => avx2.read(line, carry, cursor),
            SimdBackend::Portable => {
                let classes = portable::trusted_classes(blocks::bytes(line, cursor.base, &mut [0; BLOCK]));
                cursor.block = classes.block(carry, portable::prefix_xor);
            }
        }
    }

    /// From the cursor's base on, finds the bracket that closes the innermost `depth` open ones; none if the line ends
    /// before it.
    #[inline(always)]
    pub(super) fn leave(
        self,
        line: &[u8],
        carry: &mut StringCarry,
        depth: u64,
        cursor: &mut BlockCursor,
    ) -> Option<u64> {
        match self {
            SimdBackend::Avx2(avx2) => avx2.leave(line, carry, depth, cursor),
            SimdBackend::Portable => {
                let brackets = |block: &[u8; BLOCK]| {
                    let classes = portable::trusted_classes(block);
                    (classes.open, classes.close)
                };
                let classifier = Classifier {
                    classes: portable::trusted_classes,
                    brackets,
                    has_quotes: |_: &[u8; BLOCK]| true,
                    prefix_xor: portable::prefix_xor,
                };
                blocks::leave_with(line, carry, depth, cursor, classifier)
            }
        }
    }

    /// Does work that was compiled for the processor features of this backend.
    #[inline(always)]
    pub(super) fn run<W: Work>(self, work: W) -> W::Result {
        match self {
            SimdBackend::Avx2(avx2) => avx2.run(work),
            SimdBackend::Portable => work.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocks::TrustedClasses;
    use super::super::simd;
    use super::super::structural::StrictClasses;
    use super::*;

    /// A block of `a` with one other byte, and the function that gives that byte's bit if a condition is true.
    fn block(byte: u8, at: usize) -> ([u8; BLOCK], impl Fn(bool) -> u64) {
        let mut block = [b'a'; BLOCK];
        block[at] = byte;
        (block, move |is| u64::from(is) << at)
    }

    #[test]
    fn strict_classes_of_every_byte() {
        for byte in 0..=255u8 {
            for at in [0, 1, 7, 8, 62, 63] {
                let (block, bit) = block(byte, at);
                let expected = StrictClasses {
                    quote: bit(byte == b'"'),
                    backslash: bit(byte == b'\\'),
                    space: bit(b" \t\n\r".contains(&byte)),
                    control: bit(byte < 0x20),
                    operator: bit(b"{}[]:,\x0c\x1a".contains(&byte)),
                    non_ascii: bit(byte >= 0x80),
                };
                assert_eq!(portable::strict_classes(&block), expected, "{byte:#x} at {at}");
                if let Some(avx2) = Avx2::detect() {
                    assert_eq!(avx2.strict_classes(&block), expected, "{byte:#x} at {at}");
                }
            }
        }
    }

    #[test]
    fn trusted_classes_of_every_byte() {
        for byte in 0..=255u8 {
            for at in [0, 1, 7, 8, 31, 32, 62, 63] {
                let (block, bit) = block(byte, at);
                let expected = TrustedClasses {
                    quote: bit(byte == b'"'),
                    backslash: bit(byte == b'\\'),
                    colon: bit(byte == b':'),
                    comma: bit(byte == b','),
                    open: bit(b"{[".contains(&byte)),
                    close: bit(b"}]".contains(&byte)),
                };
                assert_eq!(portable::trusted_classes(&block), expected, "{byte:#x} at {at}");
                if let Some(avx2) = Avx2::detect() {
                    assert_eq!(avx2.trusted_classes(&block), expected, "{byte:#x} at {at}");
                }
            }
        }
    }

    #[test]
    fn digits_of_every_byte() {
        for byte in 0..=255u8 {
            for at in [0, 7, 8, 15, 16, 31] {
                let mut bytes = [b'7'; 32];
                bytes[at] = byte;
                let expected = !(u32::from(!byte.is_ascii_digit()) << at);
                assert_eq!((portable::digits(&bytes), simd::digits(&bytes)), (expected, expected), "{byte:#x} at {at}");
            }
        }
    }
}
