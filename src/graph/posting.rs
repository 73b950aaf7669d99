//! Postings: what a hit of a test leads to, and the lists of them that indexes hold.

use super::bits::WORD;
use super::condition::NodeId;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// What is registered under each leaf.
pub(crate) type Lists = FxHashMap<NodeId, List>;

/// The postings of one leaf: mostly one.
pub(crate) type List = SmallVec<[Posting; 2]>;

/// What a hit leads to: a target, in the lowest two bits what the hit means for it, and what is left to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Posting {
    target: u32,
    rest: NodeId,
}

/// What a hit means for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HitKind {
    /// It matches if the rest holds, and no other hit in an event can say so again.
    Match,
    /// It matches if the rest holds, and other hits may say so again.
    MatchDedup,
    /// It does not match, though it does by default. (Such postings and the next have numbers of [`ByDefault`] in the place of
    /// targets, and are packed a word at a time in indexes.)
    ///
    /// [`ByDefault`]: super::targets::ByDefault
    Disable,
    /// It matches unless another hit disables it.
    Enable,
}

impl Posting {
    /// A posting whose hit leaves nothing to be asked.
    pub(crate) fn new(target: u32, meaning: HitKind) -> Posting {
        Posting::asking(target, meaning, NodeId::TRUE)
    }

    /// A posting whose hit leaves `rest` to be asked.
    pub(crate) fn asking(target: u32, meaning: HitKind, rest: NodeId) -> Posting {
        Posting { target: target << 2 | meaning as u32, rest }
    }

    pub(crate) fn target(self) -> u32 {
        self.target >> 2
    }

    pub(crate) fn meaning(self) -> HitKind {
        match self.target & 3 {
            0 => HitKind::Match,
            1 => HitKind::MatchDedup,
            2 => HitKind::Disable,
            _ => HitKind::Enable,
        }
    }

    /// What the hit does not prove of the target's condition.
    pub(crate) fn rest(self) -> NodeId {
        self.rest
    }

    /// The same, to be written to.
    pub(crate) fn rest_mut(&mut self) -> &mut NodeId {
        &mut self.rest
    }

    /// As it is in an index: a posting that disables or enables holds the number of a word and a mask.
    pub(crate) fn packed(self) -> Posting {
        match self.meaning() {
            HitKind::Match | HitKind::MatchDedup => self,
            meaning => {
                let number = self.target();
                let word = number / WORD as u32;
                Posting { target: word << 2 | meaning as u32, rest: NodeId(1 << (number % WORD as u32)) }
            }
        }
    }

    /// The word and the mask of a posting that disables or enables.
    #[inline]
    pub(crate) fn bits(self) -> (usize, u32) {
        (self.target() as usize, self.rest.0)
    }

    /// A position in the arena, in the place of a posting.
    fn place(at: usize) -> Posting {
        Posting { target: at as u32, rest: NodeId::FALSE }
    }
}

/// A list of postings. A single one is held here itself; otherwise `start` is the position of the first in a [`PostingArena`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PostingList {
    start: Posting,
    len: u32,
}

impl PostingList {
    /// A list of one posting.
    #[inline]
    pub(crate) fn single(posting: Posting) -> PostingList {
        PostingList { start: posting, len: 1 }
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The only entry of a run that has no more.
    pub(crate) fn single_mut(&mut self) -> Option<&mut Posting> {
        (self.len == 1).then_some(&mut self.start)
    }
}

/// PostingArena in runs.
#[derive(Debug, Default)]
pub(crate) struct PostingArena(Vec<Posting>);

impl PostingArena {
    /// The entries of a run.
    pub(crate) fn run<'r>(&'r self, run: &'r PostingList) -> &'r [Posting] {
        match run.len {
            1 => std::slice::from_ref(&run.start),
            len => {
                let start = run.start.target as usize;
                self.0.get(start..start + len as usize).unwrap_or(&[])
            }
        }
    }

    /// Stores entries.
    pub(crate) fn store(&mut self, entries: &[Posting]) -> PostingList {
        let packed = packed(entries);
        let entries = packed.as_deref().unwrap_or(entries);
        if let [only] = entries {
            return PostingList { start: *only, len: 1 };
        }
        let run = PostingList { start: Posting::place(self.0.len()), len: entries.len() as u32 };
        self.0.extend_from_slice(entries);
        run
    }

    /// All that do not stand in their runs.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Posting> {
        self.0.iter_mut()
    }

    /// How many postings there are that do not stand in their lists.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Gives back what was taken in advance.
    pub(crate) fn seal(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// PostingArena as they stand in an index, those of one word together; none where they are as they should be.
fn packed(entries: &[Posting]) -> Option<List> {
    let is_single = |entry: &Posting| matches!(entry.meaning(), HitKind::Match | HitKind::MatchDedup);
    if entries.iter().all(is_single) {
        return None;
    }
    let (mut packed, words): (List, List) = entries.iter().map(|entry| entry.packed()).partition(is_single);
    let mut masks: BTreeMap<u32, u32> = BTreeMap::new();
    for entry in words {
        *masks.entry(entry.target).or_default() |= entry.rest.0;
    }
    packed.extend(masks.into_iter().map(|(target, mask)| Posting { target, rest: NodeId(mask) }));
    Some(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_what_it_is_made_of() {
        for meaning in [HitKind::Match, HitKind::MatchDedup, HitKind::Disable, HitKind::Enable] {
            let entry = Posting::asking(70_000, meaning, NodeId(9));
            assert_eq!((entry.target(), entry.meaning(), entry.rest()), (70_000, meaning, NodeId(9)));
        }
        // A slot of a table of strings is half a cache line.
        assert_eq!(std::mem::size_of::<PostingList>(), 12);
    }
}
