//! `any(list, condition)` as a test of the list.

use super::{Lowering, flip, half_line, literal, predicate_ops};
use crate::event::Json;
use crate::expr::functions::Predicate;
use crate::expr::{Comparison, Function, Prepared, Quantifier, Typed, TypedNode, each_of, element_part};
use crate::logic::element::{self, ElementTest};
use crate::logic::range::{Bound, Range};
use crate::logic::{DraftId, Literal, Op};
use std::sync::Arc;

impl Lowering<'_> {
    /// The condition that a body holds for an element of a list. Alternatives become conditions of their own, which rules
    /// may share.
    pub(super) fn any_element(&mut self, whole: &Typed, list: &Typed, body: &Typed) -> DraftId {
        let mut list = self.resolve(list);
        let mut each = false;
        while let Some(inner) = each_of(list) {
            each = true;
            list = self.resolve(inner);
        }
        if matches!(list.node, TypedNode::Const(_)) {
            return self.is_true(whole);
        }
        let Some(alternatives) = alternatives(body) else { return self.is_true(whole) };
        let value = self.values.intern(list);
        let tests = alternatives.into_iter().map(|condition| ElementTest { each, condition });
        let tests: Vec<DraftId> = tests.map(|test| self.conditions.test(value, Op::Element(Arc::new(test)))).collect();
        self.conditions.or(tests)
    }
}

type ElementCondition = element::ElementCondition<Op>;

/// Conditions one of which holds for an element if and only if the body does.
fn alternatives(body: &Typed) -> Option<Vec<ElementCondition>> {
    match &body.node {
        TypedNode::Or(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(alternatives).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        }
        TypedNode::Quantified(Quantifier::AnyTest, list, body) => nested(list, body),
        TypedNode::Call(function, args, prepared) => predicate(function, args, prepared),
        _ => condition(body).map(|condition| vec![condition]),
    }
}

fn condition(typed: &Typed) -> Option<ElementCondition> {
    let all = |parts: &[Typed]| parts.iter().map(condition).collect::<Option<Box<[_]>>>();
    match &typed.node {
        TypedNode::Not(inner) => Some(negation(condition(inner)?)),
        TypedNode::And(parts) => all(parts).map(ElementCondition::And),
        TypedNode::Or(parts) => all(parts).map(ElementCondition::Or),
        TypedNode::Compare(op, left, right) => comparison(*op, left, right),
        TypedNode::In(item, list) => membership(item, list),
        TypedNode::Call(function, args, prepared) => predicate(function, args, prepared).map(any_of),
        TypedNode::Quantified(Quantifier::AnyTest, list, body) => nested(list, body).map(any_of),
        _ => test(typed, Op::Equal(Literal::Bool(true))),
    }
}

fn any_of(mut alternatives: Vec<ElementCondition>) -> ElementCondition {
    match (alternatives.len(), alternatives.pop()) {
        (1, Some(only)) => only,
        (_, last) => ElementCondition::Or(alternatives.into_iter().chain(last).collect()),
    }
}

/// A call as alternatives, one for each pattern of a list.
fn predicate(function: &Function, args: &[Typed], prepared: &Prepared) -> Option<Vec<ElementCondition>> {
    let first = args.first()?;
    let ops = match function.predicate? {
        Predicate::Exists => vec![Op::Exists],
        Predicate::Between => vec![Op::Range(Box::new(between(args)?))],
        predicate => predicate_ops(predicate, args, prepared)?,
    };
    ops.into_iter().map(|op| test(first, op)).collect()
}

/// `any(it.list, body)` within another condition on elements.
fn nested(list: &Typed, body: &Typed) -> Option<Vec<ElementCondition>> {
    let mut part = list;
    while let Some(inner) = each_of(part) {
        part = inner;
    }
    let each = each_of(list).is_some();
    let steps = element_part(part)?;
    let test = |condition| Op::Element(Arc::new(ElementTest { each, condition }));
    let alternatives = alternatives(body)?.into_iter();
    Some(alternatives.map(|condition| ElementCondition::Test(steps.into(), test(condition))).collect())
}

fn comparison(op: Comparison, left: &Typed, right: &Typed) -> Option<ElementCondition> {
    let (part, op, literal) = match (literal(left), literal(right)) {
        (_, Some(literal)) => (left, op, literal),
        (Some(literal), None) => (right, flip(op), literal),
        (None, None) => return None,
    };
    match op {
        Comparison::Equal => equal(part, literal),
        Comparison::NotEqual => equal(part, literal).map(negation),
        _ => test(part, Op::Range(Box::new(half_line(op, literal.number()?)))),
    }
}

fn equal(part: &Typed, literal: Literal) -> Option<ElementCondition> {
    match literal {
        Literal::Null => test(part, Op::Exists).map(negation),
        literal => test(part, Op::Equal(literal)),
    }
}

fn membership(item: &Typed, list: &Typed) -> Option<ElementCondition> {
    let TypedNode::Const(Json::Array(items)) = &list.node else { return None };
    let literals: Option<Vec<Literal>> = items.iter().map(Literal::from_json).collect();
    let (null, others): (Vec<_>, Vec<_>) = literals?.into_iter().partition(|literal| *literal == Literal::Null);
    let one_of = test(item, Op::OneOf(Arc::new(others.into_iter().collect())))?;
    if null.is_empty() {
        return Some(one_of);
    }
    Some(ElementCondition::Or([equal(item, Literal::Null)?, one_of].into()))
}

fn between(args: &[Typed]) -> Option<Range> {
    let [_, low, high] = args else { return None };
    let bound = |typed: &Typed| Some(Bound { at: literal(typed)?.number()?, inclusive: true });
    Some(Range { low: Some(bound(low)?), high: Some(bound(high)?) })
}

fn negation(condition: ElementCondition) -> ElementCondition {
    match condition {
        ElementCondition::Not(inner) => *inner,
        other => ElementCondition::Not(Box::new(other)),
    }
}

fn test(part: &Typed, op: Op) -> Option<ElementCondition> {
    Some(ElementCondition::Test(element_part(part)?.into(), op))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Step, Value};
    use bumpalo::Bump;
    use serde_json::json;

    fn equal(steps: &[Step], text: &str) -> ElementCondition {
        ElementCondition::Test(steps.into(), Op::Equal(Literal::String(text.into())))
    }

    #[test]
    fn elements_and_values_by_themselves() {
        let kind = [Step::Key("kind".into())];
        let inner = Op::Element(Arc::new(ElementTest { each: true, condition: equal(&kind, "a") }));
        let nested = ElementCondition::Test([Step::Key("parts".into())].into(), inner);
        let test = |each, condition| ElementTest::<Op> { each, condition };
        let both = || ElementCondition::And([equal(&kind, "a"), ElementCondition::Not(equal(&[], "x").into())].into());
        let cases = [
            (test(false, equal(&[], "a")), json!(["b", "a"]), true),
            (test(false, equal(&[], "a")), json!("a"), false),
            (test(true, equal(&[], "a")), json!("a"), true),
            (test(true, equal(&[], "a")), json!([["a"]]), false),
            (test(true, ElementCondition::Not(equal(&[], "a").into())), json!(null), false),
            (test(true, ElementCondition::Not(equal(&[], "a").into())), json!([null]), true),
            (test(true, both()), json!({"kind": "a"}), true),
            (test(true, both()), json!([{"kind": "b"}, {"kind": "a"}]), true),
            (test(false, nested), json!([{"parts": {"kind": "a"}}]), true),
        ];
        for (test, json, expected) in cases {
            let arena = Bump::new();
            assert_eq!(test.holds(Value::from_json(&json, &arena)), expected, "{test:?} {}", Json::to_string(&json));
        }
    }

    #[test]
    fn a_conjunction_is_found_by_its_rarest_part() {
        let leaves = |condition| ElementTest::<Op> { each: true, condition }.leaves().map(|leaves| leaves.len());
        let exists = || ElementCondition::Test([].into(), Op::Exists);
        let not = || ElementCondition::Not(exists().into());
        let either = || ElementCondition::Or([equal(&[], "a"), equal(&[], "b")].into());
        assert_eq!(leaves(ElementCondition::And([exists(), either(), not()].into())), Some(2));
        assert_eq!(leaves(ElementCondition::Or([either(), not()].into())), None);
        assert_eq!(leaves(ElementCondition::And([not(), not()].into())), None);
    }
}
