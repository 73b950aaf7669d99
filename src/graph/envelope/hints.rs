//! Hints for a trusted scan: which alternatives it need not look for once an earlier one is found.

use super::EnvelopeField;
use super::sources::{PathSources, Source};
use crate::event::{RawPath, Step, Trie};
use crate::expr::{PathId, Typed, TypedNode};
use crate::graph::at;
use crate::rules::Layout;
use std::collections::HashMap;

/// Finds the alternatives that become irrelevant when an earlier one is present.
pub(super) struct ScanHints<'p> {
    pub(super) sources: &'p PathSources,
    /// The raw paths of all slots.
    pub(super) slots: &'p [RawPath],
    /// By path: how often it is read.
    pub(super) uses: &'p [u32],
}

impl ScanHints<'_> {
    /// Adds the hints for a layout to the trie of the scan.
    pub(super) fn add(&self, layout: &Layout, trie: &mut Trie) {
        self.add_expressions([&layout.id, &layout.topic, &layout.time], trie);
        self.add_field(EnvelopeField::Data, &layout.data, trie);
        self.add_field(EnvelopeField::Headers, &layout.headers, trie);
    }

    /// `event.a ?? event.b`: `b` is irrelevant if `a` is present and nothing else reads `b`.
    fn add_expressions(&self, expressions: [&Typed; 3], trie: &mut Trie) {
        let mut chains = Vec::new();
        expressions.iter().for_each(|expression| coalesce_chains(expression, &mut chains));
        for chain in chains {
            let mut rest = chain.as_slice();
            while let Some((first, others)) = rest.split_first() {
                let others: Vec<&[Step]> = others.iter().filter_map(|path| self.read_once(*path)).collect();
                if let Some(first) = self.raw_path(*first) {
                    trie.supersede(first, &others);
                }
                rest = rest.get(1..).unwrap_or(&[]);
            }
        }
    }

    fn slot(&self, path: PathId) -> Option<usize> {
        match self.sources.of(path) {
            Source::Slot(slot) => Some(*slot),
            _ => None,
        }
    }

    fn raw_path(&self, path: PathId) -> Option<&[Step]> {
        self.slots.get(self.slot(path)?).map(Vec::as_slice)
    }

    /// The raw path of a path that is read in one place only.
    fn read_once(&self, path: PathId) -> Option<&[Step]> {
        let readers = self.sources.readers().get(self.slot(path)?)?;
        let is_single = self.uses.get(at(path)) == Some(&1) && readers.len() == 1;
        self.raw_path(path).filter(|_| is_single)
    }

    /// `event.data ?? event.payload`: nothing below `payload` is relevant if `data` is present.
    fn add_field(&self, field: EnvelopeField, roots: &[RawPath], trie: &mut Trie) {
        for (number, root) in roots.iter().enumerate() {
            let Some((_, parent)) = root.split_last() else { continue };
            // By sibling of the root: true if all slots below it are read for later alternatives only.
            let mut siblings: HashMap<&[Step], bool> = HashMap::new();
            for (slot, path) in self.slots.iter().enumerate() {
                let Some(sibling) = path.get(..=parent.len()).filter(|sibling| sibling.starts_with(parent)) else {
                    continue;
                };
                let is_later = self.is_read_for_later(slot, field, number)
                    && !roots.iter().take(number + 1).any(|earlier| earlier == path);
                *siblings.entry(sibling).or_insert(true) &= is_later;
            }
            let others: Vec<&[Step]> = siblings.into_iter().filter(|(_, all)| *all).map(|(path, _)| path).collect();
            trie.supersede(root, &others);
        }
    }

    /// True if a slot is read only for alternatives of a field after the one with this number.
    fn is_read_for_later(&self, slot: usize, field: EnvelopeField, number: usize) -> bool {
        self.sources.readers().get(slot).is_some_and(|readers| {
            readers.iter().all(|reader| reader.choice.is_some_and(|(of, choice)| of == field && choice > number))
        })
    }
}

/// The paths of every chain of `??` that consists of paths (and constants) alone.
fn coalesce_chains(typed: &Typed, chains: &mut Vec<Vec<PathId>>) {
    if let TypedNode::Coalesce(..) = &typed.node {
        let mut chain = Vec::new();
        if flatten(typed, &mut chain) {
            chains.push(chain);
            return;
        }
    }
    typed.children().for_each(|child| coalesce_chains(child, chains));
}

fn flatten(typed: &Typed, chain: &mut Vec<PathId>) -> bool {
    match &typed.node {
        TypedNode::Coalesce(first, second) => flatten(first, chain) && flatten(second, chain),
        TypedNode::Path(path) => {
            chain.push(*path);
            true
        }
        // A constant at the end of a chain does not depend on the event.
        TypedNode::Const(_) => true,
        _ => false,
    }
}
