//! Which bytes of a block are within strings.

/// The state that the blocks so far carry into the strings of the next block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StringCarry {
    /// All ones if a string continues in the next block.
    in_string: u64,
    /// 1 if a backslash escapes the first byte of the next block.
    escaped: u64,
    /// True if any backslash has been read.
    pub(super) backslash: bool,
}

impl StringCarry {
    /// True if no string continues in the next block.
    #[inline(always)]
    pub(super) fn is_outside(&self) -> bool {
        self.in_string | self.escaped == 0
    }

    /// Takes the quotes and backslashes of a block. Returns the quotes that begin and end strings, and the bytes within
    /// strings: from an opening quote up to the byte before the closing quote.
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

/// The bytes that are escaped by a backslash, given whether the first byte is (1 or 0); and whether the first byte of the
/// next block is.
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
