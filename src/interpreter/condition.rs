//! Conditions taken apart: which part held, and what each leaf read.

use super::context::EventContext;
use super::requirements::mismatch;
use crate::event::{Json, Step, Type, Value};
use crate::expr::{DefineId, Env, PathId, TypeRequirement, Typed, TypedNode, evaluate, type_requirements};
use crate::trace::{Condition, ConditionKind, Mismatch, ReadValue};

/// A condition with all its parts. Every part is evaluated, since evaluation has no effects.
pub(super) fn trace<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Condition {
    Recorder { context, depth: 0, left: MAX_INSIDE }.condition(typed)
}

/// The conditions and expressions behind a named value, up to the one whose value it has.
pub(super) fn behind<'a>(id: DefineId, context: &mut EventContext<'a>) -> Vec<Condition> {
    Recorder { context, depth: 0, left: MAX_INSIDE }.inside(id)
}

/// How far named values are followed into one another.
pub(super) const MAX_DEPTH: u32 = 3;

/// How many conditions behind named values are recorded for one condition or expression.
pub(super) const MAX_INSIDE: usize = 200;

/// Records conditions, and the named values in them.
struct Recorder<'r, 'a> {
    context: &'r mut EventContext<'a>,
    depth: u32,
    left: usize,
}

impl<'a> Recorder<'_, 'a> {
    fn condition(&mut self, typed: &'a Typed) -> Condition {
        let value = evaluate(typed, self.context);
        let (kind, parts): (ConditionKind, Vec<&'a Typed>) = match &typed.node {
            TypedNode::And(parts) => (ConditionKind::All, parts.iter().collect()),
            TypedNode::Or(parts) => (ConditionKind::Any, parts.iter().collect()),
            TypedNode::Not(part) => (ConditionKind::Not, vec![&**part]),
            _ => (ConditionKind::Leaf, Vec::new()),
        };
        let read =
            if kind == ConditionKind::Leaf { read_by_leaf(typed, Type::BOOLEAN, self.context) } else { Vec::new() };
        let inside = match typed.node {
            TypedNode::Define(id) => self.inside(id),
            _ => Vec::new(),
        };
        Condition {
            span: typed.span,
            kind,
            value: value.to_json(),
            held: value.is_true(),
            parts: parts.into_iter().map(|part| self.condition(part)).collect(),
            read,
            inside,
        }
    }

    /// The alternatives of a named value up to the one that it is: those that did not apply by their `when`.
    fn inside(&mut self, id: DefineId) -> Vec<Condition> {
        let mut inside = Vec::new();
        let Some(named) = self.context.rules.define(id).filter(|_| self.depth < MAX_DEPTH) else { return inside };
        self.depth += 1;
        for alternative in &named.cases.alternatives {
            let mut parts = alternative.when.iter().chain([&alternative.value]);
            let mut last = None;
            while let Some(part) = parts.next().filter(|_| self.left > 0) {
                self.left -= 1;
                let condition = self.condition(part);
                let goes_on = condition.held;
                last = Some(condition.value.clone());
                inside.push(condition);
                if !goes_on {
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

/// What a leaf reads where `expected` is needed: the values of its operands, and of what these are made from.
fn read_by_leaf<'a>(typed: &'a Typed, expected: Type, context: &mut EventContext<'a>) -> Vec<ReadValue> {
    let mut read = operands_of_leaf(typed, context, 0, &mut MAX_READINGS.clone());
    let mut needed = Vec::new();
    type_requirements(typed, expected, &mut needed);
    note_mismatches(&mut read, &needed, context);
    read
}

/// Notes at each value what is wrong with it for those who need a type of it. (Named values have needs of their own.)
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

/// The operands of a leaf with their values, `depth` named values in.
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
        // `data.city ?? ""` is what `data.city` is.
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

/// What an expression reads, each path once, in order of appearance.
pub(super) fn read_by<'a>(typed: &'a Typed, context: &mut EventContext<'a>) -> Vec<ReadValue> {
    let mut read = paths_of(typed, context, 0, &mut MAX_READINGS.clone());
    let mut needed = Vec::new();
    type_requirements(typed, Type::ANY, &mut needed);
    note_mismatches(&mut read, &needed, context);
    read
}

/// What an expression reads, `depth` named values in; at most `left` values of named values.
fn paths_of<'a>(typed: &'a Typed, context: &mut EventContext<'a>, depth: u32, left: &mut usize) -> Vec<ReadValue> {
    let mut reader = ReadCollector { context, lists: Vec::new(), out: Vec::new(), depth, left };
    reader.read(typed);
    reader.out
}

/// How many values of named values are shown at most. Named values that all use one another would be shown over and over.
const MAX_READINGS: usize = 1_000;

struct ReadCollector<'r, 'a> {
    context: &'r mut EventContext<'a>,
    /// The lists that `it` goes over, the innermost last: as shown, and their elements.
    lists: Vec<(String, Vec<Value<'a>>)>,
    out: Vec<ReadValue>,
    depth: u32,
    /// How many more readings may be made within named values.
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
