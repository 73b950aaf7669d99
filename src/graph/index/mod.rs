//! Indexes: which of all the tests of a value hold.

mod build;
mod substrings;

use super::posting::{List, Posting, PostingArena, PostingList};
use super::strings::StringTable;
use crate::event::{Number, Step, Value};
use crate::logic::{Intervals, Literal, Op, Test, ValueId};
use build::IndexBuilder;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use substrings::Substrings;

/// All indexes of a graph.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    arena: PostingArena,
    indexes: Vec<(ValueId, ValueIndex)>,
}

/// The index of one value.
#[derive(Debug)]
struct ValueIndex {
    exists: PostingList,
    /// For `false` and `true`.
    booleans: [PostingList; 2],
    strings: StringTable<PostingList>,
    numbers: FxHashMap<Number, PostingList>,
    intervals: Intervals<Posting>,
    prefixes: Affixes,
    suffixes: Affixes,
    substrings: Option<Substrings>,
    /// `contains` for lists: by element.
    elements: FxHashMap<Literal, PostingList>,
    /// Patterns without a literal part: every string hits them.
    any_string: PostingList,
    /// Tests of elements.
    nested: Box<[ElementIndex]>,
}

/// The index of a part of the elements of a list.
#[derive(Debug)]
struct ElementIndex {
    /// True if a value that is neither a list nor null counts as a list of itself.
    each: bool,
    /// The steps from an element to the part.
    steps: Box<[Step]>,
    index: ValueIndex,
}

/// Lists longer than this are likely to hit the same test often, so that each hit is reported once.
const LONG_LIST: usize = 16;

/// Prefixes or suffixes, with one hash look-up for each length that occurs.
#[derive(Debug)]
struct Affixes {
    /// Ascending.
    lengths: Vec<usize>,
    affixes: StringTable<PostingList>,
}

impl Indexes {
    /// Builds the indexes of tests with their postings.
    pub(crate) fn new(tests: Vec<(Test, List)>) -> Indexes {
        let mut by_value: BTreeMap<ValueId, Vec<(Op, List)>> = BTreeMap::new();
        for (test, postings) in tests {
            by_value.entry(test.value).or_default().push((test.op, postings));
        }
        let mut all = Indexes::default();
        for (value, ops) in by_value {
            let index = IndexBuilder::new(ops).build(&mut all.arena);
            all.indexes.push((value, index));
        }
        all.arena.shrink_to_fit();
        all
    }

    /// How many postings are stored outside of their lists.
    #[cfg(test)]
    pub(crate) fn postings(&self) -> usize {
        self.arena.len()
    }

    /// The value of index `number`.
    pub(crate) fn value(&self, number: usize) -> Option<ValueId> {
        self.indexes.get(number).map(|(value, _)| *value)
    }

    /// The values of all indexes, by number.
    pub(crate) fn values(&self) -> impl Iterator<Item = ValueId> {
        self.indexes.iter().map(|(value, _)| *value)
    }

    /// Calls `hit` with the postings of every test that holds for the value of index `number`, possibly more than once.
    pub(crate) fn probe(&self, number: usize, value: Value<'_>, hit: &mut impl FnMut(&[Posting])) {
        let Some((_, index)) = self.indexes.get(number) else { return };
        index.probe(value, &mut |list: PostingList| {
            if !list.is_empty() {
                hit(self.arena.postings(&list));
            }
        });
    }
}

impl ValueIndex {
    fn probe<F: FnMut(PostingList) + ?Sized>(&self, value: Value<'_>, found: &mut F) {
        if !value.is_null() {
            found(self.exists);
        }
        match value {
            Value::Null | Value::Object(_) => {}
            Value::Bool(b) => found(self.booleans.get(usize::from(b)).copied().unwrap_or_default()),
            Value::Number(n) => self.number(n, found),
            Value::String(s) => self.string(s, found),
            Value::Array(items) => self.list(items, found),
        }
        self.nested.iter().for_each(|nested| nested.probe(value, found));
    }

    fn number(&self, n: Number, found: &mut (impl FnMut(PostingList) + ?Sized)) {
        if !self.numbers.is_empty()
            && let Some(list) = self.numbers.get(&n)
        {
            found(*list);
        }
        if !self.intervals.is_empty() {
            self.intervals.stab(n, &mut |posting| found(PostingList::single(posting)));
        }
    }

    fn string(&self, s: &str, found: &mut (impl FnMut(PostingList) + ?Sized)) {
        if let Some(list) = self.strings.get(s) {
            found(*list);
        }
        for length in self.prefixes.lengths.iter().take_while(|length| **length <= s.len()) {
            if let Some(list) = s.get(..*length).and_then(|prefix| self.prefixes.affixes.get(prefix)) {
                found(*list);
            }
        }
        for length in self.suffixes.lengths.iter().take_while(|length| **length <= s.len()) {
            if let Some(list) = s.get(s.len() - length..).and_then(|suffix| self.suffixes.affixes.get(suffix)) {
                found(*list);
            }
        }
        if let Some(substrings) = &self.substrings {
            substrings.find(s, found);
        }
        found(self.any_string);
    }

    fn list(&self, items: &[Value<'_>], found: &mut (impl FnMut(PostingList) + ?Sized)) {
        if self.elements.is_empty() {
            return;
        }
        for item in items {
            if let Some(list) = Literal::of(*item).and_then(|literal| self.elements.get(&literal)) {
                found(*list);
            }
        }
    }
}

impl ElementIndex {
    fn probe<F: FnMut(PostingList) + ?Sized>(&self, value: Value<'_>, found: &mut F) {
        match value {
            Value::Array(items) if items.len() > LONG_LIST => {
                let mut known = FxHashSet::default();
                let found: &mut dyn FnMut(PostingList) = &mut |list| {
                    if !list.is_empty() && known.insert(list) {
                        found(list);
                    }
                };
                items.iter().for_each(|item| self.index.probe(item.walk(&self.steps), found));
            }
            Value::Array(items) => items.iter().for_each(|item| self.index.probe(item.walk(&self.steps), found)),
            Value::Null => {}
            _ if self.each => self.index.probe(value.walk(&self.steps), found),
            _ => {}
        }
    }
}
