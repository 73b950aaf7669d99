//! What an expression can cost at most, by the size of the event: small events need not be looked at for used-up budgets.
//!
//! The bounds are coarse and always too high. They are floats, since products of sizes overflow every integer.

use super::budget::{BYTES_PER_STEP, Budget, ELEMENT, size_of_constant};
use super::{DefineId, PathId, Quantifier, Typed, TypedNode};
use crate::event::{Json, Type};

const PER_ELEMENT: f64 = ELEMENT as f64;
const PER_STEP: f64 = BYTES_PER_STEP as f64;

/// How much longer a text can get by `lower`, `upper` and as a JSON string.
const GROWTH: f64 = 6.0;

/// The length of what functions write that make short texts: dates, identifiers, numbers.
const SHORT: f64 = 512.0;

/// How large what an expression reads can be.
pub(crate) struct Sizes<'r> {
    /// True for a named value that is a part of the event or a constant; others are as large as a budget allows.
    pub(crate) is_plain: &'r dyn Fn(DefineId) -> bool,
    /// True for a path to a part of the event (not to a topic, id or time that the envelope computes).
    pub(crate) is_part: &'r dyn Fn(PathId) -> bool,
    /// The bytes of the largest cell of a lookup table.
    pub(crate) cell: usize,
}

/// The largest event, by the bytes of its values (`size`), on which a computation stays within its budget whatever is in
/// the event; 0 if there is no such size.
pub(crate) fn safe_size(computation: &Typed, sizes: &Sizes<'_>, budget: Budget) -> usize {
    let fits = |event: usize| {
        let memory = budget.memory as f64;
        let mut bounds = Bounds { sizes, event: event as f64, made: (event as f64).max(memory), elements: Vec::new() };
        let cost = bounds.of(computation);
        cost.memory <= memory && cost.size <= memory && cost.work <= budget.work as f64
    };
    (6..40).rev().map(|shift| 1 << shift).find(|event| fits(*event)).unwrap_or(0)
}

/// What an expression costs at most.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    /// Bytes of its value, shared parts counted each time.
    size: f64,
    memory: f64,
    work: f64,
}

impl Cost {
    /// A value of a size that is there already.
    fn there(size: f64) -> Cost {
        Cost { size, memory: 0.0, work: 1.0 }
    }

    /// What all of some expressions cost, and the size of their values together.
    fn all(parts: impl IntoIterator<Item = Cost>) -> Cost {
        parts.into_iter().fold(Cost { work: 1.0, ..Cost::default() }, |sum, part| Cost {
            size: sum.size + part.size,
            memory: sum.memory + part.memory,
            work: sum.work + part.work,
        })
    }

    /// Goes through a value of this size.
    fn reading(self, size: f64) -> Cost {
        Cost { work: self.work + size / PER_STEP + 1.0, ..self }
    }

    /// Makes a value of this size.
    fn making(self, size: f64) -> Cost {
        Cost { size, memory: self.memory + size, ..self }
    }
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
            TypedNode::Path(id) => Cost::there(if (self.sizes.is_part)(*id) { self.event } else { self.made }),
            TypedNode::Define(id) => Cost::there(if (self.sizes.is_plain)(*id) { self.event } else { self.made }),
            TypedNode::It(level) => {
                let element = self.elements.iter().rev().nth(*level as usize);
                Cost::there(element.copied().unwrap_or_default())
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
                call(function.name, function.returns, &args, self.sizes.cell as f64)
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
            Quantifier::Any | Quantifier::All => (0.0, body.memory),
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

/// A function that is not among those that need a closer look makes no more than a short text, or a part of what it was
/// given with a few bytes for each.
fn call(name: &str, returns: Type, args: &[Cost], cell: f64) -> Cost {
    let all = Cost::all(args.iter().copied());
    let arg = |at: usize| args.get(at).map_or(0.0, |cost| cost.size);
    let read = all.reading(2.0 * all.size);
    if !returns.meets(Type::STRING.or(Type::ARRAY).or(Type::OBJECT)) && !matches!(name, "contains_any" | "hash") {
        return Cost { size: 0.0, ..read };
    }
    let text = (GROWTH + 1.0) * all.size + SHORT * args.len() as f64;
    match name {
        "lookup" => Cost { size: cell + all.size, memory: all.memory + 2.0 * cell, ..read },
        "split" => read.making((PER_ELEMENT + 1.0) * (all.size + 1.0)).reading(8.0 * all.size),
        "contains_any" => {
            let scans = (arg(1) / PER_ELEMENT).ceil() * (arg(0) / PER_STEP + 1.0);
            Cost { size: 0.0, memory: read.memory + 2.0 * arg(0), work: read.work + 2.0 * (scans + all.size) }
        }
        "join" => {
            let made = text + (arg(0) / PER_ELEMENT).ceil() * (arg(1) + SHORT);
            read.making(made).reading(2.0 * made)
        }
        "replace" | "str::regex_replace" | "regex_replace" => {
            // Matches do not overlap, so each group in `to` writes no more than the whole text.
            let groups = if name == "replace" { 0.0 } else { arg(2) / 2.0 };
            let made = text + (arg(0) + 1.0) * (arg(2) + 1.0) + groups * arg(0);
            read.making(made).reading(made)
        }
        _ => read.making(text).reading(2.0 * text),
    }
}
