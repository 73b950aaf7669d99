//! Anchors: the nodes that aliases copy, and the limit for all copies together.

use super::YamlNode;
use super::built::Built;
use crate::diagnostic::{Span, did_you_mean};
use std::collections::{HashMap, HashSet};

/// The anchors of a file, by the parser's number.
pub(super) struct Anchors {
    names: HashMap<usize, (String, Span)>,
    kept: HashMap<usize, Kept>,
    /// The anchors that have aliases; determined at the first anchor.
    used: Option<HashSet<usize>>,
    budget: usize,
    /// The number of names that may still be compared for suggestions.
    comparisons: usize,
}

/// Each suggestion compares all names. If nearly every alias is wrong, a few suggestions are enough.
const COMPARISONS: usize = 100_000;

/// The node of an anchor.
struct Kept {
    node: YamlNode,
    cost: usize,
    height: usize,
    /// True until the first copy, which is paid for when the node is kept.
    paid: bool,
}

impl Anchors {
    /// No anchors yet, and `budget` for their copies.
    pub(super) fn new(budget: usize) -> Anchors {
        Anchors { names: HashMap::new(), kept: HashMap::new(), used: None, budget, comparisons: COMPARISONS }
    }

    /// Records the name of an anchor.
    pub(super) fn name(&mut self, id: usize, name: &str, span: Span) {
        self.names.insert(id, (name.to_owned(), span));
    }

    /// Keeps the node of an anchor, if it has an alias. Returns false if that exceeds the budget.
    pub(super) fn keep(&mut self, id: usize, built: &Built, used: impl FnOnce() -> Vec<usize>) -> bool {
        if !self.used.get_or_insert_with(|| used().into_iter().collect()).contains(&id) {
            return true;
        }
        if !self.pay(built.cost) {
            return false;
        }
        let kept = Kept { node: built.node.clone(), cost: built.cost, height: built.height, paid: true };
        self.kept.insert(id, kept);
        true
    }

    /// The depth of the node of an anchor; `None` while it is not complete.
    pub(super) fn height(&self, id: usize) -> Option<usize> {
        self.kept.get(&id).map(|kept| kept.height)
    }

    /// A copy of the node of an anchor; `None` if that exceeds the budget.
    pub(super) fn copy(&mut self, id: usize) -> Option<Built> {
        let kept = self.kept.get_mut(&id)?;
        let (cost, height) = (kept.cost, kept.height);
        let paid = std::mem::take(&mut kept.paid);
        if !paid && !self.pay(cost) {
            return None;
        }
        self.kept.get(&id).map(|kept| Built { node: kept.node.clone(), cost, height })
    }

    /// The span of an anchor.
    pub(super) fn place(&self, id: usize) -> Option<Span> {
        self.names.get(&id).map(|(_, span)| *span)
    }

    /// A suggestion, if an anchor has a name similar to `name`.
    pub(super) fn near(&mut self, name: &str) -> Option<String> {
        self.comparisons = self.comparisons.checked_sub(self.names.len())?;
        did_you_mean(name, self.names.values().map(|(name, _)| name.as_str()))
    }

    fn pay(&mut self, cost: usize) -> bool {
        match self.budget.checked_sub(cost) {
            Some(left) => {
                self.budget = left;
                true
            }
            None => false,
        }
    }
}
