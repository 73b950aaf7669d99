//! Values: slots and computed expressions, each once however many conditions use it.

use crate::event::Json;
use crate::expr::{DefineId, PathId, Typed, TypedNode};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

/// The number of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ValueId(pub(crate) u32);

/// Where a value comes from.
#[derive(Debug)]
pub(crate) enum ValueNode {
    /// A path.
    Path(PathId),
    /// A named value.
    Define(DefineId),
    /// A computed expression.
    Expression(Typed),
}

/// All values of a graph.
#[derive(Debug, Default)]
pub(crate) struct Values {
    nodes: Vec<ValueNode>,
    known: FxHashMap<u64, Vec<ValueId>>,
}

impl Values {
    /// The number of a value, which is added if it is new.
    pub(crate) fn intern(&mut self, typed: &Typed) -> ValueId {
        let print = fingerprint(typed);
        let known = self.known.entry(print).or_default();
        let found = known.iter().find(|id| self.nodes.get(id.0 as usize).is_some_and(|node| is_same(node, typed)));
        if let Some(id) = found {
            return *id;
        }
        let id = ValueId(self.nodes.len() as u32);
        known.push(id);
        self.nodes.push(match &typed.node {
            TypedNode::Path(path) => ValueNode::Path(*path),
            TypedNode::Define(define) => ValueNode::Define(*define),
            _ => ValueNode::Expression(typed.clone()),
        });
        id
    }

    /// A value by number.
    pub(crate) fn get(&self, id: ValueId) -> Option<&ValueNode> {
        self.nodes.get(id.0 as usize)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Forgets what is needed for interning alone.
    pub(crate) fn seal(&mut self) {
        self.known = FxHashMap::default();
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

/// A hash of what an expression does; spans are left out.
fn fingerprint(typed: &Typed) -> u64 {
    let mut hasher = FxHasher::default();
    walk(typed, &mut hasher);
    hasher.finish()
}

fn walk(typed: &Typed, hasher: &mut FxHasher) {
    std::mem::discriminant(&typed.node).hash(hasher);
    match &typed.node {
        TypedNode::Const(json) => constant(json, hasher),
        TypedNode::Path(path) => path.hash(hasher),
        TypedNode::Define(define) => define.hash(hasher),
        TypedNode::It(depth) => depth.hash(hasher),
        TypedNode::Steps(of, steps) => {
            steps.hash(hasher);
            walk(of, hasher);
        }
        TypedNode::Arithmetic(op, ..) => op.hash(hasher),
        TypedNode::Compare(op, ..) => op.hash(hasher),
        TypedNode::Quantified(quantifier, ..) => quantifier.hash(hasher),
        TypedNode::Call(function, ..) => function.name.hash(hasher),
        _ => {}
    }
    if !matches!(typed.node, TypedNode::Steps(..)) {
        typed.children().for_each(|child| walk(child, hasher));
    }
}

fn constant(json: &Json, hasher: &mut FxHasher) {
    match json {
        Json::String(s) => s.hash(hasher),
        Json::Number(n) => n.hash(hasher),
        Json::Bool(b) => b.hash(hasher),
        Json::Array(items) => items.iter().for_each(|item| constant(item, hasher)),
        Json::Object(members) => members.len().hash(hasher),
        Json::Null => {}
    }
}
