//! Constant folding: parts that depend on neither the event nor the clock, the zone or a table are evaluated once, at load.

use super::{Checker, constant};
use crate::diagnostic::Span;
use crate::event::{Json, Type, Value};
use crate::expr::{Comparison, DefineId, Env, Function, LookupId, PathId, Typed, TypedNode, evaluate};
use bumpalo::Bump;
use jiff::tz::TimeZone;

/// Constants beyond this many bytes are left for evaluation, so that loading cannot be made to build huge ones.
const MAX_FOLDED: usize = 4 << 10;

impl Checker<'_, '_> {
    /// The constant that a part made of constants comes to; any other part as it is.
    pub(super) fn fold(&self, typed: Typed) -> Typed {
        if !is_foldable(&typed.node) {
            return typed;
        }
        let value = {
            let arena = Bump::new();
            let mut env = Nowhere { arena: &arena, zone: self.scope.zone };
            evaluate(&typed, &mut env).to_json()
        };
        // A part that folds to null keeps its type, so that `1 / 0 > 5` remains a valid comparison.
        let ty = if value.is_null() { typed.ty } else { Type::of_json(&value) };
        Typed { span: typed.span, ty, node: TypedNode::Const(value) }
    }
}

/// True if everything below is constant, and small, and the operation depends on nothing else.
fn is_foldable(node: &TypedNode) -> bool {
    let mut room = MAX_FOLDED;
    let mut constants = |items: &[&Typed]| {
        items.iter().all(|item| match &item.node {
            TypedNode::Const(value) => {
                let size = size(value);
                let fits = size <= room;
                room = room.saturating_sub(size);
                fits
            }
            _ => false,
        })
    };
    match node {
        TypedNode::Not(a) | TypedNode::Negate(a) | TypedNode::Steps(a, _) => constants(&[a]),
        TypedNode::Arithmetic(_, a, b) | TypedNode::Compare(_, a, b) | TypedNode::In(a, b) => constants(&[a, b]),
        TypedNode::Call(function, arguments, _) => {
            is_pure(function) && constants(&arguments.iter().collect::<Vec<_>>())
        }
        _ => false,
    }
}

/// True for functions of their arguments alone. Functions that take or yield a time may need the rule set's zone.
fn is_pure(function: &Function) -> bool {
    let takes_time = function.params.iter().any(|param| param.intersects(Type::TIME));
    !takes_time && !function.returns.intersects(Type::TIME) && function.pure
}

fn size(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => 8,
        Json::String(text) => text.len() + 8,
        Json::Array(items) => items.iter().map(size).sum::<usize>() + 8,
        Json::Object(members) => members.iter().map(|(key, member)| key.len() + size(member)).sum::<usize>() + 8,
    }
}

/// A list; of constants a constant.
pub(super) fn list(span: Span, items: Vec<Typed>) -> Typed {
    let constants = items.iter().map(|item| match &item.node {
        TypedNode::Const(value) => Some(value.clone()),
        _ => None,
    });
    match constants.collect::<Option<Vec<Json>>>() {
        Some(values) => constant(span, Json::Array(values)),
        None => Typed { span, ty: Type::ARRAY, node: TypedNode::List(items) },
    }
}

/// `a ?? b`. Only `now` and `time` themselves are known to be times.
pub(super) fn coalesce(span: Span, left: Typed, right: Typed) -> Typed {
    match &left.node {
        TypedNode::Const(Json::Null) => return right,
        TypedNode::Const(_) => return left,
        _ => {}
    }
    let ty = left.ty.difference(Type::NULL).union(right.ty).difference(Type::TIME);
    Typed { span, ty, node: TypedNode::Coalesce(Box::new(left), Box::new(right)) }
}

/// `a && b && …` or `a || b || …`: nested ones laid flat, constants taken out.
pub(super) fn junction(span: Span, items: Vec<Typed>, and: bool) -> Typed {
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Typed { node: TypedNode::And(inner), .. } if and => flat.extend(inner),
            Typed { node: TypedNode::Or(inner), .. } if !and => flat.extend(inner),
            Typed { node: TypedNode::Const(value), .. } => {
                if (value == Json::Bool(true)) != and {
                    return constant(span, Json::Bool(!and));
                }
            }
            other => flat.push(other),
        }
    }
    match (flat.len(), flat.pop()) {
        (_, None) => constant(span, Json::Bool(and)),
        (1, Some(one)) if one.ty == Type::BOOLEAN => one,
        (1, Some(one)) => {
            // One that may be no boolean is made one by the operator.
            let neutral = constant(one.span, Json::Bool(and));
            join(span, vec![one, neutral], and)
        }
        (_, Some(last)) => {
            flat.push(last);
            join(span, flat, and)
        }
    }
}

fn join(span: Span, items: Vec<Typed>, and: bool) -> Typed {
    let node = if and { TypedNode::And(items) } else { TypedNode::Or(items) };
    Typed { span, ty: Type::BOOLEAN, node }
}

/// `a == null`.
pub(super) fn is_null(typed: Typed) -> Typed {
    let span = typed.span;
    let node = TypedNode::Compare(Comparison::Equal, Box::new(typed), Box::new(constant(span, Json::Null)));
    Typed { span, ty: Type::BOOLEAN, node }
}

/// An environment without an event, for constant expressions.
pub(super) struct Nowhere<'a> {
    pub(super) arena: &'a Bump,
    pub(super) zone: &'a TimeZone,
}

impl<'a> Env<'a> for Nowhere<'a> {
    fn arena(&self) -> &'a Bump {
        self.arena
    }
    fn path(&mut self, _: PathId) -> Value<'a> {
        Value::Null
    }
    fn is_present(&mut self, _: PathId) -> bool {
        false
    }
    fn define(&mut self, _: DefineId) -> Value<'a> {
        Value::Null
    }
    fn zone(&self) -> &'a TimeZone {
        self.zone
    }
    fn lookup(&mut self, _: LookupId, _: u32, _: &[Value<'_>]) -> Value<'a> {
        Value::Null
    }
    fn event_id(&mut self) -> Value<'a> {
        Value::Null
    }
}
