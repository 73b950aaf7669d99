//! Values: paths and computed expressions. Equal expressions are one value, however many conditions use it.

use super::hash_cons::HashCons;
use crate::expr::{DefineId, PathId, Typed, TypedNode};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// The number of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ValueId(pub(crate) u32);

/// The source of a value.
#[derive(Debug)]
pub(crate) enum ValueNode {
    /// A path.
    Path(PathId),
    /// A named value.
    Define(DefineId),
    /// A computed expression.
    Expression(Typed),
}

/// All values.
#[derive(Debug, Default)]
pub(crate) struct Values {
    nodes: Vec<ValueNode>,
    /// (The hash of an expression leaves out its spans.)
    known: HashCons,
}

impl Values {
    /// The number of a value. A new value is added.
    pub(crate) fn intern(&mut self, typed: &Typed) -> ValueId {
        let new = self.nodes.len() as u32;
        let nodes = &self.nodes;
        let is_same = |known: u32| nodes.get(known as usize).is_some_and(|node| is_same(node, typed));
        if let Some(known) = self.known.find_or_insert(FxBuildHasher.hash_one(typed), new, is_same) {
            return ValueId(known);
        }
        self.nodes.push(match &typed.node {
            TypedNode::Path(path) => ValueNode::Path(*path),
            TypedNode::Define(define) => ValueNode::Define(*define),
            _ => ValueNode::Expression(typed.clone()),
        });
        ValueId(new)
    }

    /// A value by number.
    pub(crate) fn get(&self, id: ValueId) -> Option<&ValueNode> {
        self.nodes.get(id.0 as usize)
    }

    /// How often each path is read, by number.
    pub(crate) fn path_uses(&self, paths: usize) -> Vec<u32> {
        let mut uses = vec![0; paths];
        for node in &self.nodes {
            match node {
                ValueNode::Path(path) => count(*path, &mut uses),
                ValueNode::Expression(typed) => count_within(typed, &mut uses),
                ValueNode::Define(_) => {}
            }
        }
        uses
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Drops the parts that only interning needs.
    pub(crate) fn seal(&mut self) {
        self.known = HashCons::default();
        self.nodes.shrink_to_fit();
    }
}

fn is_same(node: &ValueNode, typed: &Typed) -> bool {
    match (node, &typed.node) {
        (ValueNode::Path(a), TypedNode::Path(b)) => a == b,
        (ValueNode::Define(a), TypedNode::Define(b)) => a == b,
        (ValueNode::Expression(a), _) => a == typed,
        _ => false,
    }
}

fn count(path: PathId, uses: &mut [u32]) {
    if let Some(uses) = uses.get_mut(path.0 as usize) {
        *uses += 1;
    }
}

fn count_within(typed: &Typed, uses: &mut [u32]) {
    if let TypedNode::Path(path) = &typed.node {
        count(*path, uses);
    }
    typed.children().for_each(|child| count_within(child, uses));
}
