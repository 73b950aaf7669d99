//! Indexes: for one value, which of all the tests on it hold.
//!
//! What is found are *entries*: numbers of targets with a mark that says what a hit means (see [`Posting`]).

use super::condition::{Op, Test};
use super::interval::Intervals;
use super::literal::Literal;
use super::posting::{List, Posting, PostingArena, PostingList};
use super::strings::StringTable;
use super::values::ValueId;
use crate::event::{Number, Value};
use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// All indexes of a graph.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    entries: PostingArena,
    indexes: Vec<ValueIndex>,
}

/// The index of one value.
#[derive(Debug)]
pub(crate) struct ValueIndex {
    pub(crate) value: ValueId,
    exists: PostingList,
    truths: [PostingList; 2],
    strings: StringTable<PostingList>,
    numbers: FxHashMap<Number, PostingList>,
    intervals: Intervals<Posting>,
    prefixes: ByLength,
    suffixes: ByLength,
    substrings: Option<Substrings>,
    /// `contains` on a list: by element.
    elements: FxHashMap<Literal, PostingList>,
    /// Patterns without a literal part: candidates for every string.
    any_string: PostingList,
}

/// Affixes by their length: one hash look-up for each length that occurs.
#[derive(Debug)]
struct ByLength {
    lengths: Vec<usize>,
    affixes: StringTable<PostingList>,
}

/// Substrings.
#[derive(Debug)]
enum Substrings {
    Automaton { automaton: AhoCorasick, runs: Box<[PostingList]> },
    OneByOne(Box<[(Box<str>, PostingList)]>),
}

impl Indexes {
    /// Builds the indexes of tests with their entries.
    pub(crate) fn new(tests: Vec<(Test, List)>) -> Indexes {
        let mut by_value: BTreeMap<ValueId, Vec<(Op, List)>> = BTreeMap::new();
        for (test, entries) in tests {
            by_value.entry(test.value).or_default().push((test.op, entries));
        }
        let mut all = Indexes::default();
        for (value, ops) in by_value {
            let index = Builder::new(ops).build(value, &mut all.entries);
            all.indexes.push(index);
        }
        all.entries.seal();
        all
    }

    /// How many entries there are.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> usize {
        self.entries.len()
    }

    /// All indexes; the position is the number of an index.
    pub(crate) fn as_slice(&self) -> &[ValueIndex] {
        &self.indexes
    }

    /// Calls `hit` with the entries of every test on the value of index `number` that holds; some twice, perhaps.
    pub(crate) fn probe(&self, number: usize, value: Value<'_>, hit: &mut impl FnMut(&[Posting])) {
        let Some(index) = self.indexes.get(number) else { return };
        let mut all = |run: PostingList| {
            if !run.is_empty() {
                hit(self.entries.run(&run));
            }
        };
        if !value.is_null() {
            all(index.exists);
        }
        match value {
            Value::Null | Value::Object(_) => {}
            Value::Bool(b) => all(index.truths.get(usize::from(b)).copied().unwrap_or_default()),
            Value::Number(n) => index.number(n, &mut all),
            Value::String(s) => index.string(s, &mut all),
            Value::Array(items) => index.list(items, &mut all),
        }
    }
}

impl ValueIndex {
    fn number(&self, n: Number, all: &mut impl FnMut(PostingList)) {
        if !self.numbers.is_empty()
            && let Some(run) = self.numbers.get(&n)
        {
            all(*run);
        }
        if !self.intervals.is_empty() {
            self.intervals.stab(n, &mut |entry| all(PostingList::single(entry)));
        }
    }

    fn string(&self, s: &str, all: &mut impl FnMut(PostingList)) {
        if let Some(run) = self.strings.get(s) {
            all(*run);
        }
        for length in self.prefixes.lengths.iter().take_while(|length| **length <= s.len()) {
            if let Some(run) = s.get(..*length).and_then(|prefix| self.prefixes.affixes.get(prefix)) {
                all(*run);
            }
        }
        for length in self.suffixes.lengths.iter().take_while(|length| **length <= s.len()) {
            if let Some(run) = s.get(s.len() - length..).and_then(|suffix| self.suffixes.affixes.get(suffix)) {
                all(*run);
            }
        }
        if let Some(substrings) = &self.substrings {
            substrings.find(s, all);
        }
        all(self.any_string);
    }

    fn list(&self, items: &[Value<'_>], all: &mut impl FnMut(PostingList)) {
        if self.elements.is_empty() {
            return;
        }
        for item in items {
            if let Some(run) = Literal::of(*item).and_then(|literal| self.elements.get(&literal)) {
                all(*run);
            }
        }
    }
}

/// Collects the tests of one value by kind.
#[derive(Default)]
struct Builder {
    exists: List,
    literals: FxHashMap<Literal, List>,
    ranges: Vec<(super::literal::Range, Posting)>,
    prefixes: FxHashMap<Box<str>, List>,
    suffixes: FxHashMap<Box<str>, List>,
    substrings: FxHashMap<Box<str>, List>,
    elements: FxHashMap<Literal, List>,
    any_string: List,
}

impl Builder {
    fn new(ops: Vec<(Op, List)>) -> Builder {
        let mut builder = Builder::default();
        ops.into_iter().for_each(|(op, entries)| builder.add(op, &entries));
        builder
    }

    fn add(&mut self, op: Op, entries: &[Posting]) {
        match op {
            Op::Equal(literal) => self.literals.entry(literal).or_default().extend_from_slice(entries),
            Op::OneOf(set) => {
                set.iter()
                    .for_each(|literal| self.literals.entry(literal.clone()).or_default().extend_from_slice(entries));
            }
            Op::Range(range) => self.ranges.extend(entries.iter().map(|entry| (*range, entry.packed()))),
            Op::Exists => self.exists.extend_from_slice(entries),
            Op::Prefix(text) => self.prefixes.entry(text).or_default().extend_from_slice(entries),
            Op::Suffix(text) => self.suffixes.entry(text).or_default().extend_from_slice(entries),
            Op::Has(text) => self.substring(text, entries),
            Op::Contains(literal) => {
                if let Literal::String(text) = &*literal {
                    self.substring(text.clone(), entries);
                }
                self.elements.entry(*literal).or_default().extend_from_slice(entries);
            }
            // A hit of these two proves nothing, and their entries ask the whole condition.
            Op::Glob(glob) => match glob.fragments().iter().max_by_key(|text| text.len()) {
                Some(fragment) => self.substring(fragment.clone(), entries),
                None => self.any_string.extend_from_slice(entries),
            },
            Op::Matches(regex) => match required_literals(regex.source()) {
                Some(literals) => literals.into_iter().for_each(|text| self.substring(text, entries)),
                None => self.any_string.extend_from_slice(entries),
            },
        }
    }

    /// Every string has the empty string in it.
    fn substring(&mut self, text: Box<str>, entries: &[Posting]) {
        if text.is_empty() {
            self.any_string.extend_from_slice(entries);
        } else {
            self.substrings.entry(text).or_default().extend_from_slice(entries);
        }
    }

    fn build(self, value: ValueId, all: &mut PostingArena) -> ValueIndex {
        let mut index = ValueIndex {
            value,
            exists: all.store(&self.exists),
            truths: [PostingList::default(); 2],
            strings: StringTable::new([].into_iter()),
            numbers: FxHashMap::default(),
            intervals: Intervals::new(self.ranges),
            prefixes: ByLength::new(self.prefixes, all),
            suffixes: ByLength::new(self.suffixes, all),
            substrings: None,
            elements: self.elements.into_iter().map(|(literal, entries)| (literal, all.store(&entries))).collect(),
            any_string: all.store(&self.any_string),
        };
        let mut strings: Vec<(Box<str>, PostingList)> = Vec::new();
        for (literal, entries) in self.literals {
            let run = all.store(&entries);
            match literal {
                Literal::Null => {}
                Literal::Bool(b) => {
                    if let Some(truth) = index.truths.get_mut(usize::from(b)) {
                        *truth = run;
                    }
                }
                Literal::Number(n) => {
                    index.numbers.insert(n, run);
                }
                Literal::String(s) => strings.push((s, run)),
            }
        }
        index.strings = StringTable::new(strings.iter().map(|(key, run)| (&**key, *run)));
        index.substrings = (!self.substrings.is_empty()).then(|| Substrings::new(self.substrings, all));
        index
    }
}

impl ByLength {
    fn new(affixes: FxHashMap<Box<str>, List>, all: &mut PostingArena) -> ByLength {
        let mut lengths: Vec<usize> = affixes.keys().map(|affix| affix.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let affixes: Vec<_> = affixes.iter().map(|(affix, entries)| (&**affix, all.store(entries))).collect();
        ByLength { lengths, affixes: StringTable::new(affixes.into_iter()) }
    }
}

impl Substrings {
    /// One automaton of all substrings, and the texts themselves where it cannot be built.
    fn new(substrings: FxHashMap<Box<str>, List>, all: &mut PostingArena) -> Substrings {
        let texts = || substrings.keys().map(|text| text.as_bytes());
        match AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts()) {
            Ok(automaton) => {
                let runs = substrings.values().map(|entries| all.store(entries)).collect();
                Substrings::Automaton { automaton, runs }
            }
            Err(_) => Substrings::one_by_one(substrings, all),
        }
    }

    fn one_by_one(substrings: FxHashMap<Box<str>, List>, all: &mut PostingArena) -> Substrings {
        Substrings::OneByOne(substrings.into_iter().map(|(text, entries)| (text, all.store(&entries))).collect())
    }

    /// Calls `all` with the run of every text that `s` has in it; several times, perhaps.
    fn find(&self, s: &str, all: &mut impl FnMut(PostingList)) {
        match self {
            Substrings::Automaton { automaton, runs } => {
                for found in automaton.find_overlapping_iter(s) {
                    all(runs.get(found.pattern().as_usize()).copied().unwrap_or_default());
                }
            }
            Substrings::OneByOne(texts) => {
                let found =
                    texts.iter().filter(|(text, _)| memchr::memmem::find(s.as_bytes(), text.as_bytes()).is_some());
                found.for_each(|(_, run)| all(*run));
            }
        }
    }
}

/// Texts of which one must occur in whatever the regular expression matches.
fn required_literals(pattern: &str) -> Option<Vec<Box<str>>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let extracted = [regex_syntax::hir::literal::ExtractKind::Prefix, regex_syntax::hir::literal::ExtractKind::Suffix]
        .into_iter()
        .filter_map(|kind| {
            let mut extractor = regex_syntax::hir::literal::Extractor::new();
            extractor.kind(kind);
            let literals = extractor.extract(&hir);
            let literals: Option<Vec<Box<str>>> = literals
                .literals()?
                .iter()
                .map(|literal| std::str::from_utf8(literal.as_bytes()).ok().map(Box::from))
                .collect();
            literals.filter(|literals| !literals.is_empty() && literals.iter().all(|text| !text.is_empty()))
        });
    // The longer its shortest literal, the rarer it is hit.
    extracted.max_by_key(|literals| literals.iter().map(|text| text.len()).min())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::posting::HitKind;

    #[test]
    fn texts_one_by_one_find_what_the_automaton_finds() {
        let texts = ["a", "ab", "b", "abc", "é", "ca"];
        let map =
            || (0u32..).zip(texts).map(|(n, text)| (text.into(), List::from_elem(Posting::new(n, HitKind::Match), 1)));
        let (mut one, mut other) = (PostingArena::default(), PostingArena::default());
        let automaton = Substrings::new(map().collect(), &mut one);
        let plain = Substrings::one_by_one(map().collect(), &mut other);
        assert!(matches!(automaton, Substrings::Automaton { .. }));
        for s in ["", "abcab", "xé", "cab", "zzz"] {
            let found = |substrings: &Substrings, entries: &PostingArena| {
                let mut targets: Vec<u32> = Vec::new();
                substrings.find(s, &mut |run| targets.extend(entries.run(&run).iter().map(|entry| entry.target())));
                targets.sort_unstable();
                targets.dedup();
                targets
            };
            assert_eq!(found(&automaton, &one), found(&plain, &other), "{s}");
        }
    }
}
