//! Upper bounds of the cost of an expression, given the size of the event: small events cannot exceed a budget, so they need
//! not be checked.

use super::budget::{Budget, size_of_constant};
use super::cost::{CallCost, Cost, PER_ELEMENT, PER_STEP};
use super::{DefineId, Function, PathId, Quantifier, Typed, TypedNode};
use crate::event::{Json, Type};

/// The sizes of the values that an expression reads.
pub(crate) struct Sizes<'r> {
    /// True for a named value that is a part of the event or a constant; others are as large as a budget allows.
    pub(crate) is_plain: &'r dyn Fn(DefineId) -> bool,
    /// True for a path to a part of the event (not to a topic, id or time that the envelope computes).
    pub(crate) is_part: &'r dyn Fn(PathId) -> bool,
    /// The bytes of the largest cell of a lookup table.
    pub(crate) cell: usize,
}

/// The largest event, by the bytes of its values (`size`), on which a computation always stays within its budget; 0 if there is no such size.
pub(crate) fn safe_size(computation: &Typed, sizes: &Sizes<'_>, budget: Budget) -> usize {
    let fits = |event: usize| {
        let memory = budget.memory as f64;
        let mut bounds = Bounds { sizes, event: event as f64, made: (event as f64).max(memory), elements: Vec::new() };
        let cost = bounds.of(computation);
        cost.memory <= memory && cost.size <= memory && cost.work <= budget.work as f64
    };
    (6..40).rev().map(|shift| 1 << shift).find(|event| fits(*event)).unwrap_or(0)
}

struct Bounds<'b, 'r> {
    sizes: &'b Sizes<'r>,
    /// The size of the event.
    event: f64,
    /// The size of the largest value that another computation can have made.
    made: f64,
    /// The sizes of the elements that the quantifiers around are at.
    elements: Vec<f64>,
}

impl Bounds<'_, '_> {
    fn of(&mut self, typed: &Typed) -> Cost {
        match &typed.node {
            TypedNode::Const(json) => constant(json),
            TypedNode::Path(id) => Cost::existing(if (self.sizes.is_part)(*id) { self.event } else { self.made }),
            TypedNode::Define(id) => Cost::existing(if (self.sizes.is_plain)(*id) { self.event } else { self.made }),
            TypedNode::It(level) => {
                let element = self.elements.iter().rev().nth(*level as usize);
                Cost::existing(element.copied().unwrap_or_default())
            }
            TypedNode::List(items) => {
                let parts = Cost::all(items.iter().map(|item| self.of(item)));
                let own = items.len() as f64 * PER_ELEMENT;
                Cost { size: parts.size + own, memory: parts.memory + own, ..parts }
            }
            TypedNode::Steps(base, steps) => {
                let base = self.of(base);
                Cost { work: base.work + steps.len() as f64 * (base.size / PER_STEP + 1.0), ..base }
            }
            TypedNode::Quantified(quantifier, list, body) => self.quantified(*quantifier, list, body),
            TypedNode::Call(function, args, _) => {
                let args: Vec<Cost> = args.iter().map(|arg| self.of(arg)).collect();
                call(function, &CallCost::new(&args, self.sizes.cell as f64))
            }
            TypedNode::Arithmetic(..) => {
                let parts = self.children(typed);
                parts.making(parts.size).reading(parts.size)
            }
            TypedNode::Index(..)
            | TypedNode::Not(_)
            | TypedNode::Negate(_)
            | TypedNode::And(_)
            | TypedNode::Or(_)
            | TypedNode::Compare(..)
            | TypedNode::In(..)
            | TypedNode::Coalesce(..)
            | TypedNode::Present(_)
            | TypedNode::If(..) => {
                let parts = self.children(typed);
                // A set of a list takes memory and work as well.
                let set = if matches!(typed.node, TypedNode::In(..)) { 2.0 * parts.size } else { 0.0 };
                let parts = parts.reading(2.0 * parts.size + set);
                Cost { memory: parts.memory + set, ..parts }
            }
        }
    }

    fn children(&mut self, typed: &Typed) -> Cost {
        Cost::all(typed.children().map(|child| self.of(child)))
    }

    fn quantified(&mut self, quantifier: Quantifier, list: &Typed, body: &Typed) -> Cost {
        let list = self.of(list);
        self.elements.push(list.size);
        let body = self.of(body);
        self.elements.pop();
        let count = (list.size / PER_ELEMENT).ceil();
        let work = list.work + count * (body.work + 1.0) + 1.0;
        let (size, memory) = match quantifier {
            Quantifier::Any | Quantifier::AnyTest | Quantifier::All | Quantifier::None | Quantifier::Count => {
                (0.0, body.memory)
            }
            Quantifier::Filter => (list.size, body.memory + list.size),
            Quantifier::Map => (count * (body.size + PER_ELEMENT), count * (body.memory + PER_ELEMENT)),
        };
        Cost { size, memory: list.memory + memory, work }
    }
}

fn constant(json: &Json) -> Cost {
    let built = size_of_constant(json) as f64;
    let size = match json {
        Json::Array(_) | Json::Object(_) => built + 8.0 * json.to_string().len() as f64,
        Json::String(text) => text.len() as f64,
        _ => 0.0,
    };
    Cost { size, memory: built, work: 1.0 }
}

/// A function without a bound of its own makes no more than a short text, or a text of its arguments.
fn call(function: &Function, call: &CallCost<'_>) -> Cost {
    let composite = Type::STRING.union(Type::ARRAY).union(Type::OBJECT);
    match function.cost {
        Some(cost) => cost(call),
        None if function.returns.intersects(composite) => call.text(),
        None => call.scalar(),
    }
}
