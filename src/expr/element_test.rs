//! Conditions on elements that the graph can index: `any(list, it.kind == "a" && it.count > 3)`.
//!
//! Such a condition consists of tests of the element or a part of it against constants. It reads nothing else and makes
//! nothing, so that it takes as many steps as the list has elements.

use super::functions::{self, Predicate};
use super::{Comparison, Function, Quantifier, Typed, TypedNode};
use crate::event::{Json, Step, Type};

/// The steps from the element to the part that an expression is; `None` if it is anything else.
pub(crate) fn element_part(typed: &Typed) -> Option<&[Step]> {
    match &typed.node {
        TypedNode::It(0) => Some(&[]),
        TypedNode::Steps(base, steps) if matches!(base.node, TypedNode::It(0)) => Some(steps),
        _ => None,
    }
}

/// The argument of a call of `each`.
pub(crate) fn each_of(typed: &Typed) -> Option<&Typed> {
    match &typed.node {
        TypedNode::Call(function, args, _) if function.name == functions::EACH => args.first(),
        _ => None,
    }
}

/// True if a condition on elements consists of tests that the graph can index.
pub(super) fn is_element_test(body: &Typed) -> bool {
    match &body.node {
        TypedNode::Not(inner) => is_element_test(inner),
        TypedNode::And(parts) | TypedNode::Or(parts) => parts.iter().all(is_element_test),
        TypedNode::Compare(operator, left, right) => is_comparison(*operator, left, right),
        TypedNode::In(item, list) => is_part(item) && is_list_of_scalars(list),
        TypedNode::Call(function, args, _) => is_predicate(function, args),
        TypedNode::Quantified(Quantifier::AnyTest, list, _) => is_part_or_each(list),
        _ => is_part(body),
    }
}

fn is_part(typed: &Typed) -> bool {
    element_part(typed).is_some()
}

fn is_part_or_each(list: &Typed) -> bool {
    is_part(list) || each_of(list).is_some_and(is_part_or_each)
}

fn is_comparison(operator: Comparison, left: &Typed, right: &Typed) -> bool {
    let constant = if is_part(left) { right } else { left };
    let is_indexed = match operator {
        Comparison::Equal | Comparison::NotEqual => is_scalar(constant),
        _ => is_number(constant),
    };
    (is_part(left) || is_part(right)) && is_indexed && !left.ty.union(right.ty).intersects(Type::TIME)
}

fn is_predicate(function: &Function, args: &[Typed]) -> bool {
    let Some((first, others)) = args.split_first() else { return false };
    let constant = match function.predicate {
        None | Some(Predicate::During) => return false,
        Some(Predicate::Prefix | Predicate::Suffix | Predicate::Pattern) => |x: &Typed| is_text(x) || is_list(x),
        Some(Predicate::Contains) => |x: &Typed| is_list(x) || is_scalar(x) && !is_null(x),
        Some(Predicate::Between) => is_number,
        Some(Predicate::Exists) => |_: &Typed| false,
    };
    is_part(first) && others.iter().all(constant)
}

fn is_scalar(typed: &Typed) -> bool {
    matches!(&typed.node, TypedNode::Const(json) if !json.is_array() && !json.is_object())
}

fn is_number(typed: &Typed) -> bool {
    matches!(typed.node, TypedNode::Const(Json::Number(_)))
}

fn is_text(typed: &Typed) -> bool {
    matches!(typed.node, TypedNode::Const(Json::String(_)))
}

fn is_null(typed: &Typed) -> bool {
    matches!(typed.node, TypedNode::Const(Json::Null))
}

/// (Calls with such a list have been prepared.)
fn is_list(typed: &Typed) -> bool {
    matches!(typed.node, TypedNode::Const(Json::Array(_)))
}

fn is_list_of_scalars(typed: &Typed) -> bool {
    let TypedNode::Const(Json::Array(items)) = &typed.node else { return false };
    items.iter().all(|item| !item.is_array() && !item.is_object())
}
