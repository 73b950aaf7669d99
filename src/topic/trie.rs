//! All patterns of a rule set in one trie, so that the cost of a topic depends on the patterns that it matches.
//!
//! A topic is matched segment by segment, with the set of nodes that it may be at. A node is reached only from its parent, so
//! it enters the set once; only the node after a `#` also stays, once reached, for all later segments. The work for a segment
//! is therefore bounded by the nodes that match the topic so far; it does not multiply with the number of `#`.

use super::{Segment, TopicPattern};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// The number of nodes that need no heap: the sets are usually short.
const FEW: usize = 24;

type Nodes = SmallVec<[u32; FEW]>;

/// Patterns with their numbers.
#[derive(Clone, Debug, Default)]
pub struct PatternTrie {
    /// The first node is the root; empty until the first pattern is added.
    nodes: Vec<PatternNode>,
}

#[derive(Clone, Debug, Default)]
struct PatternNode {
    literals: FxHashMap<Box<str>, u32>,
    one: Option<u32>,
    many: Option<u32>,
    /// The numbers of the patterns that end here, ascending.
    numbers: Vec<u32>,
}

/// The nodes that stay once reached.
#[derive(Default)]
struct Staying {
    nodes: Nodes,
    /// The same as a set, if there are too many for a linear search.
    known: FxHashSet<u32>,
}

impl PatternTrie {
    /// Adds a pattern with a number; several patterns may have the same number.
    pub fn insert(&mut self, pattern: &TopicPattern, number: u32) {
        if self.nodes.is_empty() {
            self.nodes.push(PatternNode::default());
        }
        let end = pattern.segments.iter().fold(0, |at, segment| self.child(at, segment));
        if let Some(node) = self.nodes.get_mut(end as usize)
            && let Err(at) = node.numbers.binary_search(&number)
        {
            node.numbers.insert(at, number);
        }
    }

    /// Calls `found` with the number of every pattern that the topic matches, each (pattern, number) once, in any order.
    pub fn matches(&self, topic: &str, found: &mut dyn FnMut(u32)) {
        let mut here = Nodes::new();
        let mut next = Nodes::new();
        let mut staying = Staying::default();
        self.reach(0, &mut here, &mut staying);
        for segment in topic.split('.') {
            // Nodes that are reached by this segment count from the next segment on.
            let stayed = staying.nodes.len();
            for n in 0..stayed {
                let Some(at) = staying.nodes.get(n).copied() else { break };
                self.step(at, segment, &mut next, &mut staying);
            }
            for at in here.drain(..) {
                self.step(at, segment, &mut next, &mut staying);
            }
            std::mem::swap(&mut here, &mut next);
            if here.is_empty() && staying.nodes.is_empty() {
                return;
            }
        }
        for at in here.iter().chain(&staying.nodes) {
            self.node(*at).into_iter().flat_map(|node| &node.numbers).for_each(|number| found(*number));
        }
    }

    fn node(&self, at: u32) -> Option<&PatternNode> {
        self.nodes.get(at as usize)
    }

    fn child(&mut self, at: u32, segment: &Segment) -> u32 {
        let new = self.nodes.len() as u32;
        let Some(node) = self.nodes.get_mut(at as usize) else { return at };
        let child = match segment {
            Segment::Literal(text) => *node.literals.entry(text.clone()).or_insert(new),
            Segment::One => *node.one.get_or_insert(new),
            Segment::Many => *node.many.get_or_insert(new),
        };
        if child == new {
            self.nodes.push(PatternNode::default());
        }
        child
    }

    /// The children of a node that match a segment.
    fn step(&self, at: u32, segment: &str, next: &mut Nodes, staying: &mut Staying) {
        let Some(node) = self.node(at) else { return };
        for child in node.literals.get(segment).copied().into_iter().chain(node.one) {
            self.reach(child, next, staying);
        }
    }

    /// Adds a node, and the node after its `#`, since `#` may match nothing.
    fn reach(&self, at: u32, next: &mut Nodes, staying: &mut Staying) {
        next.push(at);
        let mut at = at;
        while let Some(many) = self.node(at).and_then(|node| node.many) {
            if !staying.add(many) {
                break;
            }
            at = many;
        }
    }
}

impl Staying {
    /// False if the node was already in the set.
    fn add(&mut self, node: u32) -> bool {
        let few = self.nodes.len() < FEW;
        if if few { self.nodes.contains(&node) } else { self.known.contains(&node) } {
            return false;
        }
        self.nodes.push(node);
        if self.nodes.len() == FEW {
            self.known.extend(&self.nodes);
        } else if !few {
            self.known.insert(node);
        }
        true
    }
}
