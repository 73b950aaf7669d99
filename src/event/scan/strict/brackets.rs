//! A stack of open brackets.

/// The kinds of the open brackets, a bit each: 1 for an object. The innermost ones, 64 at most, are in a word that lives in a
/// register; every 64 levels the word moves to memory that the caller passes.
#[derive(Clone, Copy, Debug)]
pub(super) struct BracketStack {
    kinds: u64,
    depth: usize,
}

impl BracketStack {
    #[inline(always)]
    pub(super) fn empty() -> BracketStack {
        BracketStack { kinds: 0, depth: 0 }
    }

    /// One open array.
    #[inline(always)]
    pub(super) fn of_array() -> BracketStack {
        BracketStack { kinds: 0, depth: 1 }
    }

    #[inline(always)]
    pub(super) fn depth(self) -> usize {
        self.depth
    }

    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.depth == 0
    }

    /// True if the innermost bracket is that of an object.
    #[inline(always)]
    pub(super) fn in_object(self) -> bool {
        debug_assert!(self.depth > 0);
        self.kinds & 1 == 1
    }

    #[inline(always)]
    pub(super) fn push(&mut self, object: bool, spilled: &mut Vec<u64>) {
        if self.fills_word() {
            spilled.push(self.kinds);
        }
        self.kinds = self.kinds << 1 | u64::from(object);
        self.depth += 1;
        self.check(spilled);
    }

    #[inline(always)]
    pub(super) fn pop(&mut self, spilled: &mut Vec<u64>) {
        debug_assert!(self.depth > 0);
        self.depth -= 1;
        self.kinds >>= 1;
        if self.fills_word() {
            self.kinds = spilled.pop().unwrap_or_default();
        }
        self.check(spilled);
    }

    /// True if the innermost bracket is the last that fits into a word.
    #[inline(always)]
    fn fills_word(self) -> bool {
        self.depth > 0 && self.depth.is_multiple_of(64)
    }

    #[inline(always)]
    fn check(self, spilled: &[u64]) {
        debug_assert_eq!(spilled.len(), self.depth.saturating_sub(1) / 64, "one word in memory for each 64 levels");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_at_every_depth() {
        let is_object = |level: usize| (level * level / 7).is_multiple_of(2);
        let (mut stack, mut spilled) = (BracketStack::empty(), Vec::new());
        for level in 0..300 {
            stack.push(is_object(level), &mut spilled);
            // Opened and closed at once: leaves no trace.
            stack.push(!is_object(level), &mut spilled);
            stack.pop(&mut spilled);
            assert_eq!((stack.in_object(), stack.depth()), (is_object(level), level + 1));
        }
        for level in (0..300).rev() {
            assert_eq!(stack.in_object(), is_object(level));
            stack.pop(&mut spilled);
        }
        assert!(stack.is_empty() && spilled.is_empty());
    }
}
