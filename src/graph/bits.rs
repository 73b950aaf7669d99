//! A set of small numbers, whose words can be changed as a whole.

/// Bits of a word. A posting has room for the number of the word and a mask of this size.
pub(crate) const WORD: usize = u32::BITS as usize;

/// A set of small numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u32>,
}

impl Bits {
    /// An empty set with room for the numbers below `len`.
    pub(crate) fn new(len: usize) -> Bits {
        Bits { words: vec![0; len.div_ceil(WORD)] }
    }

    /// Adds a number, and makes room for it.
    pub(crate) fn insert(&mut self, number: usize) {
        let word = number / WORD;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.add(word, 1 << (number % WORD));
    }

    /// Adds all numbers of a mask.
    #[inline]
    pub(crate) fn add(&mut self, word: usize, mask: u32) {
        if let Some(word) = self.words.get_mut(word) {
            *word |= mask;
        }
    }

    /// Copies another set, which has at most as much room.
    pub(crate) fn copy_from(&mut self, other: &Bits) {
        let mut others = other.words.iter();
        self.words.fill_with(|| others.next().copied().unwrap_or(0));
    }

    /// Removes all numbers.
    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Removes all numbers in ascending order.
    pub(crate) fn drain(&mut self, mut each: impl FnMut(usize)) {
        for (number, word) in self.words.iter_mut().enumerate() {
            let mut left = std::mem::take(word);
            while left != 0 {
                each(number * WORD + left.trailing_zeros() as usize);
                left &= left - 1;
            }
        }
    }

    /// How many words there are.
    pub(crate) fn words(&self) -> usize {
        self.words.len()
    }

    /// A word.
    #[inline]
    pub(crate) fn word(&self, number: usize) -> u32 {
        self.words.get(number).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_out_in_order() {
        let mut bits = Bits::new(100);
        [99, 3, 32, 3, 31, 0].into_iter().for_each(|number| bits.insert(number));
        bits.add(2, 0b110);
        let mut other = Bits::new(200);
        other.copy_from(&bits);
        let mut all = Vec::new();
        bits.drain(|number| all.push(number));
        assert_eq!(all, [0, 3, 31, 32, 65, 66, 99]);
        bits.drain(|number| panic!("{number} has not been removed"));
        assert_eq!((other.word(0), other.word(6)), (1 | 1 << 3 | 1 << 31, 0));
    }
}
