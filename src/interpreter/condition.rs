//! Conditions taken apart: which part held, and what each leaf read.

use super::context::EventContext;
use crate::event::{Json, Step, Value};
use crate::expr::{DefineId, Env, PathId, Typed, TypedNode, evaluate};
use crate::trace::{Condition, Kind, Reading};

/// A condition with all its parts. Every part is evaluated, since evaluation has no effects.
pub(super) fn trace<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Condition {
    let value = evaluate(typed, context);
    let (kind, parts): (Kind, Vec<&'a Typed>) = match &typed.node {
        TypedNode::And(parts) => (Kind::All, parts.iter().collect()),
        TypedNode::Or(parts) => (Kind::Any, parts.iter().collect()),
        TypedNode::Not(part) => (Kind::Not, vec![&**part]),
        _ => (Kind::Leaf, Vec::new()),
    };
    let read = if kind == Kind::Leaf { read_by_leaf(typed, context) } else { Vec::new() };
    Condition {
        span: typed.span,
        kind,
        value: value.to_json(),
        held: value.is_true(),
        parts: parts.into_iter().map(|part| trace(part, context)).collect(),
        read,
    }
}

/// What a leaf reads: the values of its operands, and of what these are made from.
fn read_by_leaf<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Vec<Reading> {
    let operands: Vec<&'a Typed> = match &typed.node {
        TypedNode::Compare(_, a, b) | TypedNode::In(a, b) => vec![&**a, &**b],
        TypedNode::Call(_, args, _) => args.iter().collect(),
        _ => return read_by(typed, context),
    };
    let mut out: Vec<Reading> = Vec::new();
    for operand in operands {
        let from = read_by(operand, context);
        let plain = matches!(
            operand.node,
            TypedNode::Const(_) | TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::List(_)
        );
        if plain || from.is_empty() {
            out.extend(from);
            continue;
        }
        let value = evaluate(operand, context).to_json();
        out.push(Reading { path: String::new(), span: Some(operand.span), value, missing: false, from });
    }
    out
}

/// What an expression reads, each path once, in order of appearance.
pub(super) fn read_by<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Vec<Reading> {
    let mut reader = Reader { context, lists: Vec::new(), out: Vec::new(), depth: 0, left: MAX_READINGS };
    reader.read(typed);
    reader.out
}

/// How far named values are followed into one another.
const MAX_DEPTH: u32 = 3;

/// How many values of named values are shown at most. Named values that all use one another would be shown over and over.
const MAX_READINGS: usize = 1_000;

struct Reader<'r, 'a> {
    context: &'r mut EventContext<'a>,
    /// The lists that `it` goes over, the innermost last: as shown, and their elements.
    lists: Vec<(String, Vec<Value<'a>>)>,
    out: Vec<Reading>,
    depth: u32,
    /// How many more readings may be made within named values.
    left: usize,
}

impl<'a> Reader<'_, 'a> {
    fn read(&mut self, typed: &'a Typed) {
        match &typed.node {
            TypedNode::Const(_) => {}
            TypedNode::Path(path) => self.path(*path),
            TypedNode::Define(id) => self.define(*id),
            TypedNode::It(level) => self.element(*level, &[]),
            TypedNode::Steps(base, steps) => match base.node {
                TypedNode::It(level) => self.element(level, steps),
                _ => self.read(base),
            },
            TypedNode::Not(a) | TypedNode::Negate(a) => self.read(a),
            TypedNode::List(items) | TypedNode::And(items) | TypedNode::Or(items) | TypedNode::Call(_, items, _) => {
                items.iter().for_each(|item| self.read(item));
            }
            TypedNode::Index(a, b)
            | TypedNode::Arithmetic(_, a, b)
            | TypedNode::Compare(_, a, b)
            | TypedNode::In(a, b)
            | TypedNode::Coalesce(a, b) => {
                self.read(a);
                self.read(b);
            }
            TypedNode::If(a, b, c) => [a, b, c].into_iter().for_each(|part| self.read(part)),
            TypedNode::Quantified(_, list, body) => self.quantified(list, body),
        }
    }

    /// A list is shown by what its body reads of its elements; where that is nothing, or there is no list, by itself.
    fn quantified(&mut self, list: &'a Typed, body: &'a Typed) {
        let shown = match &list.node {
            TypedNode::Path(path) => self.context.rules.paths.get(*path).map(ToString::to_string),
            _ => None,
        };
        // Within a body the element is not known to the environment, so that only paths can be looked into here.
        let elements = shown.as_ref().and_then(|_| evaluate(list, self.context).as_array());
        let Some((shown, elements)) = shown.zip(elements).filter(|(_, elements)| !elements.is_empty()) else {
            self.read(list);
            return;
        };
        self.lists.push((format!("{shown}[]"), elements.to_vec()));
        self.read(body);
        self.lists.pop();
    }

    fn element(&mut self, level: u32, steps: &[Step]) {
        let at = self.lists.len().checked_sub(level as usize + 1);
        let Some((shown, elements)) = at.and_then(|at| self.lists.get(at)) else { return };
        let path = steps.iter().fold(shown.clone(), |path, step| path + &step.to_string());
        let value: Json = elements.iter().map(|element| element.walk(steps).to_json()).collect();
        self.push(Reading { path, span: None, value, missing: false, from: Vec::new() });
    }

    fn path(&mut self, id: PathId) {
        let Some(path) = self.context.rules.paths.get(id) else { return };
        let value = self.context.path(id);
        let missing = value.is_null() && !is_there(self.context.root(path.root), &path.steps);
        let value = value.to_json();
        self.push(Reading { path: path.to_string(), span: None, value, missing, from: Vec::new() });
    }

    fn define(&mut self, id: DefineId) {
        let Some(named) = self.context.rules.define(id) else { return };
        let value = self.context.define(id).to_json();
        let mut from = Vec::new();
        if self.depth < MAX_DEPTH && self.left > 0 {
            let (depth, left) = (self.depth + 1, self.left);
            let mut inner = Reader { context: self.context, lists: Vec::new(), out: Vec::new(), depth, left };
            for alternative in &named.cases.alternatives {
                alternative.when.iter().for_each(|when| inner.read(when));
                inner.read(&alternative.value);
            }
            (from, self.left) = (inner.out, inner.left.saturating_sub(1));
        }
        self.push(Reading { path: named.name.text.to_string(), span: None, value, missing: false, from });
    }

    fn push(&mut self, reading: Reading) {
        if !self.out.iter().any(|known| known.path == reading.path) {
            self.out.push(reading);
        }
    }
}

/// True if something is at a path, be it null.
fn is_there(root: Value<'_>, steps: &[Step]) -> bool {
    let Some((last, before)) = steps.split_last() else { return !root.is_null() };
    match (root.walk(before), last) {
        (Value::Object(members), Step::Key(key)) => members.iter().any(|(name, _)| **name == **key),
        (Value::Array(items), Step::Index(at)) => (*at as usize) < items.len(),
        _ => false,
    }
}
