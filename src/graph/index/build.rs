//! Building the index of one value from its tests.

use super::substrings::Substrings;
use super::{Affixes, ElementIndex, ValueIndex};
use crate::event::Step;
use crate::graph::posting::{List, Posting, PostingArena, PostingList};
use crate::graph::strings::StringTable;
use crate::logic::{ElementTest, Intervals, Literal, Op, Range};
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Collects the tests of one value by kind.
#[derive(Default)]
pub(super) struct IndexBuilder {
    exists: List,
    literals: FxHashMap<Literal, List>,
    ranges: Vec<(Range, Posting)>,
    prefixes: FxHashMap<Box<str>, List>,
    suffixes: FxHashMap<Box<str>, List>,
    substrings: FxHashMap<Box<str>, List>,
    elements: FxHashMap<Literal, List>,
    any_string: List,
    /// Tests of elements.
    nested: BTreeMap<ElementsKey, Vec<(Op, List)>>,
}

/// Whether a value that is not a list is its own element, and the steps into the element.
type ElementsKey = (bool, Box<[Step]>);

impl IndexBuilder {
    pub(super) fn new(ops: Vec<(Op, List)>) -> IndexBuilder {
        let mut builder = IndexBuilder::default();
        ops.into_iter().for_each(|(op, postings)| builder.add(op, &postings));
        builder
    }

    fn add(&mut self, op: Op, postings: &[Posting]) {
        match op {
            Op::Equal(literal) => self.literal(literal, postings),
            Op::OneOf(set) => set.iter().for_each(|literal| self.literal(literal.clone(), postings)),
            Op::Range(range) => self.ranges.extend(postings.iter().map(|posting| (*range, *posting))),
            Op::Exists => self.exists.extend_from_slice(postings),
            Op::Prefix(text) => self.prefixes.entry(text).or_default().extend_from_slice(postings),
            Op::Suffix(text) => self.suffixes.entry(text).or_default().extend_from_slice(postings),
            Op::Has(text) => self.substring(text, postings),
            Op::Contains(literal) => {
                if let Literal::String(text) = &*literal {
                    self.substring(text.clone(), postings);
                }
                self.elements.entry(*literal).or_default().extend_from_slice(postings);
            }
            // A hit of these two proves nothing: the rest of their postings is the complete condition.
            Op::Glob(glob) => match glob.fragments().iter().max_by_key(|text| text.len()) {
                Some(fragment) => self.substring(fragment.clone(), postings),
                None => self.any_string.extend_from_slice(postings),
            },
            Op::Matches(regex) => match required_literals(regex.source()) {
                Some(literals) => literals.into_iter().for_each(|text| self.substring(text, postings)),
                None => self.any_string.extend_from_slice(postings),
            },
            Op::Element(test) => self.element(&test, postings),
        }
    }

    /// (Without a leaf, a hit proves nothing, and the rest of the postings is the complete condition.)
    fn element(&mut self, test: &ElementTest<Op>, postings: &[Posting]) {
        let Some(leaves) = test.leaves() else { return self.exists.extend_from_slice(postings) };
        for (steps, op) in leaves {
            let ops = self.nested.entry((test.each, steps.into())).or_default();
            ops.push((op.clone(), postings.into()));
        }
    }

    fn literal(&mut self, literal: Literal, postings: &[Posting]) {
        self.literals.entry(literal).or_default().extend_from_slice(postings);
    }

    /// (Every string contains the empty string.)
    fn substring(&mut self, text: Box<str>, postings: &[Posting]) {
        if text.is_empty() {
            self.any_string.extend_from_slice(postings);
        } else {
            self.substrings.entry(text).or_default().extend_from_slice(postings);
        }
    }

    pub(super) fn build(self, arena: &mut PostingArena) -> ValueIndex {
        let nested = self.nested.into_iter().map(|((each, steps), ops)| ElementIndex {
            each,
            steps,
            index: IndexBuilder::new(ops).build(arena),
        });
        let nested = nested.collect();
        let mut index = ValueIndex {
            exists: arena.store(&self.exists),
            booleans: [PostingList::default(); 2],
            strings: StringTable::new([].into_iter()),
            numbers: FxHashMap::default(),
            intervals: Intervals::new(self.ranges),
            prefixes: Affixes::new(self.prefixes, arena),
            suffixes: Affixes::new(self.suffixes, arena),
            substrings: None,
            elements: self.elements.into_iter().map(|(literal, list)| (literal, arena.store(&list))).collect(),
            any_string: arena.store(&self.any_string),
            nested,
        };
        index.add_literals(self.literals, arena);
        index.substrings = (!self.substrings.is_empty()).then(|| Substrings::new(self.substrings, arena));
        index
    }
}

impl ValueIndex {
    fn add_literals(&mut self, literals: FxHashMap<Literal, List>, arena: &mut PostingArena) {
        let mut strings: Vec<(Box<str>, PostingList)> = Vec::new();
        for (literal, list) in literals {
            let list = arena.store(&list);
            match literal {
                Literal::Null => {}
                Literal::Bool(b) => {
                    if let Some(slot) = self.booleans.get_mut(usize::from(b)) {
                        *slot = list;
                    }
                }
                Literal::Number(n) => {
                    self.numbers.insert(n, list);
                }
                Literal::String(s) => strings.push((s, list)),
            }
        }
        self.strings = StringTable::new(strings.iter().map(|(key, list)| (&**key, *list)));
    }
}

impl Affixes {
    fn new(affixes: FxHashMap<Box<str>, List>, arena: &mut PostingArena) -> Affixes {
        let mut lengths: Vec<usize> = affixes.keys().map(|affix| affix.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        let affixes: Vec<_> = affixes.iter().map(|(affix, list)| (&**affix, arena.store(list))).collect();
        Affixes { lengths, affixes: StringTable::new(affixes.into_iter()) }
    }
}

/// Texts one of which occurs in every string that the regular expression matches, if such texts are known.
fn required_literals(pattern: &str) -> Option<Vec<Box<str>>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    let candidates = [ExtractKind::Prefix, ExtractKind::Suffix].map(|kind| literals(&hir, kind));
    // The longer the shortest literal, the more rarely it is hit.
    candidates.into_iter().flatten().max_by_key(|literals| literals.iter().map(|text| text.len()).min())
}

/// The literals that every match begins or ends with; `None` if there are none, or if one is empty or not UTF-8.
fn literals(hir: &Hir, kind: ExtractKind) -> Option<Vec<Box<str>>> {
    let mut extractor = Extractor::new();
    extractor.kind(kind);
    let literals = extractor.extract(hir);
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty()).map(Box::from);
    let literals: Option<Vec<Box<str>>> = literals.literals()?.iter().map(|literal| text(literal.as_bytes())).collect();
    literals.filter(|literals| !literals.is_empty())
}
