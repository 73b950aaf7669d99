//! Which types an expression needs of which paths, for the `errors` of a decision.

use super::functions::Requires;
use super::time::{instant, is_zone};
use super::{Arithmetic, Comparison, Function, PathId, PathTable, Quantifier, Typed, TypedNode};
use crate::event::{Step, Type, Value};
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// A path and the type that some expression needs of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeRequirement {
    /// The path.
    pub path: PathId,
    /// For paths into elements (`data.items[].price`): the steps after each `[]`.
    pub elements: Vec<Vec<Step>>,
    /// The type that is required; null and missing values always satisfy it.
    pub expected: Type,
}

impl TypeRequirement {
    /// As a decision shows it: `data.items[].price`.
    pub fn shown(&self, paths: &PathTable) -> String {
        let mut out = paths.get(self.path).map(ToString::to_string).unwrap_or_default();
        for steps in &self.elements {
            out.push_str("[]");
            steps.iter().for_each(|step| out.push_str(&step.to_string()));
        }
        out
    }

    /// The values that must have the type, if the path has the value `root`: `root` itself, or those of its elements.
    pub(crate) fn values<'a>(&self, root: Value<'a>) -> Vec<Value<'a>> {
        let mut values = vec![root];
        for steps in &self.elements {
            let elements = values.iter().filter_map(|value| value.as_array()).flatten();
            values = elements.map(|element| element.walk(steps)).collect();
        }
        values
    }
}

/// True if a value has a required type. Null always does, since a missing value is not an error; a time is read in `zone`.
pub(crate) fn fits_type(value: Value<'_>, expected: Type, zone: &TimeZone) -> bool {
    match expected {
        _ if value.is_null() => true,
        Type::ZONE => value.as_str().is_some_and(is_zone),
        _ if expected.intersects(Type::TIME) => instant(value, zone).is_some(),
        _ => expected.intersects(value.type_of()),
    }
}

/// All type requirements of an expression used where `expected` is required, each once, in order of appearance. A named value has
/// its own requirements, which are not repeated here.
pub fn type_requirements(typed: &Typed, expected: Type, out: &mut Vec<TypeRequirement>) {
    let mut collector = RequirementCollector { seen: HashSet::new(), elements: Vec::new(), out };
    collector.require(typed, expected);
}

/// A path, perhaps into elements, that a value is taken from as it is.
#[derive(Clone)]
struct Origin {
    path: PathId,
    elements: Vec<Vec<Step>>,
}

/// How many origins a list may have; beyond, `a ?? b ?? …` of lists in lists would grow without end.
const MOST_ORIGINS: usize = 16;
/// The types that can be ordered and added.
const ORDERED: Type = Type::NUMBER.union(Type::STRING);

struct RequirementCollector<'o> {
    seen: HashSet<TypeRequirement>,
    /// The lists that the enclosing quantifiers iterate over; the innermost last.
    elements: Vec<Vec<Origin>>,
    out: &'o mut Vec<TypeRequirement>,
}

impl RequirementCollector<'_> {
    fn require(&mut self, typed: &Typed, expected: Type) {
        match &typed.node {
            TypedNode::Const(_) | TypedNode::Define(_) => {}
            TypedNode::Path(_) | TypedNode::It(_) => self.note(typed, expected),
            TypedNode::Steps(base, _) => {
                self.note(typed, expected);
                self.require(base, Type::ANY);
            }
            TypedNode::Index(base, at) => {
                self.require(base, Type::ANY);
                self.require(at, Type::ANY);
            }
            TypedNode::List(items) => items.iter().for_each(|item| self.require(item, Type::ANY)),
            TypedNode::Present(inner) => self.require(inner, Type::ANY),
            TypedNode::Not(inner) => self.require(inner, Type::BOOLEAN),
            TypedNode::Negate(inner) => self.require(inner, Type::NUMBER),
            TypedNode::And(parts) | TypedNode::Or(parts) => {
                parts.iter().for_each(|part| self.require(part, Type::BOOLEAN));
            }
            TypedNode::Arithmetic(operator, a, b) => self.arithmetic(*operator, a, b, expected),
            TypedNode::Compare(operator, a, b) => self.compare(*operator, a, b),
            TypedNode::In(item, list) => {
                self.require(item, Type::ANY);
                self.require(list, Type::ARRAY);
            }
            TypedNode::Coalesce(a, b) => {
                self.require(a, expected);
                self.require(b, expected);
            }
            TypedNode::If(condition, then, other) => {
                self.require(condition, Type::BOOLEAN);
                self.require(then, expected);
                self.require(other, expected);
            }
            TypedNode::Quantified(quantifier, list, body) => self.quantified(*quantifier, list, body),
            TypedNode::Call(function, args, _) => self.call(function, args, expected),
        }
    }

    /// Records the type that is required of a path.
    fn note(&mut self, typed: &Typed, expected: Type) {
        if expected.contains(Type::ANY.difference(Type::NULL)) || expected == Type::NONE {
            return;
        }
        for Origin { path, elements } in self.origins(typed) {
            let requirement = TypeRequirement { path, elements, expected };
            if self.seen.insert(requirement.clone()) {
                self.out.push(requirement);
            }
        }
    }

    fn arithmetic(&mut self, operator: Arithmetic, a: &Typed, b: &Typed, expected: Type) {
        if operator != Arithmetic::Add {
            self.require(a, Type::NUMBER);
            self.require(b, Type::NUMBER);
            return;
        }
        // `+` takes two numbers or two strings, so the type of one side, or of the result, is required of the other.
        let result = some_or(expected.intersection(ORDERED), ORDERED);
        self.require(a, some_or(b.ty.intersection(result), result));
        self.require(b, some_or(a.ty.intersection(result), result));
    }

    fn compare(&mut self, operator: Comparison, a: &Typed, b: &Typed) {
        if matches!(operator, Comparison::Equal | Comparison::NotEqual) {
            self.require(a, Type::ANY);
            self.require(b, Type::ANY);
        } else {
            self.ordered(&[a, b]);
        }
    }

    /// An operand that is ordered against a time must be a time; likewise for numbers and strings.
    fn ordered(&mut self, operands: &[&Typed]) {
        let time = operands.iter().any(|operand| operand.ty.intersects(Type::TIME));
        let common = operands.iter().fold(ORDERED, |common, operand| some_or(common.intersection(operand.ty), common));
        operands.iter().for_each(|operand| self.require(operand, if time { Type::TIME } else { common }));
    }

    fn quantified(&mut self, quantifier: Quantifier, list: &Typed, body: &Typed) {
        self.require(list, Type::ARRAY);
        let mut elements = self.origins(list);
        elements.iter_mut().for_each(|origin| origin.elements.push(Vec::new()));
        self.elements.push(elements);
        self.require(body, if quantifier == Quantifier::Map { Type::ANY } else { Type::BOOLEAN });
        self.elements.pop();
    }

    fn call(&mut self, function: &Function, args: &[Typed], expected: Type) {
        match (function.requires, args) {
            (Requires::Alternatives, _) => args.iter().for_each(|arg| self.require(arg, expected)),
            (Requires::Choice, [condition, rest @ ..]) => {
                self.require(condition, Type::BOOLEAN);
                rest.iter().for_each(|arg| self.require(arg, expected));
            }
            (Requires::Ordered, _) => self.ordered(&args.iter().collect::<Vec<_>>()),
            (Requires::Numbers, [_, _, ..]) => args.iter().for_each(|arg| self.require(arg, Type::NUMBER)),
            _ => {
                let last = function.params.last().copied().unwrap_or(Type::ANY);
                let params = function.params.iter().copied().chain(std::iter::repeat(last));
                args.iter().zip(params).for_each(|(arg, param)| self.require(arg, param));
            }
        }
    }

    /// The paths whose values an expression yields unchanged; empty for a computed value.
    fn origins(&self, typed: &Typed) -> Vec<Origin> {
        let mut found = match &typed.node {
            TypedNode::Path(path) => vec![Origin { path: *path, elements: Vec::new() }],
            TypedNode::It(level) => self.elements.iter().rev().nth(*level as usize).cloned().unwrap_or_default(),
            TypedNode::Steps(base, steps) => self.stepped(base, steps),
            TypedNode::Quantified(Quantifier::Filter, list, _) => self.origins(list),
            TypedNode::Coalesce(a, b) => [self.origins(a), self.origins(b)].concat(),
            TypedNode::If(_, then, other) => [self.origins(then), self.origins(other)].concat(),
            _ => Vec::new(),
        };
        found.truncate(MOST_ORIGINS);
        found
    }

    /// Steps into an element. (Steps from a root are paths of their own.)
    fn stepped(&self, base: &Typed, steps: &[Step]) -> Vec<Origin> {
        if !matches!(base.node, TypedNode::It(_) | TypedNode::Steps(..)) {
            return Vec::new();
        }
        let mut origins = self.origins(base);
        for origin in &mut origins {
            if let Some(last) = origin.elements.last_mut() {
                last.extend_from_slice(steps);
            }
        }
        origins
    }
}

fn some_or(wanted: Type, other: Type) -> Type {
    if wanted == Type::NONE { other } else { wanted }
}

#[cfg(test)]
mod tests;
