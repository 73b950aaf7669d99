//! Indexes: for one value, which of all the tests on it hold.
//!
//! What is found are *entries*: numbers of targets with a mark that says what a hit means (see [`Entry`]).

use super::bits::WORD;
use super::condition::{NodeId, Op, Test};
use super::interval::Intervals;
use super::literal::Literal;
use super::register::List;
use super::strings::StringTable;
use super::values::ValueId;
use crate::event::{Number, Value};
use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What a hit leads to: a target, in the lowest two bits what the hit means for it, and what is left to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Entry {
    target: u32,
    rest: NodeId,
}

/// What a hit means for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It matches if the rest holds, and no other hit in an event can say so again.
    Once,
    /// It matches if the rest holds, and other hits may say so again.
    Again,
    /// It does not match, though it does by default. (Such entries and the next have numbers of [`ByDefault`] in the place of
    /// targets, and stand in indexes a word at a time.)
    ///
    /// [`ByDefault`]: super::targets::ByDefault
    Defeated,
    /// It matches unless another hit takes it away.
    Enabled,
}

impl Entry {
    /// An entry whose hit leaves nothing to be asked.
    pub(crate) fn new(target: u32, meaning: Meaning) -> Entry {
        Entry::asking(target, meaning, NodeId::TRUE)
    }

    /// An entry whose hit leaves `rest` to be asked.
    pub(crate) fn asking(target: u32, meaning: Meaning, rest: NodeId) -> Entry {
        Entry { target: target << 2 | meaning as u32, rest }
    }

    pub(crate) fn target(self) -> u32 {
        self.target >> 2
    }

    pub(crate) fn meaning(self) -> Meaning {
        match self.target & 3 {
            0 => Meaning::Once,
            1 => Meaning::Again,
            2 => Meaning::Defeated,
            _ => Meaning::Enabled,
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

    /// As it stands in an index: what defeats or enables has become a word and a mask of it.
    pub(crate) fn packed(self) -> Entry {
        match self.meaning() {
            Meaning::Once | Meaning::Again => self,
            meaning => {
                let number = self.target();
                let word = number / WORD as u32;
                Entry { target: word << 2 | meaning as u32, rest: NodeId(1 << (number % WORD as u32)) }
            }
        }
    }

    /// The word and the mask of an entry that defeats or enables.
    #[inline]
    pub(crate) fn bits(self) -> (usize, u32) {
        (self.target() as usize, self.rest.0)
    }

    /// A place in a list, in the place of an entry.
    fn place(at: usize) -> Entry {
        Entry { target: at as u32, rest: NodeId::FALSE }
    }
}

/// A run of entries. A single one stands here itself; of more, `start` says where the first stands in [`Entries`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    start: Entry,
    len: u32,
}

impl Run {
    /// The only entry of a run that has no more.
    pub(crate) fn single_mut(&mut self) -> Option<&mut Entry> {
        (self.len == 1).then_some(&mut self.start)
    }
}

/// Entries in runs.
#[derive(Debug, Default)]
pub(crate) struct Entries(Vec<Entry>);

impl Entries {
    /// The entries of a run.
    pub(crate) fn run<'r>(&'r self, run: &'r Run) -> &'r [Entry] {
        match run.len {
            1 => std::slice::from_ref(&run.start),
            len => {
                let start = run.start.target as usize;
                self.0.get(start..start + len as usize).unwrap_or(&[])
            }
        }
    }

    /// Stores entries.
    pub(crate) fn store(&mut self, entries: &[Entry]) -> Run {
        let packed = packed(entries);
        let entries = packed.as_deref().unwrap_or(entries);
        if let [only] = entries {
            return Run { start: *only, len: 1 };
        }
        let run = Run { start: Entry::place(self.0.len()), len: entries.len() as u32 };
        self.0.extend_from_slice(entries);
        run
    }

    /// All that do not stand in their runs.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.0.iter_mut()
    }

    /// Gives back what was taken in advance.
    pub(crate) fn seal(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// Entries as they stand in an index, those of one word together; none where they are as they should be.
fn packed(entries: &[Entry]) -> Option<List> {
    let is_single = |entry: &Entry| matches!(entry.meaning(), Meaning::Once | Meaning::Again);
    if entries.iter().all(is_single) {
        return None;
    }
    let (mut packed, words): (List, List) = entries.iter().map(|entry| entry.packed()).partition(is_single);
    let mut masks: BTreeMap<u32, u32> = BTreeMap::new();
    for entry in words {
        *masks.entry(entry.target).or_default() |= entry.rest.0;
    }
    packed.extend(masks.into_iter().map(|(target, mask)| Entry { target, rest: NodeId(mask) }));
    Some(packed)
}

/// All indexes of a graph.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    entries: Entries,
    indexes: Vec<ValueIndex>,
}

/// The index of one value.
#[derive(Debug)]
pub(crate) struct ValueIndex {
    pub(crate) value: ValueId,
    exists: Run,
    truths: [Run; 2],
    strings: StringTable<Run>,
    numbers: FxHashMap<Number, Run>,
    intervals: Intervals<Entry>,
    prefixes: ByLength,
    suffixes: ByLength,
    substrings: Option<Substrings>,
    /// `contains` on a list: by element.
    elements: FxHashMap<Literal, Run>,
    /// Patterns without a literal part: candidates for every string.
    any_string: Run,
}

/// Affixes by their length: one hash look-up for each length that occurs.
#[derive(Debug)]
struct ByLength {
    lengths: Vec<usize>,
    affixes: StringTable<Run>,
}

/// Substrings.
#[derive(Debug)]
enum Substrings {
    Automaton { automaton: AhoCorasick, runs: Box<[Run]> },
    OneByOne(Box<[(Box<str>, Run)]>),
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
        self.entries.0.len()
    }

    /// All indexes; the position is the number of an index.
    pub(crate) fn as_slice(&self) -> &[ValueIndex] {
        &self.indexes
    }

    /// Calls `hit` with the entries of every test on the value of index `number` that holds; some twice, perhaps.
    pub(crate) fn probe(&self, number: usize, value: Value<'_>, hit: &mut impl FnMut(&[Entry])) {
        let Some(index) = self.indexes.get(number) else { return };
        let mut all = |run: Run| {
            if run.len > 0 {
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
    fn number(&self, n: Number, all: &mut impl FnMut(Run)) {
        if !self.numbers.is_empty()
            && let Some(run) = self.numbers.get(&n)
        {
            all(*run);
        }
        if !self.intervals.is_empty() {
            self.intervals.stab(n, &mut |entry| all(Run { start: entry, len: 1 }));
        }
    }

    fn string(&self, s: &str, all: &mut impl FnMut(Run)) {
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

    fn list(&self, items: &[Value<'_>], all: &mut impl FnMut(Run)) {
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
    ranges: Vec<(super::literal::Range, Entry)>,
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

    fn add(&mut self, op: Op, entries: &[Entry]) {
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
    fn substring(&mut self, text: Box<str>, entries: &[Entry]) {
        if text.is_empty() {
            self.any_string.extend_from_slice(entries);
        } else {
            self.substrings.entry(text).or_default().extend_from_slice(entries);
        }
    }

    fn build(self, value: ValueId, all: &mut Entries) -> ValueIndex {
        let mut index = ValueIndex {
            value,
            exists: all.store(&self.exists),
            truths: [Run::default(); 2],
            strings: StringTable::new([].into_iter()),
            numbers: FxHashMap::default(),
            intervals: Intervals::new(self.ranges),
            prefixes: ByLength::new(self.prefixes, all),
            suffixes: ByLength::new(self.suffixes, all),
            substrings: None,
            elements: self.elements.into_iter().map(|(literal, entries)| (literal, all.store(&entries))).collect(),
            any_string: all.store(&self.any_string),
        };
        let mut strings: Vec<(Box<str>, Run)> = Vec::new();
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
    fn new(affixes: FxHashMap<Box<str>, List>, all: &mut Entries) -> ByLength {
        let mut lengths: Vec<usize> = affixes.keys().map(|affix| affix.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let affixes: Vec<_> = affixes.iter().map(|(affix, entries)| (&**affix, all.store(entries))).collect();
        ByLength { lengths, affixes: StringTable::new(affixes.into_iter()) }
    }
}

impl Substrings {
    /// One automaton of all substrings, and the texts themselves where it cannot be built.
    fn new(substrings: FxHashMap<Box<str>, List>, all: &mut Entries) -> Substrings {
        let texts = || substrings.keys().map(|text| text.as_bytes());
        match AhoCorasick::builder().match_kind(MatchKind::Standard).build(texts()) {
            Ok(automaton) => {
                let runs = substrings.values().map(|entries| all.store(entries)).collect();
                Substrings::Automaton { automaton, runs }
            }
            Err(_) => Substrings::one_by_one(substrings, all),
        }
    }

    fn one_by_one(substrings: FxHashMap<Box<str>, List>, all: &mut Entries) -> Substrings {
        Substrings::OneByOne(substrings.into_iter().map(|(text, entries)| (text, all.store(&entries))).collect())
    }

    /// Calls `all` with the run of every text that `s` has in it; several times, perhaps.
    fn find(&self, s: &str, all: &mut impl FnMut(Run)) {
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

    #[test]
    fn texts_one_by_one_find_what_the_automaton_finds() {
        let texts = ["a", "ab", "b", "abc", "é", "ca"];
        let map =
            || (0u32..).zip(texts).map(|(n, text)| (text.into(), List::from_elem(Entry::new(n, Meaning::Once), 1)));
        let (mut one, mut other) = (Entries::default(), Entries::default());
        let automaton = Substrings::new(map().collect(), &mut one);
        let plain = Substrings::one_by_one(map().collect(), &mut other);
        assert!(matches!(automaton, Substrings::Automaton { .. }));
        for s in ["", "abcab", "xé", "cab", "zzz"] {
            let found = |substrings: &Substrings, entries: &Entries| {
                let mut targets: Vec<u32> = Vec::new();
                substrings.find(s, &mut |run| targets.extend(entries.run(&run).iter().map(|entry| entry.target())));
                targets.sort_unstable();
                targets.dedup();
                targets
            };
            assert_eq!(found(&automaton, &one), found(&plain, &other), "{s}");
        }
    }

    #[test]
    fn an_entry_keeps_what_it_is_made_of() {
        for meaning in [Meaning::Once, Meaning::Again, Meaning::Defeated, Meaning::Enabled] {
            let entry = Entry::asking(70_000, meaning, NodeId(9));
            assert_eq!((entry.target(), entry.meaning(), entry.rest()), (70_000, meaning, NodeId(9)));
        }
        // A slot of a table of strings is half a cache line.
        assert_eq!(std::mem::size_of::<Run>(), 12);
    }
}
