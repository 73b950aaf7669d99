//! Hashing of checked expressions: consistent with their equality, which ignores spans.

use crate::event::{Json, Number};
use crate::expr::{Typed, TypedNode};
use std::hash::{Hash, Hasher};
use std::mem::discriminant;

impl Eq for Typed {}

impl Hash for Typed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        discriminant(&self.node).hash(state);
        match &self.node {
            TypedNode::Const(value) => hash_json(value, state),
            TypedNode::List(items) | TypedNode::And(items) | TypedNode::Or(items) => items.hash(state),
            TypedNode::Path(id) => id.hash(state),
            TypedNode::Define(id) => id.hash(state),
            TypedNode::It(depth) => depth.hash(state),
            TypedNode::Steps(base, steps) => (base, steps).hash(state),
            TypedNode::Not(a) | TypedNode::Negate(a) | TypedNode::Present(a) => a.hash(state),
            TypedNode::Arithmetic(op, a, b) => (op, a, b).hash(state),
            TypedNode::Compare(op, a, b) => (op, a, b).hash(state),
            TypedNode::Index(a, b) | TypedNode::In(a, b) | TypedNode::Coalesce(a, b) => (a, b).hash(state),
            TypedNode::If(c, a, b) => (c, a, b).hash(state),
            TypedNode::Quantified(quantifier, list, body) => (quantifier, list, body).hash(state),
            // The prepared data follows from the function and its arguments.
            TypedNode::Call(function, arguments, _) => (function.name, arguments).hash(state),
        }
    }
}

/// Objects by their size alone, since the order of their members does not matter; they are rare.
fn hash_json<H: Hasher>(value: &Json, state: &mut H) {
    discriminant(value).hash(state);
    match value {
        Json::Null => {}
        Json::Bool(b) => b.hash(state),
        Json::Number(n) => Number::from_json(n).hash(state),
        Json::String(text) => text.hash(state),
        Json::Array(items) => {
            items.len().hash(state);
            items.iter().for_each(|item| hash_json(item, state));
        }
        Json::Object(members) => members.len().hash(state),
    }
}
