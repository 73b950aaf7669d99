//! Substrings: all of them are searched in one pass.

use crate::graph::posting::{List, PostingArena, PostingList};
use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;

/// Substrings and their postings.
#[derive(Debug)]
pub(super) enum Substrings {
    Automaton { automaton: AhoCorasick, lists: Box<[PostingList]> },
    OneByOne(Box<[(Box<str>, PostingList)]>),
}

impl Substrings {
    /// One automaton for all substrings; if it cannot be built, the texts themselves.
    pub(super) fn new(substrings: FxHashMap<Box<str>, List>, arena: &mut PostingArena) -> Substrings {
        let texts = || substrings.keys().map(|text| text.as_bytes());
        match AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts()) {
            Ok(automaton) => {
                let lists = substrings.values().map(|list| arena.store(list)).collect();
                Substrings::Automaton { automaton, lists }
            }
            Err(_) => Substrings::one_by_one(substrings, arena),
        }
    }

    fn one_by_one(substrings: FxHashMap<Box<str>, List>, arena: &mut PostingArena) -> Substrings {
        Substrings::OneByOne(substrings.into_iter().map(|(text, list)| (text, arena.store(&list))).collect())
    }

    /// Calls `found` with the postings of every text that occurs in `s`, possibly more than once.
    pub(super) fn find(&self, s: &str, found: &mut (impl FnMut(PostingList) + ?Sized)) {
        match self {
            Substrings::Automaton { automaton, lists } => {
                for hit in automaton.find_overlapping_iter(s) {
                    found(lists.get(hit.pattern().as_usize()).copied().unwrap_or_default());
                }
            }
            Substrings::OneByOne(texts) => {
                let hits =
                    texts.iter().filter(|(text, _)| memchr::memmem::find(s.as_bytes(), text.as_bytes()).is_some());
                hits.for_each(|(_, list)| found(*list));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::posting::Posting;

    #[test]
    fn one_by_one_finds_the_same_as_the_automaton() {
        let texts = ["a", "ab", "b", "abc", "é", "ca"];
        let map = || (0u32..).zip(texts).map(|(n, text)| (text.into(), List::from_elem(Posting::proof(n), 1)));
        let (mut one, mut other) = (PostingArena::default(), PostingArena::default());
        let automaton = Substrings::new(map().collect(), &mut one);
        let plain = Substrings::one_by_one(map().collect(), &mut other);
        assert!(matches!(automaton, Substrings::Automaton { .. }));
        for s in ["", "abcab", "xé", "cab", "zzz"] {
            let found = |substrings: &Substrings, arena: &PostingArena| {
                let mut candidates: Vec<u32> = Vec::new();
                let mut add = |list| candidates.extend(arena.postings(&list).iter().map(|one| one.candidate()));
                substrings.find(s, &mut add);
                candidates.sort_unstable();
                candidates.dedup();
                candidates
            };
            assert_eq!(found(&automaton, &one), found(&plain, &other), "{s}");
        }
    }
}
