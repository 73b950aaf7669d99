//! Postings: the targets of a hit of a test, and the lists of them that indexes hold.

use super::bits::WORD;
use crate::logic::{DraftId, NodeId, Seal, Sealer};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::collections::BTreeMap;

/// The draft postings under each leaf.
pub(crate) type DraftLists = FxHashMap<DraftId, DraftList>;

/// The draft postings of one leaf: mostly one.
pub(crate) type DraftList = SmallVec<[DraftPosting; 2]>;

/// The postings of one leaf: mostly one.
pub(crate) type List = SmallVec<[Posting; 2]>;

/// A posting while the graph is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum DraftPosting {
    /// A candidate matches if `rest` is true.
    Match {
        candidate: u32,
        /// True if several hits in one event can lead to the candidate.
        dedup: bool,
        /// The rest of the candidate's condition that the hit does not prove.
        rest: DraftId,
    },
    /// A candidate that is enabled by default or by another hit does not match. (The number is that of a [`ByDefault`].)
    ///
    /// [`ByDefault`]: super::candidates::ByDefault
    Disable(u32),
    /// A candidate matches unless another hit disables it. (The number is that of a [`ByDefault`].)
    ///
    /// [`ByDefault`]: super::candidates::ByDefault
    Enable(u32),
}

impl Seal for DraftPosting {
    type Sealed = Posting;

    fn seal(self, sealer: &mut Sealer) -> Posting {
        match self {
            DraftPosting::Match { candidate, dedup, rest } => {
                let kind = if dedup { HitKind::MatchDedup } else { HitKind::Match };
                Posting::new(candidate, kind, rest.seal(sealer).0)
            }
            DraftPosting::Disable(number) => Posting::masked(number, HitKind::Disable),
            DraftPosting::Enable(number) => Posting::masked(number, HitKind::Enable),
        }
    }
}

/// Seals the postings of one leaf.
pub(crate) fn seal_list(list: DraftList, sealer: &mut Sealer) -> List {
    list.into_iter().map(|posting| posting.seal(sealer)).collect()
}

/// The target of a hit, in 8 bytes.
///
/// `head` holds a number and, in its two lowest bits, the [`HitKind`]. If that is a match, the number is a candidate and
/// `payload` the rest of its condition. Otherwise the number is that of a word of a set, and `payload` a mask of its bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Posting {
    head: u32,
    payload: u32,
}

/// The meaning of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HitKind {
    /// The candidate matches if the rest is true. No other hit in an event leads to it.
    Match,
    /// The candidate matches if the rest is true. Other hits may lead to it too.
    MatchDedup,
    /// The candidates of a mask do not match.
    Disable,
    /// The candidates of a mask match unless another hit disables them.
    Enable,
}

impl Posting {
    fn new(number: u32, kind: HitKind, payload: u32) -> Posting {
        Posting { head: number << 2 | kind as u32, payload }
    }

    /// The posting that disables or enables one candidate.
    fn masked(number: u32, kind: HitKind) -> Posting {
        Posting::new(number / WORD as u32, kind, 1 << (number % WORD as u32))
    }

    pub(crate) fn kind(self) -> HitKind {
        match self.head & 3 {
            0 => HitKind::Match,
            1 => HitKind::MatchDedup,
            2 => HitKind::Disable,
            _ => HitKind::Enable,
        }
    }

    /// The candidate of a match.
    pub(crate) fn candidate(self) -> u32 {
        self.head >> 2
    }

    /// The rest of the condition that the hit does not prove, if it is a match.
    pub(crate) fn rest(self) -> NodeId {
        NodeId(self.payload)
    }

    /// The word and the mask of a posting that disables or enables.
    #[inline]
    pub(crate) fn bits(self) -> (usize, u32) {
        ((self.head >> 2) as usize, self.payload)
    }

    fn is_match(self) -> bool {
        matches!(self.kind(), HitKind::Match | HitKind::MatchDedup)
    }
}

/// A list of postings. A single one is stored in the list itself; otherwise the head of `start` is the position of the first
/// in a [`PostingArena`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
}

/// The postings of all lists that have more than one.
#[derive(Debug, Default)]
pub(crate) struct PostingArena(Vec<Posting>);

impl PostingArena {
    /// The postings of a list.
    pub(crate) fn postings<'l>(&'l self, list: &'l PostingList) -> &'l [Posting] {
        match list.len {
            1 => std::slice::from_ref(&list.start),
            len => {
                let start = list.start.head as usize;
                self.0.get(start..start + len as usize).unwrap_or(&[])
            }
        }
    }

    /// Stores a list.
    pub(crate) fn store(&mut self, postings: &[Posting]) -> PostingList {
        let merged = merge_masks(postings);
        let postings = merged.as_deref().unwrap_or(postings);
        if let [only] = postings {
            return PostingList::single(*only);
        }
        let start = Posting { head: self.0.len() as u32, payload: 0 };
        self.0.extend_from_slice(postings);
        PostingList { start, len: postings.len() as u32 }
    }

    /// How many postings are stored outside of their lists.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Releases unused capacity.
    pub(crate) fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// The postings with one mask for each word; `None` if there are no masks.
fn merge_masks(postings: &[Posting]) -> Option<List> {
    if postings.iter().all(|posting| posting.is_match()) {
        return None;
    }
    let (mut merged, masked): (List, List) = postings.iter().copied().partition(|posting| posting.is_match());
    let mut masks: BTreeMap<u32, u32> = BTreeMap::new();
    for Posting { head, payload } in masked {
        *masks.entry(head).or_default() |= payload;
    }
    merged.extend(masks.into_iter().map(|(head, payload)| Posting { head, payload }));
    Some(merged)
}

#[cfg(test)]
impl Posting {
    /// A posting whose hit proves the candidate's condition.
    pub(crate) fn proof(candidate: u32) -> Posting {
        Posting::new(candidate, HitKind::Match, NodeId::TRUE.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posting_keeps_its_parts() {
        for kind in [HitKind::Match, HitKind::MatchDedup] {
            let posting = Posting::new(70_000, kind, 9);
            assert_eq!((posting.candidate(), posting.kind(), posting.rest()), (70_000, kind, NodeId(9)));
        }
        for kind in [HitKind::Disable, HitKind::Enable] {
            let posting = Posting::masked(70_003, kind);
            let (word, mask) = posting.bits();
            assert_eq!((posting.kind(), word, mask), (kind, 70_003 / WORD, 1 << (70_003 % WORD)));
        }
        // A slot of a table of strings is half a cache line.
        assert_eq!(size_of::<PostingList>(), 12);
    }

    #[test]
    fn masks_of_one_word_are_merged() {
        let mut arena = PostingArena::default();
        let matching = Posting::proof(5);
        let all = [3, 4, 40].map(|number| Posting::masked(number, HitKind::Disable));
        let list = arena.store(&[all[0], matching, all[1], all[2], Posting::masked(3, HitKind::Enable)]);
        let stored = arena.postings(&list);
        assert_eq!(stored.len(), 4);
        assert!(stored.contains(&matching));
        assert!(stored.contains(&Posting::new(0, HitKind::Disable, 0b11000)));
        let single = arena.store(&all[..2]);
        assert_eq!(arena.postings(&single), [Posting::new(0, HitKind::Disable, 0b11000)]);
    }
}
