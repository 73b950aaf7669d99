//! A set of small numbers, in words that can be taken in and out as a whole.

/// Bits of a word. So many fit an entry of an index beside the number of their word.
pub(crate) const WORD: usize = u32::BITS as usize;

/// A set of small numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits {
    words: Vec<u32>,
}

impl Bits {
    /// Room for the numbers below `len`, with none of them in it.
    pub(crate) fn new(len: usize) -> Bits {
        Bits { words: vec![0; len.div_ceil(WORD)] }
    }

    /// Takes a number in, and makes room for it.
    pub(crate) fn insert(&mut self, number: usize) {
        let word = number / WORD;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.add(word, 1 << (number % WORD));
    }

    /// Takes in all numbers of a mask.
    #[inline]
    pub(crate) fn add(&mut self, word: usize, mask: u32) {
        if let Some(word) = self.words.get_mut(word) {
            *word |= mask;
        }
    }

    /// Makes it the same as another set, which has no more room.
    pub(crate) fn copy_from(&mut self, other: &Bits) {
        let mut others = other.words.iter();
        self.words.fill_with(|| others.next().copied().unwrap_or(0));
    }

    /// Takes all numbers out.
    pub(crate) fn clear(&mut self) {
        self.words.fill(0);
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
