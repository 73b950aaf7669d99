//! Classification of bytes by AVX2, and the conversion of ASCII to text. The only place with `unsafe`: it is needed to call
//! functions that not every processor can run, and to convert ASCII without a second check.
#![allow(unsafe_code)]

use super::blocks::{BlockCursor, TrustedClasses};
use super::string_carry::StringCarry;
use super::structural::{BLOCK, IndexState, StrictClasses};

#[cfg(target_arch = "x86_64")]
pub(super) use x86::*;

/// Work for `Avx2::run`. A trait, since the inlining of a closure cannot be forced.
pub(super) trait Work {
    type Result;

    /// Must be `#[inline(always)]`; otherwise it is compiled without the features of the processor.
    fn run(self) -> Self::Result;
}

/// The text of bytes that are all ASCII. Short texts, which are the most frequent, cost a few instructions;
/// `str::from_utf8` checks each byte.
#[inline]
pub(in crate::event) fn ascii(bytes: &[u8]) -> Option<&str> {
    let is_ascii = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) if bytes.len() <= 16 => {
            // Together they are all of it.
            (u64::from_le_bytes(*first) | u64::from_le_bytes(*last)) & 0x8080_8080_8080_8080 == 0
        }
        _ => bytes.is_ascii(),
    };
    // SAFETY: every byte is below 0x80, and such bytes are UTF-8.
    is_ascii.then(|| unsafe { std::str::from_utf8_unchecked(bytes) })
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::blocks::{self, Classifier, leave_with};
    use super::super::structural::index_with;
    use super::*;
    use std::arch::x86_64::*;

    /// Proof that the processor has the features that this module is compiled for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Avx2(());

    impl Avx2 {
        /// None if the processor lacks a feature.
        pub(in super::super) fn detect() -> Option<Avx2> {
            let all = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("pclmulqdq");
            all.then_some(Avx2(()))
        }

        /// See `SimdBackend::index`.
        #[inline]
        pub(in super::super) fn index(
            self,
            line: &[u8],
            at: usize,
            state: &mut IndexState,
            window: &mut [u64],
        ) -> usize {
            // SAFETY: the features that the function is compiled for were found, or there would be no `self`.
            unsafe { index_avx2(line, at, state, window) }
        }

        /// Does work that is inlined into a function compiled with the features of the processor: above all, zeros are counted
        /// by one instruction.
        #[inline(always)]
        pub(in super::super) fn run<W: Work>(self, work: W) -> W::Result {
            // SAFETY: as above.
            unsafe { run_avx2(work) }
        }

        /// See `SimdBackend::read`.
        #[inline(always)]
        pub(in super::super) fn read(self, line: &[u8], carry: &mut StringCarry, cursor: &mut BlockCursor) {
            // SAFETY: as above.
            unsafe { read_avx2(line, carry, cursor) }
        }

        /// See `SimdBackend::leave`.
        #[inline]
        pub(in super::super) fn leave(
            self,
            line: &[u8],
            carry: &mut StringCarry,
            depth: u64,
            cursor: &mut BlockCursor,
        ) -> Option<u64> {
            // SAFETY: as above.
            unsafe { leave_avx2(line, carry, depth, cursor) }
        }

        /// The strict classes of one block, for the tests.
        #[cfg(test)]
        pub(in super::super) fn strict_classes(self, block: &[u8; BLOCK]) -> StrictClasses {
            // SAFETY: as above.
            unsafe { strict_classes(block) }
        }

        /// The trusted classes of one block, for the tests.
        #[cfg(test)]
        pub(in super::super) fn trusted_classes(self, block: &[u8; BLOCK]) -> TrustedClasses {
            // SAFETY: as above.
            unsafe { trusted_classes(block) }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
    fn index_avx2(line: &[u8], at: usize, state: &mut IndexState, window: &mut [u64]) -> usize {
        index_with(line, at, state, window, |block| strict_classes(block), |bits| opaque(prefix_xor(bits)))
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
    fn run_avx2<W: Work>(work: W) -> W::Result {
        work.run()
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
    fn read_avx2(line: &[u8], carry: &mut StringCarry, cursor: &mut BlockCursor) {
        let classes = trusted_classes(blocks::bytes(line, cursor.base, &mut [0; BLOCK]));
        cursor.block = classes.block(carry, |bits| opaque(prefix_xor(bits)));
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
    fn leave_avx2(line: &[u8], carry: &mut StringCarry, depth: u64, cursor: &mut BlockCursor) -> Option<u64> {
        let classifier = Classifier {
            classes: |block: &[u8; BLOCK]| trusted_classes(block),
            brackets: |block: &[u8; BLOCK]| {
                let (low, high) = halves(block);
                brackets(low, high)
            },
            has_quotes: |block: &[u8; BLOCK]| {
                let (low, high) = halves(block);
                let quotes = _mm256_or_si256(is(low, b'"'), is(high, b'"'));
                let backslashes = _mm256_or_si256(is(low, b'\\'), is(high, b'\\'));
                _mm256_movemask_epi8(_mm256_or_si256(quotes, backslashes)) != 0
            },
            prefix_xor: |bits| opaque(prefix_xor(bits)),
        };
        leave_with(line, carry, depth, cursor, classifier)
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
    fn trusted_classes(block: &[u8; BLOCK]) -> TrustedClasses {
        let (low, high) = halves(block);
        let class = |byte| join(is(low, byte), is(high, byte));
        let (open, close) = brackets(low, high);
        TrustedClasses {
            quote: class(b'"'),
            backslash: class(b'\\'),
            colon: class(b':'),
            comma: class(b','),
            open,
            close,
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn brackets(low: __m256i, high: __m256i) -> (u64, u64) {
        let (low, high) = (fold(low), fold(high));
        (join(is(low, b'{'), is(high, b'{')), join(is(low, b'}'), is(high, b'}')))
    }

    #[inline]
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,pclmulqdq")]
    fn strict_classes(block: &[u8; BLOCK]) -> StrictClasses {
        let (low, high) = halves(block);
        let control = join(below_space(low), below_space(high));
        let mut space = join(is(low, b' '), is(high, b' '));
        if control != 0 {
            space |= join(breaks(low), breaks(high));
        }
        StrictClasses {
            quote: join(is(low, b'"'), is(high, b'"')),
            backslash: join(is(low, b'\\'), is(high, b'\\')),
            space,
            control,
            operator: join(operators(low), operators(high)),
            non_ascii: join(low, high),
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn halves(block: &[u8; BLOCK]) -> (__m256i, __m256i) {
        let start = block.as_ptr();
        // SAFETY: the block has 64 bytes, of which each load reads 32; the loads need no alignment.
        unsafe { (_mm256_loadu_si256(start.cast()), _mm256_loadu_si256(start.add(32).cast())) }
    }

    /// The top bits of 64 bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn join(low: __m256i, high: __m256i) -> u64 {
        opaque(u64::from(_mm256_movemask_epi8(low) as u32) | u64::from(_mm256_movemask_epi8(high) as u32) << 32)
    }

    /// The same bits, with their origin hidden from the compiler. Otherwise it keeps masks as vectors of single bits across
    /// branches, and splits and joins them bit by bit, which takes three times as long.
    #[inline(always)]
    fn opaque(mut bits: u64) -> u64 {
        // SAFETY: no instruction at all; the register keeps its value.
        unsafe { std::arch::asm!("/* {0} */", inout(reg) bits, options(pure, nomem, nostack, preserves_flags)) };
        bits
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn is(bytes: __m256i, byte: u8) -> __m256i {
        _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte as i8))
    }

    /// White space other than the space.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn breaks(bytes: __m256i) -> __m256i {
        let tab_or_feed = _mm256_or_si256(is(bytes, b'\t'), is(bytes, b'\n'));
        _mm256_or_si256(tab_or_feed, is(bytes, b'\r'))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn below_space(bytes: __m256i) -> __m256i {
        let most = _mm256_set1_epi8(0x1f);
        _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, most), bytes)
    }

    /// `{}[]:,`: looked up by the low four bits, and compared after the bit of the space has turned brackets into braces.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn operators(bytes: __m256i) -> __m256i {
        let (o, c) = (b'{' as i8, b'}' as i8);
        let (comma, colon) = (b',' as i8, b':' as i8);
        let table = _mm256_setr_epi8(
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, colon, o, comma, c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, colon, o, comma, c,
            0, 0,
        );
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), fold(bytes))
    }

    /// Sets the bit of the space, which turns brackets into braces.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn fold(bytes: __m256i) -> __m256i {
        _mm256_or_si256(bytes, _mm256_set1_epi8(b' ' as i8))
    }

    /// Which of 32 bytes are digits.
    #[inline]
    pub(in super::super) fn digits(bytes: &[u8; 32]) -> u32 {
        // SAFETY: SSE2 is part of every x86-64.
        unsafe { digits_sse2(bytes) }
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn digits_sse2(bytes: &[u8; 32]) -> u32 {
        let start = bytes.as_ptr();
        // SAFETY: the array has 32 bytes, of which each load reads 16; the loads need no alignment.
        let (low, high) = unsafe { (_mm_loadu_si128(start.cast()), _mm_loadu_si128(start.add(16).cast())) };
        opaque(u64::from(digits_of(low) | digits_of(high) << 16)) as u32
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn digits_of(bytes: __m128i) -> u32 {
        let value = _mm_sub_epi8(bytes, _mm_set1_epi8(b'0' as i8));
        let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
        _mm_movemask_epi8(is_digit) as u32
    }

    /// Each bit is the exclusive or of the bits up to it: a carry-less product by all ones.
    #[inline]
    #[target_feature(enable = "avx2,pclmulqdq")]
    fn prefix_xor(bits: u64) -> u64 {
        let product = _mm_clmulepi64_si128(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1), 0);
        _mm_cvtsi128_si64(product) as u64
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod elsewhere {
    use super::*;

    /// Exists on x86-64 only.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) enum Avx2 {}

    impl Avx2 {
        pub(in super::super) fn detect() -> Option<Avx2> {
            None
        }

        pub(in super::super) fn index(self, _: &[u8], _: usize, _: &mut IndexState, _: &mut [u64]) -> usize {
            match self {}
        }

        pub(in super::super) fn run<W: Work>(self, _: W) -> W::Result {
            match self {}
        }

        pub(in super::super) fn read(self, _: &[u8], _: &mut StringCarry, _: &mut BlockCursor) {
            match self {}
        }

        pub(in super::super) fn leave(self, _: &[u8], _: &mut StringCarry, _: u64, _: &mut BlockCursor) -> Option<u64> {
            match self {}
        }

        #[cfg(test)]
        pub(in super::super) fn strict_classes(self, _: &[u8; BLOCK]) -> StrictClasses {
            match self {}
        }

        #[cfg(test)]
        pub(in super::super) fn trusted_classes(self, _: &[u8; BLOCK]) -> TrustedClasses {
            match self {}
        }
    }

    pub(in super::super) use super::super::portable::digits;
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use elsewhere::*;
