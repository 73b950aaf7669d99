//! The trace of a condition: which parts are true, and the values that each leaf read.

use super::context::EventContext;
use super::requirements::mismatch;
use crate::event::{Json, Step, Type, Value};
use crate::expr::{DefineId, Env, PathId, TypeRequirement, Typed, TypedNode, evaluate, type_requirements};
use crate::trace::{Condition, ConditionKind, Mismatch, ReadValue};

/// A condition with all its parts. Every part is evaluated, which is safe since evaluation has no side effects.
pub(super) fn trace<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Condition {
    Recorder { context, depth: 0, left: MAX_INSIDE }.condition(typed, Type::BOOLEAN)
}

/// A value of any type, with its parts if it is a condition.
pub(super) fn trace_value<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Condition {
    Recorder { context, depth: 0, left: MAX_INSIDE }.condition(typed, Type::ANY)
}

/// The limit for the depth to which named values in definitions of named values are followed.
pub(super) const MAX_DEPTH: u32 = 3;

/// The limit for the conditions in definitions of named values that are recorded for one condition or expression.
pub(super) const MAX_INSIDE: usize = 200;

/// Records conditions and the definitions of the named values in them.
struct Recorder<'r, 'a> {
    context: &'r mut EventContext<'a>,
    depth: u32,
    left: usize,
}

impl<'a> Recorder<'_, 'a> {
    /// `expected` is the type that is needed where its value is used.
    fn condition(&mut self, typed: &'a Typed, expected: Type) -> Condition {
        let value = evaluate(typed, self.context);
        let (kind, parts): (ConditionKind, Vec<&'a Typed>) = match &typed.node {
            TypedNode::And(parts) => (ConditionKind::All, parts.iter().collect()),
            TypedNode::Or(parts) => (ConditionKind::Any, parts.iter().collect()),
            TypedNode::Not(part) => (ConditionKind::Not, vec![&**part]),
            _ => (ConditionKind::Leaf, Vec::new()),
        };
        let read = if kind == ConditionKind::Leaf { read_by_leaf(typed, expected, self.context) } else { Vec::new() };
        let inside = match typed.node {
            TypedNode::Define(id) => self.inside(id),
            _ => Vec::new(),
        };
        Condition {
            site: None,
            span: typed.span,
            kind,
            value: value.to_json(),
            held: value.is_true(),
            parts: parts.into_iter().map(|part| self.condition(part, Type::BOOLEAN)).collect(),
            read,
            inside,
        }
    }

    /// The alternatives of a named value up to the one that gives its value; an alternative that does not apply is recorded by its
    /// `when` alone.
    fn inside(&mut self, id: DefineId) -> Vec<Condition> {
        let mut inside = Vec::new();
        let Some(named) = self.context.rules.define(id).filter(|_| self.depth < MAX_DEPTH) else { return inside };
        self.depth += 1;
        for alternative in &named.cases.alternatives {
            let when = alternative.when.iter().map(|when| (when, Type::BOOLEAN));
            let mut parts = when.chain([(&alternative.value, Type::ANY)]);
            let mut last = None;
            while let Some((part, expected)) = parts.next().filter(|_| self.left > 0) {
                self.left -= 1;
                let condition = self.condition(part, expected);
                let continues = condition.held;
                last = Some(condition.value.clone());
                inside.push(condition);
                if !continues {
                    break;
                }
            }
            let was_value = parts.next().is_none();
            if self.left == 0 || (was_value && last.is_some_and(|value| !value.is_null())) {
                break;
            }
        }
        self.depth -= 1;
        inside
    }
}

/// The values that a leaf reads where the type `expected` is needed: its operands, and the values that they are computed from.
fn read_by_leaf<'a>(typed: &'a Typed, expected: Type, context: &mut EventContext<'a>) -> Vec<ReadValue> {
    let mut read = operands_of_leaf(typed, context, 0, &mut MAX_READINGS.clone());
    let mut needed = Vec::new();
    type_requirements(typed, expected, &mut needed);
    note_mismatches(&mut read, &needed, context);
    read
}

/// Records the type error of each value that does not meet a requirement. (Named values have requirements of their own.)
fn note_mismatches(read: &mut [ReadValue], needed: &[TypeRequirement], context: &mut EventContext<'_>) {
    for requirement in needed {
        let Some(found) = mismatch(requirement, context) else { continue };
        let path = requirement.shown(&context.rules.paths);
        let mut left: Vec<&mut ReadValue> = read.iter_mut().collect();
        while let Some(reading) = left.pop() {
            if reading.path == path && reading.mismatch.is_none() {
                reading.mismatch =
                    Some(Mismatch { expected: requirement.expected.to_string(), found: found.to_string() });
            }
            left.extend(&mut reading.from);
        }
    }
}

/// The operands of a leaf with their values; `depth` counts the definitions of named values around it.
fn operands_of_leaf<'a>(
    typed: &'a Typed,
    context: &mut EventContext<'a>,
    depth: u32,
    left: &mut usize,
) -> Vec<ReadValue> {
    let operands: Vec<&'a Typed> = match &typed.node {
        TypedNode::Compare(_, a, b) | TypedNode::In(a, b) => vec![&**a, &**b],
        TypedNode::Call(_, args, _) => args.iter().collect(),
        _ => return paths_of(typed, context, depth, left),
    };
    let mut out: Vec<ReadValue> = Vec::new();
    for operand in operands {
        let from = paths_of(operand, context, depth, left);
        let plain = matches!(
            operand.node,
            TypedNode::Const(_) | TypedNode::Path(_) | TypedNode::Define(_) | TypedNode::List(_)
        );
        if plain || from.is_empty() {
            out.extend(from);
            continue;
        }
        let value = evaluate(operand, context).to_json();
        // `data.city ?? ""` that has the value of `data.city` is shown as `data.city`.
        if let [only] = from.as_slice()
            && only.value == value
        {
            out.extend(from);
            continue;
        }
        out.push(ReadValue {
            path: String::new(),
            span: Some(operand.span),
            value,
            missing: false,
            from,
            mismatch: None,
        });
    }
    out
}

/// The values that an expression reads, each path once, in source order.
pub(super) fn read_by<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Vec<ReadValue> {
    let mut read = paths_of(typed, context, 0, &mut MAX_READINGS.clone());
    let mut needed = Vec::new();
    type_requirements(typed, Type::ANY, &mut needed);
    note_mismatches(&mut read, &needed, context);
    read
}

/// The values that an expression reads, with those of at most `left` named values; `depth` counts the definitions around it.
fn paths_of<'a>(typed: &'a Typed, context: &mut EventContext<'a>, depth: u32, left: &mut usize) -> Vec<ReadValue> {
    let mut reader = ReadCollector { context, lists: Vec::new(), out: Vec::new(), depth, left };
    reader.read(typed);
    reader.out
}

/// The limit for named values whose readings are recorded. Named values that use one another many times would otherwise repeat
/// them.
const MAX_READINGS: usize = 1_000;

struct ReadCollector<'r, 'a> {
    context: &'r mut EventContext<'a>,
    /// The lists that `it` iterates over, the innermost last: the text that is shown, and the elements.
    lists: Vec<(String, Vec<Value<'a>>)>,
    out: Vec<ReadValue>,
    depth: u32,
    /// The number of named values whose readings may still be recorded.
    left: &'r mut usize,
}

impl<'a> ReadCollector<'_, 'a> {
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
            TypedNode::Not(a) | TypedNode::Negate(a) | TypedNode::Present(a) => self.read(a),
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

    /// Records the paths in the elements that the body reads; if there are no elements, the list itself.
    fn quantified(&mut self, list: &'a Typed, body: &'a Typed) {
        let shown = match &list.node {
            TypedNode::Path(path) => self.context.rules.paths.get(*path).map(ToString::to_string),
            _ => None,
        };
        // Inside a body the environment has no current element, so only lists that are paths can be evaluated here.
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
        self.push(ReadValue { path, span: None, value, missing: false, from: Vec::new(), mismatch: None });
    }

    fn path(&mut self, id: PathId) {
        let Some(path) = self.context.rules.paths.get(id) else { return };
        let value = self.context.path(id);
        let missing = value.is_null() && !self.context.root(path.root).has(&path.steps);
        let value = value.to_json();
        self.push(ReadValue { path: path.to_string(), span: None, value, missing, from: Vec::new(), mismatch: None });
    }

    fn define(&mut self, id: DefineId) {
        let Some(named) = self.context.rules.define(id) else { return };
        let value = self.context.define(id).to_json();
        let mut from: Vec<ReadValue> = Vec::new();
        if self.depth < MAX_DEPTH && *self.left > 0 {
            *self.left -= 1;
            let mut needed = Vec::new();
            for alternative in &named.cases.alternatives {
                for (part, expected) in
                    alternative.when.iter().map(|when| (when, Type::BOOLEAN)).chain([(&alternative.value, Type::ANY)])
                {
                    let read = operands_of_leaf(part, self.context, self.depth + 1, self.left);
                    let is_new =
                        |one: &ReadValue| from.iter().all(|known| (&known.path, known.span) != (&one.path, one.span));
                    let new: Vec<ReadValue> = read.into_iter().filter(is_new).collect();
                    from.extend(new);
                    type_requirements(part, expected, &mut needed);
                }
            }
            note_mismatches(&mut from, &needed, self.context);
        }
        self.push(ReadValue {
            path: named.name.text.to_string(),
            span: None,
            value,
            missing: false,
            from,
            mismatch: None,
        });
    }

    fn push(&mut self, reading: ReadValue) {
        if !self.out.iter().any(|known| known.path == reading.path) {
            self.out.push(reading);
        }
    }
}
